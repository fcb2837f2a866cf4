"""Samples of a stack in the course of a day: queue, spool, backlogs, lag, CPU, memory."""

import time
from dataclasses import dataclass, field

from integration_tests.pilot import Connection
from integration_tests.stack.components import SECOND_TORNADO, TORNADO

from .processes import Usage

_LOGS = """SELECT State, COUNT(*), TIMESTAMPDIFF(MICROSECOND, MIN(LastSeen), UTC_TIMESTAMP(6)) / 1e6,
    SUM(State = 'Archived' AND VerifiedAt < UTC_TIMESTAMP(6) - INTERVAL %s SECOND)
    FROM PilotLogs WHERE PilotStamp LIKE %s GROUP BY State"""
SEALED = ("Complete", "Incomplete")


@dataclass
class Sample:
    """One look; rates and CPU are of the time since the one before. CPU in cores, memory in bytes, times in seconds;
    ``answers`` are the seconds of answers in order.
    """

    at: float
    answers: list = field(default_factory=list)
    requests_per_second: float = 0.0
    failed: int = 0
    late: float = 0.0
    waiting_batches: int = 0
    spooled_batches: int = 0
    receiving: int = 0
    sealed: int = 0
    archive_lag: float = 0.0
    archived: int = 0
    purged: int = 0
    purge_backlog: int = 0
    cores: dict = field(default_factory=dict)
    memory: dict = field(default_factory=dict)

    @property
    def p50(self):
        """The median of the answers' seconds."""
        return percentile(self.answers, 0.5)

    @property
    def p99(self):
        """The seconds within which 99 of 100 answers came."""
        return percentile(self.answers, 0.99)


def percentile(ordered, share):
    """The value below which that share (0 to 1) of the ordered values lies; 0 of none."""
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0


def collector_status(operator):
    """Return what a collector says of itself to an operator's connection, None where it is too busy, or away."""
    try:
        answer = operator.call("getStatus")
    except OSError:
        return None
    is_good = isinstance(answer, dict) and answer["OK"]  # a text is that of an HTTP error
    return answer["Value"]["Collector"] if is_good else None


class Sampler:
    """Looks at a stack and its crowd; ``batches_seconds`` is for how long archived text is kept."""

    def __init__(self, stack, crowd, batches_seconds):
        self._stack, self._crowd, self._batches_seconds = stack, crowd, batches_seconds
        self._usage = Usage(stack)
        self._before, self._when = self._cpu()[0], time.monotonic()
        names = (TORNADO, SECOND_TORNADO) if stack.front.is_balanced else (TORNADO,)
        self._operators = [self._operator(name) for name in names]

    def _operator(self, name):
        url = f"https://localhost:{self._stack.ports[name]}/WorkloadManagement/TornadoPilotLogging"
        return Connection(url, self._stack.pki.certificates, self._stack.proxy("opal"), timeout=10)

    def _cpu(self):
        cpu, memory = self._usage.look()
        return cpu | {"pilots": self._crowd.cpu}, memory

    def look(self, start_at):
        """A sample, now."""
        now = time.monotonic()
        seconds, late, failed = self._crowd.take()
        cpu, memory = self._cpu()
        passed, self._when = now - self._when, now
        cores = {group: (used - self._before.get(group, 0.0)) / passed for group, used in cpu.items()}
        self._before = cpu
        sample = Sample(now - start_at, seconds, len(seconds) / passed)
        sample.failed, sample.late, sample.cores, sample.memory = failed, late, cores, memory
        self._collectors(sample)
        self._logs(sample)
        return sample

    def _collectors(self, sample):
        for operator in self._operators:
            if status := collector_status(operator):
                sample.waiting_batches += status["WaitingBatches"]
                sample.spooled_batches += status["Spool"]["Batches"]

    def _logs(self, sample):
        for state, count, age, due in self._stack.sql(
            "PilotLoggingDB", _LOGS, (self._batches_seconds, f"{self._crowd.prefix}%")
        ):
            if state == "Receiving":
                sample.receiving = count
            elif state in SEALED:
                sample.sealed += count
                sample.archive_lag = max(sample.archive_lag, float(age))
            elif state == "Archived":
                sample.archived, sample.purge_backlog = count, int(due)
            elif state == "Purged":
                sample.purged = count
