"""Text that comes in many small pieces, put together in blocks: each one costs its reader a step."""

from __future__ import annotations

from collections.abc import Iterable, Iterator


def blocks(pieces: Iterable[bytes], size: int) -> Iterator[bytes]:
    """Yield the same text in blocks of ``size`` bytes at least, but for the last one; none of them is empty."""
    held: list[bytes] = []
    held_bytes = 0
    for piece in pieces:
        held.append(piece)
        held_bytes += len(piece)
        if held_bytes >= size:
            yield b"".join(held)
            held, held_bytes = [], 0
    if held_bytes:
        yield b"".join(held)
