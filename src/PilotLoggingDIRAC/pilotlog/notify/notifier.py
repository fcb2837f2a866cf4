"""The notifier: looks for problems, and tells recipients what changed. Several agents may do so on one database.

Whoever changes a standing says which version of it was read, so that of two agents one succeeds. A digest is sent
under a lease, outside of the look: a recipient that hangs delays neither the look nor other recipients.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from ..archive.tally import Tally
from ..errors import NoticeNotSent, Overloaded, StoreUnavailable
from ..ports import Clock
from .digest import Digest, digest
from .settings import NoticeSettings
from .standing import Standing
from .subscription import Recipient, Subscription
from .watch import Problem, ProblemWatch

_MAX_DOUBLINGS = 20
#: The clocks of agents differ by less. A moment that is further in the future was noted while a clock was ahead.
_CLOCK_SECONDS = 60.0


@dataclass(frozen=True, slots=True, order=True)
class Key:
    """The name of a standing: VO and name of a subscription, and its recipient."""

    vo: str
    name: str
    recipient: str


@dataclass(frozen=True, slots=True)
class StoredStanding:
    """A standing as the database has it; ``version`` 0 is none yet.

    ``sent_at``: when the last digest was delivered; ``number``: digests that were; ``retry_after``, ``attempts`` and
    ``error`` are of one that could not be; ``leased_until``: an agent is sending one.
    """

    key: Key
    version: int
    looked_at: datetime
    standing: Standing = field(default_factory=Standing)
    sent_at: datetime | None = None
    number: int = 0
    attempts: int = 0
    retry_after: datetime | None = None
    leased_until: datetime | None = None
    error: str = ""

    def is_leased(self, now: datetime, longest_seconds: float) -> bool:
        """Return whether an agent is sending a digest; no lease is longer than ``longest_seconds``."""
        return _is_ahead(self.leased_until, now, longest_seconds)

    def may_send(self, now: datetime, window_seconds: float, longest_pause_seconds: float) -> bool:
        """Return whether a digest may be sent now: once in a window, and not before a pause after a failure."""
        window = timedelta(seconds=window_seconds)
        early = self.sent_at is not None and _is_ahead(self.sent_at + window, now, window_seconds)
        return not early and not _is_ahead(self.retry_after, now, longest_pause_seconds)


class Standings(Protocol):
    """The store of standings. Each method may raise StoreUnavailable; calling it again is safe.

    Those that write raise StoreRefused for a key or a text that the store can't hold.
    """

    def entries(self) -> Mapping[Key, StoredStanding]:
        """Return all standings."""

    def save(self, entry: StoredStanding, standing: Standing, now: datetime) -> StoredStanding | None:
        """Save the standing after a look, and return it; None when it is not the version of ``entry`` any more."""

    def claim(self, entry: StoredStanding, owner: str, until: datetime) -> StoredStanding | None:
        """Lease the sending of a digest, and return the entry; None when it is not this version any more."""

    def sent(self, entry: StoredStanding, owner: str, standing: Standing, now: datetime) -> bool:
        """Note that a digest was delivered, and end the lease. Return False without the lease."""

    def failed(self, entry: StoredStanding, owner: str, error: str, retry_after: datetime) -> bool:
        """Note that a digest could not be delivered, and end the lease. Return False without the lease."""

    def forget(self, looked_at_before: datetime) -> int:
        """Delete standings that nobody has looked at since then. Return their number."""


@dataclass(slots=True)
class LastLook:
    """Results of a look, for the next one. ``asked``: VO and name of the subscription that was asked last, if the look
    was cut off; None after a whole look. ``said``: what was wrong with each subscription when it was asked last.
    """

    asked: tuple[str, str] | None = None
    said: dict[tuple[str, str], str] = field(default_factory=dict)

    def order(self, subscriptions: Iterable[Subscription]) -> list[Subscription]:
        """Return the subscriptions, those after that place first."""
        ordered = sorted(subscriptions, key=_name)
        first = [each for each in ordered if self.asked is not None and _name(each) > self.asked]
        return first + [each for each in ordered if self.asked is None or _name(each) <= self.asked]

    def problems(self, subscriptions: Iterable[Subscription]) -> dict[str, str]:
        """Return what was wrong with these subscriptions, by VO, and forget what was with others."""
        names = sorted({_name(each) for each in subscriptions})
        self.said = {name: self.said[name] for name in names if self.said.get(name)}
        wrong = defaultdict[str, list[str]](list)
        for (vo, name), text in self.said.items():
            wrong[vo].append(f"{name}: {text}")
        return {vo: "; ".join(texts) for vo, texts in wrong.items()}


Post = Callable[[str, Callable[[], None]], None]
"""``post(channel, work)`` has work done by a thread of the channel. Raise Overloaded when too much waits there."""


@dataclass(frozen=True, slots=True)
class Notifier:
    """The looks and deliveries of one agent; ``tally`` counts, ``under_way`` are those that wait for a thread,
    ``last_look`` has what a look leaves to the next one.
    """

    store: Standings
    watch: ProblemWatch
    settings: NoticeSettings
    clock: Clock
    owner: str
    post: Post
    tally: Tally = field(default_factory=Tally)
    under_way: set[Key] = field(default_factory=set)
    last_look: LastLook = field(default_factory=LastLook)

    def look(self, subscriptions: Iterable[Subscription]) -> dict[str, str]:
        """Look once for the problems of all subscriptions, and have digests sent.

        Return what is wrong with subscriptions and their recipients, by VO. A subscription whose question takes too
        long stops no other, until such questions have taken as long as the lease of the duty: the next look begins with
        those that were not asked, and what was said of them before is said again. Raise StoreUnavailable when the store
        answers no other question either.
        """
        began = self.clock()  # what this look notes is not forgotten by it, however long it takes
        entries, slow_seconds = self.store.entries(), 0.0
        wanted = self.last_look.order(subscriptions)
        waiting = deque(wanted)
        while waiting and slow_seconds <= self.settings.notice_lease_seconds:
            subscription, asked_at = waiting.popleft(), self.clock()
            name = _name(subscription)
            self.last_look.asked = name  # before: if the store breaks down, the next look passes it by
            self.last_look.said[name], is_slow = self._try(subscription, entries)
            if is_slow:
                slow_seconds += max((self.clock() - asked_at).total_seconds(), 0.0)
        if not waiting:
            self.last_look.asked = None
        self.store.forget(began - timedelta(seconds=self.settings.notice_forget_seconds))
        return self.last_look.problems(wanted)

    def _try(self, subscription: Subscription, entries: Mapping[Key, StoredStanding]) -> tuple[str, bool]:
        """Look at one subscription. Return what is wrong, "" if nothing is, and whether its question took too long."""
        try:
            return self._look_at(subscription, entries), False
        except StoreUnavailable as problem:
            self.store.entries()  # it answers others
            return str(problem), True
        except Exception as problem:  # one subscription must not stop the others
            return f"{type(problem).__name__}: {problem}", False

    def _look_at(self, subscription: Subscription, entries: Mapping[Key, StoredStanding]) -> str:
        """Look for the problems of one subscription. Return why a recipient could not be told, empty if all were."""
        now = self.clock()
        mine = [self._entry(subscription, recipient, entries, now) for recipient in subscription.recipients]
        looked_at = min((entry.looked_at for entry in mine), default=now)
        found = self.watch.find(subscription, now, looked_at)
        for recipient, entry in zip(subscription.recipients, mine, strict=True):
            if found is not None and not entry.is_leased(now, self.settings.delivery_seconds):
                self._note(subscription, recipient, entry, found, now)
        return next((entry.error for entry in mine if entry.error), "")

    @staticmethod
    def _entry(
        subscription: Subscription, recipient: Recipient, entries: Mapping[Key, StoredStanding], now: datetime
    ) -> StoredStanding:
        key = Key(subscription.vo, subscription.name, recipient.key)
        return entries.get(key) or StoredStanding(key, 0, now)

    def _note(
        self,
        subscription: Subscription,
        recipient: Recipient,
        entry: StoredStanding,
        found: Sequence[Problem],
        now: datetime,
    ) -> None:
        """Save what was found for one recipient, and have a digest sent if it is time."""
        before = entry.standing.of(subscription.about(recipient))
        standing = before.after(found, now, self.settings.notice_problems)
        window = subscription.limits.window_seconds
        kept = min(window, self.settings.notice_forget_seconds)
        if standing != entry.standing or _is_stale(entry, now, kept):
            saved = self.store.save(entry, standing, now)
            if saved is None:  # another agent has looked
                return
            entry = saved
        news = digest(subscription, standing, found, entry.number + 1, now)
        if news and entry.may_send(now, window, self.settings.notice_max_retry_seconds):
            self._post(recipient, entry, news)

    def _post(self, recipient: Recipient, entry: StoredStanding, news: Digest) -> None:
        if entry.key in self.under_way:
            return
        self.under_way.add(entry.key)
        try:
            self.post(recipient.channel, lambda: self._deliver(recipient, entry, news))
        except Overloaded:
            self.under_way.discard(entry.key)
            self.tally.add("notices put off")

    def _deliver(self, recipient: Recipient, entry: StoredStanding, news: Digest) -> None:
        """Send a digest if the standing is still the one that it tells of."""
        try:
            until = self.clock() + timedelta(seconds=self.settings.delivery_seconds)
            claimed = self.store.claim(entry, self.owner, until)
            if claimed is not None:
                self._send(recipient, claimed, news)
        except StoreUnavailable:  # the lease runs out, and the digest is sent then
            self.tally.add("notices not noted")
        finally:
            self.under_way.discard(entry.key)

    def _send(self, recipient: Recipient, entry: StoredStanding, news: Digest) -> None:
        try:
            recipient.send(news)
        except Exception as error:  # whatever a channel meets: the next try comes after a pause
            reason = str(error) if isinstance(error, NoticeNotSent) else type(error).__name__
            self._failed(entry, reason)
            return
        self.tally.add("notices sent")
        self.store.sent(entry, self.owner, entry.standing.told(), self.clock())

    def _failed(self, entry: StoredStanding, reason: str) -> None:
        self.tally.add("notices not sent")
        pause = self.settings.notice_retry_seconds * 2 ** min(entry.attempts, _MAX_DOUBLINGS)
        pause = min(pause, self.settings.notice_max_retry_seconds)
        self.store.failed(entry, self.owner, reason, self.clock() + timedelta(seconds=pause))


def _name(subscription: Subscription) -> tuple[str, str]:
    return subscription.vo, subscription.name


def _is_ahead(moment: datetime | None, now: datetime, longest_seconds: float) -> bool:
    """Return whether a moment is still to come, and no further ahead than it can have been set."""
    return moment is not None and now < moment <= now + timedelta(seconds=longest_seconds + _CLOCK_SECONDS)


def _is_stale(entry: StoredStanding, now: datetime, kept_seconds: float) -> bool:
    """Return whether to note that somebody still looks, so that the database does not forget the entry."""
    return entry.version == 0 or now - entry.looked_at > timedelta(seconds=kept_seconds / 2)
