#!/usr/bin/env python
"""Show the log of a pilot: whole, its last lines, or live while the pilot runs; or follow many that run.

The pilot is named by its stamp, its reference, the number of a job that it took, or a part of its stamp or reference.

Without --Source the log comes from the first source in the VO's order that has it: the computing element, the
collectors' database, or the storage element. The log goes to standard output, remarks to standard error. Control
sequences (colours, cursor movements) are escaped, a line of the pilot begins a new line, and of a line that was written
over, as progress bars do, the last state is shown, unless --Raw is given; a file written by --Output has the pilot's
own bytes.

--Follow continues until the pilot has ended, also over restarts of the collector: until it says so, or DIRAC does and
nothing comes any more.

Without a PILOT, --Follow merges what running pilots write: those that --VO, --Site, --CE, --Host, --User, ... select,
or all that you may read. Before each line stands the beginning of its pilot's stamp (and the site, unless one is
selected). First come the last lines of each (--Tail, default 10). Pilots that begin to run join, and those that have
ended leave, up to --Limit at once; Ctrl-C ends it.

On a terminal, marks and lines of errors and warnings have colours, unless NO_COLOR is set.

Exit code: 0 if the log was shown, 2 if there is no such log, 1 if it failed, 130 if it was interrupted.

Example:
  $ dirac-admin-pilot-logs-show 9d3f6a0c5b1e4f6f8a7b2c1d0e9f8a7b
  $ dirac-admin-pilot-logs-show --Tail 20 htcondorce://ce.example.org/1234.0
  $ dirac-admin-pilot-logs-show --Follow --Tail 20 9d3f6a0c5b1e4f6f8a7b2c1d0e9f8a7b
  $ dirac-admin-pilot-logs-show --Follow 4711
  $ dirac-admin-pilot-logs-show --Follow --Site LCG.Example.org
  $ dirac-admin-pilot-logs-show --Follow --VO vo.example.org --CE ce1.example.org --Limit 50
  $ dirac-admin-pilot-logs-show --Source Archive --Output pilot.log 9d3f6a0c5b1e4f6f8a7b2c1d0e9f8a7b
"""

from DIRAC import exit as DIRACExit
from DIRAC.Core.Base.Script import Script


@Script()
def main():
    """Return nothing; the process ends with one of the exit codes above."""
    from PilotLoggingDIRAC.commands.terminal.exit_code import exit_code, prepare
    from PilotLoggingDIRAC.commands.terminal.switches import RUNNING

    prepare()
    Script.registerSwitch("", "Tail=", "Show only this number of lines from the end")
    Script.registerSwitch("", "Follow", "Show new text too, until the pilot has ended")
    Script.registerSwitch("", "Interval=", "Seconds between two calls with --Follow (default 2, 0.5 to 60)")
    Script.registerSwitch("", "Limit=", "Number of pilots that are followed at once (default 20, at most 100)")
    Script.registerSwitch(
        "", "Source=", "Read from this source alone: Collector, Archive, ComputingElement or OpenSearch"
    )
    Script.registerSwitch("", "Output=", "Write the log to this file, as the pilot sent it")
    Script.registerSwitch("", "Raw", "Show the text as it is, with control sequences and all states of progress bars")
    Script.registerSwitch("", "JSON", "For scripts: {Pilot: {Name, ...}, Source, Complete, StdOut, StdErr}")
    Script.registerSwitch("", "URL=", "Call this collector, instead of one in the configuration")
    Script.registerSwitches(RUNNING)
    Script.registerArgument(["PILOT: stamp, reference, a part of either, or a job's number"], mandatory=False)
    switches, pilots = Script.parseCommandLine(ignoreErrors=False)

    from PilotLoggingDIRAC.commands.logs.showing import show

    DIRACExit(exit_code("The log could not be shown", show, dict(switches), pilots))


if __name__ == "__main__":
    main()
