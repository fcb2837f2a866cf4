"""Compressed request bodies that a handler unpacks itself, within bounds.

Tornado 5.1 unpacks every gzip body completely. It has no hook for this below the whole server, and the server is
DIRAC's; see docs/decisions for the patch that is proposed.
"""

from __future__ import annotations

from typing import Any

from DIRAC import gLogger
from tornado import http1connection
from tornado.httputil import HTTPHeaders

_ENCODING = "Content-Encoding"
_CONSUMED = "X-Consumed-Content-Encoding"
_log = gLogger.getSubLogger("PilotLogging")


def guard_gzip() -> None:
    """Let handlers receive compressed bodies as they were sent; other handlers are not affected."""
    original: Any = getattr(http1connection, "_GzipMessageDelegate", None)
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
    """Return the body's encoding, "" for none, and leave the body as it was sent even if Tornado would unpack it. Call
    it in ``prepare`` of a handler that receives its body in blocks.
    """
    delegate = getattr(http1connection, "_GzipMessageDelegate", None)
    if _CONSUMED in headers and getattr(delegate, "is_guarded", False):
        headers[_ENCODING] = headers[_CONSUMED]
        del headers[_CONSUMED]
    return headers.get(_ENCODING, "")
