"""Everything once, on a catalogue of one size."""

import statistics
import time
from dataclasses import dataclass

from PilotLoggingDIRAC.adapters.database import utc_now

from . import questions, work
from .filling import fill

QUESTIONS = ("pages", "states", "lookups", "custody", "figures")
_REPEATS = 5
_SWEEPS = 3


@dataclass(frozen=True)
class Growth:
    """The figures: the median seconds of each question, by kind and name; seconds of steps; ingest; a purge."""

    number: int
    filled: float
    asked: dict[str, dict[str, float]]
    ingest: work.Ingest
    sweeps: list[float]
    claims: list[float]
    purge: work.Purge
    rows: list[float]

    def slowest(self, kind):
        """(seconds, question) of the slowest of a kind."""
        return max((seconds, name) for name, seconds in self.asked[kind].items())


def measure(server, number, progress=print):
    """Fill a database of the server, and measure: reading first, then what changes it."""
    started, now = time.perf_counter(), utc_now()
    db = fill(server.new(), number, now)
    filled = time.perf_counter() - started
    progress(f"{number:,} logs: filled in {filled:.0f} s")
    try:
        asked = {kind: _ask(getattr(questions, kind)(db, number, now)) for kind in QUESTIONS}
        progress(f"{number:,} logs: asked {sum(map(len, asked.values()))} questions")
        sweeps = [work.sweep(db) for _ in range(_SWEEPS)]  # first, as writing ends the silence
        done = Growth(
            number, filled, asked, work.ingest(db, number, server.pid), sweeps,
            work.claims(db), work.purge(db, number), work.row_deletions(db),
        )  # fmt: skip
        progress(f"{number:,} logs: written, swept, claimed, purged ({time.perf_counter() - started:.0f} s in all)")
        return done
    finally:
        db.close()


def _ask(found):
    return {name: _median(question) for name, question in found.items()}


def _median(question):
    question()
    times = []
    for _ in range(_REPEATS):
        started = time.perf_counter()
        question()
        times.append(time.perf_counter() - started)
    return statistics.median(times)
