"""The life of a log: what a batch, silence or time makes of it. Pure rules; the store makes them atomic.

``Receiving → Complete (finalised) | Incomplete (swept) → Archived → Purged``; a VO without an archive has ``Kept``
in place of ``Archived``. New text makes a log that is still in the store Receiving again; for a purged log it opens a
next part, and so does a stamp that is used again long after its log was archived. From each state a log becomes
``Deleted`` on request, and stays so: its row only remembers what was sent before.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from .endings import ended_with
from .model import Batch, Log, PilotInfo, Receipt, State
from .settings import ArchiveSettings, SealSettings
from .text import excerpt, limits, resend
from .text.limits import TextFilter
from .text.marked_line import marked_line
from .text.resend import Guess
from .text.utf8 import character_boundary

#: States of a log whose text has left the store.
GONE = (State.PURGED, State.DELETED)

#: A message is stored in chunks of at most this many bytes, so that no row outgrows the database's packet.
MAX_CHUNK_BYTES = 1024 * 1024

_MAX_SENDERS_LENGTH = 255


@dataclass(frozen=True, slots=True)
class Chunk:
    """Text to store under the log's sequence number."""

    sequence: int
    text: bytes
    lines: int
    received: datetime
    sender: str


@dataclass(frozen=True, slots=True)
class Reception:
    """Result of a run of batches: the log's new row, the chunks to store, and a receipt for each batch."""

    log: Log
    chunks: tuple[Chunk, ...]
    receipts: tuple[Receipt, ...]


def receive(log: Log, batches: Iterable[Batch], text_filter: TextFilter | None = None) -> Reception:
    """Take batches, in their order, into a log whose text is not gone; repeated text is left out.

    ``text_filter`` takes secrets and what is over a limit out of the text; None is the default for both.
    """
    text_filter = text_filter or limits.default()
    chunks: list[Chunk] = []
    receipts = []
    for batch in batches:
        log, new, receipt = _finalise(log, batch) if batch.return_code is not None else _append(log, batch, text_filter)
        chunks.extend(new)
        receipts.append(receipt)
    return Reception(log, tuple(chunks), tuple(receipts))


def _append(log: Log, batch: Batch, text_filter: TextFilter) -> tuple[Log, list[Chunk], Receipt]:
    """Take text into a log. The row is changed once, as each copy of it costs as much as the rule for resends."""
    before = _memory(log)
    repeated, memory, guess = resend.receive(before, batch)
    changes: dict[str, Any] = {
        "last_seen": max(log.last_seen, batch.received),
        "resend": memory.dump(),
        "answers": memory.dump_answers(),
    }
    notice = marked_line(batch.received, f"{repeated} bytes {guess}") if guess else b""
    if repeated == batch.sent_bytes and (log.state in GONE or not notice):
        return dataclasses.replace(log, **changes), [], Receipt(0, repeated)
    begins_a_line = resend.is_another_sender(before, batch.sender) or excerpt.begins_left_out(batch, repeated)
    interrupts = begins_a_line and limits.is_within_line(log.carry)
    rest = excerpt.behind(batch, repeated)
    text = (b"\n" if interrupts else b"") + rest.text
    filtered = text_filter.filter(log, text, batch.received, notice)
    missing = filtered.dropped + rest.missing_bytes + (repeated if guess is Guess.UNKNOWN else 0)
    left_out = max(rest.missing_bytes, 0) if batch.sender else 0
    changes |= {
        "carry": filtered.carry,
        "dropped_bytes": log.dropped_bytes + filtered.dropped + left_out,
        "missing_bytes": max(log.missing_bytes + missing, 0),
    }
    chunks, stored = _store(log, filtered.text, batch)
    log = dataclasses.replace(_sent_by(log, batch), **changes, **stored)
    return log, chunks, Receipt(len(filtered.text), repeated)


def _memory(log: Log) -> resend.Memory:
    return resend.Memory.load(log.resend, log.answers)


def _sent_by(log: Log, batch: Batch) -> Log:
    """Return the log with the address that the batch came from among its senders, a bounded number of them."""
    if not batch.sender or batch.sender == log.sender or batch.sender in log.addresses:
        return log
    if not log.sender:
        return dataclasses.replace(log, sender=batch.sender)
    senders = ",".join([*log.addresses, batch.sender])
    return dataclasses.replace(
        log, many_senders=True, senders=senders if len(senders) <= _MAX_SENDERS_LENGTH else log.senders
    )


def _store(log: Log, text: bytes, batch: Batch) -> tuple[list[Chunk], dict[str, Any]]:
    """Return the chunks of a text, and what they change in the log's row."""
    if not text:
        return [], {}
    chunks = [
        Chunk(log.next_sequence + index, part, _line_ends(part, batch), batch.received, batch.sender)
        for index, part in enumerate(split(text))
    ]
    return chunks, {
        "state": _reopened(log, batch),
        "lines": log.lines + sum([chunk.lines for chunk in chunks]),
        "bytes": log.bytes + len(text),
        "next_sequence": log.next_sequence + len(chunks),
    }


def _line_ends(part: bytes, batch: Batch) -> int:
    """Return the number of line ends in a chunk. It is known of a whole message as it came, which most chunks are."""
    return batch.line_ends if batch.line_ends is not None and part == batch.text else part.count(b"\n")


def _reopened(log: Log, batch: Batch) -> State:
    """Return the state of a log that gets text.

    A pilot's text makes a log Receiving again, for those who follow it, until its next mark or a long silence. A line
    of our own leaves a sealed log sealed, so that it is archived again after a short grace.
    """
    if log.state is State.RECEIVING or not batch.is_own_line:
        return State.RECEIVING
    return State.COMPLETE if log.complete else State.INCOMPLETE


def _finalise(log: Log, batch: Batch) -> tuple[Log, list[Chunk], Receipt]:
    """End a log by a mark, also one that went on after another mark.

    A mark that says nothing new changes nothing. An archived copy stays good, as the text is the same.
    """
    if log.state is State.DELETED:
        return log, [], Receipt(0)
    state = State.COMPLETE if log.state in (State.RECEIVING, State.INCOMPLETE) else log.state
    ended = dataclasses.replace(ended_with(log, batch.return_code or ""), state=state)
    if ended == log:
        return log, [], Receipt(0)
    last_seen = max(log.last_seen, batch.received)
    return dataclasses.replace(_sent_by(ended, batch), last_seen=last_seen), [], Receipt(0)


def split(text: bytes, limit: int = MAX_CHUNK_BYTES) -> list[bytes]:
    """Return the text in chunks of at most ``limit`` bytes (4 or more), none of which begins inside a UTF-8
    character.
    """
    chunks, start = [], 0
    while start < len(text):
        end = character_boundary(text, start + limit)
        chunks.append(text[start:end])
        start = end
    return chunks


def part_for(log: Log, batches: Sequence[Batch], accept_late: timedelta) -> Log:
    """Return the part that takes a run of batches: ``log``, the last one, or a new one after it, whose id is 0.

    A new one takes new text for a log whose text is gone, and all that comes later than ``accept_late`` after an
    archived or purged log was last heard of: its stamp is used again, and nothing counts as sent before.
    """
    received = batches[0].received
    if _is_used_again(log, received, accept_late):
        return dataclasses.replace(next_part(log, received), resend=b"", answers=b"")
    return next_part(log, received) if needs_next_part(log, batches) else log


def _is_used_again(log: Log, received: datetime, accept_late: timedelta) -> bool:
    return log.state in (State.ARCHIVED, *GONE) and received - log.last_seen > accept_late


def needs_next_part(log: Log, batches: Sequence[Batch]) -> bool:
    """Return whether text that is or may be new arrives for a log whose text is gone, which opens a next part."""
    if log.state not in GONE:
        return False
    memory = _memory(log)
    return any(_may_be_new(resend.receive(memory, batch), batch) for batch in batches)


def _may_be_new(recognised: resend.Recognised, batch: Batch) -> bool:
    return recognised.repeated < batch.sent_bytes or recognised.guess is Guess.UNKNOWN


def next_part(log: Log, received: datetime) -> Log:
    """Return the part that follows a purged or deleted one: empty, but it remembers what was sent before."""
    return Log(
        id=0,
        pilot=log.pilot,
        part=log.part + 1,
        state=State.RECEIVING,
        first_seen=received,
        last_seen=received,
        resend=log.resend,
        answers=log.answers,
        reference=log.reference,
        site=log.site,
        ce=log.ce,
    )


def is_to_be_sealed(log: Log, info: PilotInfo | None, now: datetime, settings: SealSettings) -> bool:
    """Return whether a receiving log is to be sealed: its silence has reached the limit for its pilot, or for a log
    that had ended before and got more text.

    ``info`` is None for a pilot that PilotAgentsDB does not know; unknown there is not dead.
    """
    if log.complete or log.generation:
        limit = settings.silent_reopened_seconds
    elif info is None:
        limit = settings.silent_unknown_seconds
    else:
        limit = settings.silent_final_seconds if info.final else settings.silent_running_seconds
    return now - log.last_seen >= timedelta(seconds=limit)


def retry_after(attempts: int, now: datetime, settings: ArchiveSettings) -> datetime:
    """Return the time of the next try after ``attempts`` failures to archive; waits double up to a limit."""
    wait = settings.retry_seconds * 2 ** min(attempts - 1, 20)
    return now + timedelta(seconds=min(wait, settings.max_retry_seconds))
