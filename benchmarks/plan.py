"""The plan of the measurement: the cases of ingest, and how long and how often each is run."""

from dataclasses import dataclass

#: Bytes of a line, its end included.
LINE_BYTES = 119

#: Bytes that a pilot sends into one log; then the sender is the next pilot.
LOG_BYTES = 5_000_000


@dataclass(frozen=True)
class Case:
    """A number of clients, each sending one message of some lines after another, over new connections or one kept."""

    lines: int
    clients: int
    keep: bool

    @property
    def name(self):
        """A short name, as ``--case`` takes it."""
        return f"{'kept' if self.keep else 'new'}-{self.lines}-{self.clients}"

    @property
    def connection(self):
        """The connection in words."""
        return "kept alive" if self.keep else "new each"

    @property
    def messages_of_a_log(self):
        """Return how many messages go into one log."""
        return max(1, LOG_BYTES // (self.lines * LINE_BYTES))

    @classmethod
    def parse(cls, name):
        """The case of a name."""
        connection, lines, clients = name.split("-")
        return cls(int(lines), int(clients), {"kept": True, "new": False}[connection])


CASES = tuple(Case(lines, clients, keep) for lines in (50, 1000) for keep in (False, True) for clients in (1, 8, 32))

#: 17 lines are 2 kB: many small batches, as of pilots whose timer is short.
SMALL_BATCHES = Case(lines=17, clients=32, keep=True)


@dataclass(frozen=True)
class Effort:
    """The effort: how often the sides alternate, and how many seconds a side is measured at a time."""

    alternations: int = 5
    seconds: float = 2.0


FULL, QUICK = Effort(), Effort(alternations=1)
