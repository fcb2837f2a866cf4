"""The examination of an installation: all that it needs, looked at side by side, each within a bounded time."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial

from DIRAC.Core.Utilities.ReturnValues import SErrorException

from PilotLoggingDIRAC.commands.installation import checks, status
from PilotLoggingDIRAC.commands.installation.checks import Seen
from PilotLoggingDIRAC.commands.terminal.side_by_side import ask_all
from PilotLoggingDIRAC.pilotlog.admin import health
from PilotLoggingDIRAC.pilotlog.admin.health import Finding, Level
from PilotLoggingDIRAC.pilotlog.errors import PilotLogError

Check = Callable[[float], Seen]
"""``check(seconds)`` looks within these seconds; it may raise."""


@dataclass(slots=True)
class Examination:
    """The outcome of one examination: a line about what was seen, the findings, and the seconds that it took."""

    name: str
    text: str = ""
    findings: list[Finding] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def level(self) -> Level:
        """Return the worst level of its findings."""
        return health.worst(self.findings)


def _status(seconds: float) -> Seen:
    found = status.look(status.urls(), seconds)
    versions = sorted({answer["Version"] for answer in found.answers.values()})
    text = f"{len(found.answers)} of {len(found.collectors)} collectors answer"
    return text + (f", version {', '.join(versions)}" if versions else ""), found.findings


CHECKS: Mapping[str, Check] = {
    "Sections": checks.sections,
    "Status": _status,
    "Hosts": checks.hosts,
    "VOs": checks.vos,
    "Readers": checks.readers,
}


def examine(seconds: float, wanted: Mapping[str, Check] = CHECKS) -> list[Examination]:
    """Return the outcome of each examination. All run at once; one that takes too long is left behind, as UNKNOWN."""
    mend = "ask again with a longer --Timeout; does a server or a firewall swallow what is sent to it?"
    late = Finding(Level.UNKNOWN, "", f"no end within {seconds:.0f} s", mend)
    found = ask_all({name: partial(_examine, name, check, seconds) for name, check in wanted.items()}, seconds + 1)
    return [found.get(name) or Examination(name, "", [late], seconds) for name in wanted]


def worst(found: list[Examination]) -> Level:
    """Return the worst level of all."""
    return health.worst([finding for one in found for finding in one.findings])


def _examine(name: str, check: Check, seconds: float) -> Examination:
    began = time.monotonic()
    try:
        text, findings = check(seconds)
    except (PilotLogError, SErrorException, OSError) as error:
        why = error.result["Message"] if isinstance(error, SErrorException) else error
        text, findings = "", [Finding(Level.UNKNOWN, "", f"could not be looked at: {why}")]
    except Exception as error:  # a doctor does not fall ill of what it finds
        text, findings = "", [Finding(Level.UNKNOWN, "", f"could not be looked at: {type(error).__name__}: {error}")]
    return Examination(name, text, findings, time.monotonic() - began)
