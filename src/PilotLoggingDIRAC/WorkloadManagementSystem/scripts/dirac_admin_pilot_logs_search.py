#!/usr/bin/env python
"""Search many pilots' logs for a text, the newest log first; what is found is shown as it is found.

Without --Since, --Stamp or --Reference, logs that were heard of within a day are searched. Only text in the collectors'
database is searched, unless --Archive: then archived copies are fetched too, one after the other, which takes its time.
The server does a bounded amount of work at a time; Ctrl-C ends it at once.

Each hit is a line with its number, under the pilot's VO and stamp. Regular expressions are those of RE2.

Exit code: 0 when something was found, 2 when nothing was, 1 when it failed, 130 when it was interrupted.

Example:
  $ dirac-admin-pilot-logs-search "No space left on device"
  $ dirac-admin-pilot-logs-search -C 2 --Site LCG.Example.org --Since 7d "Could not install DIRAC"
  $ dirac-admin-pilot-logs-search --Regex --IgnoreCase "error.*(proxy|certificate)" --VO vo.example.org
  $ dirac-admin-pilot-logs-search --Archive --Since 2026-10-01 --JSON Traceback
"""

from DIRAC import exit as DIRACExit
from DIRAC.Core.Base.Script import Script


@Script()
def main():
    """Return nothing; the process ends with one of the exit codes above."""
    from PilotLoggingDIRAC.commands.switches import SWITCHES

    Script.registerSwitches(SWITCHES)
    Script.registerSwitch("C:", "Context=", "So many lines before and after each hit (at most 20)")
    Script.registerSwitch("", "Regex", "PATTERN is a regular expression, not text")
    Script.registerSwitch("", "IgnoreCase", "Capital or small letters are the same")
    Script.registerSwitch("", "Archive", "Also logs that are on the storage element only")
    Script.registerSwitch("", "Limit=", "End after so many hits (default 1000)")
    Script.registerSwitch("", "JSON", "For scripts: a JSON object a line for each hit")
    Script.registerSwitch("", "URL=", "The collector to ask, instead of one that the configuration names")
    Script.registerArgument("PATTERN: what to look for, within a line")
    switches, (pattern,) = Script.parseCommandLine(ignoreErrors=False)

    from PilotLoggingDIRAC.commands.exit_code import exit_code
    from PilotLoggingDIRAC.commands.searching import search

    DIRACExit(exit_code("The search ended", search, dict(switches), pattern))


if __name__ == "__main__":
    main()
