"""The search for problems: what a subscription is about, in the store's figures of this moment."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol

from ..access import Scope
from ..diagnose import Rules, standard
from ..diagnosed import CauseFigures, UnknownFailure
from ..model import Outcome, Selection
from ..outcome import FAILED
from ..text.humanize import count, span
from .subscription import Subscription, When

_ENDED = (*FAILED, Outcome.SUCCEEDED, Outcome.UNKNOWN)
_NOWHERE = "unknown site"
#: A collector that reported a backlog within this time may still have text that is not in the store.
_DRAINING_SECONDS = 600.0


class PilotNumbers(Protocol):
    """Numbers of pilots; each method may raise StoreUnavailable."""

    def by_site(self, scope: Scope, wanted: Selection, most: int) -> Mapping[tuple[str, Outcome], int]:
        """See ``SqlReader.by_site``."""

    def is_heard(self, scope: Scope, wanted: Selection) -> bool:
        """See ``SqlReader.is_heard``."""


class FailureFigures(Protocol):
    """Figures of failures; each method may raise StoreUnavailable."""

    def summary(self, scope: Scope, wanted: Selection, by: Sequence[str]) -> CauseFigures:
        """See ``SqlDiagnoses.summary``."""

    def unknown(self, scope: Scope, wanted: Selection, fingerprint: str = "") -> list[UnknownFailure]:
        """See ``SqlDiagnoses.unknown``."""

    def is_old(self, vo: str, fingerprint: str, before: datetime) -> bool:
        """See ``SqlDiagnoses.is_old``."""


class Spools(Protocol):
    """The spools of all collectors."""

    def draining(self, since: datetime) -> bool:
        """See ``SilentLogs.draining``."""


@dataclass(frozen=True, slots=True)
class Problem:
    """A problem of this moment. ``subject`` is the same at each look, ``title`` holds nothing that changes.

    ``facts`` are its figures for programs. One that is not ``new`` goes on if it is known, and does not begin.
    """

    subject: str
    title: str
    text: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    new: bool = True


@dataclass(frozen=True, slots=True)
class ProblemWatch:
    """The search for problems in a store; ``most_logs`` are counted, ``most`` groups are looked at.

    ``rules`` gives the rules of a VO, which have the hints of causes.
    """

    pilots: PilotNumbers
    failures: FailureFigures
    spools: Spools
    most_logs: int
    most: int
    rules: Callable[[str], Rules] = lambda vo: standard()

    def find(self, subscription: Subscription, now: datetime, looked_at: datetime) -> list[Problem] | None:
        """Return the problems, the largest first; None when nobody can tell. Raise StoreUnavailable.

        ``looked_at`` is the time of the look before: what began since is new, however long ago that was.
        """
        since = now - timedelta(seconds=subscription.limits.period_seconds)
        kind = subscription.wanted.when
        if kind is When.FAILURE_RATE:
            return list(self._rates(subscription, since, now))
        if kind is When.CAUSE:
            return list(self._causes(subscription, since))
        if kind is When.UNKNOWN_FAILURE:
            return list(self._unknown(subscription, since, min(since, looked_at)))
        if self.spools.draining(now - timedelta(seconds=_DRAINING_SECONDS)):
            return None
        return list(self._silences(subscription, now))

    def _rates(self, subscription: Subscription, since: datetime, now: datetime) -> Iterator[Problem]:
        wanted = _selection(subscription, since, silent_before=now, without_checks=True)
        found = self.pilots.by_site(subscription.scope, wanted, self.most_logs)
        failed, ended = _totals(found, FAILED), _totals(found, _ENDED)
        for site in sorted(failed, key=lambda site: (-failed[site], site)):
            if _is_over(failed[site], ended[site], ended[site], subscription):
                share = 100 * failed[site] / ended[site]
                facts = {"site": site, "failed": failed[site], "ended": ended[site], "percent": round(share, 1)}
                text = f"{failed[site]:,} of {count(ended[site], 'pilot')} that ended have failed, {share:.0f} %"
                yield Problem(f"site {site}", f"{site or _NOWHERE}: pilots fail", text, facts)

    def _causes(self, subscription: Subscription, since: datetime) -> Iterator[Problem]:
        wanted = _selection(subscription, since, without_checks=True)
        groups = self.failures.summary(subscription.scope, wanted, ("Site", "Cause")).groups
        ended, rules = Counter[str](), self.rules(subscription.vo)
        for group in groups:
            ended[group["Site"]] += group["Logs"]
        for group in groups:
            site, code, number = group["Site"], group["Cause"], group["Logs"]
            chosen = code and (not subscription.wanted.causes or code in subscription.wanted.causes)
            if chosen and _is_over(number, ended[site], number, subscription):
                share = 100 * number / ended[site]
                facts = {"site": site, "cause": code, "pilots": number, "ended": ended[site]}
                title = f"{site or _NOWHERE}: {group['CauseName']} [{code}]"
                text = f"{number:,} of {count(ended[site], 'pilot')} that ended, {share:.0f} %"
                facts |= {"percent": round(share, 1), **_known(code, rules)}
                yield Problem(f"cause {code} at {site}", title, text, facts)

    def _unknown(self, subscription: Subscription, since: datetime, before: datetime) -> Iterator[Problem]:
        wanted, vo = _selection(subscription, since, without_checks=True), subscription.vo
        groups = self.failures.unknown(subscription.scope, wanted)
        for group in [group for group in groups if group.logs >= subscription.limits.least_pilots][: self.most]:
            facts = {
                "fingerprint": group.fingerprint,
                "template": group.template,
                "pilots": group.logs,
                "sites": list(group.sites),
                "example": group.example,
            }
            text = f"{count(group.logs, 'pilot')} at {', '.join(group.sites) or _NOWHERE}: {group.template}"
            title = f"a failure that no rule knows, {group.fingerprint}"
            is_new = not self.failures.is_old(vo, group.fingerprint, before)
            yield Problem(f"fingerprint {group.fingerprint}", title, text, facts, is_new)

    def _silences(self, subscription: Subscription, now: datetime) -> Iterator[Problem]:
        seconds = subscription.limits.silent_seconds
        since = now - timedelta(seconds=seconds)
        for site in subscription.wanted.sites or _reach(subscription):
            sites = (site,) if site else ()
            wanted = Selection(vos=(subscription.vo,), sites=sites, since=since, without_checks=True)
            if not self.pilots.is_heard(subscription.scope, wanted):
                title = f"{site or subscription.vo}: silence"
                text = f"nothing of any pilot for {span(seconds)} or longer"
                yield Problem(f"silence of {site}", title, text, {"site": site, "seconds": seconds})


def _selection(subscription: Subscription, since: datetime, **more: Any) -> Selection:
    return Selection(vos=(subscription.vo,), sites=subscription.wanted.sites, since=since, **more)


def _known(code: str, rules: Rules) -> dict[str, str]:
    """Return who can do something about a cause, and a hint; nothing of a cause that no rule has now."""
    found = rules.by_code.get(code)
    return {"party": str(found.party), "hint": found.hint} if found else {}


def _totals(found: Mapping[tuple[str, Outcome], int], outcomes: Sequence[Outcome]) -> Counter[str]:
    totals: Counter[str] = Counter()
    for (site, outcome), number in found.items():
        if outcome in outcomes:
            totals[site] += number
    return totals


def _is_over(number: int, ended: int, enough: int, subscription: Subscription) -> bool:
    """Return whether a share is above the limit, of enough pilots."""
    limits = subscription.limits
    return enough >= limits.least_pilots and 100 * number > limits.percent * ended


def _reach(subscription: Subscription) -> list[str]:
    """Return the sites whose silence is looked for where none is named; an empty name is the VO as a whole."""
    return [""] if subscription.scope.covers_vo(subscription.vo) else sorted(subscription.scope.sites)
