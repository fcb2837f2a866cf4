"""Parsers from untrusted values to frozen types: selections of logs, their order, searches, sources."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from ..errors import InvalidInput
from ..model import Outcome, Selection, State
from ..search.line_engine import Words
from ..search.pattern import finder
from ..search.search import SearchQuery
from ..validation import flag, job_number, number
from .source_chain import OPENSEARCH

_MAX_SELECTED = 1000
_SEARCH_OPTIONS = {"Regex", "IgnoreCase", "Archive", "Context", "Source"}

_LISTS = {
    "VO": "vos",
    "PilotStamp": "stamps",
    "PilotReference": "references",
    "Site": "sites",
    "CE": "ces",
    "Cause": "causes",
    "User": "owners",
    "Host": "hosts",
}
_ASCII = {"VO", "PilotStamp", "ReturnCode", "Cause"}
_SHORTEST_PART = 3
_FINGERPRINT = re.compile(r"[0-9]{1,4}-[0-9a-f]{12}")
_GROUPS = ("Site", "CE", "VO", "Cause", "Party")


def selection(values: object) -> Selection:
    """Return the selection that a caller sends: VO, PilotStamp, PilotReference, Site, CE, State, Outcome, ReturnCode,
    Cause (one or a list each), FromDate and ToDate (UTC, ``datetime`` or ISO text), Incomplete, Dead and Missing (true
    or false), Checks (false: no logs of checks of the installation), LastError (a part of it), Job (numbers), User
    (owners of jobs), Host, Name (a part of a stamp or reference, of 3 characters or more). ``!`` before return codes
    means any code but these, Cause ``none`` a log without a known cause. An unknown key is an error, and so is an empty
    list.
    """
    if not isinstance(values, dict):
        raise InvalidInput("The selection is not a dictionary")
    fields: dict[str, Any] = {}
    for key, value in values.items():
        if key not in _PARSERS:
            raise InvalidInput("Unknown key in the selection; known are " + ", ".join(_PARSERS))
        fields |= _PARSERS[key](key, value)
    return Selection(**fields)


def search_query(pattern: object, options: object, max_context: int) -> SearchQuery:
    """Return the query of a search: text or a regular expression, with Regex, IgnoreCase, Archive, Context, Source."""
    if not isinstance(options, dict) or not options.keys() <= _SEARCH_OPTIONS:
        raise InvalidInput(f"The options are not a dictionary with some of {', '.join(sorted(_SEARCH_OPTIONS))}")
    regular, ignore_case, archive = (flag(options.get(key, False), key) for key in ("Regex", "IgnoreCase", "Archive"))
    context = number(options.get("Context", 0), "Context", 0, max_context)
    find = finder(pattern, regular, ignore_case)
    if not options.get("Source"):
        return SearchQuery(find, context, archive)
    if options["Source"] != OPENSEARCH or archive:
        raise InvalidInput(f"Source is {OPENSEARCH}, without Archive; or the database, if it is not given")
    return SearchQuery(find, context, engine=True, words=Words() if regular else Words.of(str(pattern)))


def sources(value: object) -> tuple[str, ...]:
    """Return the names of the sources that a caller names; empty for the usual ones."""
    return _strings("sources", value) if value else ()


def order(value: Any) -> tuple[str, bool]:
    """Return (column, descending) of DIRAC's ``[[column, "ASC" or "DESC"]]``; newest first when empty."""
    if not value:
        return "LastSeen", True
    try:
        ((column, direction),) = value
    except (TypeError, ValueError):
        raise InvalidInput('The order is not [[column, "ASC" or "DESC"]]') from None
    if not isinstance(column, str) or direction not in ("ASC", "DESC"):
        raise InvalidInput('The order is not [[column, "ASC" or "DESC"]]')
    return column, direction == "DESC"


def groups(value: object) -> tuple[str, ...]:
    """Return the properties by which figures of causes are grouped, each once. Raise InvalidInput."""
    names = tuple(dict.fromkeys(_strings("by", value)))
    if not set(names) <= set(_GROUPS):
        raise InvalidInput("Figures are by some of " + ", ".join(_GROUPS))
    return names


def fingerprint(value: object) -> str:
    """Return the fingerprint of a failure, empty for any. Raise InvalidInput."""
    if value == "":
        return ""
    (text,) = _strings("fingerprint", [value])
    if not _FINGERPRINT.fullmatch(text):
        raise InvalidInput("A fingerprint is a number, a dash, and 12 small hexadecimal digits")
    return text


def _strings(key: str, value: object) -> tuple[str, ...]:
    values = [value] if isinstance(value, str) else value
    if not isinstance(values, list | tuple) or not 0 < len(values) <= _MAX_SELECTED:
        raise InvalidInput(f"{key} takes a string or a list of 1 to {_MAX_SELECTED} strings")
    if not all(isinstance(item, str) and len(item) <= 255 and item.isprintable() for item in values):
        raise InvalidInput(f"{key} takes strings of at most 255 printable characters")
    if key in _ASCII and not "".join(values).isascii():
        raise InvalidInput(f"{key} takes ASCII strings")
    return tuple(values)


def _members(kind: type[StrEnum]) -> Callable[[str, object], tuple[StrEnum, ...]]:
    def parse(key: str, value: object) -> tuple[StrEnum, ...]:
        try:
            return tuple(map(kind, _strings(key, value)))
        except ValueError:
            raise InvalidInput(f"{key} is one of " + ", ".join(kind)) from None

    return parse


def _jobs(key: str, value: object) -> tuple[int, ...]:
    values = value if isinstance(value, list | tuple) else [value]
    if not 0 < len(values) <= _MAX_SELECTED:
        raise InvalidInput(f"{key} takes a number or a list of 1 to {_MAX_SELECTED} numbers")
    return tuple(job_number(job) for job in values)


def _only(key: str, value: object) -> str:
    found = _strings(key, value)
    if len(found) > 1:
        raise InvalidInput(f"{key} is given once")
    return found[0]


def _part(key: str, value: object) -> str:
    name = _only(key, value)
    if len(name) < _SHORTEST_PART:
        raise InvalidInput(f"{key} takes a part of at least {_SHORTEST_PART} characters")
    return name


def _codes(key: str, value: object) -> dict[str, tuple[str, ...]]:
    """Return the codes that are wanted, or those that are not, which have a ``!`` before them."""
    values = _strings(key, value)
    others = tuple(value[1:] for value in values if value.startswith("!"))
    if others and len(others) < len(values):
        raise InvalidInput("Return codes are wanted, or not wanted (!0): not both")
    return {"other_codes": others} if others else {"return_codes": values}


def _truth(key: str, value: object) -> bool:
    words = {"true": True, "false": False}
    return flag(words.get(value, value) if isinstance(value, str) else value, key)


def _time(key: str, value: Any) -> datetime:
    try:
        moment = value if isinstance(value, datetime) else datetime.fromisoformat(value)
        return moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment
    except (TypeError, ValueError, OverflowError):
        raise InvalidInput(f"{key} is neither a time nor ISO 8601 text") from None


def _as(field: str, parse: Callable[[str, Any], object]) -> Callable[[str, Any], dict[str, Any]]:
    """Return a parser of one field."""
    return lambda key, value: {field: parse(key, value)}


#: By key, what makes fields of a value.
_PARSERS: dict[str, Callable[[str, Any], dict[str, Any]]] = {
    **{key: _as(field, _strings) for key, field in _LISTS.items()},
    **{key: _as(key.lower(), _truth) for key in ("Incomplete", "Dead", "Missing")},
    "Checks": lambda key, value: {"without_checks": not _truth(key, value)},
    "State": _as("states", _members(State)),
    "Outcome": _as("outcomes", _members(Outcome)),
    "ReturnCode": _codes,
    "Job": _as("jobs", _jobs),
    "Name": _as("name", _part),
    "FromDate": _as("since", _time),
    "ToDate": _as("until", _time),
    "LastError": _as("last_error", _only),
}
