"""A page of the list of logs, as a collector returns it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from DIRAC.Core.Base.Client import Client

from PilotLoggingDIRAC.commands.terminal.answers import value
from PilotLoggingDIRAC.pilotlog.text import humanize

NEWEST_FIRST = [["LastSeen", "DESC"]]
MAX_PARTS = 1000


@dataclass(frozen=True, slots=True)
class Listing:
    """Logs as dictionaries by the columns of ``getPilotLogs``, and their total; ``more``: there are more than that."""

    total: int
    logs: list[dict]
    start: int = 0
    more: bool = False

    @property
    def record(self) -> dict[str, Any]:
        """Return the logs of this page with their total, for scripts."""
        return {"Total": self.total, "More": self.more, "Logs": self.logs}

    @property
    def has_missing(self) -> bool:
        """Return whether text is missing in any of the logs."""
        return any(log.get("MissingBytes") for log in self.logs)

    @property
    def has_senders(self) -> bool:
        """Return whether any of the logs came from several addresses."""
        return any(log.get("ManySenders") and "Senders" in log for log in self.logs)

    @property
    def has_causes(self) -> bool:
        """Return whether any of the logs has a cause of its pilot's failure."""
        return any(log.get("Cause") for log in self.logs)

    def row(self, log: dict) -> list:
        """Return a log as a row of a table, with the columns that any of the logs has need of."""
        part = f" part {log['Part']}" if log["Part"] != 1 else ""
        code = (log.get("ReturnCodes") or log["ReturnCode"]) if log["Complete"] else "-"
        where = (log["VO"], log["Site"] or "-", log["CE"] or "-")
        figures = (f"{log['NumberOfLines']:,}", humanize.size(log["NumberOfBytes"]), log["LastSeen"])
        senders = [len(log["Senders"].split(","))] if self.has_senders else []
        missing = [humanize.size(log["MissingBytes"] or 0)] if self.has_missing else []
        causes = [cause(log)] if self.has_causes else []
        return [log["PilotStamp"] + part, *where, outcome(log), code, *figures, *senders, *missing, *causes]

    def place(self, page: int) -> str:
        """Return the position of this page among all logs, and how to see the next."""
        if not self.logs:
            return f"No such logs{f' on page {page}, there are {self.total:,}' if self.total else ''}"
        last = self.start + len(self.logs)
        more = f"; --Page {page + 1} has the next" if last < self.total else ""
        total = f"{'more than ' if self.more else ''}{humanize.count(self.total, 'log')}"
        return f"{self.start + 1:,} to {last:,} of {total}{more}"


def cause(log: Mapping[str, Any]) -> str:
    """Return the likeliest cause of a pilot's failure in words, with its code; empty without one."""
    return f"{log['CauseName']} [{log['Cause']}]" if log.get("Cause") else ""


def outcome(log: Mapping[str, Any]) -> str:
    """Return how a pilot fared, without details: ``failed``, ``running in LaunchAgent``, ``silent for 25 min in
    InstallDIRAC``. An older collector tells the state of the log.
    """
    fared = str(log.get("OutcomeText") or log["State"]).partition(" (")[0]
    return f"{fared} in {log['Phase']}" if log["State"] == "Receiving" and log.get("Phase") else fared


def of_answer(found: Mapping[str, Any], start: int = 0) -> Listing:
    """Return the logs of an answer of ``getPilotLogs``."""
    logs = [dict(zip(found["ParameterNames"], record, strict=True)) for record in found["Records"]]
    return Listing(found["TotalRecords"], logs, start, found.get("MoreRecords", False))


def parts_of(ask: Callable[..., dict[str, Any]], vo: str, stamp: str) -> list[dict]:
    """Return the parts of a pilot's log in their order; ``ask`` calls a method of a collector. Raise what it raises."""
    found = ask("getPilotLogs", {"VO": vo, "PilotStamp": stamp}, NEWEST_FIRST, 0, MAX_PARTS)
    return in_order(of_answer(found).logs)


def in_order(parts: Iterable[dict]) -> list[dict]:
    """Return parts of a log, the first one first."""
    return sorted(parts, key=lambda part: part["Part"])


def listing(client: Client, selection: dict, start: int, limit: int) -> Listing:
    """Return the selected logs from ``start`` on, those heard of last first. Raise what ``value`` raises."""
    return of_answer(value(client.getPilotLogs(selection, NEWEST_FIRST, start, limit)), start)
