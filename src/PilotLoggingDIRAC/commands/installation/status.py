"""The status of the whole installation: each collector, the database's figures, the data managers' proxies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from DIRAC.ConfigurationSystem.Client.PathFinder import getServiceURLs

from PilotLoggingDIRAC.commands.installation import configuration
from PilotLoggingDIRAC.commands.installation.collector_urls import COLLECTORS, SYSTEM
from PilotLoggingDIRAC.commands.installation.data_managers import DataManager
from PilotLoggingDIRAC.commands.installation.questions import NoAnswer, StatusAnswers, ask
from PilotLoggingDIRAC.pilotlog.admin import health
from PilotLoggingDIRAC.pilotlog.admin.health import Finding, HealthLimits, Level

_LIMITS = HealthLimits()


@dataclass(slots=True)
class Status:
    """The status: ``collectors`` by URL, each with its answer or the reason why there is none; the other figures from
    the first that has them. ``hidden``: what the caller's rights don't show, which is no illness.
    """

    collectors: dict[str, dict | NoAnswer] = field(default_factory=dict)
    usage: dict | None = None
    managers: list[DataManager] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    hidden: list[str] = field(default_factory=list)

    @property
    def level(self) -> Level:
        """Return the worst level of all findings."""
        return health.worst(self.findings)

    @property
    def answers(self) -> dict[str, dict]:
        """Return the answers of the collectors that answered."""
        return {url: answer for url, answer in self.collectors.items() if isinstance(answer, dict)}

    @property
    def answering(self) -> int:
        """Return the number of collectors that answered, if only by a refusal."""
        return sum(isinstance(answer, dict) or answer.refused for answer in self.collectors.values())

    @property
    def logs(self) -> dict:
        """Return the figures of logs from a collector with a database; empty without one."""
        return next((answer for answer in self.answers.values() if "States" in answer), {})


def urls() -> list[str]:
    """Return every URL of a collector in the configuration."""
    return [url for name in COLLECTORS for url in getServiceURLs(SYSTEM, service=name)]


def look(asked: Sequence[str], seconds: float, limits: HealthLimits = _LIMITS) -> Status:
    """Ask these collectors, the database and ProxyManager within ``seconds``, and judge their answers."""
    found = ask(asked, seconds)
    now = datetime.now(UTC).replace(tzinfo=None)
    status = Status(found.collectors)
    if refused := _refusal(status):
        status.findings.append(refused)
        return status
    status.findings += _of_collectors(status, limits) + configuration.findings()
    if status.logs:
        _look_at_database(status, found, now, limits)
    _look_at_proxies(status, found, now, limits)
    return status


def _refusal(status: Status) -> Finding | None:
    """Return that no collector tells this caller anything, if so: what the configuration alone tells is no status."""
    silent = [answer for answer in status.collectors.values() if isinstance(answer, NoAnswer) and answer.refused]
    if not silent or status.answers:
        return None
    return Finding(Level.UNKNOWN, "collectors", f"don't tell you: {', '.join(sorted(set(map(str, silent))))}")


def _of_collectors(status: Status, limits: HealthLimits) -> list[Finding]:
    if not status.collectors:
        return [
            Finding(Level.CRITICAL, "collectors", "the configuration has no URL of any: dirac-admin-pilot-logs-urls")
        ]
    found: list[Finding] = []
    for url, answer in status.collectors.items():
        if isinstance(answer, dict):
            found += health.of_collector(url, answer)
            found += health.of_clock(url, answer.get("ClockDifference"), limits)
        elif not answer.refused:
            found.append(Finding(Level.CRITICAL, url, f"does not answer: {answer}"))
    found += health.of_versions({url: answer["Version"] for url, answer in status.answers.items()})
    problems = [answer.get("Options", {}) for answer in status.answers.values()]
    found += health.of_options({path: text for answer in problems for path, text in answer.items()})
    return found


def _look_at_database(status: Status, found: StatusAnswers, now: datetime, limits: HealthLimits) -> None:
    if isinstance(found.usage, dict):
        status.usage = found.usage
    else:
        status.findings.append(Finding(Level.UNKNOWN, "database", f"its figures: {found.usage}"))
    failures = status.usage["Failures"] if status.usage else []
    status.findings += health.of_archive(status.logs["OldestUnarchived"], failures, now, limits)
    status.findings += health.of_copies(status.logs.get("LostCopies", {}))
    status.findings += health.of_destinations(status.logs.get("Destinations", {}), now, limits)
    if status.usage:
        status.findings += health.of_disk(health.disk(status.usage), limits)
        status.findings += health.of_server(status.usage.get("Server", {}), limits)
        status.findings += health.of_pilot_agents(status.usage.get("PilotAgents", ""))


def _look_at_proxies(status: Status, found: StatusAnswers, now: datetime, limits: HealthLimits) -> None:
    if isinstance(found.managers, NoAnswer):
        if found.managers.refused:
            status.hidden.append(f"proxies of data managers: {found.managers}")
        else:
            status.findings.append(Finding(Level.UNKNOWN, "proxies", f"can't be looked at: {found.managers}"))
        return
    status.managers = found.managers
    for manager in status.managers:
        status.findings += health.of_proxy(f"data manager of {manager.vo}", manager.expires, now, limits)
