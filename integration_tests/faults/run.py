"""One run: senders, faults, the end, the verdict."""

import threading
import time
import traceback
import uuid
from collections import Counter, defaultdict
from dataclasses import dataclass, field

from ..stack import world
from . import balanced, causes, oracle, settle
from .archive import Archive, Unarchived
from .destinations.plan import is_of_destinations
from .field import CLEANED_SECONDS
from .injection import Injector
from .ledgers import complaints, connections
from .patience import stretched
from .proxy import Proxy
from .senders import REFUSED, Ledger, Sender
from .stock import StockPilot

FINISH_SECONDS = 15
ANSWER_SECONDS = 5.0
COUNTED = (
    *("sent", "acknowledged", "refused", "lost", "doubled", "bare_doubled", "gaps_told", "refused_messages"),
    *("lost_bytes", "missing_bytes"),
)
#: What two busy cores may add to an answer's time, as it is seen from the outside.
MARGIN_SECONDS = stretched(3)


@dataclass
class Result:
    """The findings of one run."""

    seed: int
    faults: tuple
    findings: list[str] = field(default_factory=list)
    counts: Counter = field(default_factory=Counter)
    slowest: float = 0.0
    seconds: float = 0.0
    evidence: str = ""


class Run:
    """A run of a plan on a field; ``ledgers`` and ``texts`` are there for whoever looks into a failure."""

    has_bundles = False

    def __init__(self, on_field, plan):
        self._field = on_field
        self.is_balanced, self.has_agent = on_field.is_balanced, on_field.has_agent
        self.has_destinations = on_field.engines is not None
        self._archive = Archive(on_field.stack) if on_field.has_agent else Unarchived(on_field.stack, on_field.url(0))
        self._proxy = Proxy(on_field.ports())
        self.plan = plan
        self.result = Result(plan.seed, plan.faults)
        self.texts, self.received = {}, {}
        self._served = balanced.Served(on_field.stack) if on_field.is_balanced else None
        self._stamps = defaultdict(lambda: uuid.uuid4().hex)
        self._senders = [self._sender(number, one) for number, one in enumerate(plan.senders)]
        self.ledgers = [sender.ledger for sender in self._senders]
        self.logs = defaultdict(list)
        for ledger in self.ledgers:
            self.logs[ledger.vo, ledger.stamp].append(ledger)
        self.stamps = [stamp for _, stamp in self.logs]
        self._exchange_of = {}
        self.began = 0.0

    def _sender(self, number, plan):
        vo = world.VOS[plan.vo]
        source = balanced.source(self.plan.seed, number)
        port = self._proxy.open(plan.name, plan.collector, plan.treatments, source)
        url = f"https://localhost:{port}/WorkloadManagement/TornadoPilotLogging"
        stamp = self._stamps[plan.log_of or plan.name]
        seen_from = "" if self._field.is_balanced else source
        ledger = Ledger(plan.name, vo.name, stamp, plan.collector, plan.careful, seen_from)
        kind = StockPilot if plan.pilot else Sender
        return kind(plan, ledger, url, self._field.stack.pki.certificates, self._field.stack.proxy(vo.pilot))

    def go(self):
        """Do it; the result has what was found, whatever goes wrong."""
        self.began, happened = time.monotonic(), self._field.happened()
        try:
            self._act()
            self._end()
            self._judge()
        except Exception:  # the campaign itself failed: a finding too
            self.result.findings.append(f"the run failed: {traceback.format_exc()}")
        self._proxy.close()
        self.result.counts.update(self._field.happened() - happened)
        self.result.seconds = time.monotonic() - self.began
        return self.result

    def _act(self):
        injector = Injector(self._field, self._proxy)
        lanes = {}
        for fault in self.plan.faults:
            lanes.setdefault(fault.lane, []).append(fault)
        threads = [threading.Thread(target=self._lane, args=(injector, faults)) for faults in lanes.values()]
        for thread in (*self._senders, *threads):
            thread.start()
        for thread in threads:
            thread.join()

    def _lane(self, injector, faults):
        for fault in faults:
            time.sleep(max(0.0, self.began + fault.at - time.monotonic()))
            try:
                doer = self._field.engines.breaker if is_of_destinations(fault) else injector
                doer.do(fault)
            except Exception:
                self.result.findings.append(f"{fault} failed: {traceback.format_exc()}")

    def _end(self):
        self._field.put_clocks_right()
        for sender in self._senders:
            sender.finish(FINISH_SECONDS)
        for sender in self._senders:
            sender.join(120)
        self.result.findings += settle.drained(self._field)
        if self._field.has_agent:
            self.result.findings += settle.archived(self._field, self._archive, self.stamps)

    def _judge(self):
        result = self.result
        self._know_connections()
        result.findings += complaints(self.ledgers, connections(self._proxy.exchanges), self._field, self.plan)
        parts = self._archive.parts(self.stamps)
        for (vo, stamp), ledgers in self.logs.items():
            mine = [part for part in parts if (part.stamp, part.vo) == (stamp, vo)]
            text, wrong = self._archive.text(mine)
            self.texts[ledgers[0].name] = text
            verdict = self._verdict(ledgers, text)
            found = [*wrong, *verdict.findings, *_wrong_end(ledgers, mine), *_wrong_figure(verdict, mine)]
            found += self._causes(ledgers, verdict)
            names = ", ".join(ledger.name for ledger in ledgers)
            result.findings += [f"{names} ({stamp}): {finding}" for finding in found]
            self._count(verdict)
            result.counts["parts"] += len(mine)
            result.counts["logs of two nodes"] += len(ledgers) > 1
        self._count_answers()
        self._judge_destinations(parts)

    def _judge_destinations(self, parts):
        """Judge what each destination has of the archived text."""
        if self._field.engines:
            findings, counts = self._field.engines.judge(parts, lambda part: self._archive.text([part])[0])
            self.result.findings += findings
            self.result.counts.update(counts)
            self.received = dict(self._field.engines.received)

    def _know_connections(self):
        """The n-th message of a sender went over its n-th connection."""
        found = connections(self._proxy.exchanges)
        for ledger in self.ledgers:
            every = sorted((*ledger.attempts, *ledger.finalisations), key=lambda attempt: attempt.began)
            for attempt, exchange in zip(every, found[ledger.name], strict=False):
                self._exchange_of[id(attempt)] = exchange
                attempt.reached = exchange.arrived > 0

    def _causes(self, ledgers, verdict):
        """Count what became of the bytes; what was left out though nothing explains it."""
        if verdict.accounts is None:
            return []
        counts = self.result.counts
        for account in verdict.accounts:
            counts["bytes sent"] += account.sent
            counts["bytes acknowledged"] += account.acknowledged
            counts["bytes refused"] += account.refused
            counts["bytes doubled"] += account.doubled
        found, findings = causes.explain(
            ledgers, verdict.accounts, lambda attempt: self._exchange_of.get(id(attempt)), self._field.was_down
        )
        counts.update(found)
        return findings

    def _verdict(self, ledgers, text):
        """Return the strict verdict; where text of a sender may have waited at one of two collectors, that by
        collector.
        """
        if self._served:
            [ledger] = ledgers
            servers = self._servers(ledger)
            self.result.counts["senders at two collectors"] += len(set(servers) - {""}) > 1
            if len(set(servers)) > 1 and any(fault.lane in balanced.SPOOLING for fault in self.plan.faults):
                self.result.counts["judged by collector"] += 1
                return balanced.judge(ledger, text, servers)
        return oracle.judge_log(ledgers, text, any(map(self._marks_may_be_missing, ledgers)))

    def _servers(self, ledger):
        """The collector of each message of a sender."""
        exchanges = [self._exchange_of.get(id(attempt)) for attempt in ledger.attempts]
        names = iter(self._served.servers([exchange for exchange in exchanges if exchange]))
        return [next(names) if exchange else "" for exchange in exchanges]

    def _count(self, verdict):
        for name in COUNTED:
            self.result.counts[name.replace("_", " ")] += getattr(verdict, name)

    def _marks_may_be_missing(self, ledger):
        """Return whether a collector may have died with what it knew of missing text: that is only in memory."""
        lane = "second" if ledger.collector else "collector"
        deaths = [fault for fault in self.plan.faults if fault.kind not in ("stop", "full")]
        if self._field.is_balanced:
            return any(fault.lane in ("collector", "second", "spool", "drain") for fault in deaths)
        drains = (fault for fault in deaths if fault.lane == "drain")
        return any(fault.lane in (lane, "spool") for fault in deaths) or any(
            fault.detail == ledger.collector for fault in drains
        )

    def _count_answers(self):
        counts = self.result.counts
        counts["messages"] = sum(len(ledger.attempts) for ledger in self.ledgers)
        stock = [ledger for ledger, plan in zip(self.ledgers, self.plan.senders, strict=True) if plan.pilot]
        counts["stock pilots"] = len(stock)
        counts["stock pilots that died"] = sum(ledger.died for ledger in stock)
        counts["messages of stock pilots"] = sum(len(ledger.attempts) for ledger in stock)
        refused = (attempt for ledger in self.ledgers for attempt in ledger.attempts if attempt.outcome == REFUSED)
        counts.update(f"refused: {attempt.detail}" for attempt in refused)
        for exchange in self._proxy.exchanges:
            seconds = exchange.answered - exchange.arrived
            if exchange.treatment != "pass":
                counts[f"connection: {exchange.treatment}"] += 1
            if seconds <= 0 or self._field.was_down(exchange.collector, exchange.opened, exchange.answered):
                continue
            self.result.slowest = max(self.result.slowest, seconds)
            if seconds > ANSWER_SECONDS + MARGIN_SECONDS:
                self.result.findings.append(f"an answer took {seconds:.1f} s: {exchange}")

    def down_times(self):
        """Return when collectors were down and what became of connections, in seconds of the run, as text."""
        downs = self._field.down_times
        times = [f"{who}: {since - self.began:.2f} to {until - self.began:.2f}" for who, since, until in downs]
        lines = [
            f"{one.sender} {one.treatment} cut={one.network_cut} opened {one.opened - self.began:.2f}"
            f" arrived {one.arrived - self.began:.2f} answered {one.answered - self.began:.2f}"
            for one in self._proxy.exchanges
        ]
        return "\n".join([f"began {self.began}", "collectors down:", *times, "connections:", *lines])

    def later(self):
        """Return when, and how, to look whether the agent has cleaned up after this run."""
        return time.monotonic() + (CLEANED_SECONDS if self._field.has_agent else 0), lambda: self._archive.orphans(
            self.stamps
        )


def _wrong_end(ledgers, parts):
    """A finalise mark that was acknowledged is in the log, and the worst code counts."""
    marks = [pair for one in ledgers for pair in zip(one.codes, one.finalisations, strict=True)]
    heard = [code for code, mark in marks if mark.outcome == "acknowledged"]
    if not parts or not heard:
        return []
    worst = max(map(int, heard)) if len(parts) == 1 else 0
    possible = {code for code, _ in marks if int(code) >= worst}
    wrong = parts[-1].code not in possible and parts[0].code not in possible
    return [f"finalised with {possible}, and the return code is {[part.code for part in parts]}"] if wrong else []


def _wrong_figure(verdict, parts):
    """The log's figure of missing bytes is the sum of what its lines say."""
    figure = sum(part.missing for part in parts)
    return (
        [f"MissingBytes is {figure}, its lines say {verdict.missing_bytes}"] if figure != verdict.missing_bytes else []
    )
