"""The status of the whole installation: each collector, the database's figures, the data managers' proxies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial

from DIRAC.ConfigurationSystem.Client.PathFinder import getServiceURLs

from PilotLoggingDIRAC.commands.client import CollectorClient
from PilotLoggingDIRAC.commands.installation import configuration
from PilotLoggingDIRAC.commands.installation.collector_urls import COLLECTORS, SYSTEM
from PilotLoggingDIRAC.commands.installation.data_managers import DataManager, data_managers
from PilotLoggingDIRAC.commands.terminal.answers import value
from PilotLoggingDIRAC.commands.terminal.side_by_side import ask_all
from PilotLoggingDIRAC.pilotlog.admin import health
from PilotLoggingDIRAC.pilotlog.admin.health import Finding, HealthLimits, Level
from PilotLoggingDIRAC.pilotlog.errors import PilotLogError

_LIMITS = HealthLimits()


@dataclass(slots=True)
class Status:
    """The status: ``collectors`` by URL, each with its answer or an error; the other figures from the first that has
    them.
    """

    collectors: dict[str, dict | str] = field(default_factory=dict)
    usage: dict | None = None
    managers: list[DataManager] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    @property
    def level(self) -> Level:
        """The worst level of all findings."""
        return health.worst(self.findings)

    @property
    def answers(self) -> dict[str, dict]:
        """The answers of the collectors that answered."""
        return {url: answer for url, answer in self.collectors.items() if isinstance(answer, dict)}

    @property
    def logs(self) -> dict:
        """The figures of logs from a collector with a database; empty without one."""
        return next((answer for answer in self.answers.values() if "States" in answer), {})


def urls() -> list[str]:
    """Return every URL of a collector in the configuration."""
    return [url for name in COLLECTORS for url in getServiceURLs(SYSTEM, service=name)]


def look(asked: Sequence[str], seconds: float, limits: HealthLimits = _LIMITS) -> Status:
    """Call these collectors, all at once, and judge their answers."""
    now = datetime.now(UTC).replace(tzinfo=None)
    status = Status(_ask_all(asked, seconds))
    status.findings += _of_collectors(status, limits) + configuration.findings()
    if status.logs:
        _look_at_database(status, now, limits)
    try:
        status.managers = data_managers()
    except PilotLogError as error:
        status.findings.append(Finding(Level.UNKNOWN, "proxies", f"can't be looked at: {error}"))
    for manager in status.managers:
        subject = f"data manager of {manager.vo}"
        status.findings += health.of_proxy(subject, manager.expires, now, limits)
    return status


def _of_collectors(status: Status, limits: HealthLimits) -> list[Finding]:
    if not status.collectors:
        return [
            Finding(Level.CRITICAL, "collectors", "the configuration has no URL of any: dirac-admin-pilot-logs-urls")
        ]
    found = []
    for url, answer in status.collectors.items():
        if isinstance(answer, str):
            found.append(Finding(Level.CRITICAL, url, f"does not answer: {answer}"))
        else:
            found += health.of_collector(url, answer)
            found += health.of_clock(url, answer.get("ClockDifference"), limits)
    found += health.of_versions({url: answer["Version"] for url, answer in status.answers.items()})
    problems = [answer.get("Options", {}) for answer in status.answers.values()]
    found += health.of_options({path: text for answer in problems for path, text in answer.items()})
    return found


def _look_at_database(status: Status, now: datetime, limits: HealthLimits) -> None:
    url = next(url for url, answer in status.answers.items() if "States" in answer)
    try:
        status.usage = value(CollectorClient(url=url).getUsage())
    except PilotLogError as error:
        status.findings.append(Finding(Level.UNKNOWN, "database", f"its figures: {error}"))
    failures = status.usage["Failures"] if status.usage else []
    status.findings += health.of_archive(status.logs["OldestUnarchived"], failures, now, limits)
    status.findings += health.of_copies(status.logs.get("LostCopies", {}))
    if status.usage:
        status.findings += health.of_disk(health.disk(status.usage), limits)
        status.findings += health.of_server(status.usage.get("Server", {}), limits)
        status.findings += health.of_pilot_agents(status.usage.get("PilotAgents", ""))


def _ask_all(asked: Sequence[str], seconds: float) -> dict[str, dict | str]:
    """Call each collector in a thread, as DIRAC's HTTPS clients wait for two minutes at least."""
    found = ask_all({url: partial(_ask, url) for url in asked}, seconds)
    return {url: found.get(url, f"no answer within {seconds:.0f} s") for url in asked}


def _ask(url: str) -> dict | str:
    try:
        return value(CollectorClient(url=url).getStatus())
    except PilotLogError as error:
        return str(error) or "no answer"
