"""Compressed bodies for who unpacks them himself, within bounds.

Tornado 5.1 unpacks whatever says that it is gzip, all of it: a few hundred kB become gigabytes of work. There is no
seam for it below the whole server, and the server is DIRAC's; see docs/decisions for the patch that is proposed.
"""

from __future__ import annotations

from DIRAC import gLogger
from tornado import http1connection
from tornado.httputil import HTTPHeaders

_ENCODING = "Content-Encoding"
_CONSUMED = "X-Consumed-Content-Encoding"
_log = gLogger.getSubLogger("PilotLogging")


def guard_gzip() -> None:
    """Let handlers ask for compressed bodies as they were sent; for all others nothing changes."""
    original = getattr(http1connection, "_GzipMessageDelegate", None)
    if original is None or getattr(original, "is_guarded", False):
        if original is None:
            _log.warn("Compressed bodies can't be guarded", "Tornado has changed")
        return

    class Guarded(original):
        is_guarded = True

        def headers_received(self, start_line, headers):
            answer = super().headers_received(start_line, headers)
            if _ENCODING in headers and _CONSUMED not in headers:
                self._decompressor = None
            return answer

    http1connection._GzipMessageDelegate = Guarded


def take_compressed(headers: HTTPHeaders) -> str:
    """The body's encoding, "" for none; one that Tornado would undo is left as it is sent. For ``prepare`` of a
    handler that is given its body in pieces.
    """
    if _CONSUMED in headers and getattr(http1connection._GzipMessageDelegate, "is_guarded", False):
        headers[_ENCODING] = headers[_CONSUMED]
        del headers[_CONSUMED]
    return headers.get(_ENCODING, "")
