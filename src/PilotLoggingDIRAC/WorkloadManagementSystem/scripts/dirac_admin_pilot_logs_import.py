#!/usr/bin/env python
"""Import the pilot logs that DIRAC's own collector (FileCacheLoggingPlugin) left in a folder on this machine.

The folder is "pilotlogs" below the working directory of the old collector: <folder>/<vo>/<stamp>.log is the log of a
pilot that has ended, <folder>/<vo>/<stamp> that of a pilot that has not reported its end. The text is sent to the
collector in the configuration and placed before all text that the pilot has sent there. The log of a pilot that has not
ended stays open until its file has been silent for some hours, and then counts as ended and incomplete. The folder is
not changed. The command can be repeated at any time: it continues an interrupted import and skips imported logs.

Needs a proxy with the property ServiceAdministrator, or the host's certificate.

Exit code: 0 if all logs are imported, 2 if a log exists already with other text, 1 if something failed.

Example:
  $ dirac-admin-pilot-logs-import -o /DIRAC/Security/UseServerCertificate=yes /opt/dirac/pilotlogs
  /opt/dirac/pilotlogs/README: skipped: not a folder of a VO
  100 logs so far
  142 logs: 140 imported, 2 already there; 0 conflicts, 0 failed; 1 name skipped
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from DIRAC import exit as DIRACExit
from DIRAC.Core.Base.Script import Script

_SILENT_HOURS = 48
_MAX_SILENT_HOURS = 10 * 365 * 24
_PROGRESS_LOGS = 100


@Script()
def main():
    """Return nothing; the process ends with one of the exit codes above."""
    from PilotLoggingDIRAC.commands.terminal.exit_code import exit_code, prepare

    prepare(paths=True)
    Script.registerSwitch(
        "", "Silent=", f"Hours of silence after which a pilot counts as ended (default {_SILENT_HOURS})"
    )
    Script.registerSwitch("", "List", "Print the outcome of each log, not only of conflicts and failures")
    Script.registerArgument("DIR: the folder of DIRAC's own collector")
    switches, (folder,) = Script.parseCommandLine(ignoreErrors=False)
    DIRACExit(exit_code("The import ended", run, dict(switches), Path(folder)))


def run(options, folder):
    """Import a folder as the switches say, and return the exit code."""
    from PilotLoggingDIRAC.commands.terminal.switches import decimal

    hours = decimal(options, "Silent", _SILENT_HOURS, 0, _MAX_SILENT_HOURS, "hours")
    report = bring(folder, timedelta(hours=hours), "List" in options)
    return 1 if report.failures else 2 if report.conflicts else 0


def bring(folder, silent, every):
    """Import a folder, show progress, and return the report."""
    from PilotLoggingDIRAC.assembly.redaction import redactor
    from PilotLoggingDIRAC.commands.client import CollectorClient
    from PilotLoggingDIRAC.commands.logs.importing import PilotLogImport
    from PilotLoggingDIRAC.commands.terminal.console import counted, line

    report = PilotLogImport(CollectorClient(), redactor(), silent, ImportProgress(every, line)).run(folder)
    outcomes = ", ".join(f"{number} {outcome}" for outcome, number in report.outcomes.items()) or "none taken in"
    trouble = (
        f"{counted(report.conflicts, 'conflict')}, {report.failures} failed; {counted(report.skipped, 'name')} skipped"
    )
    line(f"{counted(report.logs, 'log')}: {outcomes}; {trouble}")
    return report


@dataclass(slots=True)
class ImportProgress:
    """The progress of an import: trouble at once, other logs by their number; with ``every`` each log."""

    every: bool
    say: Callable[[str], None]
    logs: int = 0

    def __call__(self, name, text):
        """Print a name with its outcome, and the progress from time to time."""
        if self.every or text.startswith(("skipped", "CONFLICT", "FAILED")):
            self.say(f"{name}: {text}")
        if not text.startswith("skipped"):
            self.logs += 1
            if self.logs % _PROGRESS_LOGS == 0:
                self.say(f"{self.logs} logs so far")


if __name__ == "__main__":
    main()
