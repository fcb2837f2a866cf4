"""``./dev bench --archiving``: logs archived per second and the cost of each, by number of agents and workers.

Whole logs are sent first, with all agents stopped. Then agents are started, and the clock runs from the first log that
was archived to the last; CPU is that from the start of the agents to the end of their work.
"""

import argparse
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from integration_tests.stack import world

from ..crowd import BenchmarkFailed
from .crowd import Crowd
from .ground import Ground
from .life import Load
from .processes import Usage

_FILL_PER_SECOND = 12.0
_PATIENCE_SECONDS = 600


@dataclass(frozen=True)
class Setting:
    """A number of agents, of the workers of each, and of the logs in a file."""

    agents: int
    workers: int
    bundle: int = 1

    @classmethod
    def parse(cls, words):
        """``2x4``: two agents with four workers each; ``2x4x100``: and a hundred logs in a file."""
        return cls(*map(int, words.split("x")))


def parser():
    """The command line's grammar."""
    grammar = argparse.ArgumentParser(prog="./dev bench --archiving", description=__doc__.partition(": ")[2])
    grammar.add_argument("--archiving", action="store_true", help=argparse.SUPPRESS)
    grammar.add_argument(
        "--settings",
        type=Setting.parse,
        nargs="+",
        metavar="AGENTSxWORKERS[xLOGS]",
        default=[Setting(1, 1), Setting(1, 2), Setting(1, 4), Setting(1, 8), Setting(2, 4)],
    )
    grammar.add_argument("--logs", type=int, default=300, help="logs for each setting")
    grammar.add_argument("--vos", type=int, choices=(1, 2), default=2, help="VOs that the logs are of")
    return grammar


def fill(ground, logs, vos):
    """Send whole logs; return the beginning of their stamps."""
    load = Load(_FILL_PER_SECOND, life_seconds=1.0, kept_share=1.0, killed_share=0.0)
    seconds = logs / load.pilots_per_second
    crowd = Crowd(ground.stack, load, seconds, world.VOS[:vos])
    try:
        ground.enlist(crowd.prefix, load, seconds, world.VOS[:vos])
        crowd.begin()
        while not crowd.is_done:
            time.sleep(0.5)
    finally:
        crowd.end()
    if crowd.totals["failed"]:
        raise BenchmarkFailed(f"messages failed: {crowd.errors}")
    return crowd.prefix


def measure(ground, setting, logs, vos):
    """(logs a second, seconds of CPU of a log by group) of a setting."""
    prefix = fill(ground, logs, vos)
    began = time.monotonic()
    ground.start_agents(setting.agents, setting.workers, setting.bundle)
    usage = Usage(ground.stack)
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while not ground.all_archived(prefix):
        if time.monotonic() > deadline:
            raise BenchmarkFailed("not archived in time")
        usage.look()
        time.sleep(1)
    cpu = usage.look()[0]
    alone = setting.bundle == 1  # else many are archived in the same moment
    rate = ground.archived_per_second(prefix) if alone else logs / (time.monotonic() - began)
    ground.stop_agents()
    return rate, {group: used / logs for group, used in cpu.items()}


def main():
    """Print a line for each setting."""
    options = parser().parse_args()
    with (
        tempfile.TemporaryDirectory(dir="/var/tmp", prefix="archiving-") as folder,
        Ground(Path(folder) / "stack", life_seconds=86400) as ground,
    ):
        for setting in options.settings:
            rate, cpu = measure(ground, setting, options.logs, options.vos)
            words = ", ".join(f"{group} {1e3 * used:.0f}" for group, used in sorted(cpu.items()) if used > 0.0005)
            kind = f"{setting.agents} agents of {setting.workers} workers, {setting.bundle} logs a file"
            print(
                f"{kind}, {options.vos} VOs: {rate:.2f} logs/s; CPU of a log {1e3 * sum(cpu.values()):.0f} ms: {words}",
                flush=True,
            )


if __name__ == "__main__":
    main()
