#!/usr/bin/env python
"""Show the log of a pilot, by its stamp or its reference: whole, its end, or live while the pilot runs.

Without --Source it comes from the first source that has it, in the VO's order: what its computing element, the
collectors' database or the storage element have. What is about the log goes to standard error, the log itself to standard
output. What a terminal would obey in it (colours, cursor movements) is shown as escapes, unless --Raw; a file that --Output
names gets the pilot's own bytes.

--Follow goes on until the pilot has ended, also over restarts of the collector.

Exit code: 0 when it was shown, 2 when there is no such log, 1 when it failed, 130 when it was interrupted.

Example:
  $ dirac-admin-pilot-logs-show 9d3f6a0c5b1e4f6f8a7b2c1d0e9f8a7b
  $ dirac-admin-pilot-logs-show --Tail 20 htcondorce://ce.example.org/1234.0
  $ dirac-admin-pilot-logs-show --Follow --Tail 20 9d3f6a0c5b1e4f6f8a7b2c1d0e9f8a7b
  $ dirac-admin-pilot-logs-show --Source Archive --Output pilot.log 9d3f6a0c5b1e4f6f8a7b2c1d0e9f8a7b
"""

from DIRAC import exit as DIRACExit
from DIRAC.Core.Base.Script import Script


@Script()
def main():
    """Return nothing; the process ends with one of the exit codes above."""
    Script.registerSwitch("", "Tail=", "Only so many lines from its end")
    Script.registerSwitch("", "Follow", "And what comes, until the pilot has ended")
    Script.registerSwitch("", "Interval=", "Seconds between two questions with --Follow (default 2, 0.5 to 60)")
    Script.registerSwitch("", "Source=", "From this source alone: Collector, Archive or ComputingElement")
    Script.registerSwitch("", "Output=", "Write it to this file, as the pilot sent it")
    Script.registerSwitch("", "Raw", "Leave control sequences as they are")
    Script.registerSwitch("", "VO=", "The pilot's VO, where pilots of several have the same stamp")
    Script.registerSwitch("", "JSON", "For scripts: {Pilot, Source, Complete, StdOut, StdErr}")
    Script.registerSwitch("", "URL=", "The collector to ask, instead of one that the configuration names")
    Script.registerArgument("PILOT: stamp or reference of a pilot")
    switches, (pilot,) = Script.parseCommandLine(ignoreErrors=False)

    from PilotLoggingDIRAC.commands.exit_code import exit_code
    from PilotLoggingDIRAC.commands.showing import show

    DIRACExit(exit_code("The log could not be shown", show, dict(switches), pilot))


if __name__ == "__main__":
    main()
