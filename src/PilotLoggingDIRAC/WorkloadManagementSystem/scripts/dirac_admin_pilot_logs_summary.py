#!/usr/bin/env python
"""Count pilots' logs by the causes of their failures, by sites, CEs, VOs, or by who can do something about it.

Counted are logs that have ended and were diagnosed, of the last day without --Since. Failed are those with a cause,
Rate is their share. You see what you may read: a site administrator counts the pilots at their sites.

With --Unknown: what failed pilots tell of that no rule knows, in groups of like lines: how many logs, their sites, the
first appearance, and an example (stamp:line). dirac-admin-pilot-logs-diagnose --Rule turns a group into a rule.

Exit code: 0 if there are logs, 2 if there are none, 1 if it failed.

Example:
  $ dirac-admin-pilot-logs-summary --Since 7d
  $ dirac-admin-pilot-logs-summary --By Site,Cause --VO vo.example.org
  $ dirac-admin-pilot-logs-summary --By CE --Cause disk-full --JSON
  $ dirac-admin-pilot-logs-summary --Unknown --Since 7d
"""

from DIRAC import exit as DIRACExit
from DIRAC.Core.Base.Script import Script


@Script()
def main():
    """Return nothing; the process ends with one of the exit codes above."""
    from PilotLoggingDIRAC.commands.terminal.exit_code import exit_code, prepare, refuse
    from PilotLoggingDIRAC.commands.terminal.switches import SWITCHES

    prepare()
    Script.registerSwitches(SWITCHES)
    Script.registerSwitch("", "By=", "Count by these: Site, CE, VO, Cause, Party (default Cause; several with commas)")
    Script.registerSwitch("", "Unknown", "Failures that no rule knows, in groups, instead of figures")
    Script.registerSwitch("", "JSON", "For scripts: {Groups: [{..., Logs, Failed}, ...], Logs, More}")
    Script.registerSwitch("", "URL=", "Call this collector, instead of one in the configuration")
    switches, arguments = Script.parseCommandLine(ignoreErrors=False)
    refuse(arguments)

    from PilotLoggingDIRAC.commands.causes import figures as cause_figures
    from PilotLoggingDIRAC.commands.causes import unknown_failures

    options = dict(switches)
    show = unknown_failures.show if "Unknown" in options else cause_figures.show
    DIRACExit(exit_code("The logs could not be counted", show, options))


if __name__ == "__main__":
    main()
