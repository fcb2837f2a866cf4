"""A fuzz run against one stack: windows of requests from several threads, honest pilots beside, then the checks."""

import random
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from ..stack.components import TORNADO
from ..waiting import stored
from . import diset, evidence, honest, material, memory, oracle, rows, service_log
from .cast import TRAP_FILE, Cast
from .client import Client, contexts
from .forms import Forms
from .wire import Wire

THREADS = 6
WINDOWS = 10
#: The share of requests that break HTTP itself.
WIRE = 0.06
EXAMPLES = 1500
#: Bytes that the collector may hold more after the last windows than after the first, which warm it up.
SAMPLES = 3
MAX_GROWTH = 20 * 1024 * 1024
QUIET_SECONDS = 0.5
#: After this many answers that did not come the collector counts as dead, and the run ends.
MAX_LATE = 30
DISET_CONNECTIONS = 300


@dataclass
class Report:
    """The report of a run: what was sent, what came back, and what is wrong."""

    seed: int
    folder: Path
    kinds: Counter = field(default_factory=Counter)
    answers: Counter = field(default_factory=Counter)
    findings: Counter = field(default_factory=Counter)
    explained: dict = field(default_factory=dict)
    kept: dict = field(default_factory=dict)
    slowest: dict = field(default_factory=dict)
    memory: list = field(default_factory=list)
    seconds: float = 0.0
    stored: str = ""


@dataclass(frozen=True)
class Outcome:
    """The outcome of one request; ``what``, the case and its answers, is there where something is wrong."""

    kind: str
    came: tuple[str, ...]
    slowest: float
    findings: tuple[str, ...]
    what: tuple | None


class Campaign:
    """One run on a stack that is up."""

    def __init__(self, stack, seed, folder, say=print, threads=THREADS, max_growth=MAX_GROWTH, examples=EXAMPLES):
        self.report = Report(seed, Path(folder))
        self._stack = stack
        self._say = say
        tls_contexts = contexts(stack)
        self._clients = [Client(stack.ports[TORNADO], tls_contexts) for _ in range(threads)]
        self._max_growth = max_growth
        self._late = 0
        cast, made = Cast(seed), material.make(seed, examples)
        self._makers = (Forms(made, cast), Wire(made, cast))

    def case(self, number):
        """The request with this number."""
        source = random.Random(f"{self.report.seed}/{number}")
        return self._makers[source.random() < WIRE].make(number, source)

    def go(self, requests, diset_connections=DISET_CONNECTIONS):
        """Do all of it and return the report."""
        report, stack = self.report, self._stack
        log, pid = service_log.ServiceLog(stack.log(TORNADO)), stack.pid(TORNADO)
        known = rows.last(stack)
        pilots = [honest.Honest(stack, report.seed, number) for number in (0, 1)]
        for pilot in pilots:
            pilot.start()
        began = time.monotonic()
        self._remember(pid)
        for window in range(WINDOWS):
            self._window(range(requests * window // WINDOWS, requests * (window + 1) // WINDOWS))
            self._remember(pid)
            self._say(self._progress(began))
        report.seconds = time.monotonic() - began
        for client in self._clients:
            client.close()
        report.findings.update(diset.attack(stack, report.seed, diset_connections))
        for pilot in pilots:
            pilot.end()
        self._look(pilots, log, pid, known)
        return report

    def send(self, case):
        """Send one case and judge its answers."""
        answers = self._clients[0].send(case)
        return answers, oracle.judge(case, answers)

    def _window(self, numbers):
        number = len(self._clients)
        shares = [numbers[share::number] for share in range(number)]
        with ThreadPoolExecutor(number) as pool:
            try:
                for outcomes in pool.map(self._share, self._clients, shares):
                    for outcome in outcomes:
                        self._note(outcome)
            except BaseException:
                self._late = MAX_LATE  # whoever ends the run need not wait for the window's end
                raise
        time.sleep(QUIET_SECONDS)

    def _share(self, client, numbers):
        outcomes = []
        for number in numbers:
            if self._late < MAX_LATE:
                outcomes.append(self._one(client, self.case(number)))
                self._late += "late" in outcomes[-1].came
        return outcomes

    @staticmethod
    def _one(client, case):
        answers = client.send(case)
        findings = tuple(set(oracle.judge(case, answers)))
        came = tuple(oracle.category(answer) for answer in answers)
        slowest = max(answer.seconds for answer in answers)
        return Outcome(case.kind, came, slowest, findings, (case, answers) if findings else None)

    def _note(self, outcome):
        report = self.report
        report.kinds[outcome.kind] += 1
        report.answers.update(outcome.came)
        report.slowest[outcome.kind] = max(report.slowest.get(outcome.kind, 0.0), outcome.slowest)
        for finding in outcome.findings:
            said = f"{outcome.kind}: {finding}"
            report.findings[said] += 1
            if report.findings[said] <= evidence.KEPT_OF_A_KIND:
                report.kept.setdefault(said, []).append(evidence.keep(report.folder, report.seed, *outcome.what, said))

    def _remember(self, pid):
        self.report.memory.append(memory.of(pid))

    def _progress(self, began):
        done, seconds = self.report.kinds.total(), time.monotonic() - began
        return (
            f"{done} requests, {done / seconds:.0f}/s, memory {self.report.memory[-1]},"
            f" findings {self.report.findings.total()} of {len(self.report.findings)} kinds"
        )

    def _look(self, pilots, log, pid, known):
        report, stack = self.report, self._stack
        stored(stack)
        found = honest.is_alive(stack, f"{random.Random(report.seed).getrandbits(128):032x}")
        if stack.pid(TORNADO) != pid:
            found.append("the collector died")
        for pilot in pilots:
            found += honest.findings(stack, pilot)
        wrong, logs, batches = rows.findings(stack, known)
        in_log, report.explained = service_log.findings(log.text())
        report.stored = f"{logs} logs with {batches} batches; honest pilots: {sum(len(p.ledgers) for p in pilots)} logs"
        report.findings.update([*found, *wrong, *in_log, *self._grown(), *self._trapped()])

    def _grown(self):
        held = [one.resident for one in self.report.memory[1:]]
        growth = median(held[-SAMPLES:]) - median(held[:SAMPLES])
        return [f"memory grew by {growth / 2**20:.1f} MB"] if growth > self._max_growth else []

    def _trapped(self):
        trapped = (self._stack.root / "tmp" / TRAP_FILE).exists()
        return ["a request made a service import a module"] if trapped else []
