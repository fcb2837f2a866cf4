"""Each handler that Tornado may serve alone puts the guards of the whole server in place."""

import subprocess
import sys

import pytest

WMS = "PilotLoggingDIRAC.WorkloadManagementSystem"
_PROGRAM = """
import collections, collections.abc, importlib, sys
if not hasattr(collections, "MutableMapping"):
    collections.MutableMapping = collections.abc.MutableMapping
from DIRAC.Core.Utilities.JEncode import DJSONDecoder
from tornado import http1connection
from tornado_m2crypto import m2iostream, m2netutil
handler = getattr(importlib.import_module(sys.argv[1]), sys.argv[1].rpartition(".")[2])
guarded = lambda: [hasattr(one, "__wrapped__") for one in (
    m2iostream.M2IOStream.read_from_fd, m2netutil.ssl_options_to_m2_context, DJSONDecoder.dict_to_object
)] + [hasattr(http1connection, "int")]
before = guarded()
handler._fullComponentName = "WorkloadManagement/" + handler.__name__.removesuffix("Handler")
try:
    handler._pre_initialize()
except Exception:
    pass  # there is no configuration here
answer = f"{before} {guarded()}"
sys.stdout.write("\\n" + answer + "\\n")  # in one piece, as threads log lines
"""


@pytest.mark.parametrize("module", [
    "API.PilotLogsHandler", "API.PilotLogMetricsHandler", "Service.TornadoPilotLoggingHandler",
    "Service.TornadoWMSAdministratorHandler",
])  # fmt: skip
def test_handler_guards_the_server_it_is_in(module, tmp_path):
    words = [sys.executable, "-c", _PROGRAM, f"{WMS}.{module}"]
    done = subprocess.run(words, capture_output=True, text=True, check=False, cwd=tmp_path)
    answers = [line for line in done.stdout.splitlines() if not line[:4].isdigit()]  # threads log a line behind it
    assert answers[-1:] == [f"{[False] * 4} {[True] * 4}"], done.stdout + done.stderr
