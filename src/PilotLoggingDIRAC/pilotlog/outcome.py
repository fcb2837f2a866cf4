"""The outcome of a pilot, as its log and DIRAC tell: a fact apart from the place where the log's text is stored.

A log that is received is of a pilot that runs, unless DIRAC says that the pilot has ended. Of one that has ended the
return code tells, or else DIRAC's word. A pilot that DIRAC calls ``Done`` and that has not reported its end may have
done its work or not: that is unknown.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from .model import Log, Outcome, Selection, State
from .ports import Clock
from .settings import StatusSettings
from .text.humanize import span

#: DIRAC's statuses of pilots that have ended, and those of pilots that did not end well.
FINAL_STATUSES = frozenset({"Done", "Aborted", "Deleted", "Failed"})
KILLED_STATUSES = FINAL_STATUSES - {"Done"}
#: Return codes of pilots that did their work; the empty one is of a pilot that reported none.
GOOD_CODES = frozenset({"0", ""})

#: Outcomes of pilots that have not ended, and of those that did not end well.
RUNNING = (Outcome.RUNNING, Outcome.SILENT)
FAILED = (Outcome.FAILED, Outcome.KILLED)


@dataclass(frozen=True, slots=True)
class Fate:
    """The present state of a log: DIRAC's word on its pilot, and, of a log without an end, its silence in seconds.

    ``dead``: the log is received, and DIRAC says that its pilot has ended. ``silent``: its silence is long enough to be
    told. ``over``: it is dead, and nothing has come for a while.
    """

    status: str = ""
    dead: bool = False
    silent_seconds: float = 0.0
    silent: bool = False
    over: bool = False


class Fates:
    """The fates of logs at the present moment."""

    def __init__(self, settings: StatusSettings, clock: Clock):
        self._settings = settings
        self._clock = clock

    def of(self, log: Log) -> Fate:
        """Return the fate of one part of a log."""
        if log.state is not State.RECEIVING:
            return Fate(log.pilot_status)
        seconds = max((self._clock() - log.last_seen).total_seconds(), 0.0)
        dead, settings = log.pilot_status in FINAL_STATUSES, self._settings
        silent = seconds >= self.silent_seconds
        return Fate(log.pilot_status, dead, seconds, silent, dead and seconds >= settings.status_over_seconds)

    @property
    def silent_seconds(self) -> float:
        """Return the seconds without a message after which a running pilot is called silent."""
        return self._settings.status_silent_seconds

    def silent_before(self) -> datetime:
        """Return the time since which a running pilot must have been heard of, not to be called silent."""
        return self._clock() - timedelta(seconds=self.silent_seconds)

    def resolved(self, wanted: Selection) -> Selection:
        """Return a selection whose outcomes can be told at this moment."""
        return replace(wanted, silent_before=self.silent_before()) if wanted.outcomes else wanted

    def of_log(self, parts: Sequence[Log]) -> Fate:
        """Return the fate of a log by its parts; the last one tells."""
        return self.of(parts[-1]) if parts else Fate()


def has_ended(log: Log) -> bool:
    """Return whether the pilot of a log has ended: its log was finalised or sealed and got no text since, or DIRAC
    says so.

    A return code alone tells nothing: a pilot that runs again under its stamp has that of its first run.
    """
    return log.state is not State.RECEIVING or log.pilot_status in FINAL_STATUSES


def outcome(log: Log, fate: Fate) -> Outcome:
    """Return the outcome of the pilot of a log, whose last part is given."""
    if log.state is State.RECEIVING and not fate.dead:
        return Outcome.SILENT if fate.silent else Outcome.RUNNING
    if log.return_code is not None:
        return Outcome.SUCCEEDED if log.return_code in GOOD_CODES else Outcome.FAILED
    return Outcome.KILLED if log.pilot_status in KILLED_STATUSES else Outcome.UNKNOWN


def outcome_text(log: Log, fate: Fate, cause: str = "") -> str:
    """Return the outcome in words, with codes, the name of the likeliest cause, DIRAC's status, or the silence."""
    found = outcome(log, fate)
    details = {
        Outcome.RUNNING: [cause],
        Outcome.SILENT: [cause],
        Outcome.FAILED: [_codes(log), cause],
        Outcome.KILLED: [f"DIRAC says {fate.status}", cause],
        Outcome.UNKNOWN: [f"DIRAC says {fate.status}" if fate.status in FINAL_STATUSES else "", cause],
    }.get(found, [])
    words = f"{found} for {span(fate.silent_seconds)}" if found is Outcome.SILENT else str(found)
    more = ", ".join(filter(None, details))
    return f"{words} ({more})" if more else words


def _codes(log: Log) -> str:
    return f"code{'s' if len(log.codes) > 1 else ''} {', '.join(code or 'none' for code in log.codes)}"
