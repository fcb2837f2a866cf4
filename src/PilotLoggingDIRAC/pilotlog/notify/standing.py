"""The standing of a recipient: the problems that there are, and which of them the recipient was told."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from .watch import Problem


@dataclass(frozen=True, slots=True)
class KnownProblem:
    """A problem that is known. ``until`` is None while it goes on; ``told``: the recipient knows that it began."""

    title: str
    since: datetime
    until: datetime | None = None
    told: bool = False


@dataclass(frozen=True, slots=True)
class Standing:
    """The known problems by their subjects, and how many ``more`` there were than are noted.

    ``about`` is what the subscription was about when they were noted (``Subscription.about``), empty if unknown.
    """

    problems: Mapping[str, KnownProblem] = field(default_factory=dict)
    more: int = 0
    about: str = ""

    def of(self, about: str) -> Standing:
        """Return this standing if it is about the same, or does not say what it is about; else a new, empty one."""
        return replace(self, about=about) if self.about in ("", about) else Standing(about=about)

    def after(self, found: Sequence[Problem], now: datetime, most: int) -> Standing:
        """Return the standing after a look. Of more problems than ``most``, those that are known are noted.

        A problem that is over and is found again before that was told goes on, as if it had never ended.
        """
        known = [problem for problem in found if problem.subject in self.problems]
        new = [problem for problem in found if problem.new and problem.subject not in self.problems]
        room = max(most - len(known), 0)
        noted = {problem.subject: self._noted(problem, now) for problem in (*known, *new[:room])}
        ended = {
            subject: replace(known, until=known.until or now)
            for subject, known in self.problems.items()
            if subject not in noted
        }
        return Standing({**_newest(ended, most), **noted}, len(new[room:]), self.about)

    def _noted(self, problem: Problem, now: datetime) -> KnownProblem:
        known = self.problems.get(problem.subject)
        return replace(known, until=None) if known else KnownProblem(problem.title, now)

    def told(self) -> Standing:
        """Return the standing after all of it was told: what is over is forgotten."""
        going_on = {subject: known for subject, known in self.problems.items() if known.until is None}
        told = {subject: replace(known, told=True) for subject, known in going_on.items()}
        return replace(self, problems=told)

    @property
    def has_news(self) -> bool:
        """Return whether there is something to tell: a problem that began, or one that is over."""
        return any(known.until is not None or not known.told for known in self.problems.values())

    def as_json(self) -> str:
        """Return the standing as JSON, for the database."""
        entries = {
            subject: [known.title, *map(_text, (known.since, known.until)), known.told]
            for subject, known in self.problems.items()
        }
        return json.dumps({"problems": entries, "more": self.more, "about": self.about}, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> Standing:
        """Return the standing that ``as_json`` gave."""
        found = json.loads(text)
        problems = {
            subject: KnownProblem(title, datetime.fromisoformat(since), _moment(until), told)
            for subject, (title, since, until, told) in found["problems"].items()
        }
        return cls(problems, found["more"], found.get("about", ""))


def _text(moment: datetime | None) -> str:
    return moment.isoformat() if moment else ""


def _moment(text: str) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _newest(ended: Mapping[str, KnownProblem], most: int) -> dict[str, KnownProblem]:
    """Return those of the problems that are over that ended last; told ones first, as somebody waits for their end."""
    order: Iterable[str] = sorted(ended, key=lambda subject: (ended[subject].told, ended[subject].until), reverse=True)
    return {subject: ended[subject] for subject in list(order)[:most]}
