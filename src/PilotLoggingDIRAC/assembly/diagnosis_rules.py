"""Rules of diagnosis with those of the CS: ``Operations/<vo>/PilotLogging/DiagnosisRules/<code>``, a section for each.

DIRAC's rules of inheritance hold: what stands in ``Operations/Defaults`` is for all VOs.
"""

from __future__ import annotations

import functools

from DIRAC import gLogger
from DIRAC.ConfigurationSystem.Client.Helpers.Operations import Operations

from PilotLoggingDIRAC.assembly.reading import archives
from PilotLoggingDIRAC.pilotlog.diagnose import OwnRules, Rules, standard, with_own

SECTION = "PilotLogging/DiagnosisRules"
_log = gLogger.getSubLogger("PilotLogging")


def own_rules(vo: str) -> OwnRules:
    """Return the rules for a VO's pilots that the CS has now; one that can't be used is logged once and left out."""
    options = Operations(vo=vo)
    sections = {
        code: options.getOptionsDict(f"{SECTION}/{code}").get("Value") or {}
        for code in options.getSections(SECTION).get("Value") or []
    }
    found = with_own(sections)
    for code, problem in found.problems.items():
        _complain(vo, code, problem)
    return found


def rules(vo: str) -> Rules:
    """Return the rules for a VO's pilots, the standard ones for no VO."""
    return own_rules(vo).rules if vo else standard()


def problems(vo: str) -> dict[str, str]:
    """Return what is wrong with rules of a VO, by their paths."""
    return {f"/Operations/{vo}/{SECTION}/{code}": text for code, text in own_rules(vo).problems.items()}


def versions() -> dict[str, str]:
    """Return the versions of the rules that hold now by VO; ``""`` has that of the standard rules."""
    return {vo: rules(vo).version for vo in ("", *archives.vos())}


@functools.lru_cache(maxsize=1000)
def _complain(vo: str, code: str, problem: str) -> None:
    """Log a problem once, though rules are read in each cycle."""
    _log.error("A rule of diagnosis can't be used, the others hold", f"{vo}, {code}: {problem}")
