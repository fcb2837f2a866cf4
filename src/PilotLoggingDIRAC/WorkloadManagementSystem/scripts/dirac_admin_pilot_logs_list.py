#!/usr/bin/env python
"""List pilots' logs, those heard of last first.

Without switches, all logs that you may read are listed. Times are UTC. Outcome is how the pilot fared: running, silent
(nothing has come for some minutes), succeeded, failed (with a return code), killed (it did not report its end, and
DIRAC says that it has failed), unknown (it has ended, and nobody tells how). RC is the pilot's return code, "-" if the
pilot has not reported its end, several codes if it reported several; Senders is the number of addresses that a log came
from, if there are several; Missing is the size of text that is missing, for whatever reason; Cause is why the pilot
failed, as its log tells once it has ended, with the code that --Cause takes; Error is the reason why archiving failed
last. --Long tells also where the text is stored (State), DIRAC's status, the host, and the jobs with their owners.

Exit code: 0 if there are logs, 2 if there are none, 1 if it failed.

Example:
  $ dirac-admin-pilot-logs-list --Since 2h --Site LCG.Example.org
  $ dirac-admin-pilot-logs-list --Site LCG.Example.org --Running
  $ dirac-admin-pilot-logs-list --Site LCG.Example.org --Since 1d --Failed
  $ dirac-admin-pilot-logs-list --VO vo.example.org --Since 1d --Outcome killed,unknown --Limit 50
  $ dirac-admin-pilot-logs-list --Since 1d --ReturnCode '!0'
  $ dirac-admin-pilot-logs-list --Job 4711
  $ dirac-admin-pilot-logs-list --Since 7d --User ada --Host wn17.example.org
  $ dirac-admin-pilot-logs-list --Name 9d3f6a0c
  $ dirac-admin-pilot-logs-list --Since 7d --Limit 2 --Page 2
  $ dirac-admin-pilot-logs-list --Since 7d --Missing
  $ dirac-admin-pilot-logs-list --Since 1d --Cause disk-full,cvmfs-not-mounted
  $ dirac-admin-pilot-logs-list --Error "No proxy" --Long
  $ dirac-admin-pilot-logs-list --ReturnCode 1 --Since 7d --JSON
"""

from DIRAC import exit as DIRACExit
from DIRAC.Core.Base.Script import Script

_FOUND, _NONE = 0, 2
_FIELDS = ("Stamp", "VO", "Site", "CE", "Outcome", "RC", "Lines", "Size", "Last heard of")
_RIGHT = ("RC", "Lines", "Size", "Senders", "Missing")


@Script()
def main():
    """Return nothing; the process ends with one of the exit codes above."""
    from PilotLoggingDIRAC.commands.terminal.exit_code import exit_code, prepare, refuse
    from PilotLoggingDIRAC.commands.terminal.switches import SWITCHES

    prepare()
    Script.registerSwitches(SWITCHES)
    Script.registerSwitch("", "Limit=", "Number of logs per page (default 25, at most 1000)")
    Script.registerSwitch("", "Page=", "Number of the page (default 1)")
    Script.registerSwitch("", "Long", "All fields of each log, instead of a table")
    Script.registerSwitch("", "JSON", "For scripts: {Total, More, Logs: [{...}, ...]}; More: there are more than Total")
    Script.registerSwitch("", "URL=", "Call this collector, instead of one in the configuration")
    switches, arguments = Script.parseCommandLine(ignoreErrors=False)
    refuse(arguments)

    DIRACExit(exit_code("The logs could not be listed", run, dict(switches)))


def run(options):
    """List, and return the exit code."""
    from PilotLoggingDIRAC.commands.client import CollectorClient
    from PilotLoggingDIRAC.commands.logs.listing import listing
    from PilotLoggingDIRAC.commands.terminal import console
    from PilotLoggingDIRAC.commands.terminal import switches as log_selection
    from PilotLoggingDIRAC.commands.terminal.known_names import tell_unknown

    limit = log_selection.number(options, "Limit", 25, 1, 1000)
    page = log_selection.number(options, "Page", 1, 1, 10**6)
    client = CollectorClient(url=options.get("URL"))
    found = listing(client, log_selection.selection(options), (page - 1) * limit, limit)
    if "JSON" in options:
        console.as_json(found.record)
    elif "Long" in options:
        show_long(found)
    else:
        show(found)
    if "JSON" not in options:
        console.remark(found.place(page))
    if not found.logs:
        tell_unknown(options)
    return _FOUND if found.logs else _NONE


def show(found):
    """Print a table, with the errors if there are any."""
    from PilotLoggingDIRAC.commands.terminal import colours, console

    errors = any(log["LastError"] for log in found.logs)
    rows = [found.row(log) + ([log["LastError"][:60]] if errors else []) for log in found.logs]
    shown = (found.has_senders, found.has_missing, found.has_causes, errors)
    optional = zip(("Senders", "Missing", "Cause", "Error"), shown, strict=True)
    more = [name for name, is_shown in optional if is_shown]
    colour = {"Outcome": colours.of_outcome, "Error": lambda error: colours.RED if error else ""}
    console.table((*_FIELDS, *more), rows, _RIGHT, colour)


def show_long(found):
    """Print a block of lines for each log."""
    from PilotLoggingDIRAC.commands.terminal import console

    for log in found.logs:
        console.line(f"{log['VO']}/{log['PilotStamp']}")
        for name, value in log.items():
            if value not in ("", None) and name not in ("VO", "PilotStamp"):
                console.line(f"  {name:<16} {value}")


if __name__ == "__main__":
    main()
