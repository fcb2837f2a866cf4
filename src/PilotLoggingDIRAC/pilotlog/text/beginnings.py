"""Keyed hashes of the beginnings of a message, as it was sent: by them the resend rule finds earlier messages in it.

The hash of a long beginning has two halves, one of its whole blocks and one of all of it. A message over the limit has
lost its middle; of a beginning that ends there, the first half is known and the second is not. Even so, no byte that
would be stored is taken for another: what is kept of such a message lies in the blocks that were compared, or after
them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from ..model import Batch
from . import sums
from .sums import BLOCK_BYTES

HASH_BYTES = 16
_HALF_BYTES = HASH_BYTES // 2


def hashes(key: bytes, batch: Batch, lengths: set[int]) -> dict[int, bytes]:
    """Return the hashes of the beginnings of a message with these lengths, the first half of some, none of others."""
    wanted = sorted(length for length in lengths if length <= batch.sent_bytes)
    head = batch.cut.head if batch.cut else len(batch.text)
    short = [length for length in wanted if length <= head and length < BLOCK_BYTES]
    found = _of_short(key, batch.text, short)
    if len(short) < len(wanted):
        of_all = batch.cut.sums if batch.cut else sums.of(batch.text)
        found |= {length: _of_long(key, batch, of_all, length) for length in wanted if length not in found}
    return found


def _of_short(key: bytes, text: bytes, lengths: Iterable[int]) -> dict[int, bytes]:
    """Return the hashes of beginnings within the first block, in one pass."""
    state, done, found = hashlib.blake2b(key=key, digest_size=HASH_BYTES), 0, {}
    view = memoryview(text)
    for length in lengths:
        state.update(view[done:length])
        done, found[length] = length, state.copy().digest()
    return found


def _of_long(key: bytes, batch: Batch, of_all: bytes, length: int) -> bytes:
    number = length // BLOCK_BYTES
    blocks = sums.of_blocks(of_all, number)
    if length == batch.sent_bytes:
        return _half(key, blocks) + _half(key, of_all[-sums.SUM_BYTES :])
    rest = _kept(batch, number * BLOCK_BYTES, length)
    if rest is not None:
        return _half(key, blocks) + _half(key, sums.behind(blocks, rest))
    is_head_compared = batch.cut and number and number * BLOCK_BYTES >= batch.cut.head
    return _half(key, blocks) if is_head_compared else b""


def _kept(batch: Batch, start: int, end: int) -> bytes | None:
    """Return a piece of the message as it was sent, None if it is not kept."""
    cut = batch.cut
    if not cut or end <= cut.head:
        return batch.text[start:end]
    shift = len(batch.text) - cut.size
    return batch.text[start + shift : end + shift] if start >= cut.tail else None


def _half(key: bytes, summed: bytes) -> bytes:
    return hashlib.blake2b(summed, key=key, digest_size=_HALF_BYTES).digest()
