"""Failures of pilots that no rule knows: their groups as a table, and the rule to begin with for one of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from PilotLoggingDIRAC.commands.client import CollectorClient
from PilotLoggingDIRAC.commands.terminal import console, switches
from PilotLoggingDIRAC.commands.terminal.answers import value
from PilotLoggingDIRAC.pilotlog import diagnosed
from PilotLoggingDIRAC.pilotlog.diagnose.causes.templates import parsed
from PilotLoggingDIRAC.pilotlog.diagnose.causes.unknown import skeleton
from PilotLoggingDIRAC.pilotlog.errors import InvalidInput

_SHOWN, _NONE = 0, 2
_FIELDS = ("Fingerprint", "VO", "Logs", "Sites", "First seen", "Last seen", "Example", "Template")
#: A rule is wanted of groups that were seen in this time.
_RULE_SINCE = "90d"


def show(options: Mapping[str, str]) -> int:
    """Print the groups of the logs that the switches select, and return the exit code."""
    wanted = switches.selection(options, since="1d")
    found = value(CollectorClient(url=options.get("URL")).getUnknownFailures(wanted))
    if "JSON" in options:
        console.as_json(found)
    else:
        console.table(_FIELDS, [_row(group) for group in found], ("Logs",))
    return _SHOWN if found else _NONE


def print_rule(options: Mapping[str, str], names: Sequence[str] = ()) -> int:
    """Print the TOML of a rule for the group whose fingerprint ``--Rule`` names, and return the exit code."""
    if names:
        raise InvalidInput("--Rule is about a fingerprint alone: name no pilots")
    wanted = switches.selection({"VO": options["VO"]} if "VO" in options else {}, since=_RULE_SINCE)
    found = value(CollectorClient(url=options.get("URL")).getUnknownFailures(wanted, options["Rule"]))
    for group in found:
        for line in _rule(group).splitlines():
            console.line(line)
    if not found:
        console.complain(options["Rule"], "There is no such group; dirac-admin-pilot-logs-summary --Unknown lists them")
    return _SHOWN if found else _NONE


def _rule(group: Mapping[str, Any]) -> str:
    return skeleton(parsed(group["Template"]), group["Fingerprint"], group["Logs"], group["Sites"])


def _row(group: Mapping[str, Any]) -> list[str]:
    times = [str(group[name])[:16] for name in ("FirstSeen", "LastSeen")]
    sites = ", ".join(group["Sites"]) or "-"
    example = diagnosed.place(group["PilotStamp"], group["Line"])
    return [group["Fingerprint"], group["VO"], f"{group['Logs']:,}", sites, *times, example, group["Template"]]
