"""One pilot's run while it is written: the clock, the lines so far, where the root cause is."""

import re
from datetime import timedelta

_NAME = re.compile(r"@([a-z]+)([-+]?\d+)?@")
_LEVELS = {
    "I": "INFO",
    "W": "WARN",
    "E": "ERROR",
    "D": "DEBUG",
    "N": "NOTICE",
    "V": "VERBOSE",
    "F": "FATAL",
    "A": "ALWAYS",
}
_PROGRAM_LEVELS = _LEVELS | {"X": "EXCEPT"}
#: First words of lines: I W E D (the pilot's logger), w? (the wrapper's), a? (the job agent's), j? (a job wrapper's),
#: | (a program's output), and marks ``>``, ``>>`` before them. ``#stderr`` lines are lost on a collector's way.
PREFIXES = re.compile(r"(>{0,2})(?:(\||!)|([waj]?)([IWEDNVFAX]))(?: |$)")


#: What the agent says of a user's program that failed: in a run that goes on it comes after the job's last words.
_PAYLOAD = "aI Payload execution failed with error code "


class Ended(Exception):
    """The run is over; its argument is the way it ends."""


class JobEnded(Exception):
    """The present job is over; the agent goes on."""


class Run:
    """A pilot's log as it grows. ``world`` has the names that texts are filled with."""

    def __init__(self, random, world, case, noise):
        self.random = random
        self.world = world
        self.case = case
        self.noise = list(noise)
        self.now = world.start
        self.lines = []
        self.marks = {}
        self.command = "PilotParams"
        self.passed = {}

    # time

    def wait(self, low, high=None):
        """Let some seconds pass."""
        self.now += timedelta(seconds=low if high is None else self.random.uniform(low, high))

    def _stamp(self, comma):
        self.now += timedelta(microseconds=self.random.randint(30, 90_000))
        return f"{self.now:%Y-%m-%dT%H:%M:%S}{',' if comma else '.'}{self.now:%f}Z"

    # lines

    def raw(self, text=""):
        """Write a line of a program."""
        self.lines.append(self.fill(text))

    def pilot(self, text, level="INFO"):
        """Write a line of the pilot's logger: one header a line on the screen, one a message on a collector's way."""
        if level == "DEBUG" and not self.world.debug:
            return
        if level == "WARN" and self.world.remote:
            level = "WARNING"
        for number, line in enumerate(self.fill(text).split("\n")):
            if number and self.world.remote:
                self.lines.append(line)
            elif self.world.old_pilot:
                self.lines.append(f"{self.now:%Y-%m-%d %H:%M:%S} UTC {level} [{self.command}] {line}")
            else:
                self.lines.append(f"{self._stamp(False)} {level} [{self.command}] {line}")

    def debug(self, text):
        """Write a debug line of the pilot's logger, where those are on."""
        self.pilot(text, "DEBUG")

    def wrapper(self, text, level="INFO"):
        """Write a line of the wrapper's logger."""
        self.lines.append(f"{self._stamp(True)} {level:8} [pilotLogger] {self.fill(text)}")

    def dirac(self, text, level="INFO", component="WorkloadManagement/JobAgent"):
        """Write a line of a DIRAC program that shows headers."""
        stamp = f"{self.now:%Y-%m-%d %H:%M:%S} UTC" if self.world.old_dirac else self._stamp(True)
        thread = f" [{self.world.thread}]" if self.world.debug and self.world.threads else ""
        self.lines.append(f"{stamp} {component}{thread} {level}: {self.fill(text)}")

    def job(self, text, level="INFO"):
        """Write a line of a job wrapper, which has a header in some releases."""
        if self.world.job_headers:
            self.dirac(text, level, f"None/[{self.world.job_id}]JobWrapper")
        else:
            self.raw(text)

    # texts of the data

    def fill(self, text):
        """Return a text with its ``@names@`` filled in."""
        return _NAME.sub(self._value, text)

    def _value(self, match):
        name, number = match[1], int(match[2] or 0)
        if name in ("n", "hex"):
            alphabet = "0123456789" if name == "n" else "0123456789abcdef"
            first = self.random.choice(alphabet[1:])
            return first + "".join(self.random.choice(alphabet) for _ in range(number - 1))
        if name in ("gmt", "iso", "day", "clock"):
            moment = self.now + timedelta(seconds=number)
            return {
                "gmt": f"{moment:%b %e %H:%M:%S %Y GMT}",
                "iso": f"{moment:%Y-%m-%d %H:%M:%S}",
                "day": f"{moment:%Y-%m-%d}",
                "clock": f"{moment:%Y-%m-%dT%H:%M:%S}",
            }[name]
        return str(getattr(self.world, name))

    def write(self, lines):
        """Write lines of a case or of noise."""
        for line in lines:
            if line.startswith("+"):
                self.wait(float(line[1:]))
                continue
            if line.startswith(_PAYLOAD) and self.case.end == "go":
                self.passed["payload code"] = int(line.removeprefix(_PAYLOAD))
                continue
            match = PREFIXES.match(line or "|")
            if not match:
                raise ValueError(f"no line: {line!r}")
            self._write(match, line[match.end() :])

    def _write(self, match, text):
        mark, raw, who, letter = match.groups()
        if raw == "!" and self.world.remote:
            return
        if mark:
            self.marks[mark] = len(self.lines) + 1
        level = _LEVELS.get(letter, "EXCEPT")
        if raw:
            self.raw(text)
        else:
            {"": self.pilot, "w": self.wrapper, "a": self.dirac, "j": self.job}[who](text, level)

    # points

    def at(self, point):
        """Write what comes at a point; raise Ended if the run ends here."""
        self.passed[point] = self.passed.get(point, 0) + 1
        for fragment in [one for one in self.noise if one.point == point]:
            self.noise.remove(fragment)
            self.write(fragment.lines)
        if self.case.point == point and self._is_time(point):
            self.write(self.case.lines)
            if point.startswith("job.") and not self.world.remote and self.random.random() < 0.3:
                self.raw()
            if self.case.end == "nextjob":
                raise JobEnded
            if self.case.end != "go":
                raise Ended(self.case.end)

    def _is_time(self, point):
        """Tell if this passage of the case's point is the one it means: that after ``jobs`` whole jobs."""
        before = self.case.number("jobs", 0)
        if point == "job.run":
            looks = self.passed[point] - self.passed.get("looks before", 0)
            return self.passed["agent.received"] == before + 1 and looks == self.case.number("looks", 1)
        return self.passed[point] == (before + 1 if self.case.of_a_job else 1)
