"""Requests for replays, and the store of them."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from ...errors import InvalidInput
from ...model import Selection
from ...read import selection as selecting
from ..cursor import ForwardClaim

_KEYS = ("VO", "PilotStamp", "PilotReference", "Site", "CE", "FromDate", "ToDate", "Checks")
_NARROWING = {"VO", "PilotStamp", "PilotReference", "FromDate"}
_MAX_BYTES = 256 * 1024


class ReplayState(StrEnum):
    """State of a replay: agents are to work on it, it is done, or somebody has stopped it."""

    OPEN = "Open"
    DONE = "Done"
    STOPPED = "Stopped"


@dataclass(frozen=True, slots=True)
class Progress:
    """Numbers of a replay: logs that were sent, their records, those rejected of them, and logs that can't be read."""

    logs: int = 0
    records: int = 0
    rejected: int = 0
    unreadable: int = 0

    def __add__(self, other: Progress) -> Progress:
        return Progress(
            self.logs + other.logs,
            self.records + other.records,
            self.rejected + other.rejected,
            self.unreadable + other.unreadable,
        )


@dataclass(frozen=True, slots=True)
class Replay:
    """One replay. Logs up to the id ``after`` were sent, those up to ``last`` are to be.

    ``selection`` is the caller's, as JSON. ``logs`` is the number of selected logs when it was requested, 0 if they
    could not be counted. ``reason`` is why the last log could not be read or the last record was rejected, ``error``
    what is wrong now.
    """

    id: int
    destination: str
    selection: str
    requested_at: datetime
    requested_by: str
    state: ReplayState
    after: int
    last: int
    logs: int
    progress: Progress
    reason: str = ""
    error: str = ""
    ended_at: datetime | None = None

    @property
    def share(self) -> float:
        """Return the part of the way that is done, from 0 to 1: of the logs, or of the ids if they were not counted."""
        done, all_of_it = self.progress.logs + self.progress.unreadable, self.logs
        if self.state is ReplayState.DONE:
            return 1.0
        return min(done / all_of_it, 1.0) if all_of_it else min(self.after / max(self.last, 1), 1.0)


@dataclass(frozen=True, slots=True)
class Step:
    """A step of a replay: logs up to the id ``after`` were sent since the step before."""

    after: int
    progress: Progress = field(default_factory=Progress)
    reason: str = ""


class Replays(Protocol):
    """The store of replays. Each method is one transaction and may raise StoreUnavailable."""

    def claim(self, destination: str, owner: str, until: datetime) -> Replay | None:
        """Lease the oldest open replay to a destination, None if there is none, or another agent has it."""

    def page(self, replay: Replay, wanted: Selection, after: int, limit: int) -> tuple[list[ForwardClaim], int]:
        """Look at some logs after the id ``after``. Return those selected, by their ids, and the last id looked at."""

    def present(self, log_id: int, vos: Sequence[str]) -> ForwardClaim | None:
        """Return a log as it is now, None if it was deleted or is of none of these VOs."""

    def still_there(self, ids: Collection[int], vos: Sequence[str]) -> set[int]:
        """Return the ids of these logs that were not deleted and are of one of these VOs."""

    def advance(self, replay: Replay, owner: str, step: Step, until: datetime) -> None:
        """Note a step, and lease the replay further; at its last log it is done.

        Raise LeaseLost if the owner has no lease any more, or somebody has stopped the replay.
        """

    def failed(self, replay: Replay, owner: str, error: str) -> None:
        """Note what is wrong, until the next step."""

    def release(self, replay: Replay, owner: str) -> None:
        """End the owner's lease."""


def wanted(values: object) -> str:
    """Return a caller's selection of logs to be sent again, as JSON. Raise InvalidInput.

    It has some of VO, PilotStamp, PilotReference, Site, CE, FromDate, ToDate and Checks, and one of them that narrows.
    """
    asked = values if isinstance(values, dict) else {}
    selecting.selection(values)
    if unknown := [key for key in asked if key not in _KEYS]:
        raise InvalidInput(f"Logs to be sent again are not selected by {', '.join(unknown)}")
    if not _NARROWING & asked.keys():
        raise InvalidInput("Name the logs by VO, stamp or reference, or the time since when")
    text = json.dumps(asked, default=str, sort_keys=True)
    if len(text) > _MAX_BYTES:
        raise InvalidInput("The selection is too long")
    return text


def selected(selection: str, vos: Sequence[str]) -> Selection | None:
    """Return a replay's selection, limited to logs of some VOs; None if it names none of these."""
    asked = json.loads(selection)
    named = selecting.selection({"VO": asked["VO"]}).vos if "VO" in asked else tuple(vos)
    left = [vo for vo in vos if vo in named]
    return selecting.selection(asked | {"VO": left}) if left else None
