#!/usr/bin/env python
"""Check the whole way of a pilot's log: send one as a pilot of a VO would, follow it through collector, database and archive,
read it back from each source, and say which link is broken and how to mend it. In the end the log is removed.

It is sent with the VO's pilot proxy, if you may get that from ProxyManager (FullDelegation), else with your own proxy or
the host's certificate. It is read as yourself: your group needs Operator in this VO or ServiceAdministrator, a host has
to be named in HostsMayRead. The agent brings logs to the archive in its next cycle, so this takes some time: --NoArchive leaves
that out. To remove the log again it needs ServiceAdministrator; otherwise it stays, as any log, for the VO's retention.

Exit code: 0 when the chain is whole, 2 when a link is broken, 1 when it could not be checked, 130 when it was interrupted.

Example:
  $ dirac-admin-pilot-logs-check --VO vo.example.org --NoArchive
  $ dirac-admin-pilot-logs-check --VO vo.example.org --Wait 1200 --JSON
"""

from DIRAC import exit as DIRACExit
from DIRAC.Core.Base.Script import Script


@Script()
def main():
    """Return nothing; the process ends with one of the exit codes above."""
    Script.registerSwitch("", "VO=", "The VO whose pilot this is")
    Script.registerSwitch("", "URL=", "Send to this URL, instead of the VO's RemoteLoggerURL")
    Script.registerSwitch("", "Collector=", "The collector to ask for it, instead of one that the configuration names")
    Script.registerSwitch("", "Wait=", "Seconds to wait for the archive (default 900)")
    Script.registerSwitch("", "NoArchive", "Don't wait for the archive")
    Script.registerSwitch("", "JSON", "For scripts: {VO, Stamp, Whole, Links: [{...}, ...]}")
    switches, _ = Script.parseCommandLine(ignoreErrors=False)

    from PilotLoggingDIRAC.commands.canary_report import check
    from PilotLoggingDIRAC.commands.exit_code import exit_code

    DIRACExit(exit_code("The check could not be made", check, dict(switches)))


if __name__ == "__main__":
    main()
