"""Each handler that Tornado may serve by itself puts the guards of the whole server in place."""

from tests.forked import run_each

WMS = "PilotLoggingDIRAC.WorkloadManagementSystem"
BEGIN = """
import collections, collections.abc, importlib
if not hasattr(collections, "MutableMapping"):
    collections.MutableMapping = collections.abc.MutableMapping
from DIRAC.Core.Utilities.JEncode import DJSONDecoder
from tornado import http1connection
from tornado_m2crypto import m2iostream, m2netutil
handlers = {name: getattr(importlib.import_module(name), name.rpartition(".")[2]) for name in cases}
guarded = lambda: [hasattr(one, "__wrapped__") for one in (
    m2iostream.M2IOStream.read_from_fd, m2netutil.ssl_options_to_m2_context, DJSONDecoder.dict_to_object
)] + [hasattr(http1connection, "int")]
before = guarded()
"""
EACH = """
handler = handlers[case]
handler._fullComponentName = "WorkloadManagement/" + handler.__name__.removesuffix("Handler")
try:
    handler._pre_initialize()
except Exception:
    pass  # there is no configuration here
answer = f"{before} {guarded()}"
sys.stdout.write("\\n" + answer + "\\n")  # in one piece, as threads log lines
"""


HANDLERS = [
    f"{WMS}.API.PilotLogsHandler", f"{WMS}.API.PilotLogMetricsHandler", f"{WMS}.Service.TornadoPilotLoggingHandler",
    f"{WMS}.Service.TornadoWMSAdministratorHandler",
]  # fmt: skip


def test_handler_guards_the_server_it_is_in(tmp_path):
    for name, (_, out, error) in run_each(BEGIN, EACH, HANDLERS, tmp_path).items():
        answers = [line for line in out.splitlines() if not line[:4].isdigit()]  # threads log a line after it
        assert answers[-1:] == [f"{[False] * 4} {[True] * 4}"], name + out + error
