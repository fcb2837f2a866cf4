"""Bringing the folder that DIRAC's own collector left to ours, by its RPC ``importLog``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from DIRAC.Core.Base.Client import Client

from PilotLoggingDIRAC.pilotlog.admin import importing
from PilotLoggingDIRAC.pilotlog.admin.importing import ImportConflict, ImportSlice, LeftLog, Skipped
from PilotLoggingDIRAC.pilotlog.errors import OffsetMismatch, PilotLogError
from PilotLoggingDIRAC.pilotlog.model import PilotId
from PilotLoggingDIRAC.pilotlog.text.redaction.redactor import Redactor

_CONFLICTS = (ImportConflict.errno, OffsetMismatch.errno)


class ImportFailed(PilotLogError):
    """The collector did not take a slice; the message is its answer."""


@dataclass(slots=True)
class Report:
    """How many logs came to which end, and what kept the others from it."""

    outcomes: Counter[str] = field(default_factory=Counter)
    conflicts: int = 0
    failures: int = 0
    skipped: int = 0

    @property
    def logs(self) -> int:
        """How many logs were looked at."""
        return sum(self.outcomes.values()) + self.conflicts + self.failures


class PilotLogImport:
    """Imports folders. ``tell(path or pilot, text)`` is called for each log and each name that is none."""

    def __init__(self, client: Client, redactor: Redactor, silent: timedelta, tell: Callable[[str, str], None]):
        self._client = client
        self._redactor = redactor
        self._silent = silent
        self._tell = tell

    def run(self, folder: Path) -> Report:
        """What became of all that is in the folder. Raises OSError for a folder that can't be read."""
        report = Report()
        for found in importing.find(folder):
            if isinstance(found, Skipped):
                report.skipped += 1
                self._tell(str(found.path), f"skipped: {found.reason}")
            else:
                self._bring(found, report)
        return report

    def _bring(self, left: LeftLog, report: Report) -> None:
        now = datetime.now(UTC).replace(tzinfo=None)
        try:
            outcome = importing.bring(left, self.send, now, self._silent, self._redactor)
        except ImportConflict as error:
            report.conflicts += 1
            self._tell(str(left.pilot), f"CONFLICT: {error}")
        except (ImportFailed, OSError) as error:
            report.failures += 1
            self._tell(str(left.pilot), f"FAILED: {error}")
        else:
            report.outcomes[outcome.value] += 1
            self._tell(str(left.pilot), outcome.value)

    def send(self, pilot: PilotId, step: ImportSlice) -> int:
        """The length of the import behind the slice. Raises ImportConflict, ImportFailed."""
        last = {"State": step.ending.state.value, "SHA256": step.ending.sha256.hex()} if step.ending else {}
        modified = step.modified.isoformat()
        answer = self._client.importLog(pilot.vo, pilot.stamp, step.offset, step.text.decode(), last, modified)
        if answer["OK"]:
            return answer["Value"]
        error = ImportConflict if answer.get("Errno") in _CONFLICTS else ImportFailed
        raise error(answer["Message"])
