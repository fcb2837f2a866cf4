"""Strict parsing of lengths in HTTP requests.

Tornado 5.1 reads lengths with Python's ``int``, which accepts more than digits; a malformed length must not block
the server's only thread. Later versions accept only digits, as RFC 9112 demands.
"""

from __future__ import annotations

import re
from typing import Any

from tornado import http1connection
from tornado.httputil import HTTPInputError

_DIGITS = {10: re.compile(r"[0-9]{1,19}", re.ASCII), 16: re.compile(rb"[0-9A-Fa-f]{1,16}")}


def guard_http() -> None:
    """Make Tornado accept plain digits only as lengths; anything else is answered with HTTP 400 and closed."""
    http1connection.int = _length


def _length(text: str | bytes, base: int = 10) -> int:
    digits: Any = _DIGITS[base]
    if not digits.fullmatch(text):
        raise HTTPInputError("A length is not a number")
    return int(text, base)
