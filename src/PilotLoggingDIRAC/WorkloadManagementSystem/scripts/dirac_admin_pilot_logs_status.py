#!/usr/bin/env python
"""Show the status of pilot logging: each collector with its spool and refusals, logs by state, logs that wait for the
archive with the reason, the database's size and growth, and the data managers' proxies.

Needs a proxy with the property Operator or ServiceAdministrator, or the host's certificate; without ProxyManagement the
data managers' proxies are not shown, which does not change the level. The first line is made for monitoring.

Exit code, as plugins of Nagios have it: 0 OK, 1 warning, 2 critical, 3 unknown. Critical: a collector that does not
answer, has no database, or has an unusable spool; a log that has waited for its archive for 3 days; a disk that will be
full in 3 days; a data manager without a proxy for the next day; archived copies that are lost. Warning: messages in a
spool or in quarantine; messages refused for lack of room; failed archiving; a log that has waited for a day; a disk
that will be full in 14 days; a proxy that expires within 7 days; an option that can't be used; a host's clock that
differs from the database's; a VO whose pilots hang on a single collector; sections in APIs that hosts without this
extension read. Unknown: a part that could not be checked, or nothing that you may see.

Example:
  $ dirac-admin-pilot-logs-status
  $ dirac-admin-pilot-logs-status --JSON
  $ dirac-admin-pilot-logs-status --Brief -o /DIRAC/Security/UseServerCertificate=yes
"""

from DIRAC import exit as DIRACExit
from DIRAC.Core.Base.Script import Script

_UNKNOWN = 3


@Script()
def main():
    """Return nothing; the process ends with one of the exit codes above."""
    from PilotLoggingDIRAC.commands.terminal.exit_code import exit_code, prepare, refuse

    prepare()
    Script.registerSwitch("", "Brief", "Print the first line only")
    Script.registerSwitch("", "JSON", "For scripts: the whole status as one object")
    Script.registerSwitch(
        "", "URL=", "Call these collectors (separated by commas), instead of all in the configuration"
    )
    Script.registerSwitch("", "Timeout=", "Seconds that all questions together may take (default 20)")
    switches, arguments = Script.parseCommandLine(ignoreErrors=False)
    refuse(arguments)

    DIRACExit(exit_code("The status could not be seen", run, dict(switches), failed=_UNKNOWN, tell=tell))


def tell(what, why):
    """Print one line about an error to standard output, where monitoring expects it."""
    from PilotLoggingDIRAC.commands.terminal import console

    console.line(f"UNKNOWN: {what}: {why}")


def run(options):
    """Print the status, and return the exit code."""
    from PilotLoggingDIRAC.commands.installation import status as installation_status
    from PilotLoggingDIRAC.commands.installation import status_report
    from PilotLoggingDIRAC.commands.terminal import console
    from PilotLoggingDIRAC.commands.terminal import switches as log_selection

    seconds = log_selection.seconds(options, "Timeout", 20.0, 1, 600)
    asked = [url.strip() for url in options["URL"].split(",")] if "URL" in options else installation_status.urls()
    status = installation_status.look(asked, seconds)
    if "JSON" in options:
        console.as_json(status_report.as_data(status))
    elif "Brief" in options:
        console.line(status_report.headline(status))
    else:
        status_report.tell(status)
    return int(status.level)


if __name__ == "__main__":
    main()
