"""A rule: a known cause of failures, the lines that it fits, and where it counts."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import IntEnum, StrEnum

from ..log_line import Origin
from .matches import Matches, matcher


class Party(StrEnum):
    """Those who can do something about a cause."""

    SITE = "site"
    VO = "VO"
    DIRAC = "DIRAC"
    NETWORK = "network"
    PILOT = "pilot"
    USER = "user"


class Severity(StrEnum):
    """The harm that a cause does to a pilot."""

    FATAL = "fatal"
    ERROR = "error"
    WARNING = "warning"


class Depth(IntEnum):
    """The depth of a cause: a root before the way in which it is felt, before the step that failed, before the end."""

    ROOT = 1
    MECHANISM = 2
    STEP = 3
    END = 4


class RuleScope(StrEnum):
    """The pilots in which a rule counts. PILOT: those that failed or were cut off; these are in each other scope, too.

    The other scopes add pilots that did not fail. AGENT: the matcher refused or did not answer; JOB: a job failed;
    WRAPPER: a job failed, and not by the application; EMPTY: the pilot got no job.
    """

    PILOT = "pilot"
    AGENT = "agent"
    JOB = "job"
    WRAPPER = "wrapper"
    EMPTY = "empty"


_COMPARISONS: Mapping[str, Callable[[float, float], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    "=": operator.eq,
    ">=": operator.ge,
    ">": operator.gt,
}
LINES = {
    "any": frozenset((Origin.PILOT, Origin.PROGRAM)),
    "pilot": frozenset((Origin.PILOT,)),
    "program": frozenset((Origin.PROGRAM,)),
}
DEFAULT_FIRST = 50
#: Words of lines whose trouble was got over, or belongs to a test.
_GOT_OVER = matcher(rb"succeeded|recovered|expected failure|\bcaught\b|, ignored\b|\bok$|going on")


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition on a figure of the log."""

    figure: str
    comparison: str
    value: float

    def holds(self, figures: Mapping[str, float]) -> bool:
        """Return whether the figure is known and as it should be."""
        return self.figure in figures and _COMPARISONS[self.comparison](figures[self.figure], self.value)


@dataclass(frozen=True, slots=True, eq=False)
class Rule:
    """A known cause. All fields are described at the top of ``rules.toml``.

    ``first`` orders causes of one depth, lower before higher. ``texts`` are in small letters; case never matters.
    ``bound``: the pattern asks for a line's beginning or end.
    """

    code: str
    name: str
    party: Party
    hint: str
    example: str
    severity: Severity = Severity.ERROR
    depth: Depth = Depth.ROOT
    first: int = DEFAULT_FIRST
    scope: RuleScope = RuleScope.PILOT
    texts: tuple[bytes, ...] = ()
    pattern: Matches | None = None
    bound: bool = False
    unless: Matches | None = None
    origins: frozenset[Origin] = LINES["any"]
    phases: frozenset[str] = frozenset()
    near_end: int = 0
    without_job: bool = False
    lasts: bool = False
    last: bool = False
    debug: bool = False
    when: tuple[Condition, ...] = ()
    explains: frozenset[str] = frozenset()

    def fits(self, text: bytes) -> bool:
        """Return whether a line is one of this cause."""
        small = text.lower()
        return any(part in small for part in self.texts) and self.matches(text)

    def may_match(self, line: bytes) -> bool:
        """Return False only if no part of a line with one of the texts is of this cause. Cheaper than ``matches``."""
        return self.pattern is None or self.bound or self.pattern(line)

    def matches(self, text: bytes) -> bool:
        """Return whether a line that has one of the texts is one of this cause."""
        if self.pattern is not None and not self.pattern(text):
            return False
        return not _GOT_OVER(text) and (self.unless is None or not self.unless(text))
