"""Isolation of TLS connections from each other's errors.

OpenSSL requires that a thread's error queue is empty before each operation on a connection: an error that another
connection left there is taken for an error of this one. tornado_m2crypto does not empty the queue, so a broken
handshake may close the connection that is read next, in the middle of a pilot's message. tornado_m2crypto has no hook
for this; see docs/decisions for the patch that is proposed.
"""

from __future__ import annotations

from collections.abc import Callable

from DIRAC import gLogger

from PilotLoggingDIRAC.transport.guards.replacing import guard_of, is_guard

_OPERATIONS = ("_do_ssl_handshake", "read_from_fd", "write_to_fd")
_log = gLogger.getSubLogger("PilotLogging")


def guard_tls() -> None:
    """Make M2Crypto's streams begin each operation with an empty error queue; do nothing without M2Crypto."""
    try:
        from M2Crypto import m2
        from tornado_m2crypto.m2iostream import M2IOStream
    except ImportError:
        return
    for name in _OPERATIONS:
        operation = getattr(M2IOStream, name, None)
        if operation is None:
            _log.warn("TLS can't be guarded, tornado_m2crypto has changed", name)
        elif not is_guard(operation):
            setattr(M2IOStream, name, _guarded(operation, m2.err_clear_error))


def _guarded(operation: Callable, clear: Callable[[], None]) -> Callable:
    @guard_of(operation)
    def call(self, *arguments):
        clear()
        return operation(self, *arguments)

    return call
