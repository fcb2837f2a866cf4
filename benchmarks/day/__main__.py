"""``./dev bench --day``: a day of a million pilots, scaled to minutes, with everything that takes part in it."""

import argparse
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from integration_tests.stack import environment

from .. import machine, usage
from . import report
from .crowd import Crowd
from .ground import Ground
from .life import Load
from .sampling import Sampler

_FOLDER = environment.TOP / "docs" / "developer" / "benchmarks"
INTERVAL = 5.0


@dataclass
class Day:
    """One day and its figures."""

    load: Load
    seconds: float
    samples: list = field(default_factory=list)
    totals: Counter = field(default_factory=Counter)
    stored: int = 0
    archived_per_second: float = 0.0
    drained: float | None = None
    database: str = ""
    catalogue_calls: Counter = field(default_factory=Counter)
    interval: float = INTERVAL


def parser():
    """The command line's grammar."""
    grammar = argparse.ArgumentParser(prog="./dev bench --day", description=__doc__.partition(": ")[2])
    grammar.add_argument("--day", action="store_true", help=argparse.SUPPRESS)
    grammar.add_argument("--minutes", type=float, default=10, help="for so long pilots arrive")
    grammar.add_argument("--times", type=float, default=1, help="so many times a million pilots a day")
    grammar.add_argument("--life", type=float, default=60, help="seconds that a pilot lives")
    grammar.add_argument("--kept", type=float, default=0.1, help="the share of pilots that keep their connection")
    grammar.add_argument("--collectors", type=int, choices=(1, 2), default=1, help="2: behind HAProxy")
    grammar.add_argument("--agents", type=int, choices=(0, 1, 2, 3, 4), default=1)
    grammar.add_argument("--workers", type=int, default=4, help="transfers at a time, of each agent")
    grammar.add_argument("--polling", type=int, default=10, help="seconds between the agents' cycles")
    grammar.add_argument("--bundle-logs", type=int, default=1, help="logs that share a file; 1: none does")
    grammar.add_argument("--bundle-seconds", type=int, default=3600, help="a file is closed after so long")
    grammar.add_argument("--tls", choices=("m2", "std"), default="m2", help="the servers' TLS")
    grammar.add_argument("--patience", type=float, default=300, help="seconds in which the archive may catch up")
    grammar.add_argument("--keep", action="store_true", help="write page and picture into the documentation")
    return grammar


def live(ground, load, options, say=print):
    """One day; its samples are told as they are taken."""
    day = Day(load, 60 * options.minutes)
    crowd = Crowd(ground.stack, load, day.seconds)
    try:
        ground.enlist(crowd.prefix, load, day.seconds)
        sampler = Sampler(ground.stack, crowd, ground.batches_seconds)
        written, asked = ground.written(), ground.catalogue_calls()
        start_at = crowd.begin()
        _watch(day, sampler, start_at, lambda: crowd.is_done, day.seconds * 4 + 120, say)
        day.database = ground.written_since(written, load.arrivals(day.seconds))
        ended = time.monotonic()
        if _watch(day, sampler, start_at, lambda: ground.all_archived(crowd.prefix), options.patience, say):
            day.drained = time.monotonic() - ended
    finally:
        crowd.end()
    day.totals, day.stored = crowd.totals, ground.stored_lines(crowd.prefix)
    day.archived_per_second = ground.archived_per_second(crowd.prefix)
    day.catalogue_calls = ground.catalogue_calls() - asked
    if crowd.errors:
        say(f"errors: {crowd.errors}")
    return day


def _watch(day, sampler, start_at, is_done, patience, say):
    """Take samples until it is done. Return False if it was not in that time."""
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        if is_done():
            return True
        time.sleep(max(0.0, INTERVAL - (time.monotonic() - start_at) % INTERVAL))
        day.samples.append(sampler.look(start_at))
        say("  ".join(f"{name} {value}" for name, value in _told(day.samples[-1])))
    return False


def _told(sample):
    yield from zip(report._HEADINGS, next(report.rows([sample])), strict=True)


def main():
    """Do what is asked."""
    options = parser().parse_args()
    load = Load.of(options.times, life_seconds=options.life, kept_share=options.kept)
    with (
        tempfile.TemporaryDirectory(dir="/var/tmp", prefix="day-") as folder,
        Ground(Path(folder) / "stack", options.life, options.tls, options.collectors, options.polling) as ground,
    ):
        ground.start_agents(options.agents, options.workers, options.bundle_logs, options.bundle_seconds)
        fsync = usage.fsync_seconds(folder)
        day = live(ground, load, options)
    for name, value in report.sums(day):
        print(f"{name}: {value}")
    if options.keep:
        _keep(day, fsync)


def _keep(day, fsync):
    _FOLDER.joinpath("day-figures.rst").write_text(report.page(machine.describe(), fsync, day, "day.svg"))
    _FOLDER.joinpath("day.svg").write_text(report.picture(day.samples))
    print(f"written to {_FOLDER.relative_to(environment.TOP)}")


if __name__ == "__main__":
    main()
