"""Columns of a log's record in the answers of ``getPilotLogs``."""

from __future__ import annotations

#: In the order of a record.
COLUMNS = {
    "VO": lambda log: log.pilot.vo,
    "PilotStamp": lambda log: log.pilot.stamp,
    "Part": lambda log: log.part,
    "State": lambda log: log.state.value,
    "Complete": lambda log: log.complete,
    "ReturnCode": lambda log: log.return_code or "",
    "ReturnCodes": lambda log: ",".join(log.codes),
    "PilotReference": lambda log: log.reference,
    "Site": lambda log: log.site,
    "CE": lambda log: log.ce,
    "FirstSeen": lambda log: log.first_seen,
    "LastSeen": lambda log: log.last_seen,
    "NumberOfLines": lambda log: log.lines,
    "NumberOfBytes": lambda log: log.bytes,
    "DroppedBytes": lambda log: log.dropped_bytes,
    "MissingBytes": lambda log: log.missing_bytes,
    "Sender": lambda log: log.sender,
    "ManySenders": lambda log: log.many_senders,
    "Senders": lambda log: ",".join(log.addresses),
    "SE": lambda log: log.file.se if log.file else "",
    "LFN": lambda log: log.file.lfn if log.file else "",
    "Attempts": lambda log: log.attempts,
    "LastError": lambda log: log.last_error,
}
