#!/usr/bin/env python
"""Delete logs of a VO's pilots for good: those of named pilots, or all that were last heard of before a date (UTC).

Deleted logs can't be read from that moment on; the agent removes their copies from the storage element in its next
cycle. The amount is shown first and must be confirmed; the deletion can't be undone. Text that a running pilot sends
afterwards makes a new log. Text in a collector's spool or quarantine, and the CE's own output, are not deleted.

Needs a proxy with the property Operator in this VO, or ServiceAdministrator, or the host's certificate. Anybody else is
told whom to ask. Each deletion is noted in the service's log. Repeating it does no harm.

Exit code: 0 if the logs are deleted, 1 if the deletion failed (logs deleted before stay deleted), 2 if there was no
such log, 3 if it was not confirmed.

Example:
  $ dirac-admin-pilot-logs-delete --VO vo.example.org 9d3f6a0c5b1e4f6f8a7b2c1d0e9f8a7b
  1 log, 48 kB, 1 copy in archives
  Delete them for good? [y/N] y
  1 log deleted
  $ dirac-admin-pilot-logs-delete --VO vo.example.org htcondorce://ce.example.org/1234.0 --Yes
  $ dirac-admin-pilot-logs-delete --VO vo.example.org --Before 2025-01-01
  52,340 logs, 2.5 GB, 52,338 copies in archives
  Delete them for good? [y/N] y
  1,000 of 52,340 logs deleted
"""

from DIRAC import exit as DIRACExit
from DIRAC.Core.Base.Script import Script

_DONE, _NONE, _NOT_CONFIRMED = 0, 2, 3


@Script()
def main():
    """Return nothing; the process ends with one of the exit codes above."""
    from PilotLoggingDIRAC.commands.terminal.exit_code import exit_code, prepare

    prepare()
    Script.registerSwitch("", "VO=", "Delete logs of this VO")
    Script.registerSwitch(
        "",
        "Before=",
        "All logs last heard of before then: how long ago (30d) or UTC (2026-11-21T08:00, 08:00, yesterday)",
    )
    Script.registerSwitch("", "Yes", "Do not ask for confirmation")
    Script.registerSwitch("", "URL=", "Call this collector, instead of one in the configuration")
    Script.registerArgument(["PILOT: stamp or reference of a pilot"], mandatory=False)
    switches, pilots = Script.parseCommandLine(ignoreErrors=False)
    DIRACExit(exit_code("Not all was deleted, or nothing", run, dict(switches), pilots))


def run(options, pilots):
    """Count, ask, delete, and return the exit code."""
    from PilotLoggingDIRAC.commands.client import CollectorClient
    from PilotLoggingDIRAC.commands.logs.deletion import PilotLogDeletion, logs_in_words, selections
    from PilotLoggingDIRAC.commands.terminal.console import confirmed, line

    wanted = selections(options.get("VO", ""), pilots, options.get("Before", ""))
    deletion = PilotLogDeletion(CollectorClient(url=options.get("URL")), wanted)
    found = deletion.count()
    line(found)
    if found.draining:
        line("A collector still brings in text from an outage, perhaps of these logs: run this again afterwards")
    if not found.logs:
        return _NONE
    if "Yes" not in options and not confirmed("Delete them for good?"):
        line("Nothing was deleted")
        return _NOT_CONFIRMED
    deleted = deletion.run(lambda number: line(f"{number:,} of {logs_in_words(found.logs)} deleted"))
    line(f"{logs_in_words(deleted)} deleted")
    return _DONE


if __name__ == "__main__":
    main()
