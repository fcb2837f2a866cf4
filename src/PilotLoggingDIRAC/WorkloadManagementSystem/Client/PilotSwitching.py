"""Switching pilot logging on or off for a VO or some of its CEs: shown, checked, confirmed, written."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping

from DIRAC.ConfigurationSystem.Client.CSAPI import CSAPI

from PilotLoggingDIRAC.commands import console
from PilotLoggingDIRAC.commands.switching import PilotSwitch
from PilotLoggingDIRAC.pilotlog.admin.switching import Switch
from PilotLoggingDIRAC.pilotlog.errors import InvalidInput

DONE, CHECK_FAILED, NOT_CONFIRMED = 0, 2, 3

Check = Callable[[str], bool]
"""``check(url)``: whether a pilot of the VO can send there, having told what is wrong otherwise."""


def switch(options: Mapping[str, str], on: bool, check: Check | None = None, cs: CSAPI | None = None) -> int:
    """Do what the switches say, and return the exit code."""
    ces = [ce.strip() for ce in options.get("CE", "").split(",") if ce.strip()]
    if "CE" in options and not ces:
        raise InvalidInput("--CE names nothing")
    state = PilotSwitch(cs or CSAPI(), options.get("VO", ""))
    present, wanted = state.present, state.on(ces, options.get("URL", "")) if on else state.off(ces)
    changes = state.changes(wanted)
    known = state.known()
    if "JSON" in options:
        console.as_json({"Changes": changes, "Before": present.sending(known), "After": wanted.sending(known)})
    else:
        _show(changes, present, wanted, known)
    if not changes:
        console.remark("Nothing has to be changed")
        return DONE
    if check is not None and not check(wanted.url):
        console.remark("Nothing was changed, as the check failed")
        return CHECK_FAILED
    if "Yes" not in options and not _confirmed():
        console.remark("Nothing was changed")
        return NOT_CONFIRMED
    state.write(changes)
    console.remark("Written. Pilots that start from now on follow it, when pilot.json has been made anew")
    return DONE


def _show(changes: Mapping, present: Switch, wanted: Switch, known: list[str]) -> None:
    for path, (before, after) in changes.items():
        if before is not None:
            console.line(f"- {path} = {before}")
        if after is not None:
            console.line(f"+ {path} = {after}")
    console.line(f"CEs whose pilots send now:        {_names(present, known)}")
    console.line(f"CEs whose pilots send afterwards: {_names(wanted, known)}")


def _names(switch: Switch, known: list[str]) -> str:
    names = ", ".join(switch.sending(known)) or "none"
    return f"all ({names})" if switch.on and switch.ces is None else names


def _confirmed() -> bool:
    """Whether whoever runs this says yes; the end of the input is a no."""
    print("Write this to the configuration? [y/N] ", end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip().lower() in ("y", "yes")
