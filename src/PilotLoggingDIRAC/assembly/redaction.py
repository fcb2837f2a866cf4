"""The redactor with the rules of the CS, for the collector and for commands that send text.

``/Systems/WorkloadManagement/PilotLogging/Redaction``: ``SecretNames`` and ``PlainNames`` are lists of names, any other
option is a rule, ``<RuleName> = <pattern of RE2>``.
"""

from __future__ import annotations

from DIRAC import gConfig, gLogger
from DIRAC.Core.Utilities.List import fromChar

from PilotLoggingDIRAC.pilotlog.text.redaction.redactor import Redactor
from PilotLoggingDIRAC.pilotlog.text.redaction.rules.own import compiled

SECTION = "/Systems/WorkloadManagement/PilotLogging/Redaction"
LISTS = ("SecretNames", "PlainNames")

_log = gLogger.getSubLogger("PilotLogging")


def redactor() -> Redactor:
    """Return a redactor with the rules that the CS has now; a rule that can't be used is logged and left out."""
    found = gConfig.getOptionsDict(SECTION)
    options = dict(found["Value"]) if found["OK"] else {}
    secret, plain = (fromChar(options.pop(name, "")) for name in LISTS)
    return Redactor(compiled(options, _report), secret, plain)


def _report(name: str, reason: str) -> None:
    _log.error("A rule of redaction can't be used, the others hold", f"{name}: {reason}")
