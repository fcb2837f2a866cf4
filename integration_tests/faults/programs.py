"""Stock pilots as they are planned: commands that log, and run programs that repeat themselves.

What programs print has no time stamp, and most of it no number either: a block is the same each time, as are lines.
Only the bytes tell what is there once and what is there twice.
"""

from dataclasses import dataclass

from .texts import COMMANDS

BLOCK = "step: 17 events, 4.2 MB/s\n" * 44 + "it goes on, ever again.\n"  # 1,168 bytes
LOG, OUTPUT = "log", "output"


@dataclass(frozen=True)
class Act:
    """Wait, then log a line, or read what a program printed."""

    pause: float
    kind: str
    text: str


@dataclass(frozen=True)
class Pilot:
    """A stock pilot's program: its options ``RemoteLoggerTimerInterval`` and ``RemoteLoggerBufsize``, and its acts by
    command.
    """

    interval: int
    bufsize: int
    commands: tuple[tuple[Act, ...], ...]


def pilot(random, author, seconds):
    """The plan of a pilot that takes so long."""
    commands = tuple(tuple(_command(random, author, name)) for name in COMMANDS[: random.randint(2, 4)])
    pauses = sum(act.pause for acts in commands for act in acts)
    commands = tuple(tuple(Act(act.pause * seconds / pauses, act.kind, act.text) for act in acts) for acts in commands)
    return Pilot(random.choice((0, 1, 1, 1, 2)), random.choice((20, 200, 1000, 1000)), commands)


def _command(random, author, name):
    yield Act(random.expovariate(2), LOG, author.logged(f"Command {name} instantiated from pilotCommands"))
    for _ in range(random.randint(1, 2)):
        yield from random.choice(PROGRAMS)(random, author)
    for _ in range(random.randrange(3)):
        yield Act(random.expovariate(2), LOG, author.logged("done so far"))


def _block(random, author):
    """The same block each time, as a job prints how it fares."""
    for _ in range(random.randint(3, 15)):
        yield Act(random.uniform(0.5, 1.5), OUTPUT, BLOCK)


def _equal_lines(random, author):
    """Thousands of equal lines, as much as one read of a pipe has each time."""
    for _ in range(random.randint(1, 5)):
        yield Act(random.uniform(0, 0.5), OUTPUT, "waiting\n" * random.choice((100, 1000, 4000)))


def _kilobytes(random, author):
    """Lines of 1 kB, all the same."""
    for _ in range(random.randint(2, 8)):
        yield Act(random.uniform(0.2, 1), OUTPUT, "x" * 1023 + "\n")


def _bar(random, author):
    """A progress bar: no line ends, so that the next line of the logger is glued to its end."""
    for percent in range(0, 101, 10):
        yield Act(random.uniform(0.1, 0.4), OUTPUT, f"\r[{'#' * (percent // 10):10}] {percent} %")


def _table(random, author):
    """Lines that differ, some of them cut within."""
    for _ in range(random.randint(1, 4)):
        yield Act(random.uniform(0.3, 1), OUTPUT, author.output())


def _mixed(random, author):
    """The same short word again and again, between lines of the logger."""
    for _ in range(random.randint(2, 6)):
        yield Act(random.uniform(0.1, 0.6), OUTPUT, random.choice(("ok\n", "retry", "ok\nok\nok\n")))
        yield Act(random.uniform(0.1, 0.6), LOG, author.logged("and on"))


PROGRAMS = (_block, _block, _equal_lines, _kilobytes, _bar, _table, _mixed)
