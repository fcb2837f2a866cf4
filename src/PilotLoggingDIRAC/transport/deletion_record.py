"""The line in the service log for each call that deletes logs: who, which, how many."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from DIRAC import gLogger

from PilotLoggingDIRAC.pilotlog.access import Caller
from PilotLoggingDIRAC.pilotlog.archive.deletion.request import Extent
from PilotLoggingDIRAC.pilotlog.model import Selection

_MAX_NAMES = 20
_log = gLogger.getSubLogger("PilotLogging")


@dataclass(slots=True)
class DeletionRecord:
    """A sum of all that one call has deleted so far."""

    extent: Extent = field(default_factory=Extent)

    def add(self, extent: Extent) -> None:
        """Add what a committed step has deleted."""
        self.extent += extent


@contextmanager
def audited_deletion(who: Caller, wanted: Selection) -> Iterator[DeletionRecord]:
    """Yield a record to count deletions in, and log it at the end, also after an error: committed steps stay
    deleted.
    """
    record = DeletionRecord()
    try:
        yield record
    finally:
        what = record.extent
        figures = f"{what.logs} logs, {what.bytes} bytes, {what.copies} copies to be removed"
        _log.notice("Deleted logs", f"{who}: {figures}; {_words(wanted)}")


def _words(wanted: Selection) -> str:
    """Return the selection as text, with the first names of long lists. ``read.selection`` has made sure that each
    is printable.
    """
    given = {
        "VO": wanted.vos,
        "PilotStamp": wanted.stamps,
        "PilotReference": wanted.references,
        "Site": wanted.sites,
        "CE": wanted.ces,
        "Host": wanted.hosts,
        "Job": wanted.jobs,
        "User": wanted.owners,
        "Name": [wanted.name] if wanted.name else [],
        "Outcome": wanted.outcomes,
        "Cause": wanted.causes,
        "State": wanted.states,
        "ReturnCode": [*wanted.return_codes, *(f"!{code}" for code in wanted.other_codes)],
        "LastError": [wanted.last_error] if wanted.last_error else [],
        "Incomplete": [True] if wanted.incomplete else [],
        "Missing": [True] if wanted.missing else [],
        "Dead": [True] if wanted.dead else [],
        "Checks": [False] if wanted.without_checks else [],
        "FromDate": [wanted.since] if wanted.since else [],
        "ToDate": [wanted.until] if wanted.until else [],
    }
    return ", ".join(f"{key}={_listed(values)}" for key, values in given.items() if values)


def _listed(values: Sequence[object]) -> str:
    more = f" and {len(values) - _MAX_NAMES} more" if len(values) > _MAX_NAMES else ""
    return " ".join(map(str, values[:_MAX_NAMES])) + more
