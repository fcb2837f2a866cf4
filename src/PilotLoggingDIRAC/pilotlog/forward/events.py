"""Events of a log's life as records: begun, sealed, archived, and why its pilot failed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime

from ..diagnosed import Diagnosed
from ..model import Log, State
from .cursor import Cursor
from .record import Kind, Record

_OPEN = (None, State.RECEIVING)
_SEALED = (State.COMPLETE, State.INCOMPLETE)


def beginning(log: Log, before: Cursor) -> list[Record]:
    """Return the events ahead of a log's first lines."""
    return [] if before.state else [_event(log, Kind.STARTED, log.first_seen, "The log began", 0, 0)]


def ending(log: Log, before: Cursor, after: Cursor, found: Diagnosed) -> Iterator[Record]:
    """Yield the events after the last lines of a log that were read: what has become of it since ``before``.

    Their places tell only of the log, so that an event that is sent again has the same identity.
    """
    sequence = log.next_sequence
    if after.cause != before.cause:
        yield _event(log, Kind.CAUSE, log.last_seen, found.name, sequence, found.line, _cause(found))
    if log.state is State.RECEIVING or (log.state, after.next_sequence) == (before.state, before.next_sequence):
        return
    if before.state in _OPEN or log.state in _SEALED:
        yield _event(log, Kind.SEALED, log.last_seen, _words(log), sequence, log.lines, _outcome(log))
    if log.state is State.ARCHIVED:
        moment = log.verified_at or log.last_seen
        yield _event(log, Kind.ARCHIVED, moment, "The log is archived", sequence, log.lines, _copy(log))


def _event(
    log: Log,
    kind: Kind,
    moment: datetime,
    message: str,
    sequence: int,
    line: int,
    details: Mapping[str, str] | None = None,
) -> Record:
    return Record(
        kind=kind,
        pilot=log.pilot,
        time=moment,
        message=message,
        part=log.part,
        sequence=sequence,
        line=line,
        site=log.site,
        ce=log.ce,
        details=details or {},
        began=log.first_seen,
    )


def _cause(found: Diagnosed) -> Mapping[str, str]:
    facts = {"cause": found.cause, "party": found.party, "hint": found.hint, "line": str(found.line)}
    return {name: value for name, value in facts.items() if value}


def _words(log: Log) -> str:
    return "The pilot has ended its log" if log.complete else "The pilot was silent, and its log is taken for ended"


def _outcome(log: Log) -> Mapping[str, str]:
    ended = {"return_code": log.return_code} if log.return_code is not None else {}
    missing = {"missing_bytes": str(log.missing_bytes)} if log.missing_bytes else {}
    return {"complete": "yes" if log.complete else "no", **ended, **missing}


def _copy(log: Log) -> Mapping[str, str]:
    if log.file is None:
        return {}
    return {"se": log.file.se, "lfn": log.file.lfn, "guid": log.file.guid}
