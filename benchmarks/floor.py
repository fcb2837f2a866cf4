"""The floor of the figures: a bare Tornado with the collector's TLS that reads a message and answers OK.

What a collector costs above it is DIRAC's framework and the collector; what is below, neither can save. All connections
share one TLS context, as in our collector; DIRAC's own makes one for each.
"""

import os
import subprocess
import sys
from pathlib import Path

from integration_tests.stack import ending, environment, tls

from .crowd import BenchmarkFailed

START_SECONDS = 30


class Floor:
    """The bare server of an arena, in a process of its own."""

    name = "bare"

    def __init__(self, stack):
        self.stack = stack
        self._process = None
        self.url = ""

    @property
    def pid(self):
        """Return the id of its process."""
        return self._process.pid

    def start(self):
        """Start it; return when it listens. Raise BenchmarkFailed if it does not come up."""
        argv = ending.tied([sys.executable, "-m", __name__, self.stack.pki.host_folder(), self.stack.pki.certificates])
        pipe = subprocess.PIPE
        self._process = subprocess.Popen(argv, env=self.stack.env(), cwd=environment.TOP, stdout=pipe, text=True)
        port = self._process.stdout.readline().strip()
        if not port:
            raise BenchmarkFailed("the bare server did not come up")
        self.url = f"https://localhost:{port}/"

    def stop(self):
        """End it."""
        if self._process:
            self._process.terminate()
            self._process.communicate(timeout=START_SECONDS)

    def require_lines(self, prefix, promised):
        """Return: it stores nothing, so nothing is missing."""

    def clean(self):
        """Return: it stores nothing."""


def serve(folder, authorities):
    """Serve at a free port, which is printed, until terminated."""
    tls.install(os.environ["STACK_TLS"])
    import tornado.iostream
    from M2Crypto import SSL
    from tornado.httpserver import HTTPServer
    from tornado.ioloop import IOLoop
    from tornado.netutil import bind_sockets
    from tornado.web import Application, RequestHandler

    from PilotLoggingDIRAC.transport.guards.tls_contexts import share_tls_contexts

    class Answer(RequestHandler):
        def post(self):
            self.write({"OK": True})

    tornado.iostream.SSLIOStream.configure("tornado_m2crypto.m2iostream.M2IOStream")
    share_tls_contexts()
    options = {
        "certfile": str(folder / "hostcert.pem"),
        "keyfile": str(folder / "hostkey.pem"),
        "ca_certs": str(authorities),
        "cert_reqs": SSL.verify_peer,
    }
    server = HTTPServer(Application([("/", Answer)]), ssl_options=options, decompress_request=True)
    sockets = bind_sockets(0, "127.0.0.1")
    server.add_sockets(sockets)
    print(sockets[0].getsockname()[1], flush=True)
    IOLoop.current().start()


if __name__ == "__main__":
    serve(*map(Path, sys.argv[1:]))
