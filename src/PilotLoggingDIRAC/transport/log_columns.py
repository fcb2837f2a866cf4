"""Columns of a log's record in the answers of ``getPilotLogs``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PilotLoggingDIRAC.pilotlog import diagnosed
from PilotLoggingDIRAC.pilotlog.diagnosed import Diagnosed
from PilotLoggingDIRAC.pilotlog.model import Log, PilotJob
from PilotLoggingDIRAC.pilotlog.outcome import Fate, outcome, outcome_text

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
    "Host": lambda log: log.host,
}

#: Columns after those: of logs that are received; how the pilot fared; its jobs.
_FATE = ("PilotStatus", "PilotEnded", "SilentSeconds")
_OUTCOME = ("Outcome", "OutcomeText")
_JOBS = ("Jobs", "Owners")
NAMES = (*COLUMNS, *_FATE, *diagnosed.COLUMNS, *_OUTCOME, *_JOBS)


def record(log: Log, fate: Fate, cause: Diagnosed, jobs: Sequence[PilotJob]) -> list[Any]:
    """Return the values of ``NAMES`` of a log."""
    return [
        *(value(log) for value in COLUMNS.values()),
        *(fate.status, fate.dead, round(fate.silent_seconds)),
        *(value(cause) for value in diagnosed.COLUMNS.values()),
        *(outcome(log, fate).value, outcome_text(log, fate, cause.name)),
        *([job.id for job in jobs], sorted({job.owner for job in jobs if job.owner})),
    ]
