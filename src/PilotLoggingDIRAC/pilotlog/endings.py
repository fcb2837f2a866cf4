"""Return codes of a log: a stamp may have run more than once, or on several nodes, and each run reports its own."""

from __future__ import annotations

import dataclasses

from .model import Log

_SEPARATOR = ","
#: As long as the column of all codes; those beyond are compared, and not listed.
_MAX_CHARACTERS = 255


def ended_with(log: Log, code: str) -> Log:
    """Return the log with one more code, the worst of all as its return code; a code that is known changes nothing."""
    if log.return_code is None:
        return dataclasses.replace(log, return_code=code)
    known = log.codes
    name = code.replace(_SEPARATOR, ";")
    if name in known:
        return log
    listed = _SEPARATOR.join([*known, name])
    return dataclasses.replace(
        log,
        return_code=max(log.return_code, code, key=_badness),
        return_codes=listed if len(listed) <= _MAX_CHARACTERS else log.return_codes,
    )


def number(code: str) -> int | None:
    """Return the number that a code is; None for one in words."""
    return int(code) if code.isascii() and code.removeprefix("-").isdecimal() else None


def _badness(code: str) -> tuple[int, int]:
    """Return the rank of a code: 0, none, failures by their number; a failure in words counts as 1."""
    if code in ("0", ""):
        return (0, int(code == ""))
    found = number(code)
    return (1, 1 if found is None else abs(found))
