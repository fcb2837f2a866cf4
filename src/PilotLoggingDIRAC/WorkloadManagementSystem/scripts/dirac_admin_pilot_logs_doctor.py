#!/usr/bin/env python
"""Look at all that an installation of pilot logging needs, and say how to mend what is not good: sections and URLs in
the configuration, collectors with their database and clocks, PilotAgentsDB, the package and its version on each host,
the agent, data managers' proxies, storage elements and paths of each VO, and the services that give pilots' output to
people. Nothing is changed. For one VO's whole chain with a test log, use dirac-admin-pilot-logs-check.

Needs a proxy with the property ServiceAdministrator; ProxyManagement to see other users' proxies. Hosts are asked
through Framework/SystemAdministrator. The checks run at the same time.

Exit code, as plugins of Nagios have it: 0 all is good, 1 warning, 2 critical, 3 something could not be looked at, 130
if it was interrupted.

Example:
  $ dirac-admin-pilot-logs-doctor
  $ dirac-admin-pilot-logs-doctor --Timeout 60 --JSON
"""

from DIRAC import exit as DIRACExit
from DIRAC.Core.Base.Script import Script

_UNKNOWN = 3


@Script()
def main():
    """Return nothing; the process ends with one of the exit codes above."""
    from PilotLoggingDIRAC.commands.terminal.exit_code import exit_code, prepare, refuse

    prepare()
    Script.registerSwitch("", "Timeout=", "Seconds that a check may take (default 20)")
    Script.registerSwitch("", "JSON", "For scripts: {Level, Checks: [{Name, Level, Seconds, Text, Findings}, ...]}")
    switches, arguments = Script.parseCommandLine(ignoreErrors=False)
    refuse(arguments)

    from PilotLoggingDIRAC.commands.installation.doctor_report import doctor

    DIRACExit(exit_code("The installation could not be examined", doctor, dict(switches), failed=_UNKNOWN))


if __name__ == "__main__":
    main()
