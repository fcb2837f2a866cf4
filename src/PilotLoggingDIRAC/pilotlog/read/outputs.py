"""A pilot's output for somebody who asks by the pilot's reference: who is that pilot, may they read it, where is it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Protocol

from .. import access, validation
from ..access import Caller, Policy
from ..errors import InvalidInput, LogNotFound, NotAllowed, StoreUnavailable
from ..model import Log, Output, PilotId, State
from .source_chain import ARCHIVE, COLLECTOR, SourceChain


class Reader(Protocol):
    """What the store tells of logs."""

    def find(self, pilot: PilotId) -> list[Log]:
        """All parts of a pilot's log, first to last."""

    def find_reference(self, reference: str) -> list[Log]:
        """All parts of the logs of pilots with this reference, first to last."""

    def find_stamps(self, stamps: Sequence[str]) -> list[Log]:
        """All parts of the logs with one of these stamps, of any VO."""

    def chunks(self, log: Log) -> Iterator[tuple[int, bytes]]:
        """(sequence, text) of the log's chunks."""


class Records(Protocol):
    """What DIRAC knows of a pilot by its reference."""

    def subject(self, reference: str) -> Log | None:
        """The pilot as a log without text (pilot, reference, site), None when unknown. Raises StoreUnavailable."""


class PilotOutputs:
    """Pilots' output by reference, for those who may read it."""

    def __init__(self, records: Records, reader: Reader, chain: SourceChain, names_for: Callable[[str], Sequence[str]]):
        """``names_for(vo)`` gives the sources to ask for a VO's pilots, in order."""
        self._records = records
        self._reader = reader
        self._chain = chain
        self._names_for = names_for

    def get(self, caller: Caller, policy: Policy, reference: object, names: Sequence[str] = ()) -> tuple[str, Output]:
        """(VO, output) of a pilot, by its reference or its stamp, from one of the named sources or else the VO's.

        Raises NotAllowed for a pilot that the caller may not read and, to them, for one that is not there;
        LogNotFound to those who may read all; StoreUnavailable when nobody can tell; SourcesExhausted.
        """
        scope, asked = access.scope(caller, policy), validation.reference(reference)
        log = None if scope.empty else self._readable(scope, asked)
        access.require_read(caller, policy, log)
        if log is None:
            raise LogNotFound("No such pilot")
        names = names or self._names_for(log.pilot.vo)
        return log.pilot.vo, self._chain.output(log.pilot, log.reference, names)

    def by_stamp(self, caller: Caller, policy: Policy, vo: object, stamp: object) -> tuple[PilotId, Output]:
        """A pilot and its log, from the collector or the archive.

        Who reads by site needs every part of it to be at that site. Raises NotAllowed as ``get``; SourcesExhausted.
        """
        scope = access.scope(caller, policy)
        try:
            pilot = validation.pilot(vo, stamp)
        except InvalidInput:
            access.require_read(caller, policy, None)
            raise
        if not scope.covers_vo(pilot.vo):
            parts = self._reader.find(pilot) if scope.reaches(pilot.vo) else []
            if not parts or not all(map(scope.covers, parts)):
                raise NotAllowed(access.REFUSAL)
        return pilot, self._chain.output(pilot, "", (COLLECTOR, ARCHIVE))

    def _readable(self, scope: access.Scope, reference: str) -> Log | None:
        """The pilot by DIRAC's record; by our own logs where DIRAC has deleted it, or can't be asked.

        Both are asked for a pilot that is not for the caller, as for one that is not there: both take the same time.
        """
        unknown: StoreUnavailable | None = None
        try:
            subject = self._records.subject(reference)
        except StoreUnavailable as error:
            subject, unknown = None, error
        if subject is not None and scope.covers(subject):
            return subject
        logs = [log for log in self._reader.find_reference(reference) if scope.covers(log)]
        logs = logs or self._by_stamp_alone(scope, reference)
        if subject is not None:
            return None
        if unknown and not logs:
            raise unknown
        return logs[-1] if logs else None

    def _by_stamp_alone(self, scope: access.Scope, stamp: str) -> list[Log]:
        """The parts of logs with this stamp, of pilots all of whose parts are in the scope."""
        found = self._reader.find_stamps([stamp]) if stamp.isascii() else []
        hidden = {log.pilot for log in found if not scope.covers(log)}
        return [log for log in found if log.pilot not in hidden]


def parts_of(reader: Reader, pilot: PilotId, reference: str) -> list[Log]:
    """All parts of a pilot's log, by its stamp or, where that finds nothing, its reference. Raises LogNotFound."""
    parts = reader.find(pilot) if pilot.stamp else []
    if not parts:
        parts = [log for log in reader.find_reference(reference) if log.pilot.vo == pilot.vo]
    if not parts:
        raise LogNotFound("no log of this pilot")
    return parts


def lost_parts(parts: Sequence[Log]) -> list[int]:
    """The numbers of parts that are nowhere any more: purged without a copy, or without even a row.

    Part 0 is there only for imported logs.
    """
    rows = {log.part: log for log in parts}
    gone = {number for number, log in rows.items() if log.state is State.PURGED and log.file is None}
    return sorted(gone | set(range(1, max(rows) + 1)) - set(rows))


def stored_text(reader: Reader, log: Log) -> Iterator[bytes]:
    """The text of a log in the store. Raises LogNotFound at its end when the text was purged while it was read."""
    size = 0
    for _, text in reader.chunks(log):
        size += len(text)
        yield text
    if size < log.bytes:
        raise LogNotFound("the log left the database while it was read")


def describe(parts: Sequence[Log], text: str) -> Output:
    """The output that the parts of a log make: final when nothing more is expected, complete when the pilot said so."""
    final = all(log.state is not State.RECEIVING for log in parts)
    lost = lost_parts(parts)
    note = f"[No longer kept: part {', '.join(map(str, lost))} of this log]\n" if lost else ""
    return Output(note + text, final=final, complete=parts[-1].complete and not lost)
