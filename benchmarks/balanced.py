"""``./dev bench --collectors 2``: one collector, and two behind HAProxy, by turns on one stack: what the way costs.

Only our side: DIRAC's own keeps logs as files on the disk of one collector. Clients have an address each, as HAProxy
shares them out by that. Machine and database are the same, so on few cores two collectors are hardly faster than one.
"""

import argparse
import statistics
import tempfile
from dataclasses import dataclass
from pathlib import Path

from integration_tests.stack import Stack, environment
from integration_tests.stack.components import BALANCER, SECOND_TORNADO, TORNADO
from integration_tests.stack.processes import wait_until

from . import machine, usage
from .crowd import BenchmarkFailed, Crowd
from .ingest import Run
from .plan import FULL, QUICK, Case
from .report import table
from .sides import Arena, Ours

_PAGE = environment.TOP / "docs" / "developer" / "benchmarks" / "balanced.rst"
_CASES = [Case(50, 32, False), Case(50, 32, True), Case(1000, 32, False), Case(1000, 32, True)]
_HEADINGS = ("lines", "connection", "clients", "requests/s", "p50 ms", "p99 ms", "CPU of collectors, ms a request",
             "CPU of HAProxy, ms a request")  # fmt: skip


@dataclass(frozen=True)
class Turn:
    """One run, and the seconds of CPU that HAProxy used."""

    run: Run
    balancer_cpu: float


class Place(Arena):
    """A stack with two collectors behind HAProxy and the database, and nothing else that runs."""

    def __init__(self, root, tls):
        super().__init__(root, tls)
        self.stack = Stack(root, tls=tls, collectors=2)

    def _enter(self):
        self._bring_up({TORNADO, SECOND_TORNADO, BALANCER})
        self.ours = Ours(self.stack)
        balancer = self.stack.front.balancer
        if not wait_until(lambda: balancer.is_up(TORNADO) and balancer.is_up(SECOND_TORNADO), 30):
            raise BenchmarkFailed("HAProxy does not see both collectors")


def measure(place, case, seconds, balanced):
    """One run, straight to the first collector or through HAProxy; all that was acknowledged must be stored."""
    stack, names = place.stack, [TORNADO, SECOND_TORNADO, BALANCER]
    crowd = Crowd(stack, stack.front.url if balanced else place.ours.url, case, spread=True)
    before = {name: usage.cpu_seconds(stack.pid(name)) for name in names}
    sent = crowd.run(seconds)
    used = {name: usage.cpu_seconds(stack.pid(name)) - before[name] for name in names}
    stored, promised = place.ours.stored_lines(sent.prefix), sent.acknowledged * case.lines
    if stored != promised:
        raise BenchmarkFailed(f"{promised} lines acknowledged, {stored} stored")
    if balanced and min(used[TORNADO], used[SECOND_TORNADO]) < 0.1 * used[TORNADO]:
        raise BenchmarkFailed("one of the collectors had nothing to do")
    collectors = used[TORNADO] + used[SECOND_TORNADO]
    return Turn(Run(len(sent.seconds), sent.elapsed, sent.seconds, collectors, sent.cpu, 0), used[BALANCER])


def alternate(place, case, effort):
    """(direct turns, balanced turns) of a case."""
    pairs = []
    for number in range(effort.alternations):
        pairs.append([measure(place, case, effort.seconds, balanced) for balanced in (False, True)])
        rates = " / ".join(f"{turn.run.rate:.0f}" for turn in pairs[-1])
        print(f"{place.tls} {case.name} {number + 1}: {rates} requests/s", flush=True)
    place.ours.clean()
    return list(zip(*pairs, strict=True))


def row(case, direct, balanced):
    """The table's row of a case."""

    def pair(value, form):
        return " / ".join(form.format(statistics.median(map(value, turns))) for turns in (direct, balanced))

    return [
        case.lines,
        case.connection,
        case.clients,
        pair(lambda turn: turn.run.rate, "{:.0f}"),
        *(pair(lambda turn, share=share: 1e3 * turn.run.percentile(share), "{:.0f}") for share in (50, 99)),
        pair(lambda turn: 1e3 * turn.run.collector_cpu / turn.run.requests, "{:.2f}"),
        f"{statistics.median(1e3 * turn.balancer_cpu / turn.run.requests for turn in balanced):.3f}",
    ]


def page(facts, effort, rows):
    """The figures as reStructuredText."""
    title = "Two collectors behind HAProxy"
    lines = [
        title,
        "=" * len(title),
        "",
        "Written by ``./dev bench --collectors 2``; a cell is one collector / two behind",
        f"HAProxy, the median of {effort.alternations} alternations of {effort.seconds:g} s.",
        "",
    ]
    return "\n".join([*lines, *(f":{name}: {value}" for name, value in facts), "", *table(_HEADINGS, rows)]) + "\n"


def main():
    """Do what is asked; the full run writes the page."""
    grammar = argparse.ArgumentParser(prog="./dev bench --collectors 2", description=__doc__.partition(": ")[2])
    grammar.add_argument("--collectors", type=int, choices=(2,))
    grammar.add_argument("--tls", choices=("m2", "std"), default="m2", help="the servers' TLS")
    grammar.add_argument("--quick", action="store_true", help="one alternation, printed and not kept")
    grammar.add_argument("--case", action="append", type=Case.parse, metavar="new-50-32", help="this case alone")
    options = grammar.parse_args()
    effort = QUICK if options.quick else FULL
    with (
        tempfile.TemporaryDirectory(dir="/var/tmp", prefix="bench-") as folder,
        Place(Path(folder) / "stack", options.tls) as place,
    ):
        rows = [row(case, *alternate(place, case, effort)) for case in options.case or _CASES]
    text = page(machine.describe(), effort, rows)
    if options.quick or options.case:
        print(text)
    else:
        _PAGE.write_text(text)
        print(f"written to {_PAGE.relative_to(environment.TOP)}")


if __name__ == "__main__":
    main()
