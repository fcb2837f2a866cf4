"""Digests: what a recipient is told, as a mail and as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ..text.humanize import count, span
from ..text.terminal import harmless, one_line
from .standing import KnownProblem, Standing
from .subscription import Subscription, When
from .watch import Problem

_VERSION = 1
_FORMAT = "%Y-%m-%d %H:%M UTC"
#: The command that shows more of a kind of problem.
_COMMANDS = {
    When.FAILURE_RATE: "dirac-admin-pilot-logs-list --VO {vo} --Failed --Since {since}",
    When.CAUSE: "dirac-admin-pilot-logs-summary --VO {vo} --By Site,Cause --Since {since}",
    When.UNKNOWN_FAILURE: "dirac-admin-pilot-logs-summary --VO {vo} --Unknown --Since {since}",
    When.SILENCE: "dirac-admin-pilot-logs-list --VO {vo} --Since {since}",
}


@dataclass(frozen=True, slots=True)
class Change:
    """A problem in a digest; ``found`` has its present figures, None where it is over."""

    subject: str
    known: KnownProblem
    found: Problem | None = None

    @property
    def text(self) -> str:
        """Return one line: the title, the figures, and from when to when."""
        figures = f": {self.found.text}" if self.found else ""
        until = f" until {self.known.until:{_FORMAT}}" if self.known.until else ""
        return one_line(f"{self.known.title}{figures} (since {self.known.since:{_FORMAT}}{until})")

    @property
    def advice(self) -> str:
        """Return who can do something about it, and a hint; empty where nobody knows."""
        facts = self.found.facts if self.found else {}
        return one_line(f"  It is for: {facts['party']}. {facts['hint']}") if "hint" in facts else ""

    def as_json(self) -> dict[str, Any]:
        """Return the same for programs."""
        told: dict[str, Any] = {
            "subject": self.subject,
            "title": self.known.title,
            "since": f"{self.known.since.isoformat()}Z",
            "until": f"{self.known.until.isoformat()}Z" if self.known.until else None,
            "text": self.text,
        }
        return told | (dict(self.found.facts) if self.found else {})


@dataclass(frozen=True, slots=True)
class Digest:
    """The news of one subscription for one recipient, the ``number``-th since it began.

    ``began`` and ``over`` are problems that began, or ended, since the digest before; ``passed`` are those that did
    both; ``going_on`` were told before. ``more`` problems are not noted.
    """

    vo: str
    name: str
    when: When
    number: int
    time: datetime
    period_seconds: float
    window_seconds: float
    began: tuple[Change, ...]
    over: tuple[Change, ...]
    passed: tuple[Change, ...]
    going_on: tuple[Change, ...]
    more: int = 0

    @property
    def id(self) -> str:
        """Return a name that the digest keeps when it is sent again."""
        return f"{self.vo}/{self.name}/{self.number}"

    @property
    def subject(self) -> str:
        """Return the subject of the mail."""
        parts = ((self.began, "began"), (self.over, "over"), (self.passed, "began and over"))
        news = ", ".join(f"{len(changes)} {word}" for changes, word in parts if changes)
        return one_line(f"[PilotLogging] {self.vo}: {self.name}: {news}")

    def as_text(self) -> str:
        """Return the text of the mail."""
        return harmless("\n".join(self._lines()) + "\n")

    def _lines(self) -> Iterator[str]:
        yield f"Notice {self.name} of {self.vo} ({self.when}), {self.time:{_FORMAT}}, number {self.number}"
        for heading, changes in self._sections():
            if changes:
                yield from ("", heading)
                for change in changes:
                    yield from filter(None, (f"- {change.text}", change.advice))
        if self.more:
            yield from ("", f"There are {count(self.more, 'more problem')} of this kind.")
        since = f"{max(round(self.period_seconds / 3600), 1)}h"
        yield from ("", f"More: {_COMMANDS[self.when].format(vo=self.vo, since=since)}")
        yield f"The next mail comes {span(self.window_seconds)} from now at the earliest, if something changes."
        yield f"This is set up in Operations/{self.vo}/PilotLogging/Notices/{self.name}"

    def _sections(self) -> tuple[tuple[str, Sequence[Change]], ...]:
        return (
            ("Began", self.began),
            ("Over", self.over),
            ("Began and over since the mail before", self.passed),
            ("Goes on", self.going_on),
        )

    def as_json(self) -> str:
        """Return the body of a webhook's call."""
        lists = {"began": self.began, "over": self.over, "passed": self.passed, "going_on": self.going_on}
        told = {"version": _VERSION, "id": self.id, "vo": self.vo, "notice": self.name, "when": str(self.when)}
        changes = {name: [change.as_json() for change in found] for name, found in lists.items()}
        return json.dumps({**told, "time": f"{self.time.isoformat()}Z", **changes, "more": self.more})


def digest(
    subscription: Subscription, standing: Standing, found: Iterable[Problem], number: int, now: datetime
) -> Digest | None:
    """Return what there is to tell of a standing; None when there is no news. ``found`` has present figures."""
    if not standing.has_news:
        return None
    figures = {problem.subject: problem for problem in found}
    changes = [Change(subject, known, figures.get(subject)) for subject, known in standing.problems.items()]
    limits = subscription.limits
    period = limits.silent_seconds if subscription.wanted.when is When.SILENCE else limits.period_seconds
    sorted_out = _by_news(changes)
    return Digest(
        subscription.vo,
        subscription.name,
        subscription.wanted.when,
        number,
        now,
        period,
        limits.window_seconds,
        **sorted_out,
        more=standing.more,
    )


def _by_news(changes: Sequence[Change]) -> Mapping[str, Any]:
    def chosen(told: bool, over: bool) -> tuple[Change, ...]:
        fits = (c for c in changes if c.known.told is told and (c.known.until is not None) is over)
        return tuple(fits)

    return {
        "began": chosen(False, False),
        "over": chosen(True, True),
        "passed": chosen(False, True),
        "going_on": chosen(True, False),
    }
