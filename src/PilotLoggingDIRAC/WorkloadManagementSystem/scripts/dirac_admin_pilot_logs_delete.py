#!/usr/bin/env python
"""Delete logs of a VO's pilots for good: those of some pilots, or all that were last heard of before a date (UTC).

What is deleted can't be read from that moment on; the agent removes the copies from the storage element in its next
cycle. How much there is to delete is shown first, and has to be confirmed. It can't be undone. What a pilot that is
alive sends afterwards is a log again. Text that a collector still holds in its spool or quarantine, or the CE's own
output, is not touched.

It needs a proxy with the property ServiceAdministrator, or the host's certificate. Repeating it does no harm.

Exit code: 0 when it was done, 1 when it failed (what was deleted before stays deleted), 2 when there was no such log,
3 when it was not confirmed.

Example:
  $ dirac-admin-pilot-logs-delete --VO vo.example.org 9d3f6a0c5b1e4f6f8a7b2c1d0e9f8a7b
  1 logs, 48213 bytes, 1 copies in archives
  Delete them for good? [y/N] y
  1 logs deleted
  $ dirac-admin-pilot-logs-delete --VO vo.example.org htcondorce://ce.example.org/1234.0 --Yes
  $ dirac-admin-pilot-logs-delete --VO vo.example.org --Before 2025-01-01
  52340 logs, 2513406114 bytes, 52338 copies in archives
  Delete them for good? [y/N] y
  1000 of 52340 logs deleted
"""

from DIRAC import exit as DIRACExit
from DIRAC.Core.Base.Script import Script
from DIRAC.Core.Utilities.ReturnValues import SErrorException

_DONE, _FAILED, _NONE, _NOT_CONFIRMED = range(4)


@Script()
def main():
    """Return nothing; the process ends with one of the exit codes above."""
    Script.registerSwitch("", "VO=", "The VO whose logs are meant")
    Script.registerSwitch("", "Before=", "All logs last heard of before this date, or time (ISO 8601, UTC)")
    Script.registerSwitch("", "Yes", "Don't ask")
    Script.registerSwitch("", "URL=", "The collector to ask, instead of one that the configuration names")
    Script.registerArgument(["PILOT: stamp or reference of a pilot"], mandatory=False)
    switches, pilots = Script.parseCommandLine(ignoreErrors=False)
    options = dict(switches)

    from PilotLoggingDIRAC.commands.console import complain
    from PilotLoggingDIRAC.commands.deletion import NothingNamed

    try:
        DIRACExit(run(options, pilots))
    except NothingNamed as error:
        complain("Nothing was deleted", error)
    except SErrorException as error:
        complain("It was not done, or not to its end", error.result["Message"])
    DIRACExit(_FAILED)


def run(options, pilots):
    """Count, ask, delete, and return the exit code."""
    from PilotLoggingDIRAC.commands.client import PilotLoggingClient
    from PilotLoggingDIRAC.commands.console import say
    from PilotLoggingDIRAC.commands.deletion import PilotLogDeletion, selections

    wanted = selections(options.get("VO", ""), pilots, options.get("Before", ""))
    deletion = PilotLogDeletion(PilotLoggingClient(url=options.get("URL")), wanted)
    found = deletion.count()
    say(found)
    if found.draining:
        say("A collector still brings in text from an outage, perhaps of these logs: run this again afterwards")
    if not found.logs:
        return _NONE
    if "Yes" not in options and not confirmed():
        say("Nothing was deleted")
        return _NOT_CONFIRMED
    say(f"{deletion.run(lambda logs: say(f'{logs} of {found.logs} logs deleted'))} logs deleted")
    return _DONE


def confirmed():
    """Whether whoever runs this says yes; the end of the input is a no."""
    try:
        return input("Delete them for good? [y/N] ").strip().lower() in ("y", "yes")
    except EOFError:
        return False


if __name__ == "__main__":
    main()
