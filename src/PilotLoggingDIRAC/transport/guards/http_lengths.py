"""A length that is none must not stop the server.

Tornado 5.1 reads lengths by Python's ``int``, which takes signs, underscores and foreign digits. A chunk of ``-5`` bytes
then makes it read nothing for ever on its only thread: one connection, without any certificate, stops all services of
a Tornado. Later versions take digits alone, as RFC 9112 says.
"""

from __future__ import annotations

import re

from tornado import http1connection
from tornado.httputil import HTTPInputError

_DIGITS = {10: re.compile(r"[0-9]{1,19}", re.ASCII), 16: re.compile(rb"[0-9A-Fa-f]{1,16}")}


def guard_http() -> None:
    """Let Tornado's HTTP connections take lengths of plain digits only; anything else is a 400, and closed."""
    http1connection.int = _length


def _length(text: str | bytes, base: int = 10) -> int:
    if not _DIGITS[base].fullmatch(text):
        raise HTTPInputError("A length is not a number")
    return int(text, base)
