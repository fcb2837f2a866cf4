"""Logs that are received: the store, as diagnoses of running pilots need it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from ...diagnosed import Diagnosed
from ...model import Log
from ..walk import LogPosition


@dataclass(frozen=True, slots=True)
class ReadChunk:
    """A chunk of a log, as it was read; without ``text`` if that is damaged."""

    log_id: int
    sequence: int
    text: bytes | None


@dataclass(frozen=True, slots=True)
class Seen:
    """A log as far as it was read (``next_sequence``), and what it says; None if no more than before.

    ``has_ended``: DIRAC says that its pilot has ended.
    """

    log: Log
    found: Diagnosed | None
    has_ended: bool = False


class ReceivedLogs(Protocol):
    """The store's logs that are received. Each method is one transaction and may raise StoreUnavailable; calling it
    again is safe.
    """

    def grown(self, since: datetime | None, after: LogPosition | None, limit: int) -> list[Log]:
        """Return logs after a position, heard of since, whose stored diagnosis is of other text, or that have none."""

    def ended(self, limit: int) -> list[Log]:
        """Return logs of pilots that have ended, as DIRAC says, whose stored diagnosis is of a pilot that runs."""

    def received(self, ids: Sequence[int]) -> set[int]:
        """Return the ids of those logs that are received."""

    def begin(self, found: Sequence[Log], alone: bool) -> tuple[set[int], set[int]]:
        """Note that logs will be read from their beginning. Return the ids of those that may be and of those that wait.

        A log that was noted before without a diagnosis may have ended the agent: unless nothing else is read meanwhile
        (``alone``), it waits and is not noted. Others are not received any more, or have ended too many agents.
        """

    def following(self, read: Mapping[int, int], most_bytes: int) -> list[ReadChunk]:
        """Return chunks of logs from sequence numbers on, by the logs' ids, in order: of each log without a gap.

        About ``most_bytes`` in all; one row at least, if there is any.
        """

    def store(self, found: Sequence[Seen]) -> set[int]:
        """Store what was found in logs that are still received and that nobody leases. Return the ids of these logs."""
