"""Deleting logs on request by the collector's RPC ``deleteLogs``, call by call."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from DIRAC.Core.Base.Client import Client

from PilotLoggingDIRAC.commands.logs.deleters import whom_to_ask
from PilotLoggingDIRAC.commands.terminal.answers import Unauthorised, value
from PilotLoggingDIRAC.pilotlog.errors import InvalidInput, NotAllowed
from PilotLoggingDIRAC.pilotlog.text import humanize

#: Timeout of a call, which deletes for 10 s, or longer if it deletes a single large log.
_SECONDS = 300


def logs_in_words(number: int) -> str:
    """Return a number of logs in words."""
    return humanize.count(number, "log")


class NothingNamed(InvalidInput):
    """The logs to be deleted are not named as they have to be."""


@dataclass(frozen=True, slots=True)
class Found:
    """The amount to delete; ``draining``: more of it may still be in a collector's spool."""

    logs: int
    bytes: int
    copies: int
    draining: bool

    def __str__(self) -> str:
        copies = "1 copy" if self.copies == 1 else f"{self.copies:,} copies"
        return f"{logs_in_words(self.logs)}, {humanize.size(self.bytes)}, {copies} in archives"


def selections(vo: str, names: list[str], before: str) -> list[dict[str, Any]]:
    """Return the arguments as selections of ``deleteLogs``: pilots by stamp or reference, or logs older than a date.

    A name with ``:`` is a reference. Raise NothingNamed, and InvalidInput for what is no date.
    """
    if not vo:
        raise NothingNamed("Name the VO")
    if bool(names) == bool(before):
        raise NothingNamed("Name either pilots or a date")
    if before:
        now = datetime.now(UTC).replace(tzinfo=None)
        return [{"VO": vo, "ToDate": humanize.moment(before, now).isoformat()}]
    references = [name for name in names if ":" in name]
    stamps = [name for name in names if ":" not in name]
    named = (("PilotStamp", stamps), ("PilotReference", references))
    return [{"VO": vo, key: values} for key, values in named if values]


@dataclass(frozen=True, slots=True)
class PilotLogDeletion:
    """The deletion of the logs that some selections name."""

    client: Client
    wanted: list[dict[str, Any]]

    def count(self) -> Found:
        """Return the amount to delete. Raise what ``value`` raises; NotAllowed names those who may."""
        answers = [self._call(wanted, True) for wanted in self.wanted]
        logs, size, copies = (sum(answer[key] for answer in answers) for key in ("Logs", "Bytes", "Copies"))
        return Found(logs, size, copies, any(answer["Draining"] for answer in answers))

    def run(self, progress: Callable[[int], None]) -> int:
        """Delete all of it and return the number of logs; ``progress`` is called with the number so far.

        Raise as ``count``; logs that were reported stay deleted.
        """
        logs = 0
        for wanted in self.wanted:
            more = True
            while more:
                answer = self._call(wanted, False)
                logs += answer["Logs"]
                more = answer["More"] and answer["Logs"] > 0
                if more:
                    progress(logs)
        return logs

    def _call(self, wanted: dict[str, Any], dry_run: bool) -> dict[str, Any]:
        try:
            return value(self.client.deleteLogs(wanted, dry_run, timeout=_SECONDS))
        except (NotAllowed, Unauthorised):
            raise NotAllowed(f"Your group may not delete logs of {wanted['VO']}. {whom_to_ask(wanted['VO'])}") from None
