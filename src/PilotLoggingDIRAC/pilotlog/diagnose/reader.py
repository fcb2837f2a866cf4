"""The reader of a log: feed it the text piece by piece, and ask for what it says, at any time.

The text is looked at in blocks of whole lines. One scan finds the places of all known texts; only their lines are
looked at one by one. What is kept of a log is bounded, whatever its size.
"""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from ..text.outline import Outline
from . import facts, jobs, log_line, marks
from .causes.anchors import Key, Limits, TextAnchors
from .causes.rule import Rule
from .causes.rules import MOST_VERSIONS, Rules, standard
from .clock import Clock
from .log_line import LogLine, OutputPlace
from .settings import DiagnosisSettings

_EXCERPT_BYTES = 300
_LOOKED_ERRORS = 5
#: Errors that a pilot meets when it ends for another one.
_AFTERMATH = (b"Failed to issue ps [ERROR 1] ", b"Failed to issue ps [ERROR 127] ")
_ERROR_LEVELS = (b" ERROR", b" EXCEPT", b" FATAL", b" CRITICAL")
#: Places in a block of texts of which each line counts.
_MANY = 128


@dataclass(frozen=True, slots=True)
class FittingLine:
    """A line that a rule fits; ``line`` counts from 1."""

    line: int
    text: str
    time: str = ""


@dataclass(slots=True)
class Reading:
    """All that is kept of a log; ``settled`` are texts of which another line would tell nothing new."""

    outline: Outline
    clock: Clock
    facts: facts.Facts
    jobs: jobs.Jobs
    marks: marks.Marks
    job_output: OutputPlace = field(default_factory=OutputPlace)
    findings: dict[str, list[FittingLine]] = field(default_factory=dict)
    settled: set[bytes] = field(default_factory=set)
    last_error: FittingLine | None = None
    last_line: FittingLine | None = None
    tail: bytes = b""
    bytes: int = 0
    lines: int = 0

    def last_lines(self) -> list[FittingLine]:
        """Return the last lines of the log, those within its last ``end_bytes``."""
        texts = self.tail.decode("utf-8", "replace").removesuffix("\n").split("\n")
        whole = texts if len(self.tail) >= self.bytes else texts[1:]
        first = self.lines - len(whole) + 1
        return [FittingLine(first + place, text[:_EXCERPT_BYTES]) for place, text in enumerate(whole)]


class DiagnosisReader:
    """The reader of one log. ``rules`` are shared by all readers."""

    def __init__(self, rules: Rules | None = None, settings: DiagnosisSettings | None = None) -> None:
        self.rules = rules or standard()
        self.settings = settings or DiagnosisSettings()
        self._anchors = _anchors(self.rules)
        self._reading = Reading(
            Outline(),
            Clock(self.settings),
            facts.Facts(),
            jobs.Jobs(self.settings.max_jobs),
            marks.Marks(self.settings.max_cycles),
        )
        self._held: list[bytes] = []
        self._held_bytes = 0
        self._mid_line = False
        self._looks = 0

    def feed(self, text: bytes) -> None:
        """Read more text."""
        self._held.append(text)
        self._held_bytes += len(text)
        size = self.settings.block_bytes
        if self._held_bytes < size:
            return
        text = b"".join(self._held)
        at = 0
        while len(text) - at >= size:
            end = text.rfind(b"\n", at, at + size) + 1 or at + size
            self._block(text[at:end])
            at = end
        self._held, self._held_bytes = [text[at:]], len(text) - at

    def read(self, pieces: Iterable[bytes]) -> Reading:
        """Read all of a log, or the rest of it, and ``finish``."""
        for piece in pieces:
            self.feed(piece)
        return self.finish()

    def finish(self) -> Reading:
        """Return what is kept of the whole text. Nothing can be fed afterwards."""
        if text := b"".join(self._held):
            self._block(text)
        self._reading.outline = self._reading.outline.whole()
        return self._reading

    def advance(self, text: bytes) -> None:
        """Read more text at once, up to the end of its last line; of a line that is longer than is looked at, all."""
        self.feed(text)
        text = b"".join(self._held)
        end = text.rfind(b"\n") + 1
        end = end if len(text) - end <= self.settings.looked_bytes else len(text)
        if end:
            self._block(text[:end])
        self._held, self._held_bytes = [text[end:]], len(text) - end

    def so_far(self) -> Reading:
        """Return what is kept of the text that ``advance`` has read, without a copy: more text changes it."""
        return dataclasses.replace(self._reading, outline=self._reading.outline.whole())

    @property
    def noted(self) -> int:
        """Return a number that grows with each place that may change a diagnosis."""
        return self._looks + len(self._reading.outline.phases)

    def _block(self, text: bytes) -> None:
        found, first = self._reading, self._reading.outline.lines + 1
        found.bytes += len(text)
        block = (b" " if self._mid_line else b"\n") + text
        found.outline.feed(text)
        found.clock.feed(block, first)
        found.job_output.begin_block(block)
        self._lines(block, first)
        self._remember(block, found.outline.lines + 1)
        self._mid_line = not text.endswith(b"\n")
        found.lines = found.outline.lines + self._mid_line

    def _lines(self, block: bytes, first: int) -> None:
        """Look at the lines that have known texts; one that has several is made once."""
        bounds = self.settings
        limits = Limits(bounds.max_places, bounds.max_places_of_text, _MANY)
        number, counted = first, 1
        line: LogLine | None = None
        for place, key in self._interesting(block, limits):
            if line is None or not line.start <= place < line.end:
                if place >= counted:
                    number, counted = number + block.count(b"\n", counted, place + 1), place + 1
                line = log_line.line_at(block, place, number, False, bounds.looked_bytes)
            self._look(key, line)

    def _interesting(self, block: bytes, limits: Limits) -> Iterator[tuple[int, Key]]:
        """Yield the places of known texts that no job wrote and that may tell something new."""
        lines = log_line.Lines(block, self.settings.looked_bytes)
        output, settled = self._reading.job_output, self._reading.settled
        for place, key in self._anchors.places(block, limits):
            if isinstance(key, Rule):
                text = None if output.has(place) else lines.untried(place, id(key))
                if text is not None and key.may_match(text):
                    yield place, key
            elif key in log_line.BEGINNINGS:
                output.begin(block, place, key)
            elif not (key in settled or output.has(place)):
                yield place, key

    def _look(self, key: Key, line: LogLine) -> None:
        self._looks += 1
        if isinstance(key, Rule):
            self._try(key, line)
            return
        found = self._reading
        if key in facts.TEXTS:
            found.facts.note(key, line)
        if key in jobs.TEXTS:
            found.jobs.note(key, line)
        if key in marks.TEXTS:
            found.marks.note(key, line)
        if key not in _NEVER_SETTLED and not found.facts.may_change(key):
            found.settled.add(key)

    def _try(self, rule: Rule, line: LogLine) -> None:
        """Keep a line that a rule fits: the first ones, and the last ones."""
        if line.origin not in rule.origins or (line.quiet and not rule.debug) or not rule.matches(line.text):
            return
        findings = self._reading.findings.setdefault(rule.code, [])
        if self.rules.is_harmless(line.text) or (findings and findings[-1].line == line.number):
            return
        if len(findings) >= self.settings.max_findings_of_rule:
            findings.pop(len(findings) // 2)
        findings.append(_finding(line))

    def _remember(self, block: bytes, last: int) -> None:
        """Keep the last line, and the last one with an error, for the case that no rule fits.

        ``last`` is the number of the line after the block's last line break.
        """
        found = self._reading
        end = len(block.rstrip())
        if end > 0:
            found.last_line = self._finding_at(block, end - 1, last)
        found.last_error = self._last_error(block, last) or found.last_error
        size = self.settings.end_bytes
        found.tail = (found.tail + block[max(1, len(block) - size) :])[-size:]

    def _last_error(self, block: bytes, last: int) -> FittingLine | None:
        places = {level: block.rfind(level) for level in _ERROR_LEVELS}
        for _ in range(_LOOKED_ERRORS):
            level = max(places, key=places.__getitem__)
            if (place := places[level]) < 0:
                return None
            places[level] = block.rfind(level, 0, place)
            in_job = self._reading.job_output.has(place)
            line = log_line.line_at(block, place, 0, in_job, self.settings.looked_bytes)
            if line.header and line.header.error and not in_job and not line.text.endswith(_AFTERMATH):
                return self._finding_at(block, place, last)
        return None

    def _finding_at(self, block: bytes, place: int, last: int) -> FittingLine:
        number = last - block.count(b"\n", place)
        return _finding(log_line.line_at(block, place, number, False, self.settings.looked_bytes))


#: Texts of which each line may tell something new.
_NEVER_SETTLED = frozenset((*jobs.TEXTS, *marks.REPEATED))
#: Texts whose lines all count, up to a bound; of others the first ones in a block and the last are enough.
_ALL = _NEVER_SETTLED.union((marks.WRAPPER, *log_line.BEGINNINGS))


@functools.lru_cache(maxsize=MOST_VERSIONS)
def _anchors(rules: Rules) -> TextAnchors:
    """Return the anchors of all texts that a log is searched for, made once for the same rules."""
    return TextAnchors(rules, [*facts.TEXTS, *marks.TEXTS, *_ALL], _ALL)


def _finding(line: LogLine) -> FittingLine:
    text = line.text.strip()[:_EXCERPT_BYTES].decode("utf-8", "replace")
    return FittingLine(line.number, text, line.header.time if line.header else "")
