"""Deleting logs on request by the collector's RPC ``deleteLogs``, call by call."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from DIRAC.Core.Base.Client import Client
from DIRAC.Core.Utilities.ReturnValues import returnValueOrRaise

#: A call deletes for 10 s, or longer where it deletes a single large log.
_SECONDS = 300


class NothingNamed(ValueError):
    """What is to be deleted is not named as it has to be."""


@dataclass(frozen=True, slots=True)
class Found:
    """How much there is to delete; ``draining``: more of it may still be on its way from a collector's spool."""

    logs: int
    bytes: int
    copies: int
    draining: bool

    def __str__(self) -> str:
        return f"{self.logs} logs, {self.bytes} bytes, {self.copies} copies in archives"


def selections(vo: str, names: list[str], before: str) -> list[dict[str, Any]]:
    """What is named, as selections of ``deleteLogs``: pilots by stamp or reference, or what is older than a date.

    A name with ``:`` is a reference. Raises NothingNamed.
    """
    if not vo:
        raise NothingNamed("Name the VO")
    if bool(names) == bool(before):
        raise NothingNamed("Name either pilots or a date")
    if before:
        return [{"VO": vo, "ToDate": before}]
    references = [name for name in names if ":" in name]
    stamps = [name for name in names if ":" not in name]
    named = (("PilotStamp", stamps), ("PilotReference", references))
    return [{"VO": vo, key: values} for key, values in named if values]


class PilotLogDeletion:
    """Deletes what some selections name."""

    def __init__(self, client: Client, wanted: list[dict[str, Any]]):
        self._client = client
        self._wanted = wanted

    def count(self) -> Found:
        """How much there is. Raises SErrorException."""
        answers = [self._call(wanted, True) for wanted in self._wanted]
        figures = [sum(answer[key] for answer in answers) for key in ("Logs", "Bytes", "Copies")]
        return Found(*figures, any(answer["Draining"] for answer in answers))

    def run(self, progress: Callable[[int], None]) -> int:
        """Delete it all and return how many logs it was; ``progress`` is told of the number so far.

        Raises SErrorException; what was told of stays deleted.
        """
        logs = 0
        for wanted in self._wanted:
            more = True
            while more:
                answer = self._call(wanted, False)
                logs += answer["Logs"]
                more = answer["More"] and answer["Logs"] > 0
                if more:
                    progress(logs)
        return logs

    def _call(self, wanted: dict[str, Any], dry_run: bool) -> dict[str, Any]:
        return returnValueOrRaise(self._client.deleteLogs(wanted, dry_run, timeout=_SECONDS))
