"""The running pilots of a selection, followed together: a mark before each line tells whose it is.

Pilots that begin to run join, as long as there is room; those that have ended leave, and others take their places.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from PilotLoggingDIRAC.commands.logs import listing
from PilotLoggingDIRAC.commands.logs.following import ALL_LINES, Following
from PilotLoggingDIRAC.pilotlog.errors import LogNotFound, NotAllowed
from PilotLoggingDIRAC.pilotlog.outcome import RUNNING
from PilotLoggingDIRAC.pilotlog.text.terminal_lines import TerminalText

_RUNNING = [outcome.value for outcome in RUNNING]
#: Seconds between two looks at the list of running pilots.
_LOOK_SECONDS = 5.0
#: More text than this is shown though its line has not ended.
_MAX_HELD_CHARACTERS = 1 << 20

Name = tuple[str, str]
"""VO and stamp."""


class Show(Protocol):
    """The display of a crowd."""

    def joined(self, member: FollowedPilot, log: Mapping[str, Any]) -> None:
        """Tell that a pilot is followed from now on."""

    def line(self, member: FollowedPilot, text: str) -> None:
        """Show a line of a pilot."""

    def left(self, member: FollowedPilot, log: Mapping[str, Any] | None) -> None:
        """Tell that a pilot has ended; ``log`` is its last record, None if its log is no longer there."""

    def crowded(self, followed: int, others: int) -> None:
        """Tell how many pilots are followed, and how many others run; with 0 others, that all are followed."""

    def alone(self) -> None:
        """Tell that no such pilot runs."""

    def is_read(self) -> bool:
        """Return False once nobody reads what is shown."""


@dataclass(slots=True)
class FollowedPilot:
    """A pilot that is followed; ``place`` is the number of its colour, ``site`` empty unless it is to be told, ``part``
    the part of its log that ran when it joined.
    """

    following: Following
    place: int
    site: str = ""
    part: int = 1
    _text: TerminalText = field(default_factory=TerminalText)
    _held: int = 0

    def lines(self, text: str) -> list[str]:
        """Return the lines that have ended; the rest is held back, up to a limit."""
        shown = self._text.feed(text)
        self._held = len(text) - text.rfind("\n") - 1 + (0 if "\n" in text else self._held)
        if self._held > _MAX_HELD_CHARACTERS:
            shown, self._held = f"{shown}{self.rest()}\n", 0
        return shown.split("\n")[:-1]

    def rest(self) -> str:
        """Return what is held back."""
        return self._text.flush()


@dataclass(slots=True)
class Crowd:
    """The pilots of ``selection`` that run, at most ``limit`` at once. ``ask`` calls a method of a collector until one
    answers. ``lines``: how many of its last lines come first, of a pilot that already ran; of others, all lines come.
    """

    ask: Callable[..., Any]
    selection: Mapping[str, Any]
    limit: int
    lines: int
    show: Show
    names_sites: bool = True
    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic
    _members: dict[Name, FollowedPilot] = field(default_factory=dict)
    _waiting: set[Name] = field(default_factory=set)
    _unreadable: dict[Name, int] = field(default_factory=dict)
    _since: Any = None
    _crowded: bool = False

    def follow(self, interval_seconds: float) -> None:
        """Show what pilots write, until nobody reads it."""
        logs = self._running().logs
        self._since = max((log["LastSeen"] for log in logs), default=None)
        look_at = round_began = self.clock()
        while self.show.is_read():
            now = self.clock()
            if now >= look_at or (self._crowded and len(self._members) < self.limit):
                self._look()
                look_at = now + _LOOK_SECONDS
            for name in list(self._members):
                self._read(name, now - round_began)
            round_began = now
            if all(member.following.waits for member in self._members.values()):
                self.sleep(interval_seconds)

    def _running(self) -> listing.Listing:
        wanted = {**self.selection, "Outcome": _RUNNING}
        return listing.of_answer(self.ask("getPilotLogs", wanted, listing.NEWEST_FIRST, 0, 2 * self.limit))

    def _look(self) -> None:
        """Let pilots join that run now and are not followed; one that could not be read only with its next part."""
        found = self._running()
        logs = {(log["VO"], log["PilotStamp"]): log for log in found.logs}
        self._unreadable = {name: part for name, part in self._unreadable.items() if name in logs}
        wanted = [name for name, log in logs.items() if self._unreadable.get(name) != log["Part"]]
        new = [name for name in wanted if name not in self._members]
        room = max(self.limit - len(self._members), 0)
        for name in new[:room]:
            self._join(name, logs[name])
        self._waiting = set(new[room:])
        if not self._members:
            self.show.alone()
        if bool(self._waiting) != self._crowded:
            self._crowded = not self._crowded
            self.show.crowded(len(self._members), found.total - len(self._members) if self._crowded else 0)

    def _join(self, name: Name, log: Mapping[str, Any]) -> None:
        """Follow a pilot: from its start if it has begun to run meanwhile, else from its last lines on."""
        ran_before = self._since is not None and log["FirstSeen"] <= self._since
        all_lines = None if log["Part"] <= 1 else ALL_LINES
        lines = self.lines if ran_before or name in self._waiting else all_lines
        taken = Counter(member.place for member in self._members.values())
        place = min(range(self.limit), key=lambda place: (taken[place], place))
        site = (log["Site"] or "-") if self.names_sites else ""
        self._members[name] = FollowedPilot(Following(self.ask, *name, lines), place, site, log["Part"])
        self.show.joined(self._members[name], log)

    def _read(self, name: Name, since_seconds: float) -> None:
        member = self._members[name]
        try:
            text = member.following.read(since_seconds)
        except (LogNotFound, NotAllowed):
            self._unreadable[name] = member.part
            self._leave(name)
            return
        for line in member.lines(text):
            self.show.line(member, line)
        if member.following.over:
            self._leave(name)

    def _leave(self, name: Name) -> None:
        member = self._members.pop(name)
        if rest := member.rest():
            self.show.line(member, rest)
        parts = listing.parts_of(self.ask, *name)
        self.show.left(member, parts[-1] if parts else None)
