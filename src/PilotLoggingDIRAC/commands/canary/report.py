"""The report of the check with a test log, link by link."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping

from DIRAC.ConfigurationSystem.Client.Helpers import Registry

from PilotLoggingDIRAC.commands.canary.canary import BROKEN, Canary, Link
from PilotLoggingDIRAC.commands.client import CollectorClient
from PilotLoggingDIRAC.commands.terminal import console, switches
from PilotLoggingDIRAC.commands.terminal.answers import value
from PilotLoggingDIRAC.pilotlog.errors import InvalidInput

WHOLE, LINK_BROKEN = 0, 2

_WAIT_SECONDS = 900


def check(options: Mapping[str, str]) -> int:
    """Check as the switches say, and return the exit code."""
    vo = _known(options.get("VO", ""))
    wait = 0.0 if "NoArchive" in options else switches.seconds(options, "Wait", _WAIT_SECONDS, 1, 86400)
    quiet = "JSON" in options
    client = CollectorClient(url=options.get("Collector"))
    canary = Canary(vo, (lambda link: None) if quiet else _tell, options.get("URL", ""), wait, client)
    if not quiet:
        console.remark(f"# {canary.stamp} of {vo}" + (f"; the archive may take {wait:.0f} s" if wait else ""))
    canary.run()
    if quiet:
        links = [dataclasses.asdict(link) for link in canary.links]
        console.as_json({"VO": vo, "Stamp": canary.stamp, "Whole": canary.good, "Links": links})
    elif canary.good:
        console.line("The chain is whole")
    return WHOLE if canary.good else LINK_BROKEN


def passes(vo: str, url: str) -> bool:
    """Return True if pilots of a VO can send to a URL and the log can be read; remark what is broken."""
    canary = Canary(_known(vo), lambda link: _tell(link, console.remark) if link.state == BROKEN else None, url)
    canary.run()
    return canary.good


def _known(vo: str) -> str:
    if vo not in value(Registry.getVOs()):
        raise InvalidInput(f"--VO names no VO of the Registry: {vo or 'nothing'}")
    return vo


def _tell(link: Link, say: Callable[[str], None] = console.line) -> None:
    say(f"{link.state:<7} {link.name:<17} {link.seconds:5.1f} s  {link.text}")
    if link.state == BROKEN:
        say(f"{'':<7} {'':<17}          mend: {link.mend}")
