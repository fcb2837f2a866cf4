"""Without a library of ours a Tornado starts and serves all others; what needs the library answers 503, and alarms."""

import subprocess
import sys

import pytest

WMS = "PilotLoggingDIRAC.WorkloadManagementSystem"
_TORNADO = """
import asyncio, collections, collections.abc, sys
if not hasattr(collections, "MutableMapping"):
    collections.MutableMapping = collections.abc.MutableMapping
sys.modules[sys.argv[1]] = None  # importing it raises ImportError
from DIRAC.Core.Tornado.Server.HandlerManager import HandlerManager
from tornado.httpclient import AsyncHTTPClient
from tornado.httpserver import HTTPServer
from tornado.ioloop import IOLoop
from tornado.testing import bind_unused_port
from tornado.web import Application, RequestHandler

class Other(RequestHandler):
    def get(self):
        self.write("fine")

wms = "WorkloadManagement/"
found = HandlerManager(
    [wms + "TornadoPilotLogging", wms + "TornadoWMSAdministrator"], [wms + "PilotLogs", wms + "PilotLogMetrics"]
)
for loaded in (found.loadServicesHandlers(), found.loadEndpointsHandlers()):
    assert loaded["OK"], loaded["Message"]
paths = {"/other": "/other", "/" + wms + "TornadoPilotLogging": "", "/" + wms + "TornadoWMSAdministrator": ""}
paths |= {"/pilotlogs/api/me": "", "/metrics": ""}

async def main():
    socket, port = bind_unused_port()
    HTTPServer(Application([*found.getHandlersURLs(), ("/other", Other)])).add_socket(socket)
    for path in paths:
        for method in ("GET", "POST"):
            body = "method=ping" if method == "POST" else None
            answer = await AsyncHTTPClient().fetch(
                f"http://127.0.0.1:{port}{path}", method=method, body=body, raise_error=False
            )
            print(method, path, answer.code)

IOLoop.current().run_sync(main)
"""
PATHS = ("/WorkloadManagement/TornadoPilotLogging", "/WorkloadManagement/TornadoWMSAdministrator")
PAGES = ("/pilotlogs/api/me", "/metrics")


def run(program, *words):
    done = subprocess.run([sys.executable, "-c", program, *words], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.parametrize("library", ["prometheus_client", "re2", "zstandard", "joserfc"])
def test_tornado_serves_others_when_a_library_is_missing(library):
    told = run(_TORNADO, library)
    assert "GET /other 200" in told
    assert f"POST {PATHS[0]} 503" in told
    assert "Alarm: WorkloadManagement/TornadoPilotLogging is not served" in told
    assert library in told


def test_every_way_in_answers_503_without_any_of_the_package():
    told = run(_TORNADO, "PilotLoggingDIRAC.pilotlog")
    for path in (*PATHS, *PAGES):
        assert f"GET {path} 503" in told
        assert f"POST {path} 503" in told


_SERVICE = """
import importlib, sys
sys.modules[sys.argv[2]] = None
handler = getattr(importlib.import_module(sys.argv[1]), sys.argv[1].rpartition(".")[2])
print(handler.export_getPilotOutput(object(), "reference"))
print(sorted(name for name in dir(handler) if name.startswith("export_")))
"""


@pytest.mark.parametrize("module", [
    "PilotLoggingDIRAC.MonitoringSystem.Service.WebAppHandler", f"{WMS}.Service.PilotManagerHandler",
])  # fmt: skip
def test_dirac_s_services_do_without_pilots_output(module):
    told = run(_SERVICE, module, "re2")
    assert "'OK': False" in told
    assert "re2" not in told.splitlines()[-2]  # the reason is the administrator's
    assert "Alarm: Pilots' output is not served" in told
    assert "export_getPilotSummaryWeb" in told or "export_addPilotReferences" in told
