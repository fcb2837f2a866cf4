"""A TLS connection that breaks must not break others.

OpenSSL asks that a thread's queue of errors is empty before each operation on a connection: what another connection
left there is taken for an error of this one. tornado_m2crypto does not empty it, so that every broken handshake (a
port scan is enough) makes the server close whatever connection it reads next, in the middle of a pilot's message: the
stock pilot dies of that. There is no seam for it; see docs/decisions for the patch that is proposed.
"""

from __future__ import annotations

import functools
from collections.abc import Callable

from DIRAC import gLogger

_OPERATIONS = ("_do_ssl_handshake", "read_from_fd", "write_to_fd")
_log = gLogger.getSubLogger("PilotLogging")


def guard_tls() -> None:
    """Let M2Crypto's streams begin each operation with an empty queue of errors; without M2Crypto do nothing."""
    try:
        from M2Crypto import m2
        from tornado_m2crypto.m2iostream import M2IOStream
    except ImportError:
        return
    for name in _OPERATIONS:
        operation = getattr(M2IOStream, name, None)
        if operation is None:
            _log.warn("TLS can't be guarded, tornado_m2crypto has changed", name)
        elif not hasattr(operation, "__wrapped__"):
            setattr(M2IOStream, name, _guarded(operation, m2.err_clear_error))


def _guarded(operation: Callable, clear: Callable[[], None]) -> Callable:
    @functools.wraps(operation)
    def call(self, *arguments):
        clear()
        return operation(self, *arguments)

    return call
