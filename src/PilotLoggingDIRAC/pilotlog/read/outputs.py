"""A pilot's output by the pilot's reference or stamp: find the pilot, check the caller's rights, ask the sources."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from .. import access, validation
from ..access import Caller, Policy
from ..errors import InvalidInput, LogNotFound, NotAllowed, StoreUnavailable
from ..model import Log, Output, PilotId, State
from .source_chain import ARCHIVE, COLLECTOR, SourceChain

#: Characters that only references have.
_NO_STAMP = frozenset("/:")


class LogLookup(Protocol):
    """The store's logs by stamp and by reference."""

    def find(self, pilot: PilotId) -> list[Log]:
        """Return all parts of a pilot's log, first to last."""

    def find_reference(self, reference: str) -> list[Log]:
        """Return all parts of the logs of pilots with this reference, first to last."""

    def find_stamps(self, stamps: Sequence[str]) -> list[Log]:
        """Return all parts of the logs with one of these stamps, of any VO."""

    def chunks(self, log: Log) -> Iterator[tuple[int, bytes]]:
        """Yield (sequence, text) of a log's chunks."""


class Records(Protocol):
    """DIRAC's records of pilots."""

    def subject(self, reference: str) -> Log | None:
        """Return the pilot as a log without text (pilot, reference, site), None if unknown. Raise StoreUnavailable."""

    def subjects_of_stamp(self, stamp: str) -> list[Log]:
        """Return the pilots with this stamp in the same way. Raise StoreUnavailable."""


@dataclass(frozen=True, slots=True)
class PilotOutputs:
    """Pilots' output by reference or stamp, for callers who may read it.

    ``names_for(vo)`` returns the sources to ask for a VO's pilots, in order.
    """

    records: Records
    reader: LogLookup
    chain: SourceChain
    names_for: Callable[[str], Sequence[str]]

    def get(self, caller: Caller, policy: Policy, reference: object, names: Sequence[str] = ()) -> tuple[str, Output]:
        """Return (VO, output) of a pilot, from the first of the named sources, or of the VO's sources, that has it.

        A caller who reads by site must be allowed to read every part; a part whose site is not known yet is where DIRAC
        has the pilot. Raise NotAllowed if the caller may not read the pilot's log or, without rights to all logs, if
        there is no such pilot; LogNotFound for a caller who may read all; StoreUnavailable if the pilot can't be looked
        up; SourcesExhausted.
        """
        scope, asked = access.scope(caller, policy), validation.reference(reference)
        log = None if scope.empty else self._readable(scope, asked)
        access.require_read(caller, policy, log)
        if log is None:
            raise LogNotFound("No such pilot: neither DIRAC nor a log has this reference or stamp")
        names = names or self.names_for(log.pilot.vo)
        return log.pilot.vo, self.chain.output(log.pilot, log.reference, names)

    def by_stamp(self, caller: Caller, policy: Policy, vo: object, stamp: object) -> tuple[PilotId, Output]:
        """Return a pilot and its output, from the collector or the archive.

        A caller who reads by site must be allowed to read every part. Raise NotAllowed as ``get`` does;
        SourcesExhausted.
        """
        scope = access.scope(caller, policy)
        try:
            pilot = validation.pilot(vo, stamp)
        except InvalidInput:
            access.require_read(caller, policy, None)
            raise
        if not scope.covers_vo(pilot.vo):
            parts = self.reader.find(pilot) if scope.reaches(pilot.vo) else []
            if not parts or not all(map(scope.covers, parts)):
                raise NotAllowed(access.REFUSAL)
        return pilot, self.chain.output(pilot, "", (COLLECTOR, ARCHIVE))

    def _readable(self, scope: access.Scope, reference: str) -> Log | None:
        """Return the pilot by DIRAC's record, or by our own logs where DIRAC has deleted it or can't be asked.

        A pilot that has sent no log is found by its stamp, too. All are asked in any case, so that a hidden pilot takes
        the same time as one that does not exist. One with a part of its log out of the scope is hidden.
        """
        unknown: StoreUnavailable | None = None
        try:
            subject = self.records.subject(reference)
        except StoreUnavailable as error:
            subject, unknown = None, error
        if subject is not None and scope.covers(subject):
            return subject if self._reaches_all(scope, subject, known_site=True) else None
        logs = self._wholly_in(scope, self.reader.find_reference(reference))
        logs = logs or self._by_stamp_alone(scope, self.reader.find_stamps, reference)
        if unknown and not logs:
            raise unknown
        if not logs:
            found = self._by_stamp_alone(scope, lambda stamps: self.records.subjects_of_stamp(stamps[0]), reference)
            logs = [log for log in found if self._reaches_all(scope, log, known_site=True)]
        return logs[-1] if logs and subject is None else None

    def _wholly_in(self, scope: access.Scope, found: Sequence[Log]) -> list[Log]:
        """Return the logs of pilots all of whose parts are in the scope; the others may have another reference."""
        one_of_each = {log.pilot: log for log in found if scope.covers(log)}
        readable = {pilot for pilot, log in one_of_each.items() if self._reaches_all(scope, log)}
        return [log for log in found if log.pilot in readable]

    def _reaches_all(self, scope: access.Scope, log: Log, known_site: bool = False) -> bool:
        """Return whether all that the sources give as this pilot's log is in the scope.

        ``known_site``: DIRAC has the pilot at a site of the scope; parts whose row names no site yet are there, too.
        """
        if scope.covers_vo(log.pilot.vo):
            return True
        try:
            parts = parts_of(self.reader, log.pilot, log.reference)
        except LogNotFound:
            return True
        return all(scope.covers(part) or (known_site and not part.site) for part in parts)

    @staticmethod
    def _by_stamp_alone(scope: access.Scope, find: Callable[[Sequence[str]], list[Log]], stamp: str) -> list[Log]:
        """Return the parts of logs with this stamp, of pilots all of whose parts are in the scope."""
        found = find([stamp]) if stamp.isascii() and not _NO_STAMP & set(stamp) else []
        hidden = {log.pilot for log in found if not scope.covers(log)}
        return [log for log in found if log.pilot not in hidden]


def parts_of(reader: LogLookup, pilot: PilotId, reference: str) -> list[Log]:
    """Return all parts of a pilot's log, by its stamp or, if that finds nothing, its reference. Raise LogNotFound."""
    parts = reader.find(pilot) if pilot.stamp else []
    if not parts:
        parts = [log for log in reader.find_reference(reference) if log.pilot.vo == pilot.vo]
    if not parts:
        raise LogNotFound("there is no log of this pilot")
    return parts


def lost_parts(parts: Sequence[Log]) -> list[int]:
    """Return the numbers of parts whose text is lost: purged without a copy, or without a row.

    Part 0 is there only for imported logs.
    """
    rows = {log.part: log for log in parts}
    gone = {number for number, log in rows.items() if log.state is State.PURGED and log.file is None}
    return sorted(gone | set(range(1, max(rows) + 1)) - set(rows))


def kept_parts(parts: Sequence[Log]) -> list[Log]:
    """Return the parts whose text is not lost, in their order; none of none."""
    lost = lost_parts(parts) if parts else []
    return [log for log in parts if log.part not in lost]


def first_kept(parts: Sequence[Log]) -> int | None:
    """Return the number of the part with which the text of a log begins, None if no text is kept."""
    return next((log.part for log in kept_parts(parts)), None)


def lines_before(logs: Sequence[Log], parts: Iterable[Log]) -> dict[int, int]:
    """Return, by the ids of ``logs`` (parts of logs), the number of lines of earlier parts that are shown.

    ``parts`` has all parts that are shown of each log that is in ``logs`` with a part above 0, in their order; of other
    logs it may have none. A part whose text is lost is absent from the answer.
    """
    shown: dict[PilotId, list[Log]] = {}
    for part in parts:
        shown.setdefault(part.pilot, []).append(part)
    kept = {log.id: kept_parts(shown.get(log.pilot, [log])) for log in logs}
    return {
        log.id: sum(part.lines for part in kept[log.id] if part.part < log.part)
        for log in logs
        if any(part.part == log.part for part in kept[log.id])
    }


def whole_chunks(reader: LogLookup, log: Log) -> Iterator[tuple[int, bytes]]:
    """Yield (sequence, text) of a log in the store. Raise LogNotFound at the end if the text was purged meanwhile."""
    size = 0
    for sequence, text in reader.chunks(log):
        size += len(text)
        yield sequence, text
    if size < log.bytes:
        raise LogNotFound("the log left the database while it was read")


def stored_text(reader: LogLookup, log: Log) -> Iterator[bytes]:
    """Yield the text of ``whole_chunks``."""
    yield from (text for _, text in whole_chunks(reader, log))


def describe(parts: Sequence[Log], text: str) -> Output:
    """Return the parts of a log as an output: final if no more text is expected, complete if the pilot reported its
    end and no text is missing.
    """
    final = all(log.state is not State.RECEIVING for log in parts)
    lost = lost_parts(parts)
    note = f"[No longer kept: part {', '.join(map(str, lost))} of this log]\n" if lost else ""
    ended, missing = parts[-1].complete, sum(log.missing_bytes for log in parts)
    return Output(
        note + text, final=final, complete=ended and not lost and not missing, ended=ended, missing_bytes=missing
    )
