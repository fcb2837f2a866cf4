"""The plan of a run, from its seed alone: senders, what happens to their connections, and faults."""

from dataclasses import dataclass
from random import Random

from .programs import Pilot, pilot
from .texts import Author

ACTIVE_SECONDS = 9.0

#: Faults by what they happen to; each with its share, and the range of seconds that it lasts.
FAULTS = {
    "collector": {"kill": (3, 0, 3), "terminate": (2, 0, 2), "stop": (3, 1, 8)},
    "second": {"kill": (2, 0, 3), "terminate": (1, 0, 2), "stop": (2, 1, 8)},
    "database": {"kill": (3, 0, 5), "stop": (4, 1, 8), "cut": (2, 1, 6), "lose commits": (4, 1, 6)},
    "drain": {"kill": (3, 2, 5), "terminate": (2, 2, 5)},
    "agent": {"kill": (1, 0, 2), "kill at work": (4, 5, 8), "stop": (2, 1, 6), "stop workers": (2, 1, 7)},
    "network": {"cut": (1, 1, 4)},
    "spool": {"full": (2, 2, 6), "read-only": (1, 2, 5), "full at start": (1, 2, 5)},
    "storage": {
        "down": (2, 1, 8), "slow": (1, 2, 6), "corrupt": (2, 2, 8), "truncate": (1, 2, 8), "lie": (1, 2, 8),
        "deny": (1, 2, 8),
    },
    "clock": {"collector": (2, 1, 6), "agent": (1, 1, 6)},
}  # fmt: skip
#: Those that make sense only with a balancer: it dies, or a collector hangs until the balancer gives it up.
BALANCED = {"balancer": {"kill": (2, 0, 3), "terminate": (1, 0, 3)}, "hang": {"stop": (1, 14, 18)}}
#: What happens to the database in place of the above, where it is a cluster; the first node is the one written to.
GALERA = {"kill node": (4, 0, 6), "stop node": (3, 1, 10), "no quorum": (2, 1, 8), "cut": (1, 1, 6),
          "lose commits": (2, 1, 6)}  # fmt: skip
NODES = (0, 0, 0, 1, 2)
#: Lanes that can't be in a run with this one, as they act on the same process or disk.
CLASHES = {"spool": {"database", "collector", "second", "drain"}, "drain": {"database", "collector", "second"},
           "hang": {"collector", "second", "drain", "spool"}}  # fmt: skip
#: When the first fault of a lane begins, in seconds of a run; most logs are archived when their senders have ended.
EARLY, LATE = (0.3, 5), (4, 10)
LATE_LANES = ("agent", "storage")
TREATMENTS = ("delay", "refuse", "cut request", "drop answer", "half answer", "cut after", "hang")
STOCK_ENDS = ("finalise", "finalise", "finalise", "silent", "killed")
#: A stock pilot waits for ever for an answer; this is longer than any fault lasts.
NEARLY_FOR_EVER = 90.0
ENDS = ("finalise", "finalise", "finalise", "finalise twice", "silent", "killed")


@dataclass(frozen=True)
class Treatment:
    """The proxy's treatment of one connection; ``amount`` is seconds, or bytes of a request that is cut."""

    kind: str
    amount: float = 0.0


PASS = Treatment("pass")


@dataclass(frozen=True)
class Step:
    """Wait, then write a chunk and flush."""

    pause: float
    chunk: str


@dataclass(frozen=True)
class SenderPlan:
    """One sender: which VO and collector, whether it reads answers, and what it does."""

    name: str
    vo: int
    collector: int
    careful: bool
    timeout: float
    steps: tuple[Step, ...]
    treatments: tuple[Treatment, ...]
    end: str
    code: str
    pilot: Pilot | None = None
    """What a stock pilot does in the place of steps, after what its wrapper wrote."""
    wrapper: str = ""
    log_of: str = ""
    """The sender in whose log it writes, if that is not its own: two nodes under one stamp."""


@dataclass(frozen=True)
class Fault:
    """One fault: kind, victim, time and length; ``detail`` is a VO's number, the seconds of a clock's jump, or
    a node's number.
    """

    lane: str
    kind: str
    at: float
    seconds: float
    detail: int = 0

    @property
    def needs_agent(self):
        """Return whether it happens to the agent, or to what only that uses."""
        return self.lane in LATE_LANES or (self.lane, self.kind) == ("clock", "agent")

    def __str__(self):
        return f"{self.lane} {self.kind} {self.at:.1f}+{self.seconds:.1f}"


@dataclass(frozen=True)
class Plan:
    """One run."""

    seed: int
    senders: tuple[SenderPlan, ...]
    faults: tuple[Fault, ...]


def make(seed, balanced=False, has_agent=True, galera=False):
    """The plan of a seed. Without an agent its faults are left out."""
    random = Random(seed)
    senders = [_sender(random, f"r{seed}s{number}") for number in range(random.randint(4, 7))]
    for _ in range(random.randint(1, 3)):
        senders += _stock(random, seed, len(senders), nodes=1 if balanced else random.choice((1, 1, 2)))
    faults = [fault for fault in _faults(random, balanced, galera) if has_agent or not fault.needs_agent]
    return Plan(seed, tuple(senders), tuple(sorted(faults, key=lambda fault: fault.at)))


def _stock(random, seed, number, nodes):
    """A stock pilot, or some that run under one stamp."""
    vo, collector = random.randrange(2), random.choice((0, 0, 1))
    for node in range(nodes):
        name = f"r{seed}s{number + node}"
        author, trouble = Author(name, random, bare=0.5), random.choice((0.0, 0.1, 0.2))
        yield SenderPlan(
            name,
            vo=vo,
            collector=collector,
            careful=False,
            timeout=NEARLY_FOR_EVER,
            steps=(),
            treatments=tuple(_treatment(random, trouble) for _ in range(100)),
            end=random.choice(STOCK_ENDS),
            code=str(random.randrange(3)),
            wrapper=author.wrapper(),
            pilot=pilot(random, author, ACTIVE_SECONDS * random.uniform(0.5, 1)),
            log_of=f"r{seed}s{number}" if node else "",
        )


def _sender(random, name):
    author = Author(name, random, bare=random.choice((0.0, 0.0, 0.3, 1.0)))
    count = random.randint(8, 40)
    pauses = [random.expovariate(1) for _ in range(count)]
    scale = random.uniform(0.5, 1) * ACTIVE_SECONDS / sum(pauses)
    steps = tuple(Step(pause * scale, author.chunk(number == count - 1)) for number, pause in enumerate(pauses))
    trouble = random.choice((0.0, 0.1, 0.3))
    return SenderPlan(
        name,
        vo=random.randrange(2),
        collector=random.choice((0, 0, 1)),
        careful=random.random() < 0.5,
        timeout=random.choice((2.0, 4.0, 10.0, 10.0)),
        steps=steps,
        treatments=tuple(_treatment(random, trouble) for _ in range(3 * count)),
        end=random.choice(ENDS),
        code=str(random.randrange(3)),
    )


def _treatment(random, trouble):
    if random.random() >= trouble:
        return PASS
    kind = random.choice(TREATMENTS)
    amount = {"delay": random.uniform(0.05, 1.5), "hang": random.uniform(1, 5), "cut request": random.randrange(20_000)}
    return Treatment(kind, amount.get(kind, 0.0))


def _faults(random, balanced, galera):
    lanes, faults = [], []
    first = [lane for lane in [random.choice((*BALANCED, None))] if lane] if balanced else []
    for lane in [*first, *random.sample(sorted(FAULTS), len(FAULTS))]:
        clash = any(lane in CLASHES.get(other, ()) or other in CLASHES.get(lane, ()) for other in lanes)
        if len(lanes) < 4 and not clash:
            lanes.append(lane)
    for lane in lanes[: random.randint(1, 4)]:
        faults += _lane(random, lane, (FAULTS | BALANCED | ({"database": GALERA} if galera else {}))[lane])
    return faults


def _lane(random, lane, kinds):
    at = random.uniform(*(LATE if lane in LATE_LANES else EARLY))
    for _ in range(random.choice((1, 1, 2))):
        kind = random.choices(list(kinds), [share for share, _, _ in kinds.values()])[0]
        seconds = random.uniform(*kinds[kind][1:])
        detail = random.choice((-60, 60)) if lane == "clock" else random.randrange(2)
        detail = random.choice(NODES) if kinds is GALERA else detail
        yield Fault(lane, kind, round(at, 2), round(seconds, 2), detail)
        at += seconds + random.uniform(0.5, 3)
        if at > ACTIVE_SECONDS + 3:
            return
