#!/usr/bin/env python
"""Make the pilots of a VO send their logs: those on some computing elements, or all.

The command shows the changes to Operations/<vo>/Pilot and the CEs whose pilots send afterwards, checks with a test log
that pilots of the VO can send and that the log can be read (see dirac-admin-pilot-logs-check), asks for confirmation,
and writes. If the check fails, nothing is written. Without a white list pilots on all CEs send; with an empty one none
do.

Needs a proxy with CSAdministrator, and the rights that dirac-admin-pilot-logs-check needs.

Exit code: 0 if the setting is as wanted, 1 if it failed, 2 if the check failed, 3 if it was not confirmed.

Example:
  $ dirac-admin-pilot-logs-enable --VO vo.example.org --CE ce1.example.org
  $ dirac-admin-pilot-logs-enable --VO vo.example.org --Yes
"""

from DIRAC import exit as DIRACExit
from DIRAC.Core.Base.Script import Script


@Script()
def main():
    """Return nothing; the process ends with one of the exit codes above."""
    from PilotLoggingDIRAC.commands.terminal.exit_code import exit_code, prepare, refuse

    prepare()
    Script.registerSwitch("", "VO=", "Change the setting of this VO")
    Script.registerSwitch("", "CE=", "Only for these CEs, in addition to those that send already (separated by commas)")
    Script.registerSwitch("", "URL=", "Let pilots send to this URL, instead of the one that is set or registered")
    Script.registerSwitch("", "Yes", "Do not ask for confirmation")
    Script.registerSwitch("", "JSON", "For scripts: {Changes, Before, After}")
    switches, arguments = Script.parseCommandLine(ignoreErrors=False)
    refuse(arguments)

    from PilotLoggingDIRAC.commands.canary.report import passes
    from PilotLoggingDIRAC.commands.installation.switching import switch

    options = dict(switches)
    check = lambda url: passes(options.get("VO", ""), url)  # noqa: E731
    DIRACExit(exit_code("Nothing was changed", switch, options, True, check))


if __name__ == "__main__":
    main()
