"""The switches that select logs, and their conversion to a selection."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from typing import Any

from PilotLoggingDIRAC.pilotlog import outcome
from PilotLoggingDIRAC.pilotlog.errors import InvalidInput
from PilotLoggingDIRAC.pilotlog.model import Outcome, State
from PilotLoggingDIRAC.pilotlog.text import humanize

_KEYS = {
    "VO": "VO",
    "Site": "Site",
    "CE": "CE",
    "State": "State",
    "ReturnCode": "ReturnCode",
    "Stamp": "PilotStamp",
    "Reference": "PilotReference",
    "Cause": "Cause",
    "Job": "Job",
    "Host": "Host",
    "User": "User",
}
#: Switches that stand for outcomes.
_OUTCOMES = {
    "Running": outcome.RUNNING,
    "Failed": outcome.FAILED,
}

#: Switches that name single pilots.
_NAMING = {"Stamp", "Reference", "Name", "Job"}

_STATES = [state for state in State if state is not State.DELETED]

#: (short name, long name, help), for ``Script.registerSwitches``.
SWITCHES = (
    ("", "VO=", "Only logs of these VOs (here and below: several with commas)"),
    ("", "Site=", "Only of pilots at these sites"),
    ("", "CE=", "Only of pilots on these CEs"),
    ("", "Outcome=", f"Only of pilots that fared so: {', '.join(Outcome)}"),
    ("", "Failed", "Only of pilots that failed or were killed: --Outcome failed,killed"),
    ("", "Running", "Only of pilots that have not ended: --Outcome running,silent"),
    ("", "ReturnCode=", "Only of pilots that ended with these codes; '!0': with a code, and not with this one"),
    ("", "State=", f"Only logs whose text is stored so: {', '.join(_STATES)}"),
    ("", "Incomplete", "Only of pilots that ended without saying so, by their silence or by DIRAC's word"),
    ("", "Dead", "Only of those whose logs still wait for their end, of pilots that have ended, as DIRAC says"),
    ("", "Missing", "Only with text missing, from whatever cause"),
    ("", "Cause=", "Only of pilots that failed for these causes, by their codes"),
    ("", "Stamp=", "Only of pilots with these stamps"),
    ("", "Reference=", "Only of pilots with these references"),
    ("", "Name=", "Only of pilots with this in their stamp or reference (3 characters or more)"),
    ("", "Job=", "Only of pilots that took these jobs"),
    ("", "User=", "Only of pilots that took jobs of these users"),
    ("", "Host=", "Only of pilots on these hosts, with or without their domains"),
    (
        "",
        "Since=",
        "Only heard of since then: how long ago (90s, 30m, 2h, 7d) or UTC (2026-11-21T08:00, 08:00, yesterday)",
    ),
    ("", "Until=", "Only not heard of after then"),
    ("", "Error=", "Only with this in the text of the last error of their archiving"),
    ("", "Checks", "Also logs of checks of the installation, which are left out otherwise unless they are named"),
)


def _named(names: Collection[str]) -> tuple[tuple[str, str, str], ...]:
    return tuple(switch for switch in SWITCHES if switch[1].rstrip("=") in names)


#: The names of switches that select among pilots that run, and the switches.
RUNNING_NAMES = ("VO", "Site", "CE", "Stamp", "Reference", "Name", "User", "Host", "Checks")
RUNNING = _named(RUNNING_NAMES)

#: Those that select logs to be sent again, and the switches.
REPLAY_NAMES = ("VO", "Site", "CE", "Stamp", "Reference", "Since", "Until", "Checks")
REPLAY = _named(REPLAY_NAMES)


def names_pilots(options: Mapping[str, str]) -> bool:
    """Return whether the switches name single pilots."""
    return bool(_NAMING & options.keys())


def selection(options: Mapping[str, str], since: str = "", checks: bool = False) -> dict:
    """Return the selection of the switches; ``since`` is the default of --Since. Logs of checks are in it with
    ``checks``, and if they are asked for or named. Raise InvalidInput.
    """
    now = datetime.now(UTC).replace(tzinfo=None)
    wanted: dict[str, Any] = {
        key: _several(switch, options[switch]) for switch, key in _KEYS.items() if switch in options
    }
    if "Job" in wanted:
        wanted["Job"] = [_job(number) for number in wanted["Job"]]
    wanted |= {switch: True for switch in ("Incomplete", "Dead", "Missing") if switch in options}
    if not (checks or "Checks" in options or names_pilots(options)):
        wanted["Checks"] = False
    if outcomes := _outcomes(options):
        wanted["Outcome"] = outcomes
    if "Name" in options:
        wanted["Name"] = options["Name"]
    if "Error" in options:
        wanted["LastError"] = options["Error"]
    since = options.get("Since", since)
    if since:
        wanted["FromDate"] = humanize.moment(since, now).isoformat()
    if "Until" in options:
        wanted["ToDate"] = humanize.moment(options["Until"], now).isoformat()
    return wanted


def _job(text: str) -> int:
    if not text.isdecimal():
        raise InvalidInput(f"--Job takes numbers of jobs, and {text} is none")
    return int(text)


def _outcomes(options: Mapping[str, str]) -> list[str]:
    """Return the outcomes that --Outcome names, those that --Failed and --Running stand for, or all of them."""
    found = [name.lower() for name in _several("Outcome", options["Outcome"])] if "Outcome" in options else []
    if unknown := [name for name in found if name not in tuple(Outcome)]:
        raise InvalidInput(f"There is no outcome {', '.join(unknown)}; there are: {', '.join(Outcome)}")
    found += [name.value for switch, names in _OUTCOMES.items() if switch in options for name in names]
    return list(dict.fromkeys(found))


def _several(switch: str, text: str) -> list[str]:
    found = [part.strip() for part in text.split(",") if part.strip()]
    if not found:
        raise InvalidInput(f"--{switch} names nothing")
    return found


def number(options: Mapping[str, str], switch: str, default: int, lowest: int, highest: int) -> int:
    """Return a switch's whole number within bounds. Raise InvalidInput."""
    text = options.get(switch, str(default))
    if not text.isdecimal() or not lowest <= int(text) <= highest:
        raise InvalidInput(f"--{switch} is not a whole number from {lowest} to {highest}")
    return int(text)


def seconds(options: Mapping[str, str], switch: str, default: float, lowest: float, highest: float) -> float:
    """Return a switch's seconds within bounds. Raise InvalidInput."""
    return decimal(options, switch, default, lowest, highest, "seconds")


def decimal(options: Mapping[str, str], switch: str, default: float, lowest: float, highest: float, unit: str) -> float:
    """Return a switch's number within bounds, of some unit. Raise InvalidInput."""
    try:
        found = float(options.get(switch, default))
    except ValueError:
        found = -1.0
    if not lowest <= found <= highest:
        raise InvalidInput(f"--{switch} is not a number of {unit} from {lowest:g} to {highest:g}")
    return found
