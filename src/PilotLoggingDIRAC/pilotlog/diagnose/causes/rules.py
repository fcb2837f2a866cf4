"""Rules: known causes of failures as data, read from TOML.

A rule names the texts of its line (one of them must be there), perhaps a pattern that the line must match too, and
conditions on the log as a whole. ``rules.toml`` in this folder has the rules that everybody gets, with a description of
each field; ``own_rules`` puts those of a VO over them by their code.
"""

from __future__ import annotations

import functools
import hashlib
import re
import tomllib
from collections.abc import Container, Iterable, Iterator, Mapping
from importlib import resources
from typing import Any

import re2

from ...errors import InvalidInput
from .matches import Matches, matcher
from .rule import DEFAULT_FIRST, LINES, Condition, Depth, Party, Rule, RuleScope, Severity


class InvalidRule(InvalidInput):
    """A rule has a field that is missing, unknown, or of no use."""


#: Versions of rules that stay ready for use, as many as VOs may have rules of their own. Each takes 1.6 MB with
#: Hyperscan (0.9 MB without), and 0.1 s to be made anew: more than most logs take.
MOST_VERSIONS = 64
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


class Rules:
    """Rules by code, in order. ``version`` tells rules from others, also of another time; empty without one."""

    def __init__(self, rules: Iterable[Rule], harmless: Iterable[bytes] = (), version: str = "") -> None:
        self.by_code = {rule.code: rule for rule in rules}
        self.harmless = tuple(harmless)
        self.version = version

    def __iter__(self):  # type: ignore[no-untyped-def]
        return iter(self.by_code.values())

    def __len__(self) -> int:
        return len(self.by_code)

    def with_others(self, others: Iterable[Rule], version: str = "") -> Rules:
        """Return these rules and others, which take the place of those with the same code."""
        return Rules([*self, *others], self.harmless, version)

    def without(self, codes: Container[str]) -> Rules:
        """Return these rules without some of them."""
        return Rules((rule for rule in self if rule.code not in codes), self.harmless, self.version)

    def is_harmless(self, text: bytes) -> bool:
        """Return whether a line proves nothing."""
        return any(word in text for word in self.harmless)


@functools.cache
def standard() -> Rules:
    """Return the rules that everybody gets."""
    text = _standard_text().decode("utf-8")
    harmless = (word.encode() for word in tomllib.loads(text)["harmless"])
    return Rules(parse(text), harmless, standard_version())


@functools.cache
def standard_tables() -> Mapping[str, Mapping[str, Any]]:
    """Return the TOML tables of those rules by their codes."""
    return {entry["code"]: entry for entry in tomllib.loads(_standard_text().decode("utf-8"))["rule"]}


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
        raise ValueError("a code is words in small letters and digits with dashes between")
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
        first=int(entry.get("first", DEFAULT_FIRST)),
        scope=RuleScope(entry.get("scope", "pilot")),
        texts=_texts(entry),
        pattern=_pattern(entry, "pattern"),
        bound=_BOUND.search(str(entry.get("pattern", ""))) is not None,
        unless=_pattern(entry, "unless"),
        origins=LINES[entry.get("lines", "any")],
        phases=frozenset(entry.get("phases", ())),
        near_end=int(entry.get("near_end", 0)),
        without_job=bool(entry.get("without_job", False)),
        lasts=bool(entry.get("lasts", False)),
        last=bool(entry.get("last", False)),
        debug=bool(entry.get("debug", False)),
        when=tuple(_conditions(entry.get("when", {}))),
        explains=frozenset(entry.get("explains", ())),
    )


def _texts(entry: Mapping[str, Any]) -> tuple[bytes, ...]:
    return tuple(part.lower().encode() for part in _listed(entry.get("text", [])))


def _listed(value: str | Iterable[str]) -> Iterable[str]:
    """Return the texts of a field that holds one or several."""
    return [value] if isinstance(value, str) else value


def _pattern(entry: Mapping[str, Any], name: str) -> Matches | None:
    return matcher(entry[name].encode()) if name in entry else None


def _conditions(when: Mapping[str, Any]) -> Iterator[Condition]:
    return (_condition(figure, str(text)) for figure, value in when.items() for text in _listed(value))


def _condition(figure: str, text: str) -> Condition:
    match = _CONDITION.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"the condition of {figure} is none: {text}")
    return Condition(figure, match[1], float(match[2]))
