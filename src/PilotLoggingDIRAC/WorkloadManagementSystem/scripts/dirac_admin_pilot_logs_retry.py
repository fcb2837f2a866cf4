#!/usr/bin/env python
"""Retry work at once: the archiving of pilot logs, their diagnosis, or messages that the database refused.

Without switches, all logs whose archiving failed are due in the next cycle of the PilotLoggingAgent; --VO, --Stamp,
--Site, --Cause and --Since select some. With --Diagnoses, the agent diagnoses logs again whose text is in the database,
as after an upgrade with other rules; name a time, or some of the others, at most 100,000 logs a call. With --OtherRules
besides, those that were diagnosed with the present rules are left out, so that the command can be repeated until it
says 0. With --Quarantine, a collector offers to the database again all messages that it refused, so nothing selects
among them; name the collector with --URL if there are several.

Needs a proxy with the property ServiceAdministrator. Repeating it does no harm.

Exit code: 0 if it was done, 1 if it failed.

Example:
  $ dirac-admin-pilot-logs-retry --VO vo.example.org
  12 logs are due again
  $ dirac-admin-pilot-logs-retry --Diagnoses --Since 7d
  4,210 logs are diagnosed again by the agent's next cycles
  $ dirac-admin-pilot-logs-retry --Quarantine
  3 messages are offered to the database again
"""

from DIRAC import exit as DIRACExit
from DIRAC.Core.Base.Script import Script


@Script()
def main():
    """Return nothing; the process ends with one of the exit codes above."""
    from PilotLoggingDIRAC.commands.terminal.exit_code import exit_code, prepare, refuse

    prepare()
    Script.registerSwitch("", "VO=", "Only logs of this VO")
    Script.registerSwitch("", "Stamp=", "Only the log of the pilot with this stamp")
    Script.registerSwitch("", "Site=", "Only logs of pilots at this site")
    Script.registerSwitch("", "Cause=", "Only logs of pilots that failed for this cause, by its code")
    Script.registerSwitch("", "Since=", "Only logs heard of since then, as of dirac-admin-pilot-logs-list")
    Script.registerSwitch("", "Diagnoses", "Diagnose logs again, instead of archiving")
    Script.registerSwitch("", "OtherRules", "With --Diagnoses: only logs diagnosed with other rules than hold now")
    Script.registerSwitch("", "Quarantine", "Retry messages that the database refused, instead of archiving")
    Script.registerSwitch("", "URL=", "Call this collector, instead of one in the configuration")
    switches, arguments = Script.parseCommandLine(ignoreErrors=False)
    refuse(arguments)
    DIRACExit(exit_code("Nothing was done", run, dict(switches)))


def run(options):
    """Call a collector, print the result, and return the exit code."""
    from PilotLoggingDIRAC.commands.logs.retrying import retry
    from PilotLoggingDIRAC.commands.terminal.console import line

    line(retry(options))
    return 0


if __name__ == "__main__":
    main()
