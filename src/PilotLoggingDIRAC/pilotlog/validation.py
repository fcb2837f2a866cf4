"""From untrusted text to frozen types, once. Past this line nobody checks a name or a message again.

Every refusal is an ``InvalidInput`` whose message says what was expected and shows no text of the caller.
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from .errors import InvalidInput
from .model import Batch, PilotId

_STAMP = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}", re.ASCII)
_VO = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9_-]|\.(?!\.)){0,63}(?<!\.)", re.ASCII)
_TAKEN = "at most 64 ASCII letters, digits, dashes and underscores, the first a letter or digit"
_TAKEN_OF_VO = f"{_TAKEN}; also single dots, but not at the end"
_MAX_RETURN_CODE = 64
_MAX_REFERENCE_CHARACTERS = 255
_DIGITS = re.compile(r"\d{1,18}", re.ASCII)
_REFERENCE = re.compile(rf"[!-~]{{1,{_MAX_REFERENCE_CHARACTERS}}}", re.ASCII)

#: JSON that is longer than this has to be plain: nested, it would take thirty times its length in memory.
_MAX_NESTED_CHARACTERS = 1024 * 1024
_MAX_ARGUMENTS = 100
#: A string of JSON, for patterns.
JSON_STRING = r'"[^"\\]*+(?:\\.[^"\\]*+|)*+"'
_VALUE = rf"(?:{JSON_STRING}|\{{\}}|[\w.+-]{{1,32}}+)\s*+"


@functools.cache
def _plain(max_values: int) -> re.Pattern[str]:
    values = rf"\[\s*+(?>{_VALUE}(?:,\s*+{_VALUE}|){{0,{max(max_values - 1, 0)}}}+|)\]"
    return re.compile(rf"\s*+(?:{JSON_STRING}|{values})\s*+", re.DOTALL)


#: The words that DIRAC takes for yes, and those that mean no.
_TRUTHS = {
    **dict.fromkeys(("yes", "true", "y", "1"), True),
    **dict.fromkeys(("no", "false", "n", "0"), False),
}
#: What a pilot without a stamp calls itself; all of them would share one log.
_NO_STAMP = "unknown"


def pilot(vo: object, stamp: object) -> PilotId:
    """Return the pilot that a caller names; both names are safe as parts of a path afterwards."""
    return PilotId(_name(vo, _VO, "VO name", _TAKEN_OF_VO), _stamp(stamp))


def _stamp(value: object) -> str:
    stamp = _name(value, _STAMP, "pilot stamp", _TAKEN)
    if stamp.lower() == _NO_STAMP:
        raise InvalidInput("A pilot without a stamp has no log: set DIRAC_PILOT_STAMP or --pilotUUID")
    return stamp


def _name(value: object, pattern: re.Pattern[str], what: str, taken: str) -> str:
    if not isinstance(value, str):
        raise InvalidInput(f"The {what} is not a string")
    if not pattern.fullmatch(value):
        raise InvalidInput(f"Not a {what}: {taken}")
    return value


def reference(value: object) -> str:
    """Return a pilot's reference as somebody asks for it; a computing element may have given it any form."""
    if not isinstance(value, str) or not 0 < len(value) <= _MAX_REFERENCE_CHARACTERS:
        raise InvalidInput(f"A pilot reference has 1 to {_MAX_REFERENCE_CHARACTERS} characters")
    return value


def job_number(value: object) -> int:
    """Return the number of a job, given as a number or as its digits."""
    if isinstance(value, bool) or not isinstance(value, str | int) or not _DIGITS.fullmatch(str(value)):
        raise InvalidInput("The job's number is not a number")
    return int(value)


def printable(value: object) -> str:
    """Return a reference that can stand in a line of a log, else an empty string."""
    return value if isinstance(value, str) and _REFERENCE.fullmatch(value) else ""


def arguments(encoded: str, names: Sequence[str], optional: int = 0) -> list[Any]:
    """Return the list of a call's arguments from its JSON; the last ``optional`` of ``names`` may be missing."""
    values = _json(encoded, "The arguments are", _MAX_ARGUMENTS)
    if not isinstance(values, list):
        raise InvalidInput("The arguments are not a JSON list")
    return counted(values, names, optional)


def require_plain(encoded: str) -> None:
    """Raise InvalidInput for arguments that some other decoder had better not see: long ones that are nested."""
    _require_plain(encoded, "The arguments are", _MAX_ARGUMENTS)


def counted(values: Sequence[Any], names: Sequence[str], optional: int = 0) -> list[Any]:
    """Return the same arguments, when there are as many as the method takes."""
    if not len(names) - optional <= len(values) <= len(names):
        expected = ", ".join(names) or "none"
        raise InvalidInput(f"{len(values)} arguments given, expected: {expected}")
    return list(values)


def finalisation(who: PilotId, payload: object, received: datetime, sender: str = "") -> Batch:
    """Return the mark of a ``finaliseLogs``: payload is JSON of ``{"retCode": <text or number>}``; without it the code
    is 0.

    A pilot sends what it gave to ``sys.exit``, which may be any text: its beginning is kept, in plain ASCII.
    """
    if not isinstance(payload, str) or len(payload) > 4096:
        raise InvalidInput("The payload is not a short JSON string")
    content = _json(payload, "The payload is")
    if not isinstance(content, dict):
        raise InvalidInput("The payload is not a JSON object")
    return Batch(who, received, return_code=_return_code(content.get("retCode", "0")), sender=sender)


def _return_code(value: object) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise InvalidInput("retCode is neither text nor a number")
    return ascii(str(value).strip())[1:-1][:_MAX_RETURN_CODE]


def stock_file_name(value: object) -> str:
    """Return the stamp in the file name that stock callers of ``getLogs`` give: ``<stamp>`` or ``<stamp>.log``."""
    if not isinstance(value, str):
        raise InvalidInput("The log's name is not a string")
    return _stamp(value.removesuffix(".log"))


def number(value: object, what: str, lowest: int, highest: int) -> int:
    """Return a whole number within bounds, both included."""
    if isinstance(value, bool) or not isinstance(value, int) or not lowest <= value <= highest:
        raise InvalidInput(f"{what} is not a whole number from {lowest} to {highest}")
    return value


def flag(value: object, what: str) -> bool:
    """Return True or False as it is; nothing else that counts as one of them is taken."""
    if not isinstance(value, bool):
        raise InvalidInput(f"{what} is neither true nor false")
    return value


def truth(word: object) -> bool:
    """Return what an option's word for yes or no means, in any case of letters. Raise InvalidInput for another word."""
    found = _TRUTHS.get(str(word).strip().lower())
    if found is None:
        raise InvalidInput("The word is neither yes nor no")
    return found


def _require_plain(text: str, what: str, max_values: int) -> None:
    if len(text) > _MAX_NESTED_CHARACTERS and not _plain(max_values).fullmatch(text):
        raise InvalidInput(f"{what} neither a JSON string nor a JSON list of at most {max_values} of them")


def _json(text: str, what: str, max_values: int = 1) -> object:
    _require_plain(text, what, max_values)
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise InvalidInput(f"{what} not valid JSON") from None
