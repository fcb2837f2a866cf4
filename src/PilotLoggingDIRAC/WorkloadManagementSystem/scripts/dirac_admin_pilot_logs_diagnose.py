#!/usr/bin/env python
"""Tell why pilots failed, by their logs: the likeliest cause first, with its line, who can mend it, and a hint.

A pilot is named by its stamp, its reference, or a file with its log, which may come from anywhere and be compressed
with gzip; - is standard input. The log of a stamp or reference comes from the database, or else from the first source
in the VO's order that has it.
The rules are those of the pilot's VO, for a file those of --VO, else those that everybody has. Also shown are what the
pilot saw of its host, its jobs, and how long each step took.

Without DIRAC, files are diagnosed by: python -m PilotLoggingDIRAC.pilotlog.diagnose [--json] FILE...

With --Rule and the fingerprint of a group of failures that no rule knows (dirac-admin-pilot-logs-summary --Unknown), a
rule to begin with is printed, as TOML.

Exit code: 0 if all were diagnosed, whatever was found, 2 if there is no log of one, 1 if one could not be read.

Example:
  $ dirac-admin-pilot-logs-diagnose 9d3f6a0c5b1e4f6f8a7b2c1d0e9f8a7b
  $ dirac-admin-pilot-logs-diagnose htcondorce://ce.example.org/1234.0
  $ dirac-admin-pilot-logs-diagnose --JSON saved-pilot.log
  $ dirac-admin-pilot-logs-diagnose --Rule 1-4be02f5c11d8
"""

from DIRAC import exit as DIRACExit
from DIRAC.Core.Base.Script import Script


@Script()
def main():
    """Return nothing; the process ends with one of the exit codes above."""
    from PilotLoggingDIRAC.commands.terminal.exit_code import exit_code, prepare

    prepare()
    Script.registerSwitch("", "VO=", "The pilot's VO, if pilots of several VOs have the same stamp, or that of a file")
    Script.registerSwitch(
        "", "Rule=", "Print a rule for the group of failures with this fingerprint, of the last 90 days"
    )
    Script.registerSwitch("", "JSON", "For scripts: a list with one object a pilot")
    Script.registerSwitch("", "URL=", "Call this collector, instead of one in the configuration")
    Script.registerArgument(["PILOT: stamp or reference of a pilot, or a file with its log"], mandatory=False)
    switches, pilots = Script.parseCommandLine(ignoreErrors=False)

    from PilotLoggingDIRAC.commands.causes.diagnosing import diagnose_pilots
    from PilotLoggingDIRAC.commands.causes.unknown_failures import print_rule

    options = dict(switches)
    answer = print_rule if "Rule" in options else diagnose_pilots
    DIRACExit(exit_code("The pilots could not be diagnosed", answer, options, pilots))


if __name__ == "__main__":
    main()
