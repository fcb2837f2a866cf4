#!/usr/bin/env python
"""Register the URL of each collector of pilot logs under its own name in the configuration, as stock clients need it.

Run it after each installation of a collector: DIRAC's installer registers TornadoPilotLogging under URLs/PilotLogging,
and overwrites the URLs registered there before. URLs that this command has registered are kept; a URL that was
overwritten, or is unknown to DIRAC, can be given as an argument. Repeating it does no harm.

Exit code: 0 if every installed collector has its URL, 2 if one has none, 1 if it failed.

Example:
  $ dirac-admin-pilot-logs-urls
  TornadoPilotLogging = https://dirac.example.org:8443/WorkloadManagement/TornadoPilotLogging
  $ dirac-admin-pilot-logs-urls https://dirac2.example.org:8443/WorkloadManagement/TornadoPilotLogging
  TornadoPilotLogging = https://dirac.example.org:8443/..., https://dirac2.example.org:8443/...
"""

from DIRAC import exit as DIRACExit
from DIRAC.ConfigurationSystem.Client.CSAPI import CSAPI
from DIRAC.Core.Base.Script import Script
from DIRAC.Core.Utilities.ReturnValues import returnValueOrRaise

from PilotLoggingDIRAC.commands.installation import collector_urls
from PilotLoggingDIRAC.commands.installation.collector_urls import COLLECTORS, SYSTEM
from PilotLoggingDIRAC.commands.terminal.console import complain, line

_URLS = f"/Systems/{SYSTEM}/URLs"
_SERVICES = f"/Systems/{SYSTEM}/Services"


@Script()
def main():
    """Return nothing; the process ends with one of the exit codes above."""
    from PilotLoggingDIRAC.commands.terminal.exit_code import exit_code, prepare

    prepare()
    Script.registerSwitch("", "DryRun", "Show the changes without writing them")
    Script.registerArgument(["URL: URL of a collector to be registered too"], mandatory=False)
    switches, more = Script.parseCommandLine(ignoreErrors=False)
    DIRACExit(exit_code("The URLs could not be arranged", run, more, "DryRun" in dict(switches)))


def run(more, dry_run):
    """Arrange the URLs, and return the exit code."""
    return arrange(CSAPI(), more, dry_run)


def arrange(cs, more, dry_run=False):
    """Write what is not yet as it should be, and return the exit code."""
    cfg = returnValueOrRaise(cs.getCurrentCFG())
    registered = {name: cfg.getOption(f"{_URLS}/{name}", []) for name in COLLECTORS}
    urls = collector_urls.by_collector(registered, more)
    if urls != registered and not dry_run:
        write(cs, registered, urls)
    for name in COLLECTORS:
        line(f"{name} = {', '.join(urls[name]) or 'none'}")
    missing = collector_urls.unreachable([name for name in COLLECTORS if cfg.isSection(f"{_SERVICES}/{name}")], urls)
    for name in missing:
        complain("An installed collector has no URL, give it as an argument", f"{_SERVICES}/{name}")
    return 2 if missing else 0


def write(cs, registered, urls):
    """Write the URLs that changed; delete names without any."""
    for name in COLLECTORS:
        path = f"{_URLS}/{name}"
        if urls[name] != registered[name]:
            returnValueOrRaise(cs.setOption(path, ", ".join(urls[name])) if urls[name] else cs.delOption(path))
    returnValueOrRaise(cs.commit())


if __name__ == "__main__":
    main()
