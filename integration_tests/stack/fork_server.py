"""Forks Python programs that have imported DIRAC already: ``python -m integration_tests.stack.fork_server WHAT``.

A process of DIRAC imports a thousand modules before it does anything. This one imports them once, then forks a child
for each request of the process that holds the other end of its standard input, a socket (``forking.py``), and ends with
it. A child takes arguments, environment, folder, descriptors and session from its request, reads the configuration
anew, and runs the same file or module as a new interpreter would.

WHAT is ``libraries`` or ``dirac``. Libraries don't look at the environment when they are imported. Some modules of
DIRAC do, so the server of libraries forks a server of DIRAC for each environment. Nothing of our extension but its
logic is imported before, as importing the rest changes libraries.
"""

import atexit
import contextlib
import gc
import importlib
import json
import os
import pkgutil
import runpy
import selectors
import signal
import socket
import sys
import threading
import time
import types
from pathlib import Path

from . import quick_keys
from .ending import end_with
from .processes import write_pid_file
from .siblings import fork_workers

LIBRARIES = (
    "MySQLdb.cursors", "authlib.jose", "authlib.integrations.requests_client", "boto3",
    "diracx.core.preferences", "dominate", "joserfc.jwt", "M2Crypto", "opensearchpy", "opensearchpy.helpers",
    "prometheus_client", "pyasn1_modules.rfc3281", "pyparsing", "re2", "requests", "sqlalchemy.dialects.mysql.mysqldb",
    "sqlalchemy.ext.declarative", "sqlalchemy.orm", "sqlite3", "zstandard",
)  # fmt: skip
#: None of them reads the configuration when it is imported: each child has its own.
DIRAC = (
    "DIRAC.ConfigurationSystem.Client.Utilities", "DIRAC.Core.Base.AgentModule", "DIRAC.Core.Base.AgentReactor",
    "DIRAC.Core.Base.Client", "DIRAC.Core.Base.Script", "DIRAC.Core.DISET.RequestHandler",
    "DIRAC.Core.Security.ProxyInfo", "DIRAC.Core.Tornado.Client.TornadoClient",
    "DIRAC.DataManagementSystem.Utilities.DMSHelpers", "DIRAC.FrameworkSystem.Client.ProxyManagerClient",
    "DIRAC.MonitoringSystem.Client.MonitoringReporter", "DIRAC.RequestManagementSystem.Client.ReqClient",
    "DIRAC.ResourceStatusSystem.Client.ResourceStatus", "DIRAC.Resources.Catalog.FileCatalogClient",
    "DIRAC.Resources.Computing.ComputingElementFactory", "DIRAC.Resources.Storage.FileStorage",
    "DIRAC.Resources.Storage.StorageFactory", "DIRAC.WorkloadManagementSystem.Client.PilotScopes",
    "DIRAC.WorkloadManagementSystem.Utilities.QueueUtilities",
)  # fmt: skip
#: Only processes of Tornado have this variable; tls.py mends Tornado, and nobody else's is mended.
TORNADO, FOR_TORNADO = "DIRAC_USE_TORNADO_IOLOOP", ("integration_tests.stack.tls", "tornado.httpserver", "tornado.web")
#: Variables that the interpreter and DIRAC set themselves.
SET_BY_IMPORTS = ("LC_CTYPE", "OPENSSL_ALLOW_PROXY_CERTS")
LOGIC = "PilotLoggingDIRAC.pilotlog"
LONGEST_REQUEST = 1 << 20


class Server:
    """The server's side of the sockets, and the children that run, each with a socket to request siblings by."""

    def __init__(self, requests):
        self.pid = os.getpid()
        self._requests = requests
        self._selector = selectors.DefaultSelector()
        self._selector.register(requests, selectors.EVENT_READ)
        self._of_children = set()
        self.siblings = None
        """In a child: the socket to request siblings by."""
        self._children = {}  # process id by the descriptor that tells of its end
        self._answers = {}  # where to tell it, by process id

    def serve(self):
        """Fork children until the requests end, and return None then; return a child's request in the child."""
        while True:
            for key, _ in self._selector.select():
                if isinstance(key.fileobj, int):
                    self._reap(key.fd)
                    continue
                message, descriptors, _, _ = socket.recv_fds(key.fileobj, LONGEST_REQUEST, 4)
                if not message and key.fileobj is self._requests:
                    return None
                if not message:
                    self._forget(key.fileobj)
                elif self._fork(descriptors):
                    return json.loads(message)

    def _fork(self, descriptors):
        """Return True in the child, which has the descriptors as its standard ones."""
        *standard, answers = descriptors
        ours, siblings = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        pid = os.fork()
        if pid == 0:
            self._leave(answers)
            ours.close()
            self.siblings = siblings
            for number, descriptor in enumerate(standard):
                os.dup2(descriptor, number)
        for descriptor in standard:
            os.close(descriptor)
        if pid == 0:
            return True
        siblings.close()
        self._of_children.add(ours)
        self._selector.register(ours, selectors.EVENT_READ)
        self._watch(pid, answers)
        return False

    def _leave(self, *descriptors):
        """Close what is the server's."""
        self._selector.close()
        for requests in (self._requests, *self._of_children):
            requests.close()
        for descriptor in (*descriptors, *self._children, *self._answers.values()):
            os.close(descriptor)

    def _forget(self, requests):
        """Take no more requests of a child, which has ended."""
        self._selector.unregister(requests)
        self._of_children.remove(requests)
        requests.close()

    def _watch(self, pid, answers):
        ending = os.pidfd_open(pid)
        self._children[ending], self._answers[pid] = pid, answers
        self._selector.register(ending, selectors.EVENT_READ)
        tell(answers, pid)

    def _reap(self, ending):
        self._selector.unregister(ending)
        os.close(ending)
        pid = self._children.pop(ending)
        answers = self._answers.pop(pid)
        tell(answers, os.waitpid(pid, 0)[1])
        os.close(answers)


def tell(descriptor, number):
    """Write a number to a requester that may have gone."""
    with contextlib.suppress(BrokenPipeError):
        os.write(descriptor, b"%d\n" % number)


def preload(names):
    """Import modules; none may start a thread, which a fork would lose."""
    for name in names:
        importlib.import_module(name)
    if threading.active_count() > 1:
        raise RuntimeError(f"there are threads after the imports: {threading.enumerate()}")
    gc.collect()
    gc.freeze()


def make_rules():
    """Make the rules of diagnoses and of redaction, and what finds their texts in a log; each keeps the first that it
    made. Patterns of redaction take half a second of CPU, and every collector makes them when it starts.
    """
    importlib.import_module(f"{LOGIC}.diagnose.reader").DiagnosisReader()
    importlib.import_module(f"{LOGIC}.text.redaction.redactor").default()


def modules(what):
    """Return the names of the libraries with our logic, or of what of DIRAC depends on the environment."""
    if what == "dirac":
        return [*(FOR_TORNADO if os.environ.get(TORNADO) else ()), *DIRAC]
    logic = importlib.import_module(LOGIC)
    return [*LIBRARIES, *(found.name for found in pkgutil.walk_packages(logic.__path__, f"{LOGIC}."))]


def become(request, server_pid):
    """Give this process, a child of a server, what the request says, as if it had been started with it."""
    if request["session"]:
        os.setsid()
    if request["tied"]:
        end_with(server_pid)
    environment = request["env"]
    change_path(os.environ.get("PYTHONPATH", ""), environment.get("PYTHONPATH", ""))
    if file := environment.pop("PID_FILE", None):
        write_pid_file(file)
    kept = {name: os.environ[name] for name in SET_BY_IMPORTS if name in os.environ}
    os.environ.clear()
    os.environ.update(kept | environment)
    time.tzset()
    os.chdir(request["cwd"])
    read_configuration()


def change_path(old, new):
    """Take the folders of one PYTHONPATH from the front of the path, and put those of another one there."""
    first, *rest = sys.path
    sys.path[:] = [first, *filter(None, new.split(":")), *rest[len([*filter(None, old.split(":"))]) :]]


def read_configuration():
    """Read again what DIRAC has read when it was imported, if it was."""
    if "DIRAC" not in sys.modules:
        return
    from DIRAC.ConfigurationSystem.Client.ConfigurationData import gConfigurationData

    gConfigurationData.__init__()


def run(argv):
    """Run ``-m MODULE``, ``-c TEXT`` or a file with its arguments."""
    kind, *rest = argv
    if kind == "-m":
        sys.argv[:], sys.path[0] = rest, str(Path.cwd())
        runpy.run_module(rest[0], run_name="__main__", alter_sys=True)
    elif kind == "-c":
        sys.argv[:], sys.path[0] = ["-c", *rest[1:]], ""
        main = sys.modules["__main__"] = types.ModuleType("__main__")
        exec(compile(rest[0], "<string>", "exec"), main.__dict__)
    else:
        sys.argv[:], sys.path[0] = argv, str(Path(kind).resolve().parent)
        runpy.run_path(kind, run_name="__main__")


def run_to_the_end(argv):
    """Run it and end as the interpreter does, without taking a thousand modules apart first."""
    code = 0
    try:
        run(argv)
    except SystemExit as end:
        if not isinstance(end.code, int | None):
            raise
        code = end.code or 0
    threading._shutdown()
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code & 0xFF)


def main():
    """Serve; in a child, run what was requested."""
    # a terminal's interrupt is for the tests, which end this one
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    preload(modules(sys.argv[1]))
    make_rules()
    quick_keys.use()
    server = Server(socket.socket(fileno=os.dup(0)))
    request = server.serve()
    if request:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        become(request, server.pid)
        if request["argv"][:2] == ["-m", __spec__.name]:
            server.siblings.close()
        else:
            fork_workers(server.siblings)
        run_to_the_end(request["argv"])


if __name__ == "__main__":
    main()
