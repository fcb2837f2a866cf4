#!/usr/bin/env python
"""Stop the pilots of a VO from sending their logs: those on some computing elements, or all.

The command shows the changes to Operations/<vo>/Pilot and the CEs whose pilots still send afterwards, asks for
confirmation, and writes. For a VO without a white list, excluding some CEs writes a white list with all others. When
the last CE is excluded, the white list stays, empty, and logging is off. Existing logs stay.

Needs a proxy with CSAdministrator.

Exit code: 0 if the setting is as wanted, 1 if it failed, 3 if it was not confirmed.

Example:
  $ dirac-admin-pilot-logs-disable --VO vo.example.org --CE ce1.example.org --Yes
  $ dirac-admin-pilot-logs-disable --VO vo.example.org
"""

from DIRAC import exit as DIRACExit
from DIRAC.Core.Base.Script import Script


@Script()
def main():
    """Return nothing; the process ends with one of the exit codes above."""
    from PilotLoggingDIRAC.commands.terminal.exit_code import exit_code, prepare, refuse

    prepare()
    Script.registerSwitch("", "VO=", "Change the setting of this VO")
    Script.registerSwitch("", "CE=", "Only for these CEs (separated by commas)")
    Script.registerSwitch("", "Yes", "Do not ask for confirmation")
    Script.registerSwitch("", "JSON", "For scripts: {Changes, Before, After}")
    switches, arguments = Script.parseCommandLine(ignoreErrors=False)
    refuse(arguments)

    from PilotLoggingDIRAC.commands.installation.switching import switch

    DIRACExit(exit_code("Nothing was changed", switch, dict(switches), False))


if __name__ == "__main__":
    main()
