"""Checksums of the beginnings of a text, taken while it comes: of each number of whole blocks, and of all of it.

By them a message is recognised of which only a part is stored. They are a chain: each is the checksum of the sum before
it and of its own block, so that the sum of a longer beginning needs only the bytes of its last block.
"""

from __future__ import annotations

import hashlib

BLOCK_BYTES = 64 * 1024
SUM_BYTES = 16


class Sums:
    """The chain of a text that comes in pieces."""

    def __init__(self) -> None:
        self._whole: list[bytes] = []
        self._state = _begin(b"")
        self._room = BLOCK_BYTES

    def add(self, piece: bytes | memoryview) -> None:
        """Take the next piece."""
        view = memoryview(piece)
        while view:
            self._state.update(view[: self._room])
            taken = min(self._room, len(view))
            self._room -= taken
            view = view[taken:]
            if not self._room:
                self._whole.append(self._state.digest())
                self._state, self._room = _begin(self._whole[-1]), BLOCK_BYTES

    def dump(self) -> bytes:
        """Return the sums of one block, of two, and so on, and that of the whole text."""
        return b"".join([*self._whole, self._state.digest()])


def of(text: bytes) -> bytes:
    """Return the sums of a text, as ``dump`` does."""
    sums = Sums()
    sums.add(text)
    return sums.dump()


def of_blocks(sums: bytes, number: int) -> bytes:
    """Return the sum of the first blocks, nothing for none."""
    return sums[SUM_BYTES * (number - 1) : SUM_BYTES * number] if number else b""


def behind(before: bytes, rest: bytes) -> bytes:
    """Return the sum of a beginning: ``before`` is that of its whole blocks, ``rest`` its end of less than a block."""
    state = _begin(before)
    state.update(rest)
    return state.digest()


def _begin(before: bytes) -> hashlib.blake2b:
    return hashlib.blake2b(before, digest_size=SUM_BYTES)
