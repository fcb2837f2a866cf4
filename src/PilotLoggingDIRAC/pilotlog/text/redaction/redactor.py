"""Redaction of a stream: bytes in, bytes out, message by message, nothing held back.

A secret is swallowed to its end, over as many messages as it takes; in its place stands ``[redacted:<rule>]``.
"""

from __future__ import annotations

import functools
import itertools
from collections.abc import Iterable, Sequence

from . import budget, swallow
from .budget import Budget
from .carry import Carry, present_line
from .marker import marker
from .repeated import Repeated
from .rules import encoded, pem, scalars
from .rules.own import OwnRule
from .scanning import Scanner
from .swallow import BLOCK, KEY, MANY, SCALAR, Opened, Secret
from .values.names import Names

#: This many lines after a cut are looked at one by one for the end of a secret, then blocks: a key has 128 at most.
_SINGLE_LINES = 1024
_BLOCK_BYTES = 64 * 1024


class Redactor:
    """The redactor, which takes secrets out of text. It holds no state of any log; many threads may use it."""

    def __init__(self, own: Sequence[OwnRule] = (), secret_names: Iterable[str] = (), plain_names: Iterable[str] = ()):
        """Create the redactor; ``own`` are rules besides those of this package. For the names see ``names.Names``."""
        self._own = tuple(own)
        self._scanner = Scanner(Names(secret_names, plain_names))

    def redact(self, carry: bytes, text: bytes) -> tuple[bytes, bytes]:
        """Return the text that is stored of a message, and the carry for the log's next one: empty at a log's start."""
        if not text:
            return b"", carry
        state = Carry.load(carry)
        stored, opened = _Pass(self._scanner, state).run(text)
        if self._own:
            stored = self._apply_own(state.context, stored)
        return stored, Carry(present_line(state.context, stored), opened).dump()

    def open_bytes(self, before: bytes, text: bytes) -> int:
        """Return the number of bytes, in whole lines, that a secret which begins in ``before`` takes of ``text``.

        After many lines it may be a block more: in hostile text each line may open another secret.
        """
        carry, at = self.redact(b"", before)[1], 0
        steps = itertools.chain(itertools.repeat(0, _SINGLE_LINES), itertools.repeat(_BLOCK_BYTES))
        while at < len(text) and Carry.load(carry).opened:
            end = text.find(b"\n", at + next(steps)) + 1 or len(text)
            carry, at = self.redact(carry, text[at:end])[1], end
        return at

    def _apply_own(self, context: bytes, stored: bytes) -> bytes:
        budget = Budget(len(stored))
        for rule in self._own:
            stored = rule.apply(context + stored, len(context), budget)
        return stored


@functools.cache
def default() -> Redactor:
    """Return the redactor that has only the rules of this package."""
    return Redactor()


_SWALLOWED = {SCALAR: scalars.swallow, BLOCK: encoded.swallow}


class _Pass:
    """One message on its way through the rules."""

    def __init__(self, scanner: Scanner, state: Carry):
        self._scanner = scanner
        self._context = state.context
        self._opened = state.opened
        self._pieces: list[bytes] = []
        self._repeated = Repeated()

    def run(self, text: bytes) -> tuple[bytes, Opened | None]:
        """Return the text as it is stored, and the secret that is open after it."""
        if self._opened:
            text = self._go_on(self._opened, text)
        if text:
            self._scan(text)
        return self._repeated.hide(b"".join(self._pieces)), self._opened

    def _go_on(self, opened: Opened, text: bytes) -> bytes:
        """Return what is left of the text after the secret that was open before it."""
        text = opened.tail + text
        end, self._opened = _swallow(opened._replace(tail=b""), text, 0, self._context)
        # other output follows the secret on a line that the log has begun: end that line
        if self._opened and end < len(text) and (end or not pem.goes_on(opened)) and self._context:
            self._pieces.append(b"\n")
            self._context = b""
        return text[end:]

    def _scan(self, text: bytes) -> None:
        self._text, self._base, self._budget = self._context + text, len(self._context), Budget(len(text))
        places, at, self._done = self._scanner.places(self._text), 0, self._base
        while at < len(self._text):
            limit = self._limit(at) if self._opened else len(self._text)
            found = self._scanner.next(places, at, limit, self._budget)
            if found:
                at = self._take(*found)
            elif limit < len(self._text):
                at = self._resume(limit)
            else:
                break
        self._pieces.append(self._text[self._done :])

    def _limit(self, at: int) -> int:
        """Return the place where a key goes on when other output came between: after this line."""
        return self._text.find(b"\n", max(at, self._base)) + 1 or len(self._text)

    def _take(self, secret: Secret, behind: int) -> int:
        """Put the marker in the place of a secret, and return where the scan goes on."""
        end, opened = _swallow(secret.opened, self._text, secret.start)
        if end <= max(secret.start, self._done):
            return max(end, behind)
        self._pieces += [self._text[self._done : max(secret.start, self._done)], marker(secret.opened.rule)]
        self._done, self._opened = end, opened or self._opened
        if not opened:
            self._repeated.keep(secret, self._text, end)
        if opened and end < len(self._text):
            self._pieces.append(b"\n")
        return end

    def _resume(self, at: int) -> int:
        if self._opened is None:
            return at
        end, self._opened = pem.swallow(self._opened, self._text, at)
        self._pieces.append(self._text[self._done : at])
        self._done = end
        return end


def _swallow(opened: Opened, text: bytes, at: int, context: bytes = b"") -> tuple[int, Opened | None]:
    if opened.kind == KEY:
        return pem.swallow(opened, text, at, context)
    if opened.kind == MANY:
        return budget.swallow(text, at)
    return _SWALLOWED.get(opened.kind, swallow.swallow)(opened, text, at)
