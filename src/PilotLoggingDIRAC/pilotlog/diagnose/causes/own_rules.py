"""Rules of a VO, put over those that everybody gets.

A rule is a section of text options: its name is the rule's code, its options are the fields that ``rules.toml``
describes, in CamelCase (``NearEnd``), lists with commas between. A section with the code of a standard rule changes the
fields that it names, or takes the rule away (``Enabled = no``). A section that can't be used changes nothing.
"""

from __future__ import annotations

import functools
import hashlib
import json
import re
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ... import validation
from ...errors import InvalidInput
from .causes import FIGURES
from .rule import LINES, Depth, Party, Rule, RuleScope, Severity
from .rules import MOST_VERSIONS, InvalidRule, Rules, rule, standard, standard_tables

Sections = Mapping[str, Mapping[str, str]]
"""Options by name, by the codes of the rules."""

#: Each rule costs time with each log.
MOST_RULES = 200
_LEAST_TEXT = 3
_ENABLED = "Enabled"
_NEEDED = ("Name", "Party", "Hint")
#: Options that change which lines a standard rule fits, so that its example need not be one any more.
_LINE_CHANGES = frozenset(("Text", "Pattern", "Unless"))


@dataclass(frozen=True, slots=True)
class OwnRules:
    """The rules for a VO's pilots, and what is wrong with sections that could not be used, by their codes."""

    rules: Rules
    problems: Mapping[str, str] = field(default_factory=dict)


_making = threading.Lock()


def with_own(sections: Sections) -> OwnRules:
    """Return the standard rules with those of some sections over them, the same object for the same sections."""
    told = {code: dict(sorted(options.items())) for code, options in sorted(sections.items())}
    with _making:  # threads that made them at the same time would have one each
        return _made(json.dumps(told)) if told else OwnRules(standard())


@functools.lru_cache(maxsize=MOST_VERSIONS)
def _made(told: str) -> OwnRules:
    sections, known = json.loads(told), standard()
    away: set[str] = set()
    own: list[Rule] = []
    problems: dict[str, str] = {}
    for number, (code, options) in enumerate(sections.items()):
        try:
            if number >= MOST_RULES:
                raise InvalidRule(f"there are more than {MOST_RULES} rules")
            if not _is_enabled(options):
                away.add(code)
                continue
            own.append(_rule(code, options))
        except InvalidRule as error:
            problems[code] = str(error)
    version = hashlib.sha256(f"{known.version} {told}".encode()).hexdigest()[:12]
    return OwnRules(known.without(away).with_others(own, version), problems)


def _is_enabled(options: Mapping[str, str]) -> bool:
    try:
        return _truth(options.get(_ENABLED, "yes"))
    except ValueError as error:
        raise InvalidRule(f"{_ENABLED}: {error}") from None


def _rule(code: str, options: Mapping[str, str]) -> Rule:
    entry = dict(standard_tables().get(code, {})) | {"code": code}
    if _LINE_CHANGES.intersection(options):
        entry.pop("example", None)  # of other lines
    for name, value in options.items():
        if name != _ENABLED:
            entry |= _field(name, value)
    if missing := [name for name in _NEEDED if name.lower() not in entry]:
        raise InvalidRule(f"{', '.join(missing)} is missing")
    made = rule(entry)
    if any(len(text) < _LEAST_TEXT for text in made.texts):
        raise InvalidRule(f"Text: each text has at least {_LEAST_TEXT} characters")
    if made.example and made.texts and not made.fits(made.example.encode()):
        raise InvalidRule("Example: the rule does not fit this line")
    return made


def _field(name: str, value: str) -> dict[str, Any]:
    """Return the field of a TOML table that an option means."""
    if name not in _KINDS:
        raise InvalidRule(f"{name} is no option of a rule: these are {', '.join(sorted([*_KINDS, _ENABLED]))}")
    field_name = "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)[1:]
    try:
        return {field_name: _KINDS[name](value.strip())}
    except ValueError as error:
        raise InvalidRule(f"{name}: {error}") from None


def _one_of(values: Iterable[str]) -> Callable[[str], str]:
    """Return a check of a word, in any case of letters."""
    known = {value.lower(): value for value in values}

    def check(word: str) -> str:
        if word.lower() not in known:
            raise ValueError(f"{word} is none of {', '.join(known.values())}")
        return known[word.lower()]

    return check


def _list(value: str) -> list[str]:
    return [part.strip() for part in value.split(",") if part.strip()]


def _truth(value: str) -> bool:
    try:
        return validation.truth(value)
    except InvalidInput:
        raise ValueError(f"{value} is neither yes nor no") from None


def _number(value: str) -> int:
    if not value.isascii() or not value.isdigit():
        raise ValueError(f"{value} is no whole number")
    return int(value)


def _conditions(value: str) -> dict[str, list[str]]:
    """Return conditions by their figures, of ``disk_mb < 2000, return_code = 3``."""
    found: dict[str, list[str]] = {}
    for part in _list(value):
        figure = re.split("[<>=]", part, maxsplit=1)[0].strip()
        if figure not in FIGURES:
            raise ValueError(f"{figure} is no figure: these are {', '.join(sorted(FIGURES))}")
        found.setdefault(figure, []).append(part[part.index(figure) + len(figure) :].strip())
    return found


_KINDS: Mapping[str, Callable[[str], Any]] = {
    **dict.fromkeys(("Name", "Pattern", "Unless", "Hint", "Example"), str),
    "Party": _one_of(Party),
    "Severity": _one_of(Severity),
    "Scope": _one_of(RuleScope),
    "Lines": _one_of(LINES),
    "Depth": _one_of(depth.name.lower() for depth in Depth),
    **dict.fromkeys(("Text", "Phases", "Explains"), _list),
    **dict.fromkeys(("First", "NearEnd"), _number),
    **dict.fromkeys(("WithoutJob", "Last", "Lasts", "Debug"), _truth),
    "When": _conditions,
}
