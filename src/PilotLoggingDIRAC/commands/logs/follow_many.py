"""The terminal of a crowd: running pilots of a selection, merged, with a pilot's coloured mark before each line."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PilotLoggingDIRAC.commands.client import CollectorClient
from PilotLoggingDIRAC.commands.logs.crowd import Crowd, FollowedPilot
from PilotLoggingDIRAC.commands.logs.listing import cause, outcome
from PilotLoggingDIRAC.commands.logs.reading import LogReading
from PilotLoggingDIRAC.commands.terminal import colours, console, switches
from PilotLoggingDIRAC.commands.terminal.known_names import tell_unknown
from PilotLoggingDIRAC.pilotlog.errors import InvalidInput
from PilotLoggingDIRAC.pilotlog.text import humanize

SHOWN = 0

_LINES = 10
_PILOTS, _MAX_PILOTS = 20, 100
_MARK_CHARACTERS = 8
_ONE_PILOTS_OWN = ("Raw", "Source", "Output", "JSON")


def follow_many(options: Mapping[str, str], interval_seconds: float, lines: int | None) -> int:
    """Follow the pilots that the switches select until Ctrl-C, or until nobody reads, and return the exit code."""
    if refused := [f"--{name}" for name in _ONE_PILOTS_OWN if name in options]:
        raise InvalidInput(f"{', '.join(refused)}: of one pilot only")
    limit = switches.number(options, "Limit", _PILOTS, 1, _MAX_PILOTS)
    selection = switches.selection(options)
    reading = LogReading(CollectorClient(url=options.get("URL")), console.remark)
    show = MarkedOutput(options)
    is_one_site = len(selection.get("Site", ())) == 1
    crowd = Crowd(reading.ask, selection, limit, _LINES if lines is None else lines, show, not is_one_site)
    console.remark("# Pilots that run, as it comes; Ctrl-C leaves")
    crowd.follow(interval_seconds)
    return SHOWN


class MarkedOutput:
    """The display of a crowd: lines with marks before them; standard error tells which pilots join and leave."""

    def __init__(self, options: Mapping[str, str]):
        self._options = options
        self._is_alone = False

    def joined(self, member: FollowedPilot, log: Mapping[str, Any]) -> None:
        """Tell that a pilot is followed from now on, and where it runs."""
        where = ", ".join(filter(None, (log["Site"], log["CE"], log.get("Host", ""))))
        following = member.following
        text = f"+ {_mark(member)} {following.vo}/{following.stamp}{f' at {where}' if where else ''}"
        console.remark(text, _colour(member))

    def line(self, member: FollowedPilot, text: str) -> None:
        """Print a line of a pilot."""
        console.beside(f"{_mark(member)} |", _colour(member), text)

    def left(self, member: FollowedPilot, log: Mapping[str, Any] | None) -> None:
        """Tell how a pilot has ended."""
        fared = "its log is no longer there" if log is None else f"{outcome(log)}{_details(log)}"
        console.remark(f"- {_mark(member)} {fared}", _colour(member))

    def crowded(self, followed: int, others: int) -> None:
        """Tell how many running pilots are not followed, or that all are."""
        more = f"{humanize.count(others, 'other')} {'runs' if others == 1 else 'run'}"
        about = f"{more}; --Limit follows more at once" if others else "all that run are followed"
        console.remark(f"# {humanize.count(followed, 'pilot')} followed, {about}")

    def alone(self) -> None:
        """Tell once that no such pilot runs, and which of the names nobody knows."""
        if not self._is_alone:
            console.remark("# No such pilot runs now; those that begin to are followed")
            tell_unknown(self._options)
        self._is_alone = True

    def is_read(self) -> bool:
        """Return False once standard output is closed."""
        return console.is_read()


def _details(log: Mapping[str, Any]) -> str:
    code = f"code {log.get('ReturnCodes') or log['ReturnCode']}" if log["Complete"] else ""
    found = ", ".join(filter(None, (code, cause(log))))
    return f" ({found})" if found else ""


def _mark(member: FollowedPilot) -> str:
    return " ".join(filter(None, (member.following.stamp[:_MARK_CHARACTERS], member.site)))


def _colour(member: FollowedPilot) -> str:
    return colours.APART[member.place % len(colours.APART)]
