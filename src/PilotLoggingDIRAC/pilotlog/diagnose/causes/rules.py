"""Rules: known causes of failures as data, read from TOML.

A rule names the texts of its line (one of them must be there), perhaps a pattern that the line must match too, and
conditions on the log as a whole. ``rules.toml`` in this folder has the rules that everybody gets, with a description of
each field; others can be put over them by their code.
"""

from __future__ import annotations

import functools
import hashlib
import operator
import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from importlib import resources
from typing import Any

import re2

from ...errors import InvalidInput
from ..log_line import Origin


class InvalidRule(InvalidInput):
    """A rule has a field that is missing, unknown, or of no use."""


class Party(StrEnum):
    """Who can do something about a cause."""

    SITE = "site"
    VO = "VO"
    DIRAC = "DIRAC"
    NETWORK = "network"
    PILOT = "pilot"
    USER = "user"


class Severity(StrEnum):
    """What a cause does to a pilot."""

    FATAL = "fatal"
    ERROR = "error"
    WARNING = "warning"


class Depth(IntEnum):
    """How deep a cause lies: a root before the way in which it is felt, before the step that failed, before the end."""

    ROOT = 1
    MECHANISM = 2
    STEP = 3
    END = 4


class Scope(StrEnum):
    """Where a cause counts beside failed pilots.

    AGENT: the matcher refused or did not answer; JOB: a job failed; WRAPPER: a job failed, and not by the application;
    EMPTY: the pilot got no job.
    """

    PILOT = "pilot"
    AGENT = "agent"
    JOB = "job"
    WRAPPER = "wrapper"
    EMPTY = "empty"


Matches = Callable[[bytes], bool]
"""Whether a line fits a pattern."""

_COMPARISONS: Mapping[str, Callable[[float, float], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    "=": operator.eq,
    ">=": operator.ge,
    ">": operator.gt,
}
_CONDITION = re.compile(r"(<=?|>=?|=) ?(-?\d+(?:\.\d+)?)")
_BOUND = re.compile(r"(?<![\[\\])[\^$]|\\[Az]")
_CODE = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_FIELDS = frozenset(
    (
        *("code", "name", "party", "severity", "depth", "first", "scope", "text", "pattern", "unless", "lines"),
        *("phases", "near_end", "without_job", "last", "lasts", "debug", "when", "explains", "hint", "example"),
    )
)
_NEEDED = ("code", "name", "party", "hint")
_LINES = {
    "any": frozenset((Origin.PILOT, Origin.PROGRAM)),
    "pilot": frozenset((Origin.PILOT,)),
    "program": frozenset((Origin.PROGRAM,)),
}
_DEFAULT_FIRST = 50
#: Words of lines whose trouble was got over, or belongs to a test.
_GOT_OVER = re2.compile(rb"(?i)succeeded|recovered|expected failure|\bcaught\b|, ignored\b|\bok$|going on")


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
    """A known cause. ``first`` orders causes of one depth, lower before higher.

    ``texts`` are in small letters; case never matters. ``bound``: the pattern asks for a line's
    beginning or end.
    """

    code: str
    name: str
    party: Party
    hint: str
    example: str
    severity: Severity = Severity.ERROR
    depth: Depth = Depth.ROOT
    first: int = _DEFAULT_FIRST
    scope: Scope = Scope.PILOT
    texts: tuple[bytes, ...] = ()
    pattern: Matches | None = None
    bound: bool = False
    unless: Matches | None = None
    origins: frozenset[Origin] = _LINES["any"]
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
        return not _GOT_OVER.search(text) and (self.unless is None or not self.unless(text))


class Rules:
    """Rules by code, in order."""

    def __init__(self, rules: Iterable[Rule], harmless: Iterable[bytes] = ()) -> None:
        self.by_code = {rule.code: rule for rule in rules}
        self.harmless = tuple(harmless)

    def __iter__(self):  # type: ignore[no-untyped-def]
        return iter(self.by_code.values())

    def __len__(self) -> int:
        return len(self.by_code)

    def with_others(self, others: Iterable[Rule]) -> Rules:
        """Return these rules and others, which take the place of those with the same code."""
        return Rules([*self, *others], self.harmless)

    def is_harmless(self, text: bytes) -> bool:
        """Return whether a line proves nothing."""
        return any(word in text for word in self.harmless)


@functools.cache
def standard() -> Rules:
    """Return the rules that everybody gets."""
    text = _standard_text().decode("utf-8")
    return Rules(parse(text), (word.encode() for word in tomllib.loads(text)["harmless"]))


@functools.cache
def standard_version() -> str:
    """Return the version of those rules: it changes with any of them."""
    return hashlib.sha256(_standard_text()).hexdigest()[:12]


def _standard_text() -> bytes:
    return resources.files(__package__).joinpath("rules.toml").read_bytes()


def parse(text: str) -> list[Rule]:
    """Return the rules of a TOML text. Raise InvalidRule."""
    try:
        entries = tomllib.loads(text).get("rule", [])
    except tomllib.TOMLDecodeError as error:
        raise InvalidRule(f"The rules are no TOML: {error}") from None
    return [rule(entry) for entry in entries]


def rule(entry: Mapping[str, Any]) -> Rule:
    """Return the rule of a TOML table. Raise InvalidRule."""
    code = str(entry.get("code", ""))
    try:
        return _rule(entry)
    except (KeyError, ValueError, TypeError, re2.error) as error:
        raise InvalidRule(f"Rule {code or '?'}: {error}") from None


def _check(entry: Mapping[str, Any]) -> None:
    if unknown := set(entry) - _FIELDS:
        raise ValueError(f"unknown fields {sorted(unknown)}")
    if missing := [name for name in _NEEDED if name not in entry]:
        raise ValueError(f"it lacks {missing}")
    if not _CODE.fullmatch(entry["code"]):
        raise ValueError("a code is words in small letters with dashes between")
    if not entry.get("text") and not entry.get("when"):
        raise ValueError("it has neither a text nor a condition")


def _rule(entry: Mapping[str, Any]) -> Rule:
    _check(entry)
    return Rule(
        code=entry["code"],
        name=entry["name"],
        party=Party(entry["party"]),
        hint=entry["hint"],
        example=entry.get("example", ""),
        severity=Severity(entry.get("severity", "error")),
        depth=Depth[entry.get("depth", "root").upper()],
        first=int(entry.get("first", _DEFAULT_FIRST)),
        scope=Scope(entry.get("scope", "pilot")),
        texts=_texts(entry),
        pattern=_pattern(entry, "pattern"),
        bound=_BOUND.search(str(entry.get("pattern", ""))) is not None,
        unless=_pattern(entry, "unless"),
        origins=_LINES[entry.get("lines", "any")],
        phases=frozenset(entry.get("phases", ())),
        near_end=int(entry.get("near_end", 0)),
        without_job=bool(entry.get("without_job", False)),
        lasts=bool(entry.get("lasts", False)),
        last=bool(entry.get("last", False)),
        debug=bool(entry.get("debug", False)),
        when=tuple(_condition(figure, str(value)) for figure, value in entry.get("when", {}).items()),
        explains=frozenset(entry.get("explains", ())),
    )


def _texts(entry: Mapping[str, Any]) -> tuple[bytes, ...]:
    texts = entry.get("text", [])
    return tuple(part.lower().encode() for part in ([texts] if isinstance(texts, str) else texts))


def _pattern(entry: Mapping[str, Any], name: str) -> Matches | None:
    """Return a search in a text. The wrapper of RE2 makes a match of each, which takes longer than to find it."""
    if name not in entry:
        return None
    options = re2.Options()
    options.encoding = re2.Options.Encoding.LATIN1
    options.log_errors, options.never_capture, options.case_sensitive = False, True, False
    compiled = re2.compile(entry[name].encode(), options)
    try:
        match, unanchored = compiled._regexp.Match, re2._re2.RE2.Anchor.UNANCHORED
    except AttributeError:
        return lambda text: compiled.search(text) is not None
    return lambda text: match(unanchored, text, 0, len(text))[0][0] >= 0


def _condition(figure: str, text: str) -> Condition:
    match = _CONDITION.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"the condition of {figure} is none: {text}")
    return Condition(figure, match[1], float(match[2]))
