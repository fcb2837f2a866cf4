"""The life of a pilot, the messages in it and their times: the arithmetic of the simulation.

By the stock pilot's ways (the wrapper's log at the start, one message at the end of each command, by timer or full
buffer while it runs jobs, then the mark): 14 messages, together as large as 1,100 lines of 119 bytes, and
``finaliseLogs``. A pilot that is killed falls silent somewhere and sends no mark. Lives are scaled: seconds for hours.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from ..plan import LINE_BYTES

DAY_SECONDS = 86400
PILOTS_A_DAY = 1_000_000


@dataclass(frozen=True)
class Part:
    """One message: its size in lines of average length, and when in the pilot's life it is sent, from 0 to 1.

    The one without lines is the mark.
    """

    lines: int
    at: float

    @property
    def bytes(self) -> int:
        """Return the size of its text."""
        return self.lines * LINE_BYTES


#: The wrapper, the ten commands of a stock pilot (the long one installs DIRAC), three times the job agent's output.
LIFE = (
    Part(120, 0.00),
    *(Part(lines, round(0.01 * number, 2)) for number, lines in enumerate((20, 150, 20, 20, 20, 20, 20, 20, 20), 1)),
    *(Part(200, at) for at in (0.35, 0.6, 0.85)),
    Part(70, 0.99),
    Part(0, 1.00),
)


@dataclass(frozen=True)
class Load:
    """The load: pilots a second, the seconds that each lives, the shares that keep their connection or are killed."""

    pilots_per_second: float
    life_seconds: float = 60.0
    kept_share: float = 0.1
    killed_share: float = 0.05

    @classmethod
    def of(cls, times: float, **values):
        """Return the load of ``times`` a million pilots a day."""
        return cls(times * PILOTS_A_DAY / DAY_SECONDS, **values)

    def arrivals(self, seconds: float) -> int:
        """Return how many pilots arrive in that time."""
        return round(self.pilots_per_second * seconds)

    @property
    def messages_per_second(self) -> float:
        """In the long run, marks included; a killed pilot is killed halfway through its messages on average."""
        of_killed = (len(LIFE) - 1) / 2 + 0.5
        return self.pilots_per_second * ((1 - self.killed_share) * len(LIFE) + self.killed_share * of_killed)

    @property
    def alive(self) -> float:
        """Return how many pilots are alive at a time, in the long run, were none killed."""
        return self.pilots_per_second * self.life_seconds


def log_bytes() -> int:
    """Bytes of text of a whole life."""
    return sum(part.bytes for part in LIFE)


@dataclass(frozen=True)
class Pilot:
    """One pilot: when it starts, how many of its messages it sends, how it connects."""

    number: int
    starts: float
    keeps: bool
    messages: int

    @property
    def is_killed(self) -> bool:
        """Return whether it sends no mark."""
        return self.messages < len(LIFE)

    def due(self, message: int, life_seconds: float) -> float:
        """Return when a message is to be sent, in seconds of the run."""
        return self.starts + LIFE[message].at * life_seconds


def pilots(load: Load, seconds: float, seed: int = 1) -> Iterator[Pilot]:
    """The pilots that arrive, evenly but for a random part of their distance, in the order of their arrival."""
    draw = Random(seed)
    for number in range(load.arrivals(seconds)):
        starts = (number + draw.random()) / load.pilots_per_second
        killed = draw.random() < load.killed_share
        messages = draw.randrange(1, len(LIFE)) if killed else len(LIFE)
        yield Pilot(number, starts, draw.random() < load.kept_share, messages)


def stamp(prefix: str, number: int) -> str:
    """A pilot's stamp: the run's 16 hex digits, then its number in 16 more."""
    return f"{prefix}{number:016x}"
