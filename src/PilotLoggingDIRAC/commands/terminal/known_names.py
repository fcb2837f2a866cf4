"""Names that a selection may hold, and a word on those that nobody knows: for a list that is empty."""

from __future__ import annotations

import difflib
import itertools
from collections.abc import Callable, Collection, Iterator, Mapping

from DIRAC.ConfigurationSystem.Client.Helpers import Registry, Resources
from DIRAC.ConfigurationSystem.Client.Helpers.Operations import Operations

from PilotLoggingDIRAC.assembly.diagnosis_rules import SECTION
from PilotLoggingDIRAC.commands.terminal import console
from PilotLoggingDIRAC.pilotlog.diagnose.causes.rules import standard
from PilotLoggingDIRAC.pilotlog.diagnosed import NO_CAUSE

_MAX_TOLD = 10


def unknown_names(options: Mapping[str, str]) -> Iterator[str]:
    """Yield a sentence for each name of a site, CE, VO or cause in the switches that is not known, with those that are.

    Sites, CEs and VOs are those of the configuration; where it has none, nothing is said.
    """
    for switch, (what, names) in _KNOWN.items():
        given = [name.strip() for name in options.get(switch, "").split(",") if name.strip()]
        known = sorted(names()) if given else []
        for name in given:
            if known and name not in known:
                yield f"There is no {what} {name}; there are: {told(name, known)}"


def tell_unknown(options: Mapping[str, str]) -> None:
    """Print a remark for each name that is not known, after a result that is empty."""
    for sentence in unknown_names(options):
        console.remark(sentence)


def places() -> Iterator[tuple[str, str]]:
    """Yield the kind and name of each site, CE and VO of the configuration."""
    for kind in ("Site", "CE", "VO"):
        _, names = _KNOWN[kind]
        yield from ((kind, name) for name in sorted(names()))


def told(name: str, known: Collection[str]) -> str:
    """Return the known names in words, those first that are much like a name; at most ``_MAX_TOLD``."""
    holding = [other for other in known if name.lower() in other.lower()]
    near = [*holding, *difflib.get_close_matches(name, known, _MAX_TOLD)]
    first = list(dict.fromkeys([*near, *known]))[:_MAX_TOLD]
    more = len(known) - len(first)
    return ", ".join(first) + (f", and {more:,} more" if more > 0 else "")


def _sites() -> list[str]:
    return list(Resources.getSites().get("Value", []))


def _ces() -> list[str]:
    by_site = Resources.getSiteCEMapping().get("Value", {})
    return list({ce for ces in by_site.values() for ce in ces})


def _vos() -> list[str]:
    return list(Registry.getVOs().get("Value", []))


def _causes() -> list[str]:
    """Return the causes of the standard rules and of each VO's own, and the word for a log without one."""
    own = (Operations(vo=vo).getSections(SECTION).get("Value") or [] for vo in _vos())
    return [*{*standard().by_code, *itertools.chain.from_iterable(own)}, NO_CAUSE]


_KNOWN: dict[str, tuple[str, Callable[[], list[str]]]] = {
    "Site": ("site", _sites),
    "CE": ("CE", _ces),
    "VO": ("VO", _vos),
    "Cause": ("cause", _causes),
}
