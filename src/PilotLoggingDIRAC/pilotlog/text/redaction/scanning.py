"""All rules as one: a scan by RE2 hits the places where a secret may be, the rule of the place looks at it."""

from __future__ import annotations

import re
from collections.abc import Callable

import re2

from . import encoded, pem, tokens, urls, values
from .names import Names
from .swallow import Secret

_MAX_MEMORY = 64 * 1024 * 1024
_MAX_DECODED_PLACES = 4

Find = Callable[[bytes, int, int], "Secret | None"]


class Scanner:
    """Finds secrets; one is made once and used for all logs, by many threads."""

    def __init__(self, names: Names):
        blocks = encoded.Encoded(self._holds_secret)
        rules: tuple[tuple[str, bytes, Find], ...] = (
            ("key", pem.ANCHOR, pem.find),
            ("jwt", tokens.JWT_ANCHOR, tokens.jwt),
            ("macaroon", tokens.MACAROON_ANCHOR, tokens.macaroon),
            ("url", urls.ANCHOR, urls.find),
            ("bearer", tokens.BEARER_ANCHOR, tokens.bearer),
            ("cloud", tokens.CLOUD_ANCHOR, tokens.cloud_key),
        )
        self._block, self._named = blocks.find, values.Values(names).find
        self._finders = {kind: find for kind, _, find in rules}
        anchors = [*(anchor for _, anchor, _ in rules), encoded.ANCHOR, values.anchor(names)]
        self._anchors = _compiled(rb"|".join(anchors))
        kinds = rb"|".join(b"(?P<%s>%s)" % (kind.encode(), anchor) for kind, anchor, _ in rules)
        self._kinds = re.compile(kinds.replace(rb"\z", rb"\Z"))

    def hit(self, text: bytes, at: int, end: int) -> tuple[int, int] | None:
        """The next place between ``at`` and ``end`` where a secret may be."""
        match = self._anchors.search(text, at, end)
        return match.span() if match else None

    def cost(self, text: bytes, start: int, end: int) -> int:
        """How many ordinary places a place counts for: base64 has to be decoded."""
        return _MAX_DECODED_PLACES if text[start:end] in encoded.FRAGMENTS else 1

    def secret(self, text: bytes, start: int, end: int) -> Secret | None:
        """The secret at a hit, if it is one."""
        if text[start:end] in encoded.FRAGMENTS:
            return self._block(text, start, end)
        return self._plain_secret(text, start, end)

    def _plain_secret(self, text: bytes, start: int, end: int) -> Secret | None:
        kind = self._kinds.match(text, start)
        return (self._finders[kind.lastgroup] if kind else self._named)(text, start, end)

    def _holds_secret(self, decoded: bytes) -> bool:
        """Whether decoded text holds a secret, or more places for one than are looked at. Decodes no further."""
        at = 0
        for _ in range(_MAX_DECODED_PLACES):
            place = self.hit(decoded, at, len(decoded))
            if not place:
                return False
            if self._plain_secret(decoded, *place):
                return True
            at = place[1]
        return True


def _compiled(pattern: bytes):
    """Bytes are matched as they are, and no groups are kept: RE2 is fastest then."""
    options = re2.Options()
    options.encoding = re2.Options.Encoding.LATIN1
    options.max_mem, options.never_capture = _MAX_MEMORY, True
    return re2.compile(pattern, options)
