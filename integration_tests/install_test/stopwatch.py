"""The walk's stopwatch: seconds since the beginning, and those of each step."""

import csv
import time
from collections import defaultdict
from contextlib import contextmanager
from dataclasses import astuple, dataclass


@dataclass(frozen=True)
class Step:
    """A command that was run, and what it took."""

    part: str
    host: str
    seconds: float
    command: str


class Stopwatch:
    """Times of the steps, by the part of the walk that they belong to."""

    def __init__(self, clock=time.monotonic):
        self._clock = clock
        self._began = clock()
        self._part = ""
        self.steps = []

    def seconds(self):
        """Return the seconds since the beginning."""
        return self._clock() - self._began

    def begin(self, part):
        """Count the steps that follow for this part."""
        self._part = part

    @contextmanager
    def step(self, host, command):
        """Time what is done inside, also if it fails."""
        start = self._clock()
        try:
            yield
        finally:
            self.steps.append(Step(self._part, host, round(self._clock() - start, 1), command))

    def write(self, path):
        """Write the steps as a table of comma-separated values."""
        with path.open("w", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(("Part", "Host", "Seconds", "Command"))
            writer.writerows(map(astuple, self.steps))

    def summary(self):
        """Return a line for each part: its steps, and their seconds together."""
        parts = defaultdict(list)
        for step in self.steps:
            parts[step.part].append(step.seconds)
        return [f"{part:18} {len(taken):3} steps {sum(taken):6.0f} s" for part, taken in parts.items()]
