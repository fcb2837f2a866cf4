"""The language of the data: cases, each a fault (or none) that is put into a pilot's run.

A case is a header, a sentence, and lines::

    == disk-full site InstallDIRAC.diracos exit mode=local n=2
    -- The scratch partition of the worker node is full.
    | Unpacking payload ...
    >| tar: lib/libfoo.so: Cannot write: No space left on device
    E Could not install DIRACOS [ERROR 2]

The header: kind, responsible party, the point of the run at which the lines come (``stages.py`` and ``agent.py`` name
them with ``at``), how the run ends, options. A line's first word says who writes it (``PREFIXES`` in ``run.py``), ``>``
before it marks the root cause, ``>>`` its consequence, ``+30`` lets 30 seconds pass, ``@name@`` is filled in.
"""

from dataclasses import dataclass, field
from pathlib import Path

#: Ends: the command gives up, the job agent fails, the wrapper does, the log breaks off, the agent stops as it should, the
#: agent goes on with the next job, the run goes on as if nothing had been.
ENDS = ("exit", "agentfail", "wrapperfail", "cut", "done", "nextjob", "go")
#: Points of the job agent's cycles.
CYCLE = ("agent.cycle", "agent.match", "agent.received", "agent.submit", "agent.checked")
PARTIES = ("site", "vo", "dirac", "network", "pilot", "user", "-")


@dataclass(frozen=True)
class Case:
    """A fault, or a good run with something to see."""

    kind: str
    party: str
    point: str
    end: str
    sentence: str
    lines: tuple[str, ...]
    options: dict[str, str] = field(default_factory=dict)
    consequence: str = ""

    @property
    def of_a_job(self):
        """Tell if the point is passed once for each job, so that ``jobs`` counts those before it."""
        return self.point.startswith("job.") or self.point in CYCLE

    def number(self, name, default):
        """Return an option that is a number."""
        return int(self.options.get(name, default))


def _case(text):
    header, sentence, *lines = text.rstrip("\n").split("\n")
    kind, party, point, end, *options = header.split()
    kind, _, consequence = kind.partition("+")
    if end not in ENDS or party not in PARTIES or not sentence.startswith("-- "):
        raise ValueError(f"no case: {header}")
    pairs = dict(option.split("=", 1) for option in options)
    return Case(kind, party, point, end, sentence[3:], tuple(lines), pairs, consequence)


def read(path: Path):
    """Return the cases of a file; text before the first header is a comment."""
    blocks = ("\n" + path.read_text()).split("\n== ")[1:]
    return [_case(block) for block in blocks]
