"""Marks: lines that tell where the wrapper, the pilot, the job agent and its cycles begin and end."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime

from .clock import moment
from .log_line import LogLine

WRAPPER = b"[pilotLogger] "
LAUNCHING = b"dirac-pilot.py  will be called"
PARAMETERS = b"[PilotParams] "
EXECUTING = b"Executing commands: ["
AGENT = b"Starting JobAgent"
CYCLE = b"Starting cycle for module"
GOOD_CYCLE = b" Cycle was successful"
BAD_CYCLE = b" Cycle had an error:"
STOPPING = b"JobAgent will stop"
AGENT_END = b"No more agent modules to execute. Exiting"
LAST_DISK = b"LaunchAgent] DiskSpace (MB) = "
EXIT = b" on sys.exit(): "
BAILING_OUT = b"List of child processes of current PID"
TRACEBACK = b'dirac-pilot.py", line '
LOGGED_TRACEBACK = b"] Traceback (most recent call last):"
#: The matcher answered, or the slot was used up: what was before did no harm.
WELL = (b"no match found", b"No more time left", b"Filling Mode is Disabled")
CUT = b"The log has reached its limit of "
#: After each of these the pilot, or its wrapper, ends with an error.
LAST_WORDS = (
    b"Could not find/set X509_",
    b" could not be instantiated",
    b"None of the locations of the pilot files is reachable",
    b"Checksum mismatch for file ",
)

_ONCE = (WRAPPER, LAUNCHING, PARAMETERS, EXECUTING, AGENT)
_LAST = (STOPPING, AGENT_END, LAST_DISK, BAILING_OUT, TRACEBACK, LOGGED_TRACEBACK, CUT, *WELL, *LAST_WORDS)
_CYCLES = (CYCLE, GOOD_CYCLE, BAD_CYCLE)
#: Marks of which all places count, or the last one; of the others it is the first one.
REPEATED = frozenset((*_LAST, *_CYCLES, EXIT))
TEXTS = REPEATED.union(_ONCE)

_CODE = re.compile(rb"\(exit code: ?([^)]{1,100})\)")


@dataclass(frozen=True, slots=True)
class Mark:
    """A line that is a mark, and its time in the log's words."""

    line: int
    stamp: str

    @property
    def time(self) -> datetime | None:
        """Return the time of the line, None if it has none."""
        return moment(self.stamp)


@dataclass(slots=True)
class JobCycle:
    """A cycle of the job agent: where it began and ended."""

    number: int
    start: Mark
    end: Mark | None = None
    good: bool | None = None


@dataclass(slots=True)
class Marks:
    """The marks so far; at most ``most`` cycles one by one, the first ones and the last."""

    most: int
    found: dict[bytes, Mark] = field(default_factory=dict)
    cycles: list[JobCycle] = field(default_factory=list)
    number_of_cycles: int = 0
    exit_text: str | None = None
    exit_line: int = 0

    def note(self, text: bytes, line: LogLine) -> None:
        """Note a line that has one of the texts."""
        mark = Mark(line.number, line.header.time if line.header else "")
        if text in _ONCE:
            self.found.setdefault(text, mark)
        elif text in _LAST:
            self.found[text] = mark
        elif text == EXIT:
            self._exit(line)
        else:
            self._cycle(text, mark)

    def has(self, *texts: bytes) -> bool:
        """Return whether any of the marks was found."""
        return any(text in self.found for text in texts)

    def line(self, text: bytes) -> int:
        """Return the line of a mark, 0 without one."""
        return self.found[text].line if text in self.found else 0

    @property
    def return_code(self) -> int | None:
        """Return the pilot's return code; text that is no number is 1, as Python has it."""
        if self.exit_text is None:
            return None
        try:
            return int(self.exit_text)
        except ValueError:
            return 0 if self.exit_text == "None" else 1

    def _exit(self, line: LogLine) -> None:
        if match := _CODE.search(line.text):
            self.exit_text = match[1].decode("utf-8", "replace").strip()
            self.exit_line = line.number

    def _cycle(self, text: bytes, mark: Mark) -> None:
        if text == CYCLE:
            self.number_of_cycles += 1
            if len(self.cycles) >= self.most:
                self.cycles.pop()
            self.cycles.append(JobCycle(self.number_of_cycles, mark))
        elif self.cycles and self.cycles[-1].good is None:
            self.cycles[-1].end, self.cycles[-1].good = mark, text == GOOD_CYCLE
