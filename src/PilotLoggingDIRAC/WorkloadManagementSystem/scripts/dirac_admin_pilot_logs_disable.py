#!/usr/bin/env python
"""Switch off that pilots of a VO send their logs: those on some computing elements, or all.

It shows what it would write to Operations/<vo>/Pilot and on which CEs pilots would then still send, asks, and writes.
Switching off some CEs of a VO without a white list writes one with all its others. When the last one is switched off, the
white list stays, empty, and logging is off. Logs that are there stay.

It needs a proxy with CSAdministrator.

Exit code: 0 when it is as wanted, 1 when it failed, 3 when it was not confirmed.

Example:
  $ dirac-admin-pilot-logs-disable --VO vo.example.org --CE ce1.example.org --Yes
  $ dirac-admin-pilot-logs-disable --VO vo.example.org
"""

from DIRAC import exit as DIRACExit
from DIRAC.Core.Base.Script import Script


@Script()
def main():
    """Return nothing; the process ends with one of the exit codes above."""
    Script.registerSwitch("", "VO=", "The VO")
    Script.registerSwitch("", "CE=", "Only these CEs (several with commas)")
    Script.registerSwitch("", "Yes", "Don't ask")
    Script.registerSwitch("", "JSON", "For scripts: {Changes, Before, After}")
    switches, _ = Script.parseCommandLine(ignoreErrors=False)

    from PilotLoggingDIRAC.commands.exit_code import exit_code
    from PilotLoggingDIRAC.commands.switching import switch

    DIRACExit(exit_code("Nothing was changed", switch, dict(switches), False))


if __name__ == "__main__":
    main()
