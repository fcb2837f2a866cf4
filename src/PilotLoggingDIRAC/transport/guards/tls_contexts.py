"""A TLS context that is shared by connections.

tornado_m2crypto makes a context for every connection: it reads the host's certificate, its key, and the client's
authority from the folder of authorities. With one shared context OpenSSL caches them. A changed file or folder is
noticed at once by its time stamp, and after ``_MAX_AGE_SECONDS`` in any case. tornado_m2crypto has no hook for this;
see docs/decisions for the patch that is proposed.
"""

from __future__ import annotations

import functools
import os
import ssl
import time
from collections.abc import Callable
from typing import Any

from DIRAC import gLogger

from PilotLoggingDIRAC.transport.guards.replacing import guard_of, is_guard, takes

_MAX_AGE_SECONDS = 60.0
_FILES = ("certfile", "keyfile", "ca_certs")
_log = gLogger.getSubLogger("PilotLogging")


def share_tls_contexts() -> None:
    """Make tornado_m2crypto use one context for all connections with the same options; do nothing without M2Crypto."""
    try:
        from M2Crypto import m2
        from tornado_m2crypto import m2netutil
    except ImportError:
        return
    make = getattr(m2netutil, "ssl_options_to_m2_context", None)
    if not takes(make, 1):
        _log.warn("TLS contexts can't be shared, tornado_m2crypto has changed")
    elif not is_guard(make):
        shared = SharedContexts(functools.partial(_make_without_sessions, make, m2.SSL_SESS_CACHE_OFF), time.monotonic)
        m2netutil.ssl_options_to_m2_context = guard_of(make)(lambda options: shared.context(options))


def _make_without_sessions(make: Callable, cache_off: int, options: Any) -> Any:
    """Return a context that makes a full handshake each time, as without sharing. A resumed session has only the first
    certificate of the chain, and DIRAC needs the whole chain.
    """
    context = make(options)
    context.set_session_cache_mode(cache_off)
    context.set_options(int(ssl.OP_NO_TICKET))
    return context


class SharedContexts:
    """TLS contexts by their options; made anew when a file they were made of has changed, or when they are old."""

    def __init__(
        self, make: Callable[[dict], Any], clock: Callable[[], float], max_age_seconds: float = _MAX_AGE_SECONDS
    ):
        self._make = make
        self._clock = clock
        self._max_age_seconds = max_age_seconds
        self._contexts: dict[tuple, tuple[float, tuple, Any]] = {}

    def context(self, options: Any) -> Any:
        """Return the context for options as ``ssl_options_to_m2_context`` takes them; return a context unchanged."""
        if not isinstance(options, dict):
            return options
        key, files = tuple(sorted(options.items())), _state(options)
        made, made_of, context = self._contexts.get(key, (0.0, None, None))
        if made_of != files or self._clock() - made > self._max_age_seconds:
            context = self._make(options)
            self._contexts[key] = (self._clock(), files, context)
        return context


def _state(options: dict) -> tuple:
    """Return a value that changes when a file is replaced or the files of a folder change."""
    found = (os.stat(options[name]) for name in _FILES if options.get(name))  # noqa: PTH116  (each connection looks)
    return tuple((status.st_ino, status.st_mtime_ns, status.st_size) for status in found)
