"""Messages into the two collectors and a bare server, by turns: what each costs and how fast it answers."""

import statistics
from dataclasses import dataclass, replace

from . import usage
from .crowd import Crowd


@dataclass(frozen=True)
class Run:
    """One side measured once; CPU in seconds, of the collector, of mariadbd and of the clients."""

    requests: int
    elapsed: float
    seconds: list[float]
    collector_cpu: float
    client_cpu: float
    peak_bytes: int
    database_cpu: float = 0.0

    @property
    def rate(self):
        """Requests a second."""
        return self.requests / self.elapsed

    @property
    def cpu(self):
        """Server CPU of a request in seconds, the database's included."""
        return (self.collector_cpu + self.database_cpu) / self.requests

    def percentile(self, share):
        """The seconds within which that share (in percent) of the answers came."""
        return statistics.quantiles(self.seconds, n=1000, method="inclusive")[round(share * 10) - 1]


@dataclass(frozen=True)
class Compared:
    """The runs of a case by DIRAC's collector, by ours and by the bare server; those of a turn have the same index."""

    dirac: list[Run]
    ours: list[Run]
    floor: list[Run]


def alternate(arena, case, effort, progress=print):
    """Measure a case on both sides and on the bare server by turns; return them `Compared`.

    All that mariadbd uses during our run and DIRAC's counts as ours, as it writes some time after it has committed.
    """
    turns = []
    for turn in range(effort.alternations):
        before = usage.cpu_seconds(arena.database_pid)
        ours = measure(arena.ours, case, effort.seconds)
        dirac = measure(arena.dirac, case, effort.seconds)
        database = usage.cpu_seconds(arena.database_pid) - before
        floor = measure(arena.floor, case, effort.seconds)
        turns.append((dirac, replace(ours, database_cpu=database), floor))
        progress(f"{arena.tls} {case.name} {turn + 1}: {_line(*turns[-1])}")
    for side in arena.sides:
        side.clean()
    return Compared(*map(list, zip(*turns, strict=True)))


def measure(side, case, seconds):
    """Return one run. Raise BenchmarkFailed when something acknowledged is not there, or is there twice."""
    crowd = Crowd(side.stack, side.url, case)
    usage.forget_peak(side.pid)
    before = usage.cpu_seconds(side.pid)
    sent = crowd.run(seconds)
    used, peak = usage.cpu_seconds(side.pid) - before, usage.peak_bytes(side.pid)
    side.require_lines(sent.prefix, sent.acknowledged * case.lines)
    return Run(len(sent.seconds), sent.elapsed, sent.seconds, used, sent.cpu, peak)


def _line(dirac, ours, floor):
    return (
        f"{dirac.rate:.0f} / {ours.rate:.0f} requests/s, "
        f"CPU {1000 * dirac.cpu:.2f} / {1000 * ours.cpu:.2f} ms, ratio {ours.cpu / dirac.cpu:.2f}, "
        f"bare {1000 * floor.cpu:.2f} ms, "
        f"p99 {1000 * dirac.percentile(99):.0f} / {1000 * ours.percentile(99):.0f} ms"
    )
