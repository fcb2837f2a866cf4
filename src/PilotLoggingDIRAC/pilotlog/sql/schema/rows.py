"""Conversion between rows and ``model.Log``."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Boolean, ColumnElement, Row, RowMapping, Select, and_, literal_column, select

from ...model import Log, PilotId, State
from ...stored_file import Member, StoredFile
from .file_tables import files
from .tables import batches, logs

Values = RowMapping | Mapping[str, Any]
"""A row's values by the names of their columns."""

#: The columns that change when text is received, each with its value of the log.
_RECEIVED: dict[str, Callable[[Log], Any]] = {
    "State": lambda log: log.state.value,
    "LastSeen": lambda log: log.last_seen,
    "NumberOfLines": lambda log: log.lines,
    "NumberOfBytes": lambda log: log.bytes,
    "NextSequence": lambda log: log.next_sequence,
    "Resend": lambda log: log.resend,
    "Answers": lambda log: log.answers or None,
    "Carry": lambda log: log.carry or None,
    "DroppedBytes": lambda log: log.dropped_bytes,
    "MissingBytes": lambda log: log.missing_bytes,
    "Sender": lambda log: log.sender[:64],
    "ManySenders": lambda log: int(log.many_senders),
    "ReturnCode": lambda log: log.return_code,
    "ReturnCodes": lambda log: log.return_codes or None,
    "Senders": lambda log: log.senders or None,
}
RECEIVED = tuple(_RECEIVED)


#: The columns of a copy, for ``file_of``.
_OF_FILE = ("SE", "LFN", "GUID", "Size", "Checksum", "BundleID", "MemberOffset", "MemberSize", "MemberCRC")


def select_logs(*more: Any) -> Select[Any]:
    """Return a select of whole logs with the verified copy of each, for ``to_log``."""
    copy = and_(files.c.LogID == logs.c.LogID, files.c.Generation == logs.c.Generation, files.c.VerifiedAt.is_not(None))
    return select(logs, *(files.c[name] for name in _OF_FILE), *more).outerjoin(files, copy)


def to_log(row: Row[Any]) -> Log:
    """Return the log of a row that ``select_logs`` or ``select(logs)`` gave."""
    return log_of(row._mapping)


def log_of(values: Values) -> Log:
    """Return the log of a row's values by the names of their columns."""
    return Log(
        id=values["LogID"],
        pilot=PilotId(values["VO"], values["PilotStamp"]),
        part=values["Part"],
        state=State(values["State"]),
        first_seen=values["FirstSeen"],
        last_seen=values["LastSeen"],
        lines=values["NumberOfLines"],
        bytes=values["NumberOfBytes"],
        next_sequence=values["NextSequence"],
        resend=values["Resend"],
        answers=values["Answers"] or b"",
        carry=values["Carry"] or b"",
        dropped_bytes=values["DroppedBytes"],
        missing_bytes=max(values["MissingBytes"], values["DroppedBytes"]),
        **_senders_and_codes(values),
        reference=values["PilotReference"],
        site=values["Site"],
        ce=values["CE"],
        pilot_status=values["PilotStatus"],
        host=values["Host"],
        generation=values["Generation"],
        file=to_file(values),
        verified_at=values["VerifiedAt"],
        attempts=values["Attempts"],
        last_error=values["LastError"],
    )


def _senders_and_codes(values: Values) -> dict[str, Any]:
    return {
        "sender": values["Sender"],
        "many_senders": bool(values["ManySenders"]),
        "senders": values["Senders"] or "",
        "return_code": values["ReturnCode"],
        "return_codes": values["ReturnCodes"] or "",
    }


def to_file(values: Values) -> StoredFile | None:
    """Return the archived copy that a row names; None when the log has none."""
    return None if values.get("LFN") is None else file_of(values)


def file_of(values: Values) -> StoredFile:
    """Return the archived copy of a row of ``PilotLogFiles``; of a row of ``PilotLogBundles``, the bundle."""
    file = StoredFile(values["SE"], values["LFN"], values["GUID"], values["Size"], values["Checksum"])
    if not values.get("MemberSize"):
        return file
    member = Member(values["MemberOffset"], values["MemberSize"], values["MemberCRC"], values["BundleID"])
    return replace(file, member=member)


def file_columns(file: StoredFile) -> dict[str, Any]:
    """Return the columns that ``PilotLogFiles`` and ``PilotLogBundles`` both have of a file."""
    return {"SE": file.se, "LFN": file.lfn, "GUID": file.guid, "Size": file.size, "Checksum": file.checksum}


def member_columns(file: StoredFile) -> dict[str, Any]:
    """Return the columns of a copy's place in its bundle; none for a copy with a file of its own."""
    if file.member is None:
        return {}
    at = file.member
    return {"BundleID": at.bundle, "MemberOffset": at.offset, "MemberSize": at.size, "MemberCRC": at.crc}


def of_vo(vo: str) -> ColumnElement[bool]:
    """Return the condition that a log is one of this VO."""
    return logs.c["VO"] == vo


def chunks_of(log: Log, *columns: Any) -> Select[Any]:
    """Return a select of a log's chunks; none where a restored database has another log under its id."""
    pilot, part, first_seen = log.identity
    same = and_(of_vo(pilot.vo), logs.c.PilotStamp == pilot.stamp, logs.c.Part == part, logs.c.FirstSeen == first_seen)
    return select(*columns).join(logs, batches.c.LogID == logs.c.LogID).where(logs.c.LogID == log.id, same)


def any_of(conditions: Sequence[str]) -> ColumnElement[bool]:
    """Return a condition of many that have nothing but numbers: as text, since hundreds as objects cost more than the
    rows that they find.
    """
    return literal_column(" OR ".join(conditions), Boolean())


def received_columns(log: Log) -> dict[str, Any]:
    """Return the columns of ``RECEIVED``."""
    return {name: value(log) for name, value in _RECEIVED.items()}


def new_columns(log: Log) -> dict[str, Any]:
    """Return the columns of a log that is not in the database yet."""
    return received_columns(log) | {
        "VO": log.pilot.vo,
        "PilotStamp": log.pilot.stamp,
        "Part": log.part,
        "FirstSeen": log.first_seen,
        "PilotReference": log.reference,
        "Site": log.site,
        "CE": log.ce,
    }
