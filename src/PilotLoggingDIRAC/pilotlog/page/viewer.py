"""The web page's questions, answered as plain dictionaries: the list of logs, one log, its lines, outline and hits."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Protocol

from .. import access, validation
from ..access import Caller, Policy, Scope
from ..diagnosed import NONE, Diagnosed, Diagnoses, none_known, of_log, present
from ..errors import InvalidInput
from ..model import Log, Outcome, PilotId, PilotJob, Selection, State
from ..outcome import Fate, Fates, outcome, outcome_text
from ..ports import Clock
from ..read import selection
from ..read.audit import Audit
from ..read.outputs import first_kept, kept_parts
from ..read.reader import LogReader
from ..read.summary import standing, whereabouts
from ..settings import PageSettings
from .document import Document, Documents, shown
from .outlined import Details, no_details, outlined

Asked = Mapping[str, Sequence[str]]
"""The words of a query string: name to values."""

_METHOD = "page"
_MAX_FIND_BYTES = 256
_LISTED = 50


def words(values: Sequence[str]) -> str | list[str]:
    """Return the values of one name as a selection takes them: one alone, several as a list."""
    return values[0] if len(values) == 1 else list(values)


Jobs = Callable[[Sequence[int]], Mapping[int, Sequence[PilotJob]]]
"""Return the jobs of logs by the logs' ids; logs without jobs are absent. Raise StoreUnavailable."""


def no_jobs(ids: Sequence[int]) -> Mapping[int, Sequence[PilotJob]]:
    """Return no jobs: those of a store that has none."""
    return {}


class StateCounts(Protocol):
    """The store's counts for the page; see ``sql.read.page_queries``."""

    def states(self, scope: Scope, wanted: Selection, most: int) -> dict[State, int]:
        """Return the number of selected logs by state, counted among the ``most`` that were heard of last."""

    def outcomes(self, scope: Scope, wanted: Selection, most: int, silent_before: datetime) -> dict[Outcome, int]:
        """Return their number by outcome in the same way."""


@dataclass(frozen=True, slots=True)
class PageCaller:
    """A caller of the page, with the policy of the caller's VO."""

    caller: Caller
    policy: Policy


@dataclass(frozen=True, slots=True)
class Viewer:
    """The answers to the page's questions. Raise the errors of ``errors``; the page shows NotAllowed and LogNotFound
    alike. ``look_at_database`` is called before a log is looked up; it forgets what was read of another database.
    """

    query: LogReader
    views: StateCounts
    documents: Documents
    settings: PageSettings
    clock: Clock
    audit: Audit
    fates: Fates
    look_at_database: Callable[[], None] = lambda: None
    diagnoses: Diagnoses = none_known
    jobs: Jobs = no_jobs
    details: Details = no_details

    def logs(self, reader: PageCaller, asked: Asked) -> dict[str, Any]:
        """Return a page of the selected logs, newest first unless ``Order`` says otherwise, and their number by state
        and by outcome. ``newest`` above 0 is the number of logs, heard of last, that were counted.
        """
        chosen = {key: words(asked[key]) for key in asked if key not in ("Start", "Limit", "Order")}
        wanted = selection.selection(chosen)
        column, descending = _order(asked)
        most = self.query.settings.max_counted
        start = _number(asked, "Start", 0, 0, most)
        limit = _number(asked, "Limit", _LISTED, 1, self.settings.max_rows)
        scope = access.scope(reader.caller, reader.policy)
        wanted_now = self.fates.resolved(wanted)
        resolved = self.query.named(scope, wanted_now)
        total, found = self.query.select(reader.caller, reader.policy, resolved, column, descending, start, limit)
        any_state, any_outcome = self._with_any(scope, wanted_now, resolved)
        states = self.views.states(scope, any_state, most)
        outcomes = self.views.outcomes(scope, any_outcome, most, self.fates.silent_before())
        among = max(sum(states.values()), sum(outcomes.values()))
        self.audit.listed(reader.caller, _METHOD, wanted, len(found))
        return {
            "now": _moment(self.clock()),
            "total": total.number,
            "more": total.more or self.query.is_cut(wanted_now, resolved),
            "newest": among if among >= most else 0,
            "states": {state.value: states.get(state, 0) for state in State},
            "outcomes": {outcome.value: outcomes.get(outcome, 0) for outcome in Outcome},
            "logs": self._rows(scope, found),
        }

    def _with_any(self, scope: Scope, wanted: Selection, resolved: Selection) -> tuple[Selection, Selection]:
        """Return the selection for the numbers by state, and the one for those by outcome: stamps that a part of a name
        means were looked up with the states and outcomes that are chosen, which these numbers leave aside.
        """
        named = self.query.named
        return (
            named(scope, replace(wanted, states=())) if wanted.name and wanted.states else resolved,
            named(scope, replace(wanted, outcomes=())) if wanted.name and wanted.outcomes else resolved,
        )

    def _rows(self, scope: Scope, found: Sequence[Log]) -> list[dict[str, Any]]:
        jobs, causes = self.jobs([log.id for log in found]), self._causes(scope, found)
        return [
            _row(log) | _fate(log, self.fates.of(log), cause) | _cause(cause) | _jobs(jobs.get(log.id, ()))
            for log, cause in zip(found, causes, strict=True)
        ]

    def _causes(self, scope: Scope, found: Sequence[Log]) -> list[Diagnosed]:
        """Return the diagnoses of parts, with lines as in the log that the caller is shown."""
        known = self.diagnoses([log.id for log in found])
        told = [(log, present(log, known.get(log.id, NONE))) for log in found]
        before = self.query.lines_before(scope, [log for log, cause in told if cause.line])
        return [replace(cause, line=before[log.id] + cause.line if log.id in before else 0) for log, cause in told]

    def log(self, reader: PageCaller, pilot: PilotId, asked: Asked) -> dict[str, Any]:
        """Return the standing and length of a log, and the cursor after its last line end; ``bytes`` of a live log are
        those up to there; ``begins`` is its first kept part. Raise NotYetThere while the text is being fetched.
        """
        parts = self.parts(reader, pilot)
        document, facts = self.document(parts), self.describe(parts)
        ended = document.ended_bytes()
        return facts | {
            "now": _moment(self.clock()),
            "begins": first_kept(parts),
            "lines": document.number_of_lines(),
            "ended": document.ended_lines,
            "bytes": ended if facts["live"] else document.size,
            "cursor": self.query.cursors.give(document.cursor(ended)),
        }

    def jobs_of(self, parts: Sequence[Log]) -> list[PilotJob]:
        """Return the jobs that the pilot of a log has taken."""
        return [job for taken in self.jobs([part.id for part in parts]).values() for job in taken]

    def cause_of(self, parts: Sequence[Log]) -> Diagnosed:
        """Return the diagnosis of a log, or what is known so far."""
        return of_log(parts, kept_parts(parts), self.diagnoses)

    def describe(
        self, parts: Sequence[Log], jobs: Sequence[PilotJob] | None = None, found: Diagnosed | None = None
    ) -> dict[str, Any]:
        """Return the facts that the page always shows; ``jobs`` and the diagnosis ``found`` if they were looked up."""
        found = self.cause_of(parts) if found is None else found
        jobs = self.jobs_of(parts) if jobs is None else jobs
        facts = describe(parts, self.fates.of_log(parts), found) | _cause(found) | _jobs(jobs)
        return facts | {"silentSeconds": self.fates.silent_seconds}

    def lines(self, reader: PageCaller, pilot: PilotId, asked: Asked) -> dict[str, Any]:
        """Return lines from ``First`` (counted from 0) on, at most ``Number``, fewer if they are long; ``cut`` maps a
        line's place in the answer to its length in bytes, for lines that were cut; ``begins`` is as in ``log``.
        """
        parts = self.parts(reader, pilot)
        document, first = self.document(parts), _number(asked, "First", 0, 0, 10**12)
        lines = document.lines(first, _number(asked, "Number", 500, 1, self.settings.max_lines))
        cut = {place: line.bytes for place, line in enumerate(lines) if line.bytes > len(line.text)}
        return {"first": first, "begins": first_kept(parts), "lines": [shown(line.text) for line in lines], "cut": cut}

    def outline(self, reader: PageCaller, pilot: PilotId, asked: Asked) -> dict[str, Any]:
        """Return phases, causes, errors, warnings and gaps in the text scanned so far; ask again until ``done``."""
        parts = self.parts(reader, pilot)
        outline, done = self.document(parts).outline()
        return outlined(outline, done, kept_parts(parts), self.details)

    def find(self, reader: PageCaller, pilot: PilotId, asked: Asked) -> dict[str, Any]:
        """Return the lines from ``First`` on that hold ``Text``, and the line to continue from (None at the end)."""
        wanted = _one(asked, "Text").encode("utf-8", "backslashreplace")
        if not 0 < len(wanted) <= _MAX_FIND_BYTES or b"\n" in wanted:
            raise InvalidInput(f"Text has 1 to {_MAX_FIND_BYTES} bytes and no end of line")
        document = self.document(self.parts(reader, pilot))
        hits, following = document.find(wanted, _number(asked, "First", 0, 0, 10**12))
        return {"hits": hits, "next": following}

    def text(self, reader: PageCaller, pilot: PilotId) -> Iterator[bytes]:
        """Yield the whole text in chunks."""
        return self.document(self.parts(reader, pilot)).stream()

    def parts(self, reader: PageCaller, pilot: PilotId) -> list[Log]:
        """Return the parts of a log that the caller may see; write it to the audit log."""
        self.look_at_database()
        parts = self.query.parts(reader.caller, reader.policy, pilot)
        self.audit.page(reader.caller, _METHOD, log=pilot)
        return parts

    def document(self, parts: list[Log]) -> Document:
        """Return the document of the parts that are stored. Raise NotYetThere while a part is being fetched from the
        archive.
        """
        return self.documents.open(kept_parts(parts))


def describe(parts: Sequence[Log], fate: Fate, cause: Diagnosed = NONE) -> dict[str, Any]:
    """Return the facts that the page always shows: pilot, place, standing and its reason."""
    last = parts[-1]
    stands, why = standing(parts, fate)
    return (
        _row(last)
        | _fate(last, fate, cause)
        | {
            "standing": stands,
            "why": why,
            "where": whereabouts(parts),
            "live": last.state is State.RECEIVING,
            "firstSeen": _moment(parts[0].first_seen),
            "parts": len(parts),
            "missing": sum(log.missing_bytes for log in parts),
            "files": [log.file.lfn for log in parts if log.file],
        }
    )


def _row(log: Log) -> dict[str, Any]:
    return {
        "vo": log.pilot.vo,
        "stamp": log.pilot.stamp,
        "part": log.part,
        "state": log.state.value,
        "complete": log.complete,
        "returnCode": log.return_code,
        "returnCodes": list(log.codes),
        "reference": log.reference,
        "site": log.site,
        "ce": log.ce,
        "host": log.host,
        "firstSeen": _moment(log.first_seen),
        "lastSeen": _moment(log.last_seen),
        "missing": log.missing_bytes,
        "lines": log.lines,
        "bytes": log.bytes,
        "attempts": log.attempts,
        "lastError": log.last_error,
        "manySenders": log.many_senders,
        "senders": list(log.addresses),
    }


def _fate(log: Log, fate: Fate, cause: Diagnosed) -> dict[str, Any]:
    told = {"outcome": outcome(log, fate).value, "outcomeText": outcome_text(log, fate, cause.name)}
    return {"pilotStatus": fate.status, "pilotEnded": fate.dead} | told


def _jobs(taken: Sequence[PilotJob]) -> dict[str, Any]:
    """Return the jobs that a pilot has taken, each once, with the user names of their owners, empty if unknown."""
    return {"jobs": [{"id": job.id, "owner": job.owner} for job in sorted({job.id: job for job in taken}.values())]}


def _cause(found: Diagnosed) -> dict[str, Any]:
    """Return the likeliest cause of a failure, None without one (its line counts from 1, 0: it is not there), and the
    phase, empty if unknown.
    """
    told = {"code": found.cause, "name": found.name, "party": found.party, "line": found.line, "hint": found.hint}
    return {"cause": told if found.cause else None, "phase": found.phase}


def _moment(time: datetime) -> str:
    return time.isoformat(timespec="milliseconds") + "Z"


def _one(asked: Asked, name: str) -> str:
    values = asked.get(name, ("",))
    if len(values) != 1:
        raise InvalidInput(f"{name} is given once")
    return values[0]


def _number(asked: Asked, name: str, default: int, lowest: int, highest: int) -> int:
    value = _one(asked, name) or str(default)
    if not (value.isascii() and value.isdigit() and len(value) < 16):
        raise InvalidInput(f"{name} is not a whole number")
    return validation.number(int(value), name, lowest, highest)


def _order(asked: Asked) -> tuple[str, bool]:
    """Return (column, descending) of ``Order``: a column, with a minus sign in front for descending order."""
    value = _one(asked, "Order") or "-LastSeen"
    column = value.removeprefix("-")
    if column not in ("LastSeen", "FirstSeen", "NumberOfBytes", "NumberOfLines"):
        raise InvalidInput("Logs can be ordered by LastSeen, FirstSeen, NumberOfBytes, NumberOfLines")
    return column, value.startswith("-")
