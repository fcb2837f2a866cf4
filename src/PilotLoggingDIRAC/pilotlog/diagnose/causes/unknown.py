"""The line of a failed pilot that tells most of a failure that no rule knows, and a rule to begin with for such lines.

It is looked for in the last lines of the log, before the pilot says that it gives up: an error that no rule fits, or
else the last line before the step that failed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence

from ..diagnosis import Diagnosis
from ..ending import End
from ..reader import FittingLine
from .causes import CATCH_ALL, Cause
from .rule import Depth
from .rules import Rules
from .templates import WILD, Template

_TELLS = re.compile(
    r"\b(?:WARN(?:ING)?|ERROR|EXCEPT(?:ION)?|FATAL|CRITICAL)\b"
    r"|(?i:\b\w*(?:error|exception)\b|fatal|panic|fail|cannot|can't|could not|unable|denied|refus|abort|invalid)"
)
#: Lines of every pilot that ends early: its children, its configuration, its farewell.
_FAREWELL = re.compile(
    r"child processes of current PID|Executing command ps |Failed to issue ps|Content of pilot\.cfg| on sys\.exit\(\)"
    r"|^\s*(?:PID %CPU|\d+ +\d+\.\d +\d+\.\d )|^\s*[{}]?\s*$|Traceback \(most recent call last\)|^\s+File \""
)
_LEAST_TEXT = 6


def telling_line(found: Diagnosis, rules: Rules) -> FittingLine | None:
    """Return the line that tells most of a failure without a known root, None where one is known."""
    if is_explained(found):
        return None
    errors_first = sorted(_last_lines(found), key=lambda line: not _TELLS.search(line.text))
    return next((line for line in errors_first if not _has_rule(rules, line.text)), None)


def is_explained(found: Diagnosis) -> bool:
    """Return whether the pilot did not fail, or a root of its failure is known."""
    return found.ending.end not in (End.FAILED, End.STOPPED) or any(_is_known(cause) for cause in found.causes)


def _is_known(cause: Cause) -> bool:
    """Return whether a cause tells more than which step failed, or how the pilot ended."""
    known = cause.rule.depth in (Depth.ROOT, Depth.MECHANISM) and cause.rule.code not in CATCH_ALL
    return known and cause.close


def _last_lines(found: Diagnosis) -> list[FittingLine]:
    """Return the last lines before the step that failed, the last one first, without those of any pilot that ends."""
    steps = {
        cause.line for cause in found.causes if cause.rule.depth is Depth.STEP and cause.rule.code not in CATCH_ALL
    }
    until = max(steps, default=found.reading.lines + 1)
    last = [line for line in found.reading.last_lines() if line.line < until and not _FAREWELL.search(line.text)]
    return [line for line in reversed(last) if line.text.strip()]


def _has_rule(rules: Rules, line: str) -> bool:
    text = line.encode()
    return rules.is_harmless(text) or any(
        rule.texts and rule.code not in CATCH_ALL and rule.fits(text) for rule in rules
    )


def skeleton(known: Template, fingerprint: str, logs: int, sites: Sequence[str]) -> str:
    """Return the TOML of a rule for the lines of a template, to be completed by hand.

    Its example is made of the template: what varies in the lines is not told.
    """
    return "\n".join(_skeleton(known, fingerprint, logs, sites)) + "\n"


def _skeleton(known: Template, fingerprint: str, logs: int, sites: Sequence[str]) -> Iterator[str]:
    parts = [part.strip() for part in known.text.split(WILD)]
    longest = max(parts, key=len)
    yield f"# {logs} logs at {_quoted(', '.join(sites))}, fingerprint {fingerprint}"
    yield "[[rule]]"
    yield f"code = {_quoted('new-' + fingerprint)}  # words in small letters and digits with dashes between"
    yield 'name = "?"  # the cause in a few words'
    yield 'party = "site"  # site, VO, DIRAC, network, pilot or user'
    yield f"text = [{_quoted(longest.lower())}]"
    if len([part for part in parts if len(part) >= _LEAST_TEXT]) > 1:
        yield f"pattern = {_quoted('.*'.join(re.escape(part) for part in parts if part))}"
    yield 'hint = "?"  # what an administrator should look at or do'
    yield f"example = {_quoted(known.text.replace(WILD, '1'))}"


def _quoted(text: str) -> str:
    """Return a TOML string: JSON's, which has the same escapes, without characters that TOML wants escaped."""
    return json.dumps(text.replace("\x7f", "?"), ensure_ascii=True)
