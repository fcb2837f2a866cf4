"""Strict parsing of lengths in HTTP requests.

Tornado 5.1 reads lengths with Python's ``int``, which accepts more than digits; a malformed length must not block
the server's only thread. Later versions accept only digits, as RFC 9112 demands, in functions of their own.
"""

from __future__ import annotations

import inspect
import re
from typing import Any

from DIRAC import gLogger
from tornado import http1connection
from tornado.httputil import HTTPInputError

_DIGITS = {10: re.compile(r"[0-9]{1,19}", re.ASCII), 16: re.compile(rb"[0-9A-Fa-f]{1,16}")}
#: The methods of ``HTTP1Connection`` that read the lengths of a body and of its chunks.
_READERS = ("_read_body", "_read_chunked_body")
_log = gLogger.getSubLogger("PilotLogging")


def guard_http() -> None:
    """Make Tornado accept plain digits only as lengths; anything else is answered with HTTP 400 and closed."""
    for name in _READERS:
        if _uses_int(name):
            http1connection.int = _length
        else:
            _log.warn("Lengths of requests can't be guarded, Tornado has changed", name)


def _uses_int(name: str) -> bool:
    """Return whether a method of connections reads numbers with ``int``."""
    method: Any = getattr(getattr(http1connection, "HTTP1Connection", None), name, None)
    return "int" in getattr(getattr(inspect.unwrap(method), "__code__", None), "co_names", ())


def _length(text: str | bytes, base: int = 10) -> int:
    digits: Any = _DIGITS[base]
    if not digits.fullmatch(text):
        raise HTTPInputError("A length is not a number")
    return int(text, base)
