"""Diagnosis of pilots' logs: what a pilot did, how long each step took, and why it failed.

``reader`` reads a log, whatever its size, and keeps a bounded part of it: ``facts`` of the host and of the pilot,
``marks`` where steps begin and end, ``jobs``, times (``clock``), and the lines that rules fit. From that are made the
``ending``, the ``phases``, and at last the ``causes``, the likeliest first; ``diagnosis`` puts them together.

The grammar of lines is that of ``text.terminal_lines`` and ``text.outline``, which the page uses too. The rules are
data, in ``causes/rules.toml``. ``python -m PilotLoggingDIRAC.pilotlog.diagnose FILE`` diagnoses files, without DIRAC.
"""

from .causes.own_rules import OwnRules, with_own
from .causes.rule import Rule
from .causes.rules import InvalidRule, Rules, parse, standard
from .diagnosis import Diagnosis, diagnose, of
from .ending import Known
from .reader import DiagnosisReader

__all__ = [
    "Diagnosis",
    "DiagnosisReader",
    "InvalidRule",
    "Known",
    "OwnRules",
    "Rule",
    "Rules",
    "diagnose",
    "of",
    "parse",
    "standard",
    "with_own",
]
