"""Unsettled logs: the store and DIRAC's databases, as the describing of running pilots needs them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from ..model import Log, PilotId, PilotInfo, PilotJob


@dataclass(frozen=True, slots=True)
class Unsettled:
    """A log whose description may change. ``pilot_id`` is the number of its pilot's row in DIRAC, 0 if not known."""

    log: Log
    pilot_id: int


@dataclass(frozen=True, slots=True)
class Description:
    """The present description of a log. Empty values are unknown, and replace nothing that is known.

    ``pilot_id`` is the pilot that the store knew before, 0 for none.
    """

    log: Log
    info: PilotInfo | None = None
    jobs: tuple[PilotJob, ...] = ()
    host: str = ""
    pilot_id: int = 0


class UnsettledLogs(Protocol):
    """The store's unsettled logs. Each method is one transaction, or several small ones; it may raise
    StoreUnavailable, and calling it again is safe.
    """

    def lowest_open(self) -> int:
        """Return the lowest id of the logs that are received or wait for their archive, one more than the highest id if
        there is none.
        """

    def highest(self) -> int:
        """Return the highest id of all logs, 0 without any."""

    def take(self, above: int, limit: int) -> int:
        """Make logs with ids above ``above`` unsettled that are neither unsettled nor archived, at most ``limit``.
        Return their number.
        """

    def take_reopened(self, since: datetime, limit: int) -> int:
        """Make received logs with text since a moment unsettled that are not, at most ``limit``. Return their number.

        A settled log keeps its id when it is opened again by late text.
        """

    def page(self, known: bool, after: int, limit: int) -> list[Unsettled]:
        """Return unsettled logs with higher ids, by their ids: those whose pilots DIRAC knows, or the others."""

    def beginnings(self, ids: Sequence[int], below: int) -> dict[int, bytes]:
        """Return the beginnings of logs by their ids: the first text of chunks with sequence numbers below ``below``.

        The text that is read in one call has a bound: logs after it are absent, and have to be asked for again.
        """

    def describe(self, found: Sequence[Description]) -> int:
        """Write descriptions into logs, where they differ. Return the number of logs that were changed."""

    def settle(self, ids: Sequence[int]) -> None:
        """Take logs from the unsettled ones, but for those that are received again meanwhile."""


class KnownPilots(Protocol):
    """DIRAC's records of pilots. Each method may raise StoreUnavailable."""

    def running(self, pilots: Sequence[PilotId]) -> dict[PilotId, PilotInfo]:
        """Return those among the pilots that are known and whose status is not final. This is the quick look-up."""

    def by_stamp(self, pilots: Sequence[PilotId]) -> dict[PilotId, PilotInfo]:
        """Return those among the pilots that are known. It reads the whole table."""

    def by_id(self, ids: Sequence[int]) -> dict[int, PilotInfo]:
        """Return the pilots with these numbers that are still known."""

    def jobs(self, ids: Sequence[int]) -> Mapping[int, Sequence[int]]:
        """Return the numbers of the jobs that these pilots have taken, by the pilots' numbers."""


class KnownOwners(Protocol):
    """DIRAC's jobs."""

    def owners(self, jobs: Sequence[int]) -> Mapping[int, str]:
        """Return the user names of the jobs' owners, by the jobs' numbers. Raise StoreUnavailable."""
