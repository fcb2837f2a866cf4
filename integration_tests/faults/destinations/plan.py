"""The faults of destinations and of the agents that forward, from a run's seed alone."""

import dataclasses
import itertools
from random import Random

from ...stack.world import VOS
from ..plan import Fault

#: Faults by what they happen to; each with its share, and the range of seconds that it lasts.
FAULTS = {
    "search": {"kill": (1, 0, 3), "stop": (2, 2, 8), "full": (3, 2, 6), "refuse": (3, 2, 6)},
    "stream": {"kill": (1, 0, 3), "stop": (2, 2, 8), "refuse": (2, 2, 6)},
    "queue": {"kill": (2, 0, 3), "stop": (2, 2, 8)},
    "rabbit": {"kill": (1, 0, 3), "stop": (2, 2, 8), "full": (3, 2, 6)},
    "lines": {"stop": (1, 2, 8)},
    "forwarder": {
        "kill": (3, 0, 2), "kill both": (2, 0, 2), "kill before cursors move": (3, 0, 2),
        "kill while sending": (3, 1, 3), "stop": (2, 7, 10),
    },
}  # fmt: skip
SERVERS = tuple(lane for lane in FAULTS if lane != "forwarder")
BEGIN = (0.3, 9)
#: The share of runs in which the agents that forward have faults, and of those in which something else has, too.
FORWARDER, OTHERS = 0.7, 0.4
MAX_LINES, MAX_LOG_LINES = 4000, 2000
#: Lanes of the campaign that halt the database, which is what one fault of the agents needs.
OF_DATABASE = ("database", "drain", "spool")


def with_destinations(plan):
    """Return a plan with faults of destinations, and one lane of its own faults at most."""
    random = Random(f"destinations {plan.seed}")
    others = _one_lane(random, plan.faults)
    lanes = random.sample(SERVERS, random.randint(1, 2))
    lanes += ["forwarder"] if random.random() < FORWARDER else []
    mine = [fault for lane in lanes for fault in _lane(random, lane)]
    if any(fault.lane in OF_DATABASE for fault in others):
        mine = [fault for fault in mine if fault.kind != "kill before cursors move"]
    return dataclasses.replace(
        plan, senders=_few(plan.senders), faults=tuple(sorted((*others, *mine), key=lambda fault: fault.at))
    )


def is_of_destinations(fault):
    """Return whether a fault is one of these."""
    return fault.lane in FAULTS


def _lines(sender):
    texts = [act.text for acts in sender.pilot.commands for act in acts] if sender.pilot else []
    return sum(text.count("\n") for text in (*texts, *(step.chunk for step in sender.steps)))


def _few(senders):
    """Return the senders of as many logs as five destinations take in a run, of both VOs in turn.

    Stock pilots, which come last, are chosen first.
    """
    of_logs = [list(log) for _, log in itertools.groupby(senders, key=lambda sender: sender.log_of or sender.name)]
    chosen, room = [], MAX_LINES
    for of_log in reversed(of_logs):
        lines = sum(map(_lines, of_log))
        if lines <= min(room, MAX_LOG_LINES):
            chosen.append(of_log)
            room -= lines
    return tuple(
        dataclasses.replace(sender, vo=place % len(VOS)) for place, of_log in enumerate(chosen) for sender in of_log
    )


def _one_lane(random, faults):
    lanes = sorted({fault.lane for fault in faults})
    if not lanes or random.random() >= OTHERS:
        return []
    lane = random.choice(lanes)
    return [fault for fault in faults if fault.lane == lane]


def _lane(random, lane):
    kinds, at = FAULTS[lane], random.uniform(*BEGIN)
    for _ in range(random.choice((1, 1, 2, 3) if lane == "forwarder" else (1, 1, 2))):
        kind = random.choices(list(kinds), [share for share, _, _ in kinds.values()])[0]
        seconds = random.uniform(*kinds[kind][1:])
        yield Fault(lane, kind, round(at, 2), round(seconds, 2), random.randrange(2))
        at += seconds + random.uniform(0.5, 3)
