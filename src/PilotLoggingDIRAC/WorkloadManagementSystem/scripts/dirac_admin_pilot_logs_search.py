#!/usr/bin/env python
"""Search many pilots' logs for a text, the newest log first; hits are shown as they are found.

Without --Since, --Stamp, --Reference, --Name or --Job, logs heard of within a day are searched. Only text in the
collectors' database is searched, unless --Archive is given: then archived copies are fetched too, one after the other,
which is slow. The server does a bounded amount of work per call; Ctrl-C ends the search at once.

With --Source OpenSearch, the search engine is asked that a VO's lines are forwarded to, also for those that have left
the database. A pattern without a word of plain letters or figures, and a regular expression, make it read all lines of
the selected logs.

Each hit is a line with its number, under the pilot's VO and stamp. Regular expressions are those of RE2. With
--Count-by, hits are counted by site, CE, host or VO instead: pilots and lines, the value with most pilots first; of all
hits, unless --Limit is given.

Exit code: 0 if something was found, 2 if nothing was, 1 if it failed, 130 if it was interrupted.

Example:
  $ dirac-admin-pilot-logs-search "No space left on device"
  $ dirac-admin-pilot-logs-search -C 2 --Site LCG.Example.org --Since 7d "Could not install DIRAC"
  $ dirac-admin-pilot-logs-search --Regex --IgnoreCase "error.*(proxy|certificate)" --VO vo.example.org
  $ dirac-admin-pilot-logs-search --Site LCG.Example.org --Failed --Since 2h "No space left on device"
  $ dirac-admin-pilot-logs-search --Count-by Site --Since 7d "No space left on device"
  $ dirac-admin-pilot-logs-search --Count-by Host --Site LCG.Example.org "Stale file handle"
  $ dirac-admin-pilot-logs-search --Archive --Since 2026-10-01 --JSON Traceback
"""

from DIRAC import exit as DIRACExit
from DIRAC.Core.Base.Script import Script


@Script()
def main():
    """Return nothing; the process ends with one of the exit codes above."""
    from PilotLoggingDIRAC.commands.terminal.exit_code import exit_code, prepare
    from PilotLoggingDIRAC.commands.terminal.switches import SWITCHES

    prepare()
    Script.registerSwitches(SWITCHES)
    Script.registerSwitch("C:", "Context=", "Number of lines to show before and after each hit (at most 20)")
    Script.registerSwitch("", "Regex", "PATTERN is a regular expression, not text")
    Script.registerSwitch("", "IgnoreCase", "Do not distinguish capital and small letters")
    Script.registerSwitch("", "Archive", "Search also logs that are only on the storage element")
    Script.registerSwitch("", "Source=", "OpenSearch: search the engine that holds all lines of a VO's logs")
    Script.registerSwitch("", "Limit=", "Stop after this number of hits (default 1000)")
    Script.registerSwitch("", "Count-by=", "Count the hits by Site, CE, Host or VO instead of showing them")
    Script.registerSwitch("", "JSON", "For scripts: a JSON object per hit, or per value of --Count-by, one per line")
    Script.registerSwitch("", "URL=", "Call this collector, instead of one in the configuration")
    Script.registerArgument("PATTERN: the text to find, within a line")
    switches, (pattern,) = Script.parseCommandLine(ignoreErrors=False)

    from PilotLoggingDIRAC.commands.logs.searching import search

    DIRACExit(exit_code("The search ended", search, dict(switches), pattern))


if __name__ == "__main__":
    main()
