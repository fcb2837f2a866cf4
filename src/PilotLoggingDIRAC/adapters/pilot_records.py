"""One pilot's record in PilotAgentsDB, and the CE's output that is stored there.

It has its own statements: DIRAC's class connects when it is made, tries for minutes when the database is unavailable,
and can't replace output that it has stored once.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from DIRAC.WorkloadManagementSystem.Client.PilotStatus import PILOT_FINAL_STATES
from sqlalchemy import URL, ColumnClause, Connection, Row, column, delete, insert, select, table

from PilotLoggingDIRAC.adapters.database import PILOT_AGENTS, database_url
from PilotLoggingDIRAC.pilotlog.errors import LogNotFound, StoreRefused
from PilotLoggingDIRAC.pilotlog.model import Log, Output, PilotId, State
from PilotLoggingDIRAC.pilotlog.read.source_chain import whole_text
from PilotLoggingDIRAC.pilotlog.read.streams import is_doubtful
from PilotLoggingDIRAC.pilotlog.settings import MiB, StoreSettings
from PilotLoggingDIRAC.pilotlog.sql.connection.engine import Transactions, make_engine

_SETTINGS = StoreSettings()

_CE_FIELDS = ("VO", "GridType", "GridSite", "DestinationSite", "Queue", "PilotStamp")
_AGENT_FIELDS = ("PilotID", "PilotJobReference", "Status", *_CE_FIELDS)

_agents = table("PilotAgents", *map(column, _AGENT_FIELDS))
_outputs = table("PilotOutput", *map(column, ("PilotID", "StdOutput", "StdError")))

#: A reference or stamp may have as many pilots, of which the database tells apart all but case and blanks.
_MAX_RECORDS = 100

#: DIRAC's words for an unknown site.
_NO_SITE = ("Unknown", "NotAssigned", "Multiple")

#: Both limits together stay below a packet of 16 MiB, even where every byte of them has to be escaped.
_MAX_STDOUT_BYTES = 7 * MiB
_MAX_STDERR_BYTES = MiB // 2

#: The last line of standard error that was fetched before the pilot had ended.
_NOT_FINAL = "[Fetched while the pilot was {}, there may be more]"
_NOT_FINAL_PATTERN = re.compile(r"\n?\[Fetched while the pilot was \w*, there may be more\]\s*\Z")


@dataclass(frozen=True, slots=True)
class PilotRecord:
    """A pilot's record in PilotAgentsDB; ``fields`` are those that DIRAC needs to find its CE."""

    id: int
    reference: str
    status: str
    fields: dict[str, str]

    @property
    def final(self) -> bool:
        """Return whether the status is final, so that the CE has all the output."""
        return self.status in PILOT_FINAL_STATES


class PilotRecords:
    """The records of pilots in PilotAgentsDB; it connects at the first query. Methods may raise StoreUnavailable."""

    def __init__(self, url: str | URL | None = None, settings: StoreSettings = _SETTINGS):
        """Create it over a PilotAgentsDB, by default the one of the CS. Raise StoreUnavailable if the CS has none."""
        self._run = Transactions(make_engine(url or database_url(PILOT_AGENTS), settings), settings).run

    def record(self, reference: str) -> PilotRecord:
        """Return the pilot with exactly this reference. Raise LogNotFound when DIRAC has deleted it."""
        record = self._found(reference)
        if record is None:
            raise LogNotFound("DIRAC has no record of this pilot any more")
        return record

    def _found(self, reference: str) -> PilotRecord | None:
        return self._run(_record, reference) if reference else None

    def subject(self, reference: str) -> Log | None:
        """Return the pilot as a log without text, to decide who may read it; None for an unknown pilot."""
        record = self._found(reference)
        return _subject(record) if record else None

    def subjects_of_stamp(self, stamp: str) -> list[Log]:
        """Return the pilots with this stamp, each as ``subject``. Without an index, the query reads the whole table."""
        return [_subject(record) for record in self._run(_records, _agents.c.PilotStamp, stamp)] if stamp else []

    def owners(self, stamps: Sequence[str]) -> dict[str, frozenset[str]]:
        """Return the VOs of each known stamp. Raise StoreUnavailable.

        There is no index for stamps: each query reads the whole table.
        """
        return self._run(_owners, frozenset(stamps)) if stamps else {}

    def stored_output(self, record: PilotRecord) -> Output | None:
        """Return the CE's output that is stored, final if the pilot had ended when it was fetched; None without any.

        Output that DIRAC itself stored counts as final once the pilot has ended.
        """
        found = self._run(_stored, record.id)
        if found is None:
            return None
        stdout, stderr = map(_as_text, found)
        plain = _NOT_FINAL_PATTERN.sub("", stderr)
        doubtful = is_doubtful(stdout, plain)
        final = record.final and plain == stderr and not doubtful
        output = Output(stdout, plain, final=final, complete=final, doubtful=doubtful)
        return None if output.empty else output

    def store_output(self, record: PilotRecord, found: Output) -> None:
        """Store the CE's output, of long output the end, in place of the output stored before.

        Raise StoreUnavailable, or StoreRefused when the table can't hold it, also where the database would change it.
        """
        found = shortened(found)
        stderr = found.stderr
        if not found.final:
            stderr = f"{stderr}\n{_NOT_FINAL.format(record.status)}"
        self._run(_store, record.id, found.stdout, stderr)


def shortened(found: Output) -> Output:
    """Return an output with streams that fit into a packet; of a longer one the end."""
    return replace(found, stdout=_end(found.stdout, _MAX_STDOUT_BYTES), stderr=_end(found.stderr, _MAX_STDERR_BYTES))


def _end(text: str, max_bytes: int) -> str:
    return whole_text([text.encode("utf-8", "backslashreplace")], max_bytes)


def _as_text(value: str | bytes | None) -> str:
    """Return a column as text: DIRAC's columns hold text or bytes, and two quotes for no output."""
    text = value.decode("utf-8", "backslashreplace") if isinstance(value, bytes) else value or ""
    return "" if text == '""' else text


def _subject(record: PilotRecord) -> Log:
    site = record.fields["GridSite"]
    pilot = PilotId(record.fields["VO"], record.fields["PilotStamp"])
    site = "" if site in _NO_SITE else site
    return Log(0, pilot, 0, State.RECEIVING, datetime.min, datetime.min, reference=record.reference, site=site)


def _record(connection: Connection, reference: str) -> PilotRecord | None:
    return next(iter(_records(connection, _agents.c.PilotJobReference, reference)), None)


def _records(connection: Connection, key: ColumnClause[Any], value: str) -> list[PilotRecord]:
    """Return the pilots with exactly this reference or stamp, the latest first."""
    statement = select(_agents).where(key == value).order_by(_agents.c.PilotID.desc()).limit(_MAX_RECORDS)
    return [
        PilotRecord(row.PilotID, row.PilotJobReference, row.Status, {name: getattr(row, name) for name in _CE_FIELDS})
        for row in connection.execute(statement)
        if getattr(row, key.name) == value  # the database compares without case and trailing blanks
    ]


def _owners(connection: Connection, stamps: frozenset[str]) -> dict[str, frozenset[str]]:
    statement = select(_agents.c.PilotStamp, _agents.c.VO).where(_agents.c.PilotStamp.in_(sorted(stamps))).distinct()
    found: dict[str, frozenset[str]] = {}
    for stamp, vo in connection.execute(statement):
        if stamp in stamps:  # the database compares without case and trailing blanks
            found[stamp] = found.get(stamp, frozenset()) | {vo}
    return found


def _stored(connection: Connection, pilot_id: int) -> Row[Any, Any] | None:
    statement = select(_outputs.c.StdOutput, _outputs.c.StdError).where(_outputs.c.PilotID == pilot_id)
    return connection.execute(statement).first()


def _store(connection: Connection, pilot_id: int, stdout: str, stderr: str) -> None:
    connection.execute(delete(_outputs).where(_outputs.c.PilotID == pilot_id))
    connection.execute(insert(_outputs).values(PilotID=pilot_id, StdOutput=stdout, StdError=stderr))
    found = _stored(connection, pilot_id)
    if found is None or tuple(map(_as_text, found)) != (stdout, stderr):
        raise StoreRefused("PilotOutput can't hold this output as it is")  # cut, or with other characters
