"""Subscriptions in ``Operations/<vo>/PilotLogging/Notices/<name>``, with what their groups may read."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from email.utils import getaddresses

from DIRAC import gConfig, gLogger
from DIRAC.ConfigurationSystem.Client.Helpers.Operations import Operations
from DIRAC.ConfigurationSystem.Client.Helpers.Registry import getPropertiesForGroup

from PilotLoggingDIRAC.adapters.notices.mail import Mail
from PilotLoggingDIRAC.adapters.notices.webhook import Webhook
from PilotLoggingDIRAC.adapters.registry import members
from PilotLoggingDIRAC.adapters.workers.pool import OperationCaller
from PilotLoggingDIRAC.assembly import diagnosis_rules, options
from PilotLoggingDIRAC.assembly.access.callers import policy
from PilotLoggingDIRAC.pilotlog import access
from PilotLoggingDIRAC.pilotlog.access import Caller, Scope
from PilotLoggingDIRAC.pilotlog.notify.settings import SubscriptionSettings
from PilotLoggingDIRAC.pilotlog.notify.subscription import (
    BadNotice,
    Recipient,
    Subscription,
    Wanted,
    is_address,
    unknown_options,
    wanted,
)

FOLDER = "PilotLogging/Notices"
MAIL, WEBHOOK = "mail", "webhook"
_NUMBERS = tuple(options.option_name(item.name) for item in dataclasses.fields(SubscriptionSettings))
_log = gLogger.getSubLogger("PilotLogging")


@dataclass(slots=True)
class Subscriptions:
    """The subscriptions of some VOs, and what is wrong with others, by the paths of their options."""

    found: list[Subscription] = field(default_factory=list)
    problems: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Channels:
    """The ways to recipients, within ``seconds`` for one digest."""

    mailer: OperationCaller
    seconds: float

    def recipients(self, vo: str, name: str, words: Wanted) -> Iterator[Recipient]:
        """Yield each recipient of a subscription once."""
        for address in dict.fromkeys((*words.addresses, *_addresses(words.group))):
            yield Recipient(f"{MAIL}:{address}", MAIL, Mail(address, self.mailer, self.seconds).send)
        if words.webhook:
            texts = {item: _option(vo, name)(item) for item in ("WebhookSecret", "WebhookSecretFile", "WebhookCA")}
            secret, secret_file, ca = texts.values()
            send = Webhook(words.webhook, self.seconds, secret, secret_file, ca).send
            yield Recipient(WEBHOOK, WEBHOOK, send, words.webhook)


def read(vos: Iterable[str], channels: Channels) -> Subscriptions:
    """Return all subscriptions of these VOs that can be used."""
    answer = Subscriptions()
    for vo in vos:
        for name in names(vo):
            path = f"/Operations/{vo}/{FOLDER}/{name}"
            try:
                words, scope = checked(vo, name)
            except BadNotice as error:
                answer.problems[path] = str(error)
                continue
            limits = options.fill(SubscriptionSettings, _getter(vo, name))
            recipients = tuple(channels.recipients(vo, name, words))
            answer.found.append(Subscription(vo, name, words, limits, scope, recipients))
    return answer


def problems(vo: str) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with subscriptions of a VO, by the paths of options."""
    for name in names(vo):
        path = f"/Operations/{vo}/{FOLDER}/{name}"
        given = Operations(vo=vo).getOptionsDict(f"{FOLDER}/{name}").get("Value") or {}
        for option, text in unknown_options(given, _NUMBERS).items():
            yield f"{path}/{option}", text
        for option, text in options.problems(SubscriptionSettings, _getter(vo, name)).items():
            yield f"{path}/{option}", text
        try:
            words, _ = checked(vo, name)
        except BadNotice as error:
            yield path, str(error)
            continue
        if words.webhook and not (given.get("WebhookSecret") or given.get("WebhookSecretFile")):
            yield f"{path}/WebhookSecretFile", "the webhook has no secret: nothing is sent without a signature"


def names(vo: str) -> list[str]:
    """Return the names of a VO's subscriptions, those of ``Operations/Defaults`` included."""
    return sorted(Operations(vo=vo).getSections(FOLDER).get("Value") or [])


def checked(vo: str, name: str) -> tuple[Wanted, Scope]:
    """Return the words of a subscription and its reach. Raise BadNotice."""
    words = wanted(name, _option(vo, name), diagnosis_rules.rules(vo).by_code)
    scope = _reach(vo, words.group)
    sites = [site for site in words.sites if not (scope.covers_vo(vo) or site in scope.sites)]
    if sites:
        raise BadNotice(f"group {words.group} may not read logs of {', '.join(sites)}")
    if words.group and not any(_addresses(words.group)) and not (words.addresses or words.webhook):
        raise BadNotice(f"nobody of group {words.group} has an Email in the Registry")
    return words, scope


def _reach(vo: str, group: str) -> Scope:
    """Return the logs that a subscription of a VO tells of: all of the VO's, or those that its group may read.

    Sites are those of the group, as a subscription is nobody's own. Raise BadNotice for a group without a right.
    """
    if not group:
        return Scope(vos=frozenset({vo}))
    if group not in (gConfig.getSections("/Registry/Groups").get("Value") or []):
        raise BadNotice(f"there is no group {group}")
    section = f"/Registry/Groups/{group}"
    own_vo, sites = gConfig.getValue(f"{section}/VO", ""), gConfig.getValue(f"{section}/Sites", [])
    member = Caller("", group, own_vo, frozenset(getPropertiesForGroup(group, [])), sites=frozenset(sites))
    scope = access.scope(member, policy(own_vo))
    if not scope.reaches(vo):
        raise BadNotice(f"group {group} may read no logs of {vo}")
    return scope


def _addresses(group: str) -> list[str]:
    """Return the mail addresses of a group's members; an ``Email`` may have several, with names of people."""
    found = [gConfig.getValue(f"/Registry/Users/{user}/Email", "") for user in members(group)] if group else []
    return [address for email in found for _, address in getaddresses([email]) if is_address(address)]


def _getter(vo: str, name: str) -> options.Getter:
    return options.operations(vo, f"{FOLDER}/{name}")


def _option(vo: str, name: str) -> Callable[[str], str]:
    option = _getter(vo, name)
    return lambda word: str(option(word, ""))
