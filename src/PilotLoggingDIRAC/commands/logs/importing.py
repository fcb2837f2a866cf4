"""The import of the folder that DIRAC's own collector left, by the RPC ``importLog``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from DIRAC.Core.Base.Client import Client

from PilotLoggingDIRAC.pilotlog.admin import collector_log
from PilotLoggingDIRAC.pilotlog.admin.collector_log import CollectorLog, SkippedFile
from PilotLoggingDIRAC.pilotlog.admin.import_slice import ImportConflict, ImportSlice
from PilotLoggingDIRAC.pilotlog.admin.importer import Importer
from PilotLoggingDIRAC.pilotlog.errors import OffsetMismatch, PilotLogError
from PilotLoggingDIRAC.pilotlog.model import PilotId
from PilotLoggingDIRAC.pilotlog.text.redaction.redactor import Redactor


class ImportFailed(PilotLogError):
    """The collector refused a slice; the message is its answer."""


@dataclass(slots=True)
class ImportReport:
    """Numbers of logs by outcome."""

    outcomes: Counter[str] = field(default_factory=Counter)
    conflicts: int = 0
    failures: int = 0
    skipped: int = 0

    @property
    def logs(self) -> int:
        """Return the number of logs that were found."""
        return sum(self.outcomes.values()) + self.conflicts + self.failures


@dataclass(frozen=True, slots=True)
class PilotLogImport:
    """The import of folders. ``tell(path or pilot, text)`` is called for each log and for each other name."""

    client: Client
    redactor: Redactor
    silent: timedelta
    tell: Callable[[str, str], None]

    def run(self, folder: Path) -> ImportReport:
        """Import all logs in a folder and return the report. Raise OSError for a folder that can't be read."""
        report = ImportReport()
        for found in collector_log.find(folder):
            if isinstance(found, SkippedFile):
                report.skipped += 1
                self.tell(str(found.path), f"skipped: {found.reason}")
            else:
                self._bring(found, report)
        return report

    def _bring(self, left: CollectorLog, report: ImportReport) -> None:
        now = datetime.now(UTC).replace(tzinfo=None)
        try:
            outcome = Importer(self.send, self.silent, self.redactor).bring(left, now)
        except (ImportConflict, OffsetMismatch) as error:
            report.conflicts += 1
            self.tell(str(left.pilot), f"CONFLICT: {error}")
        except (ImportFailed, OSError) as error:
            report.failures += 1
            self.tell(str(left.pilot), f"FAILED: {error}")
        else:
            report.outcomes[outcome.value] += 1
            self.tell(str(left.pilot), outcome.value)

    def send(self, pilot: PilotId, step: ImportSlice) -> int:
        """Send a slice and return the length of the import so far.

        Raise OffsetMismatch, ImportConflict, ImportFailed.
        """
        last = {"State": step.ending.state.value, "SHA256": step.ending.sha256.hex()} if step.ending else {}
        modified = step.modified.isoformat()
        answer = self.client.importLog(pilot.vo, pilot.stamp, step.offset, step.text.decode(), last, modified)
        if answer["OK"]:
            return answer["Value"]
        if answer.get("Errno") == OffsetMismatch.errno:  # the answer has the offset in words only
            raise OffsetMismatch(self.send(pilot, ImportSlice(0, b"", None, step.modified)))
        error = ImportConflict if answer.get("Errno") == ImportConflict.errno else ImportFailed
        raise error(answer["Message"])
