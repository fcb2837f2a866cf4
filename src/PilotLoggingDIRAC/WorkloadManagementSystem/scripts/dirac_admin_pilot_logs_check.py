#!/usr/bin/env python
"""Check the whole chain of a pilot's log with a test log: send it as a pilot of a VO would, follow it through
collector, database and archive, read it back from each source, and report the first broken link with its remedy. The
test log is removed at the end.

It is sent with the VO's pilot proxy, if you may download that from ProxyManager (FullDelegation), else with your own
proxy or the host's certificate. It is read with your own rights: your group needs Operator in this VO or
ServiceAdministrator, a host must be named in HostsMayRead. The agent archives logs in its next cycle, which takes some
time; --NoArchive skips that. Removing the test log needs Operator in this VO or ServiceAdministrator; otherwise it
stays for the VO's retention, like any log, and is listed with --Checks alone.

Exit code: 0 if the chain is whole, 2 if a link is broken, 1 if the check could not be made, 130 if it was interrupted.

Example:
  $ dirac-admin-pilot-logs-check --VO vo.example.org --NoArchive
  $ dirac-admin-pilot-logs-check --VO vo.example.org --Wait 1200 --JSON
"""

from DIRAC import exit as DIRACExit
from DIRAC.Core.Base.Script import Script


@Script()
def main():
    """Return nothing; the process ends with one of the exit codes above."""
    from PilotLoggingDIRAC.commands.terminal.exit_code import exit_code, prepare, refuse

    prepare()
    Script.registerSwitch("", "VO=", "Check for pilots of this VO")
    Script.registerSwitch("", "URL=", "Send to this URL, instead of the VO's RemoteLoggerURL")
    Script.registerSwitch("", "Collector=", "Read from this collector, instead of one in the configuration")
    Script.registerSwitch("", "Wait=", "Seconds to wait for the archive (default 900)")
    Script.registerSwitch("", "NoArchive", "Do not wait for the archive")
    Script.registerSwitch("", "JSON", "For scripts: {VO, Stamp, Whole, Links: [{...}, ...]}")
    switches, arguments = Script.parseCommandLine(ignoreErrors=False)
    refuse(arguments)

    from PilotLoggingDIRAC.commands.canary.report import check

    DIRACExit(exit_code("The check could not be made", check, dict(switches)))


if __name__ == "__main__":
    main()
