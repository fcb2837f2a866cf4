"""Switching the logging of a VO's pilots on and off, for all computing elements or some: the options to write.

A pilot sends its log when logging is on and its CE is in the white list, or there is no white list. Options of a VO
override those for all VOs. An inherited white list can't be removed for one VO: a list of all its CEs replaces it.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass

from ..errors import InvalidInput


@dataclass(frozen=True, slots=True)
class Switch:
    """The options of a VO: logging on or off, the collector's URL for pilots, the white list (None: there is none)."""

    on: bool = False
    url: str = ""
    ces: tuple[str, ...] | None = None

    def sending(self, known: Sequence[str]) -> list[str]:
        """Return the CEs whose pilots send their logs: those on the list, or all that are known."""
        if not self.on:
            return []
        return sorted(known if self.ces is None else self.ces)


def switched_on(present: Switch, ces: Sequence[str], known: Sequence[str], url: str, inherited: bool) -> Switch:
    """Return the options with these CEs switched on too, or with all when none is given.

    ``inherited`` is True where a white list for all VOs exists. Raise InvalidInput for a CE that is not known, and when
    no URL is given or set.
    """
    _require_known(ces, known)
    wanted = dataclasses.replace(present, on=True, url=url or present.url)
    if not wanted.url:
        raise InvalidInput("No collector has a URL for pilots yet: give it with --URL")
    if not ces:
        return dataclasses.replace(wanted, ces=tuple(sorted(known)) if inherited else None)
    if present.on and present.ces is None:
        return wanted
    before = (present.ces or ()) if present.on else ()
    return dataclasses.replace(wanted, ces=_joined(before, ces))


def switched_off(present: Switch, ces: Sequence[str], known: Sequence[str]) -> Switch:
    """Return the options with these CEs switched off, or with logging off when none is given or none is left."""
    if not ces:
        return dataclasses.replace(present, on=False)
    if not present.on:
        return present
    if present.ces is None:
        _require_known(ces, known)
    left = tuple(ce for ce in (sorted(known) if present.ces is None else present.ces) if ce not in ces)
    return dataclasses.replace(present, on=bool(left), ces=left)


def _joined(before: Sequence[str], more: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys([*before, *more]))


def _require_known(ces: Sequence[str], known: Sequence[str]) -> None:
    unknown = [ce for ce in ces if ce not in known]
    if unknown:
        there = ", ".join(sorted(known)) or "none"
        raise InvalidInput(f"Not a CE of this VO in the configuration: {', '.join(unknown)}; there are: {there}")
