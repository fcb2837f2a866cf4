#!/usr/bin/env python
"""Switch on that pilots of a VO send their logs: those on some computing elements, or all.

It shows what it would write to Operations/<vo>/Pilot and on which CEs pilots would then send, checks with a log of its own
that a pilot of the VO can send and the log be read (see dirac-admin-pilot-logs-check), asks, and writes. When the check
fails nothing is written. Without a white list pilots on all CEs send; an empty one means none.

It needs a proxy with CSAdministrator, and what dirac-admin-pilot-logs-check needs.

Exit code: 0 when it is as wanted, 1 when it failed, 2 when the check failed, 3 when it was not confirmed.

Example:
  $ dirac-admin-pilot-logs-enable --VO vo.example.org --CE ce1.example.org
  $ dirac-admin-pilot-logs-enable --VO vo.example.org --Yes
"""

from DIRAC import exit as DIRACExit
from DIRAC.Core.Base.Script import Script


@Script()
def main():
    """Return nothing; the process ends with one of the exit codes above."""
    Script.registerSwitch("", "VO=", "The VO")
    Script.registerSwitch("", "CE=", "Only these CEs, besides those that send already (several with commas)")
    Script.registerSwitch("", "URL=", "Where pilots send, instead of what is set or the configuration names")
    Script.registerSwitch("", "Yes", "Don't ask")
    Script.registerSwitch("", "JSON", "For scripts: {Changes, Before, After}")
    switches, _ = Script.parseCommandLine(ignoreErrors=False)

    from PilotLoggingDIRAC.commands.canary_report import passes
    from PilotLoggingDIRAC.commands.exit_code import exit_code
    from PilotLoggingDIRAC.commands.switching import switch

    options = dict(switches)
    check = lambda url: passes(options.get("VO", ""), url)  # noqa: E731
    DIRACExit(exit_code("Nothing was changed", switch, options, True, check))


if __name__ == "__main__":
    main()
