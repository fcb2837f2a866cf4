"""A page of the list of logs, as a collector returns it."""

from __future__ import annotations

from dataclasses import dataclass

from DIRAC.Core.Base.Client import Client

from PilotLoggingDIRAC.commands.answers import value
from PilotLoggingDIRAC.pilotlog.text import humanize

_TOLD_SECONDS = 300


@dataclass(frozen=True, slots=True)
class Listing:
    """Logs as dictionaries by the columns of ``getPilotLogs``, and their total; ``more``: there are more than that."""

    total: int
    logs: list[dict]
    start: int = 0
    more: bool = False

    def row(self, log: dict) -> list:
        """Return a log as a row of a table."""
        part = f" part {log['Part']}" if log["Part"] != 1 else ""
        code = log["ReturnCode"] if log["Complete"] else "-"
        where = (log["VO"], log["Site"] or "-", log["CE"] or "-")
        figures = (f"{log['NumberOfLines']:,}", humanize.size(log["NumberOfBytes"]), log["LastSeen"])
        return [log["PilotStamp"] + part, *where, standing(log), code, *figures]

    def place(self, page: int) -> str:
        """Return the position of this page among all logs, and how to see the next."""
        if not self.logs:
            return f"No such logs{f' on page {page}, there are {self.total:,}' if self.total else ''}"
        last = self.start + len(self.logs)
        more = f"; --Page {page + 1} has the next" if last < self.total else ""
        total = f"{'more than ' if self.more else ''}{humanize.count(self.total, 'log')}"
        return f"{self.start + 1:,} to {last:,} of {total}{more}"


def standing(log: dict) -> str:
    """Return a log's state; of one that is received, DIRAC's word that the pilot has ended, and a long silence."""
    silent = log.get("SilentSeconds", 0)
    state = log["PilotStatus"] if log.get("PilotEnded") else log["State"]
    return f"{state}, silent for {humanize.span(silent)}" if silent >= _TOLD_SECONDS else state


def listing(client: Client, selection: dict, start: int, limit: int) -> Listing:
    """Return the selected logs from ``start`` on, those heard of last first. Raise what ``value`` raises."""
    found = value(client.getPilotLogs(selection, [["LastSeen", "DESC"]], start, limit))
    logs = [dict(zip(found["ParameterNames"], record, strict=True)) for record in found["Records"]]
    return Listing(found["TotalRecords"], logs, start, found.get("MoreRecords", False))
