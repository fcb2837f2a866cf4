"""A stored diagnosis: why the pilot of one log failed, in the few words that lists show, and the rest as JSON."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from .model import Log, State


@dataclass(frozen=True, slots=True)
class Diagnosed:
    """The likeliest cause of a pilot's failure, all empty for a pilot that has none.

    ``party`` can do something about it, ``line`` counts from 1 within the part, 0 if no line tells it, ``rules`` is the
    version of the rules. ``details`` is JSON of all causes, phases and facts, within a bound. ``problem`` says why the
    log could not be read. ``telling`` is the template of the line that tells most of a failure without a known cause,
    ``telling_line`` its number. ``phase`` is the step in which the pilot is, or ended. ``running``: the log was
    received, and this is what was known so far.
    """

    cause: str = ""
    name: str = ""
    party: str = ""
    line: int = 0
    hint: str = ""
    rules: str = ""
    details: str = ""
    problem: str = ""
    telling: str = ""
    telling_line: int = 0
    phase: str = ""
    running: bool = False


def place(stamp: str, line: int) -> str:
    """Return a line of a pilot's log in words; only the pilot for line 0, which is no line."""
    return f"{stamp}:{line}" if line else stamp


@dataclass(frozen=True, slots=True)
class UnknownFailure:
    """A group of failed logs without a known cause: what their lines have in common, how many logs, and where.

    ``sites`` are at most ten, the one with most logs first; ``first_seen`` is the first of all, ``example_stamp`` and
    ``example_line`` lead to the last log: lines are those of what the reader is shown of it, 0 if the text is lost. The
    stamp is empty if that log was just deleted.
    """

    vo: str
    fingerprint: str
    template: str
    logs: int
    sites: tuple[str, ...]
    first_seen: datetime
    last_seen: datetime
    example_stamp: str
    example_line: int

    @property
    def example(self) -> str:
        """Return stamp and line of the last log, for people."""
        return place(self.example_stamp, self.example_line)


@dataclass(frozen=True, slots=True)
class CauseFigures:
    """Numbers of logs by group, the largest group first; ``more``: not all logs, or not all groups, are there."""

    groups: list[dict[str, Any]]
    logs: int
    more: bool


#: The code by which logs without a known cause are selected.
NO_CAUSE = "none"

#: The diagnosis of a log that has none, or not yet.
NONE = Diagnosed()

Diagnoses = Callable[[Iterable[int]], Mapping[int, Diagnosed]]
"""Return the stored diagnoses of logs by their ids, without details; others are absent. Raise StoreUnavailable."""


def none_known(ids: Iterable[int]) -> Mapping[int, Diagnosed]:
    """Return no diagnoses: those of a store that has none."""
    return {}


def present(log: Log, found: Diagnosed) -> Diagnosed:
    """Return the diagnosis of a part as it may be told: a log that is received again has none that is older."""
    return found if found.running or log.state is not State.RECEIVING else NONE


def of_log(parts: Sequence[Log], kept: Sequence[Log], diagnoses: Diagnoses) -> Diagnosed:
    """Return the diagnosis of a log: that of its last part.

    Its line counts from the start of the text of the parts that are ``kept``, and is 0 if it is not in them.
    """
    last = parts[-1]
    found = present(last, diagnoses([last.id]).get(last.id, NONE))
    if not found.line or last not in kept:
        return replace(found, line=0)
    return replace(found, line=found.line + sum(part.lines for part in kept if part.part < last.part))


#: Columns of a log's record in the answers of ``getPilotLogs``, in their order.
COLUMNS: Mapping[str, Callable[[Diagnosed], Any]] = {
    "Cause": lambda found: found.cause,
    "CauseName": lambda found: found.name,
    "CauseParty": lambda found: found.party,
    "CauseLine": lambda found: found.line if found.cause else None,
    "CauseHint": lambda found: found.hint,
    "Phase": lambda found: found.phase,
}
