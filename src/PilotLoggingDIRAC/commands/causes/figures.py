"""Figures of the causes of pilots' failures, as a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from PilotLoggingDIRAC.commands.client import CollectorClient
from PilotLoggingDIRAC.commands.logs.listing import cause
from PilotLoggingDIRAC.commands.terminal import console, switches
from PilotLoggingDIRAC.commands.terminal.answers import value
from PilotLoggingDIRAC.commands.terminal.known_names import tell_unknown
from PilotLoggingDIRAC.pilotlog.errors import InvalidInput
from PilotLoggingDIRAC.pilotlog.text import humanize

_SHOWN, _NONE = 0, 2
_NUMBERS = ("Logs", "Failed", "Rate", "Running")
_BY = {name.lower(): name for name in ("Site", "CE", "VO", "Cause", "Party")}


def show(options: Mapping[str, str]) -> int:
    """Print the figures that the switches ask for, and return the exit code."""
    by = _by(options.get("By", "Cause"))
    wanted = switches.selection(options, since="1d")
    found = value(CollectorClient(url=options.get("URL")).getCauses(wanted, by))
    if "JSON" in options:
        console.as_json(found)
    else:
        rows = [_row(group, by) for group in found["Groups"]]
        console.table((*by, *_NUMBERS), rows, _NUMBERS)
        more = "; there are more, ask for a shorter time, or a longer part of a name" if found["More"] else ""
        console.remark(f"{humanize.count(found['Logs'], 'log')} since {wanted['FromDate'][:16]}{more}")
    if not found["Groups"]:
        tell_unknown(options)
    return _SHOWN if found["Groups"] else _NONE


def _by(text: str) -> list[str]:
    names = [part.strip().lower() for part in text.split(",") if part.strip()]
    if not names or not set(names) <= set(_BY):
        raise InvalidInput(f"--By takes some of {', '.join(_BY.values())}, with commas between")
    return [_BY[name] for name in names]


def _row(group: Mapping[str, Any], by: Sequence[str]) -> list[str]:
    named = [_named(group, name) for name in by]
    rate = f"{100 * group['Failed'] / group['Logs']:.1f} %" if group["Logs"] else "-"
    return [*named, f"{group['Logs']:,}", f"{group['Failed']:,}", rate, f"{group.get('Running', 0):,}"]


def _named(group: Mapping[str, Any], name: str) -> str:
    if name == "Cause":
        return cause(group) or "no cause"
    return group[name] or "-"
