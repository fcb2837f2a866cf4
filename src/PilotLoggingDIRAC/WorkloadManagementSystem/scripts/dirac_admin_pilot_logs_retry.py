#!/usr/bin/env python
"""Try again at once what went wrong: the archiving of pilot logs, or messages that the database refused.

Without switches, all logs whose archiving failed are due in the next cycle of the PilotLoggingAgent, however long they
would still have waited; --VO, --Stamp and --Site leave out others. With --Quarantine, a collector offers again to
the database what it refused before: say which collector with --URL when there are several.

It needs a proxy with the property ServiceAdministrator. Repeating it does no harm.

Exit code: 0 when it was done, 1 when it failed.

Example:
  $ dirac-admin-pilot-logs-retry --VO vo.example.org
  12 logs are due again
  $ dirac-admin-pilot-logs-retry --Quarantine
  3 messages are offered to the database again
"""

from DIRAC import exit as DIRACExit
from DIRAC.Core.Base.Script import Script
from DIRAC.Core.Utilities.ReturnValues import SErrorException, returnValueOrRaise

_KEYS = {"VO": "VO", "Stamp": "PilotStamp", "Site": "Site"}


@Script()
def main():
    """Return nothing; the process ends with one of the exit codes above."""
    Script.registerSwitch("", "VO=", "Only logs of this VO")
    Script.registerSwitch("", "Stamp=", "Only the log of the pilot with this stamp")
    Script.registerSwitch("", "Site=", "Only logs of pilots at this site")
    Script.registerSwitch("", "Quarantine", "Messages that the database refused, instead of archiving")
    Script.registerSwitch("", "URL=", "The collector to ask, instead of one that the configuration names")
    switches, _ = Script.parseCommandLine(ignoreErrors=False)

    from PilotLoggingDIRAC.commands.console import complain, say

    try:
        say(run(dict(switches)))
    except SErrorException as error:
        complain("Nothing was done", error.result["Message"])
        DIRACExit(1)
    DIRACExit(0)


def run(options):
    """Ask a collector, and return what became of it."""
    from PilotLoggingDIRAC.commands.client import PilotLoggingClient

    client = PilotLoggingClient(url=options.get("URL"))
    if "Quarantine" in options:
        return f"{returnValueOrRaise(client.releaseQuarantine())} messages are offered to the database again"
    selection = {key: options[switch] for switch, key in _KEYS.items() if switch in options}
    return f"{returnValueOrRaise(client.retryArchiving(selection))} logs are due again"


if __name__ == "__main__":
    main()
