"""What the web page asks, answered as plain dictionaries: a list of logs, one log, its lines, its outline, what is new."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from .. import access, validation
from ..access import Caller, Policy, Scope
from ..errors import InvalidInput
from ..model import Log, PilotId, Selection, State
from ..ports import Clock
from ..read import selection
from ..read.audit import Audit
from ..read.outputs import lost_parts
from ..read.reader import LogQuery
from ..read.summary import standing, whereabouts
from ..settings import PageSettings
from .document import Document, Documents, shown

Asked = Mapping[str, Sequence[str]]
"""The words of a query string: name to values."""

_METHOD = "page"
_MAX_FIND_BYTES = 256
_LISTED = 50


class Views(Protocol):
    """What the store tells the page, see ``sql.viewing``."""

    def states(self, scope: Scope, wanted: Selection, most: int) -> dict[State, int]:
        """How many logs match, by state, counted in the ``most`` of them that were heard of last."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Who asks."""

    caller: Caller
    policy: Policy


class Viewer:
    """Answers the page. Raises the errors of ``errors``; NotAllowed and LogNotFound are to look the same outside."""

    def __init__(
        self, query: LogQuery, views: Views, documents: Documents, settings: PageSettings, clock: Clock, audit: Audit
    ):
        self.settings = settings
        self._query = query
        self._views = views
        self._documents = documents
        self._clock = clock
        self._audit = audit

    def logs(self, reader: Reader, asked: Asked) -> dict[str, Any]:
        """A page of the logs that match, newest first unless ``Order`` says otherwise, and how many there are by state;
        ``newest``: states were counted in so many logs only, those heard of last.
        """
        chosen = {key: _value(key, asked[key]) for key in asked if key not in ("Start", "Limit", "Order")}
        wanted = selection.selection(chosen)
        column, descending = _order(asked)
        most = self._query.settings.max_counted
        start = _number(asked, "Start", 0, 0, most)
        limit = _number(asked, "Limit", _LISTED, 1, self.settings.max_rows)
        total, found = self._query.select(reader.caller, reader.policy, wanted, column, descending, start, limit)
        states = self._views.states(access.scope(reader.caller, reader.policy), wanted, most)
        among = sum(states.values())
        self._audit.listed(reader.caller, _METHOD, wanted, len(found))
        return {
            "now": _moment(self._clock()),
            "total": total.number,
            "more": total.more,
            "newest": among if among >= most else 0,
            "states": {state.value: states.get(state, 0) for state in State},
            "logs": [_row(log) for log in found],
        }

    def log(self, reader: Reader, pilot: PilotId, asked: Asked) -> dict[str, Any]:
        """How a log stands, and how long it is. The text may still be on its way here (``NotYetThere``)."""
        parts = self.parts(reader, pilot)
        document = self.document(parts)
        return describe(parts) | {
            "now": _moment(self._clock()),
            "lines": document.number_of_lines(),
            "ended": document.ended_lines,
            "bytes": document.bytes,
            "cursor": document.last_line(),
        }

    def lines(self, reader: Reader, pilot: PilotId, asked: Asked) -> dict[str, Any]:
        """Lines from ``First`` (counted from 0) on, at most ``Number``, fewer where they are long; and how many of each
        were cut: a line's place in the answer to its length in bytes.
        """
        document = self.document(self.parts(reader, pilot))
        first = _number(asked, "First", 0, 0, 10**12)
        lines = document.lines(first, _number(asked, "Number", 500, 1, self.settings.max_lines))
        cut = {place: line.bytes for place, line in enumerate(lines) if line.bytes > len(line.text)}
        return {"first": first, "lines": [shown(line.text) for line in lines], "cut": cut}

    def outline(self, reader: Reader, pilot: PilotId, asked: Asked) -> dict[str, Any]:
        """Commands, errors and gaps as far as the text was looked at; ask again until it is ``done``."""
        outline, done = self.document(self.parts(reader, pilot)).outline()
        phases = [
            {"line": phase.line, "command": phase.command, "module": phase.module, "time": phase.time}
            for phase in outline.phases
        ]
        return {
            "phases": phases,
            "errors": outline.errors,
            "moreErrors": outline.more_errors,
            "gaps": outline.gaps,
            "lines": outline.lines,
            "done": done,
        }

    def find(self, reader: Reader, pilot: PilotId, asked: Asked) -> dict[str, Any]:
        """Lines from ``First`` on that hold ``Text``, and where to go on from (None at the end)."""
        wanted = _one(asked, "Text").encode("utf-8", "backslashreplace")
        if not 0 < len(wanted) <= _MAX_FIND_BYTES or b"\n" in wanted:
            raise InvalidInput(f"Text has 1 to {_MAX_FIND_BYTES} bytes and no end of line")
        document = self.document(self.parts(reader, pilot))
        hits, following = document.find(wanted, _number(asked, "First", 0, 0, 10**12))
        return {"hits": hits, "next": following}

    def text(self, reader: Reader, pilot: PilotId) -> Iterator[bytes]:
        """The whole text."""
        return self.document(self.parts(reader, pilot)).stream()

    def parts(self, reader: Reader, pilot: PilotId) -> list[Log]:
        """The parts of a log that the reader may see; whoever sees one is noted."""
        parts = self._query.parts(reader.caller, reader.policy, pilot)
        self._audit.page(reader.caller, _METHOD, log=pilot)
        return parts

    def document(self, parts: list[Log]) -> Document:
        """The text of the parts as far as it is kept. Raises NotYetThere while it is on its way from the archive."""
        lost = lost_parts(parts)
        return self._documents.open([log for log in parts if log.part not in lost])


def describe(parts: Sequence[Log]) -> dict[str, Any]:
    """What is always in view: whose log it is, where it is, whether it is complete and why."""
    last = parts[-1]
    stands, why = standing(parts)
    return _row(last) | {
        "standing": stands,
        "why": why,
        "where": whereabouts(parts),
        "live": last.state is State.RECEIVING,
        "firstSeen": _moment(parts[0].first_seen),
        "parts": len(parts),
        "files": [log.file.lfn for log in parts if log.file],
    }


def _row(log: Log) -> dict[str, Any]:
    return {
        "vo": log.pilot.vo,
        "stamp": log.pilot.stamp,
        "part": log.part,
        "state": log.state.value,
        "complete": log.complete,
        "returnCode": log.return_code,
        "reference": log.reference,
        "site": log.site,
        "ce": log.ce,
        "firstSeen": _moment(log.first_seen),
        "lastSeen": _moment(log.last_seen),
        "lines": log.lines,
        "bytes": log.bytes,
        "attempts": log.attempts,
        "lastError": log.last_error,
        "manySenders": log.many_senders,
    }


def _moment(time: datetime) -> str:
    return time.isoformat(timespec="milliseconds") + "Z"


def _one(asked: Asked, name: str) -> str:
    values = asked.get(name, ("",))
    if len(values) != 1:
        raise InvalidInput(f"{name} is given once")
    return values[0]


def _value(key: str, values: Sequence[str]) -> str | list[str]:
    return values[0] if len(values) == 1 else list(values)


def _number(asked: Asked, name: str, default: int, lowest: int, highest: int) -> int:
    value = _one(asked, name) or str(default)
    if not (value.isascii() and value.isdigit() and len(value) < 16):
        raise InvalidInput(f"{name} is not a whole number")
    return validation.number(int(value), name, lowest, highest)


def _order(asked: Asked) -> tuple[str, bool]:
    """``Order`` is a column, with a minus sign in front for the largest or latest first."""
    value = _one(asked, "Order") or "-LastSeen"
    column = value.removeprefix("-")
    if column not in ("LastSeen", "FirstSeen", "NumberOfBytes", "NumberOfLines"):
        raise InvalidInput("Logs can be ordered by LastSeen, FirstSeen, NumberOfBytes, NumberOfLines")
    return column, value.startswith("-")
