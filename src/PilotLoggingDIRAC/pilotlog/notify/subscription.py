"""Subscriptions to notices, and the rules for their options."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from ..access import Scope
from ..admin import option_rules
from ..errors import InvalidInput
from ..text import humanize
from .settings import SubscriptionSettings

if TYPE_CHECKING:
    from .digest import Digest

_NAME = re.compile(r"[\w.-]{1,64}", re.ASCII)
_ADDRESS = re.compile(r"[^@\s,<>\"]{1,64}@[^@\s,<>\"]{1,180}", re.ASCII)
_LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})
#: Options of a subscription that are no numbers.
WORDS = ("When", "Site", "Cause", "Mail", "Group", "Webhook", "WebhookSecret", "WebhookSecretFile", "WebhookCA")


class When(StrEnum):
    """Kinds of problems that a subscription is about."""

    FAILURE_RATE = "FailureRate"
    CAUSE = "Cause"
    UNKNOWN_FAILURE = "UnknownFailure"
    SILENCE = "Silence"


class BadNotice(InvalidInput):
    """A subscription can't be used; the message says why."""


@dataclass(frozen=True, slots=True)
class Recipient:
    """One who is told. ``key`` names the recipient in the database, ``channel`` the queue of its digests."""

    key: str
    channel: str
    send: Callable[[Digest], None]
    """Deliver a digest within a time limit. Raise NoticeNotSent."""
    url: str = ""
    """Where digests go, if ``key`` does not say that."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """The words of a subscription: kind, sites and causes (none: each), addresses, group, webhook."""

    when: When
    sites: tuple[str, ...] = ()
    causes: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()
    group: str = ""
    webhook: str = ""


@dataclass(frozen=True, slots=True)
class Subscription:
    """A subscription to the logs of one VO, within a scope: those that its group may read."""

    vo: str
    name: str
    wanted: Wanted
    limits: SubscriptionSettings
    scope: Scope
    recipients: tuple[Recipient, ...] = ()

    def about(self, recipient: Recipient) -> str:
        """Return a short name of what a recipient is told of, and where: it changes when one of these does."""
        words, reach = self.wanted, self.scope
        names = (*map(sorted, (words.sites, words.causes, reach.vos, reach.sites)), recipient.url)
        facts = json.dumps([words.when, reach.everything, *names])
        return hashlib.sha256(facts.encode()).hexdigest()[:16]


def wanted(name: str, option: Callable[[str], str], known_causes: Collection[str]) -> Wanted:
    """Return the words of a subscription; ``option(name)`` gives an option's text, empty without one.

    Raise BadNotice.
    """
    if not _NAME.fullmatch(name):
        raise BadNotice("its name is not made of at most 64 letters, digits, _, . and -")
    found = Wanted(
        _when(option("When")),
        _list(option("Site")),
        _list(option("Cause")),
        _list(option("Mail")),
        option("Group").strip(),
        option("Webhook").strip(),
    )
    _check(found, known_causes)
    return found


def unknown_options(options: Mapping[str, str], numbers: Collection[str]) -> dict[str, str]:
    """Return what is wrong with names of options of a subscription, by the name."""
    known = [*WORDS, *numbers]
    return {name: option_rules.unknown_problem(name, known) for name in options if name not in known}


def _when(text: str) -> When:
    try:
        return When(text.strip())
    except ValueError:
        raise BadNotice(f"When is {text or 'not set'}: it is one of {', '.join(When)}") from None


def _list(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(filter(None, (word.strip() for word in text.split(",")))))


def _check(found: Wanted, known_causes: Collection[str]) -> None:
    if wrong := [address for address in found.addresses if not is_address(address)]:
        raise BadNotice(f"Mail: {', '.join(wrong)} is no address")
    if wrong := [code for code in found.causes if code not in known_causes]:
        raise BadNotice(f"Cause: nobody knows {', '.join(wrong)}{humanize.meant(wrong[0], known_causes)}")
    if found.webhook and not is_safe(found.webhook):
        raise BadNotice("Webhook is neither an https URL nor one of this host")
    if not (found.addresses or found.group or found.webhook):
        raise BadNotice("nobody is told: set Mail, Group or Webhook")


def is_address(text: str) -> bool:
    """Return whether a text is a mail address, short enough for the name of a recipient."""
    return _ADDRESS.fullmatch(text) is not None


def is_safe(url: str) -> bool:
    """Return whether a URL keeps what is sent there from others: https, or this very host."""
    try:
        parts = urlsplit(url)
        port_is_good = parts.port is None or parts.port > 0
    except ValueError:
        return False
    if not (parts.hostname and port_is_good and url.isascii() and url.isprintable() and " " not in url):
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOCAL)
