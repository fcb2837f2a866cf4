"""The clients of one run, in processes of their own, beginning at the same moment."""

import json
import secrets
import subprocess
import sys
from dataclasses import dataclass

from integration_tests.stack import ending, environment, world

_PROCESSES = 2


class BenchmarkFailed(Exception):
    """The benchmark measured something else than it should; the message says why."""


@dataclass(frozen=True)
class Sent:
    """The clients' figures: seconds of each answer, the run's length, their own CPU, and all they were promised."""

    seconds: list[float]
    elapsed: float
    cpu: float
    acknowledged: int
    prefix: str


class Crowd:
    """Clients that are connected and wait; ``run`` lets them go. ``spread``: each has a loopback address of its own."""

    def __init__(self, stack, url, case, spread=False):
        self.prefix = secrets.token_hex(8)
        order = {
            "url": url,
            "case": case.name,
            "spread": spread,
            "prefix": self.prefix,
            "vo": world.ALPHA.name,
            "authorities": str(stack.pki.certificates),
            "proxy": str(stack.proxy(world.ALPHA.pilot)),
        }
        shares = [list(range(case.clients))[start::_PROCESSES] for start in range(_PROCESSES)]
        self._processes = [start("benchmarks.sender", order | {"numbers": share}) for share in shares if share]
        for process in self._processes:
            if process.stdout.readline() != "ready\n":
                raise BenchmarkFailed("a sender did not come up")

    def run(self, seconds):
        """Let them send for this time; BenchmarkFailed when a message was not acknowledged."""
        for process in self._processes:
            process.stdin.write(f"{seconds}\n")
            process.stdin.flush()
        reports = [json.loads(process.stdout.readline()) for process in self._processes]
        for process in self._processes:
            process.wait(30)
        if errors := [error for report in reports for error in report["errors"]]:
            raise BenchmarkFailed(f"{len(errors)} messages failed, the first: {errors[0]}")
        return Sent(
            seconds=[value for report in reports for value in report["seconds"]],
            elapsed=max(report["elapsed"] for report in reports),
            cpu=sum(report["cpu"] for report in reports),
            acknowledged=sum(report["sent"] for report in reports),
            prefix=self.prefix,
        )


def start(module, order):
    """A process of senders that has its order, as a line of JSON on its standard input."""
    argv = ending.tied([sys.executable, "-m", module])
    process = subprocess.Popen(argv, cwd=environment.TOP, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    process.stdin.write(json.dumps(order) + "\n")
    process.stdin.flush()
    return process
