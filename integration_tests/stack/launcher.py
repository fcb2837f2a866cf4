"""Runs DIRAC's own entry points on loopback only: `launcher service|agent|tornado|portal ARGUMENTS`.

Both DISET and Tornado bind to all interfaces; here no listening socket leaves 127.0.0.1.
"""

import logging
import os
import socket
import sys


def stay_on_loopback():
    """Turn binding to all interfaces into binding to loopback, for this process."""
    bind = socket.socket.bind

    def bind_on_loopback(self, address):
        return bind(self, loopback(self, address))

    socket.socket.bind = bind_on_loopback


def loopback(sock, address):
    """Return the loopback address in place of the wildcard one."""
    if not isinstance(address, tuple):
        return address
    if sock.family == socket.AF_INET and address[0] in ("", "0.0.0.0"):
        return ("127.0.0.1", *address[1:])
    if sock.family == socket.AF_INET6 and address[0] in ("", "::"):
        # DISET opens one socket for both protocols, Tornado one for each
        only_v6 = sock.getsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY)
        return ("::1" if only_v6 else "::ffff:127.0.0.1", *address[1:])
    return address


def hide_extension(name):
    """Let DIRAC see no extension of this name in this process, as if it were not installed."""
    from DIRAC.Core.Utilities.Extensions import extensionsByPriority

    # it answers everybody with the one list that it keeps
    extensionsByPriority().remove(name)


def serve_no_apis():
    """Let a Tornado of this process serve only services: all APIs of the configuration are the hidden extension's."""
    from DIRAC.Core.Tornado.Server.TornadoServer import TornadoServer

    make = TornadoServer.__init__
    TornadoServer.__init__ = lambda self, **_: make(self)


def run_service():
    """Run dirac-service."""
    from DIRAC.Core.scripts.dirac_service import main

    main()


def run_agent():
    """Run dirac-agent; its cycles may be as short as the environment says, DIRAC's own limit is 10 s."""
    from DIRAC.Core.scripts.dirac_agent import main
    from DIRAC.Core.Utilities import ThreadScheduler

    if shortest := os.environ.get("STACK_SHORTEST_CYCLE_SECONDS"):
        scheduler = ThreadScheduler.ThreadScheduler
        ThreadScheduler.ThreadScheduler = lambda *_, **__: scheduler(enableReactorThread=False, minPeriod=int(shortest))

    main()


def show_tornado_errors():
    """Have Tornado's own errors in the component's log; DIRAC silences all libraries."""
    handler = logging.StreamHandler()
    handler.setLevel(logging.ERROR)
    logging.getLogger("tornado").addHandler(handler)


def run_tornado():
    """Run tornado-start-all."""
    from . import tls

    tls.install(os.environ["STACK_TLS"])
    show_tornado_errors()
    if os.environ.get("STACK_HIDDEN_EXTENSION"):
        serve_no_apis()
    from DIRAC.Core.Tornado.scripts.tornado_start_all import main

    main()


def run_portal():
    """Run dirac-webapp-run."""
    from . import tls

    tls.install(os.environ["STACK_TLS"])
    show_tornado_errors()
    from WebAppDIRAC.scripts.dirac_webapp_run import main

    main()


if __name__ == "__main__":
    kind = sys.argv.pop(1)
    stay_on_loopback()
    if hidden := os.environ.get("STACK_HIDDEN_EXTENSION"):
        hide_extension(hidden)
    kinds = {"service": run_service, "agent": run_agent, "tornado": run_tornado, "portal": run_portal}
    kinds[kind]()
