"""What a run with bundles does besides, from its seed alone."""

from dataclasses import dataclass, fields, replace
from random import Random

from ..plan import Fault, Plan

#: What happens to the second agent while senders write; share, and the range of seconds that it lasts.
SECOND_AGENT = {"kill": (2, 0, 3), "kill at work": (4, 5, 8), "stop": (2, 1, 8)}
#: What happens while bundles are written anew without the logs that were deleted.
CLEARING = {
    "kill at rewriting": (4, 4, 6), "kill both": (2, 0, 2), "stop": (1, 1, 8), "lose commits": (1, 1, 4),
    "down": (1, 1, 6), "slow": (1, 2, 5), "corrupt": (1, 2, 5), "truncate": (1, 2, 5), "lie": (1, 2, 5),
    "deny": (1, 2, 5),
}  # fmt: skip
#: Lanes that have names of their own.
SECOND, REWRITING = "second agent", "clearing"
LATEST = 8.0


@dataclass(frozen=True)
class BundlePlan(Plan):
    """A run with bundles: the senders whose logs are deleted, whose text comes late (by name), and more faults."""

    victims: tuple[str, ...] = ()
    late: tuple[tuple[str, str], ...] = ()
    clearing: tuple[Fault, ...] = ()


def with_bundles(plan):
    """The plan with its victims, late text, and faults of bundles."""
    random = Random(f"{plan.seed} bundles")
    own = [sender for sender in plan.senders if sender.pilot is None]
    victims = tuple(sender.name for sender in random.sample(own, random.randint(1, 2)))
    others = [sender for sender in own if sender.name not in victims]
    late = {sender.name: sender.steps[-1].chunk for sender in random.sample(others, random.randint(1, 2))}
    senders = tuple(
        replace(sender, steps=sender.steps[:-1]) if sender.name in late else sender for sender in plan.senders
    )
    whole = replace(plan, senders=senders, faults=(*plan.faults, *_of_second(random)))
    values = {field.name: getattr(whole, field.name) for field in fields(Plan)}
    return BundlePlan(**values, victims=victims, late=tuple(late.items()), clearing=tuple(_clearing(random)))


def _of_second(random):
    for _ in range(random.choice((0, 1, 2))):
        yield _fault(random, SECOND, SECOND_AGENT, random.uniform(1, LATEST))


def _clearing(random):
    for _ in range(random.choice((0, 1, 1, 2))):
        yield _fault(random, REWRITING, CLEARING, random.uniform(0, 2))


def _fault(random, lane, kinds, at):
    kind = random.choices(list(kinds), [share for share, _, _ in kinds.values()])[0]
    return Fault(lane, kind, round(at, 2), round(random.uniform(*kinds[kind][1:]), 2), random.randrange(2))
