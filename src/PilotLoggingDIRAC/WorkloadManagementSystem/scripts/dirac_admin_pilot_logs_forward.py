#!/usr/bin/env python
"""Send pilots' logs again to one destination, as to one that was added today, or that has lost what it had.

Name the destination, and the logs: by VO, stamp or reference, or the time since when they were heard of. The logs are
those of VOs that name the destination. Text that has left the database is read from the archive. The forwarding agents
do the work, beside what they send live; the command shows how far they are. Ctrl-C ends the showing only: --Watch shows
it again, --Stop ends the work. An agent that is restarted goes on where it was. Records have the identities that they
had before, so that OpenSearch stores nothing twice.

Without logs, --Watch or --Stop, the requests of the last days are listed.

Needs a proxy with the property ServiceAdministrator, or the host's certificate.

Exit code: 0 if all was sent (with --DryRun: if there is something to send), 2 if some of it was not, or there is
nothing, 1 if it failed, 130 if it was interrupted.

Example:
  $ dirac-admin-pilot-logs-forward --Destination Search --VO vo.example.org --Since 30d --DryRun
  52,340 logs, 2.5 GB, 41,007 of them in the archive alone
  $ dirac-admin-pilot-logs-forward --Destination Search --VO vo.example.org --Since 30d
  Replay 7 to Search: 52,340 logs, 2.5 GB, 41,007 of them in the archive alone
  Replay 7 to Search is done: 52,340 logs, 3,102,114 records
  $ dirac-admin-pilot-logs-forward --Destination Search --Stamp 9d3f6a0c5b1e4f6f8a7b2c1d0e9f8a7b
  $ dirac-admin-pilot-logs-forward --Watch 7
"""

from DIRAC import exit as DIRACExit
from DIRAC.Core.Base.Script import Script


@Script()
def main():
    """Return nothing; the process ends with one of the exit codes above."""
    from PilotLoggingDIRAC.commands.terminal.exit_code import exit_code, prepare, refuse
    from PilotLoggingDIRAC.commands.terminal.switches import REPLAY

    prepare()
    Script.registerSwitch("", "Destination=", "Send to this destination, by its name in the configuration")
    Script.registerSwitches(REPLAY)
    Script.registerSwitch("", "DryRun", "Only count the logs")
    Script.registerSwitch("", "Watch=", "Show how far the replay with this number is")
    Script.registerSwitch("", "Stop=", "Stop the replay with this number")
    Script.registerSwitch("", "JSON", "For scripts: objects instead of lines and tables")
    Script.registerSwitch("", "URL=", "Call this collector, instead of one in the configuration")
    switches, arguments = Script.parseCommandLine(ignoreErrors=False)
    refuse(arguments)

    from PilotLoggingDIRAC.commands.logs.replaying import run

    DIRACExit(exit_code("Nothing was sent, or not all", run, dict(switches)))


if __name__ == "__main__":
    main()
