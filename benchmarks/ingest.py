"""Messages into the two collectors, by turns: what each of them costs and how fast it answers."""

import statistics
from dataclasses import dataclass

from . import usage
from .crowd import BenchmarkFailed, Crowd


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


def alternate(arena, case, effort, progress=print):
    """Measure a case on both sides by turns; (DIRAC's runs, ours).

    All that mariadbd uses while a pair of runs lasts is ours, as it writes behind what it has committed.
    """
    pairs = []
    for turn in range(effort.alternations):
        before = usage.cpu_seconds(arena.database_pid)
        ours = measure(arena.ours, case, effort.seconds)
        dirac = measure(arena.dirac, case, effort.seconds)
        database = usage.cpu_seconds(arena.database_pid) - before
        pairs.append((dirac, Run(**{**vars(ours), "database_cpu": database})))
        progress(f"{arena.tls} {case.name} {turn + 1}: {_line(*pairs[-1])}")
    for side in arena.sides:
        side.clean()
    return [dirac for dirac, _ in pairs], [ours for _, ours in pairs]


def measure(side, case, seconds):
    """One run; BenchmarkFailed when something acknowledged is not there, or is there twice."""
    crowd = Crowd(side.stack, side.url, case)
    usage.forget_peak(side.pid)
    before = usage.cpu_seconds(side.pid)
    sent = crowd.run(seconds)
    used, peak = usage.cpu_seconds(side.pid) - before, usage.peak_bytes(side.pid)
    stored, promised = side.stored_lines(sent.prefix), sent.acknowledged * case.lines
    if stored != promised:
        raise BenchmarkFailed(f"{side.name}: {promised} lines acknowledged, {stored} stored")
    return Run(len(sent.seconds), sent.elapsed, sent.seconds, used, sent.cpu, peak)


def _line(dirac, ours):
    return (
        f"{dirac.rate:.0f} / {ours.rate:.0f} requests/s, "
        f"CPU {1000 * dirac.cpu:.2f} / {1000 * ours.cpu:.2f} ms, ratio {ours.cpu / dirac.cpu:.2f}, "
        f"p99 {1000 * dirac.percentile(99):.0f} / {1000 * ours.percentile(99):.0f} ms"
    )
