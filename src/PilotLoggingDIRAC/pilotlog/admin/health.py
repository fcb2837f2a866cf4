"""The health of an installation as findings with a level, from the answers of collectors, database and proxy store."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from typing import Any
from urllib.parse import urlsplit

from ..text import humanize

_DAY = 86400
_TROUBLE = ("SpoolFull", "SpoolUnavailable", "StoreUnavailable", "StoreRefused", "Overloaded", "PilotLogError")


class Level(IntEnum):
    """The levels of Nagios and its like; the value is the exit code."""

    OK = 0
    WARNING = 1
    CRITICAL = 2
    UNKNOWN = 3


@dataclass(frozen=True, slots=True)
class HealthLimits:
    """The limits from which on a finding is a warning, or critical."""

    waiting_warning_seconds: float = 1 * _DAY
    waiting_critical_seconds: float = 3 * _DAY
    disk_warning_days: float = 14.0
    disk_critical_days: float = 3.0
    proxy_warning_days: float = 7.0
    proxy_critical_days: float = 1.0
    clock_warning_seconds: float = 60.0
    least_packet_bytes: int = 16 * 1024 * 1024
    behind_warning_seconds: float = 600.0
    behind_critical_seconds: float = 1 * _DAY


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that an administrator should know, and how it is mended, where that is known."""

    level: Level
    subject: str
    text: str
    mend: str = ""


@dataclass(frozen=True, slots=True)
class DiskUsage:
    """The usage of the database's disk."""

    stored_bytes: int
    growth_bytes_a_day: float
    disk_bytes: int

    @property
    def days(self) -> float | None:
        """Return the days until the disk is full if nothing is purged; None when that is unknown."""
        if not self.disk_bytes or self.growth_bytes_a_day <= 0:
            return None
        return max(self.disk_bytes - self.stored_bytes, 0) / self.growth_bytes_a_day


def worst(findings: Iterable[Finding]) -> Level:
    """Return the worst level of all findings, in the order critical, warning, unknown, ok."""
    order = (Level.CRITICAL, Level.WARNING, Level.UNKNOWN)
    levels = {finding.level for finding in findings}
    return next((level for level in order if level in levels), Level.OK)


def disk(usage: Mapping[str, Any]) -> DiskUsage:
    """Return the disk usage from the answer of ``getUsage``.

    New text is assumed to take as much space on disk, byte for byte, as the text that is stored.
    """
    raw = sum(vo["bytes"] for vo in usage["VOs"])
    share = usage["StoredBytes"] / raw if raw else 0.0
    return DiskUsage(usage["StoredBytes"], share * sum(vo["bytes_of_a_day"] for vo in usage["VOs"]), usage["DiskBytes"])


def of_collector(url: str, status: Mapping[str, Any]) -> Iterator[Finding]:
    """Yield the findings in one collector's answer to ``getStatus``."""
    if status["Database"] != "available":
        yield Finding(Level.CRITICAL, url, f"no database: {status['Database']}")
    collector, spool = status["Collector"], status["Collector"]["Spool"]
    if spool["Problem"]:
        yield Finding(Level.CRITICAL, url, f"its spool: {spool['Problem']}")
    if spool["Batches"]:
        waiting = f"{humanize.count(spool['Batches'], 'message')} ({humanize.size(spool['Bytes'])})"
        yield Finding(Level.WARNING, url, f"{waiting} wait in its spool for the database")
    if spool["Quarantined"]:
        refused = f"the database refused {humanize.count(spool['Quarantined'], 'message')}"
        yield Finding(Level.WARNING, url, f"{refused}; dirac-admin-pilot-logs-retry --Quarantine")
    if collector["LogsWithUntoldGaps"]:
        yield Finding(
            Level.WARNING, url, f"text is missing in {humanize.count(collector['LogsWithUntoldGaps'], 'log')}"
        )
    for reason in _TROUBLE:
        if number := collector["Refused"].get(reason):
            yield Finding(
                Level.WARNING,
                url,
                f"{humanize.count(number, 'message')} refused since {collector['Since'][:16]}: {reason}",
            )


def of_address(vo: str, url: str, collectors: Iterable[str]) -> Iterator[Finding]:
    """Yield a finding where pilots of a VO send to a single collector; ``collectors`` are the URLs of all."""
    servers = {urlsplit(known).netloc.lower() for known in collectors}
    loss = "a restart of it ends stock pilots, with their jobs: two collectors behind one address"
    if len(servers) < 2:
        yield Finding(Level.WARNING, f"pilots of {vo}", f"there is a single collector, and {loss}")
    elif urlsplit(url).netloc.lower() in servers:
        yield Finding(Level.WARNING, f"pilots of {vo}", f"they send to one of {len(servers)} collectors, and {loss}")


def of_shared_sections(names: Iterable[str]) -> Iterator[Finding]:
    """Yield a finding for each section of ours under ``APIs`` that hosts without this extension read too."""
    for name in names:
        text = "a Tornado without this extension does not start with it: move it to dirac.cfg of the hosts that have it"
        yield Finding(
            Level.WARNING,
            f"/Systems/WorkloadManagement/APIs/{name}",
            f"in the shared configuration; {text}",
            "the package on a host first, then the section in its dirac.cfg, then its restart; back: the section first",
        )


def of_options(problems: Mapping[str, str]) -> Iterator[Finding]:
    """Yield a finding for each option that can't be used; ``problems`` are by the option's path."""
    for path, text in sorted(problems.items()):
        yield Finding(Level.WARNING, path, text)


def of_clock(url: str, difference: float | None, limits: HealthLimits) -> Iterator[Finding]:
    """Yield a finding when a collector's clock differs from the database's; ``difference`` None is unknown."""
    if difference is not None and abs(difference) > limits.clock_warning_seconds:
        way = "ahead of" if difference > 0 else "behind"
        yield Finding(Level.WARNING, url, f"its host's clock is {humanize.span(abs(difference))} {way} the database's")


def of_archive(
    oldest: str, failures: Iterable[Mapping[str, Any]], now: datetime, limits: HealthLimits
) -> Iterator[Finding]:
    """Yield the findings about logs that wait for their archive; ``oldest`` is a time of ``getStatus``, or empty."""
    waited = (now - datetime.fromisoformat(oldest)).total_seconds() if oldest else 0.0
    if waited >= limits.waiting_warning_seconds:
        level = Level.CRITICAL if waited >= limits.waiting_critical_seconds else Level.WARNING
        yield Finding(level, "archive", f"the oldest log that waits was last heard of {humanize.span(waited)} ago")
    for failure in failures:
        number = humanize.count(failure["logs"], "log")
        yield Finding(Level.WARNING, f"archive of {failure['vo']}", f"{number} after a failure: {failure['reason']}")


def of_server(server: Mapping[str, Any], limits: HealthLimits) -> Iterator[Finding]:
    """Yield a finding when the database's server takes less in one statement than a collector may write."""
    packet = server.get("MaxAllowedPacket")
    if packet and packet < limits.least_packet_bytes:
        least = humanize.size(limits.least_packet_bytes)
        yield Finding(
            Level.WARNING,
            "database",
            f"its max_allowed_packet is {humanize.size(packet)}, and {least} are needed",
            f"max_allowed_packet = {limits.least_packet_bytes >> 20}M in [mysqld] of its server, and a restart",
        )


def of_pilot_agents(problem: str) -> Iterator[Finding]:
    """Yield a finding when a collector can't ask PilotAgentsDB; ``problem`` is empty or says why."""
    if problem:
        yield Finding(
            Level.WARNING,
            "PilotAgentsDB",
            f"a collector can't ask it which pilots have ended: {problem}",
            "Systems/WorkloadManagement/Databases/PilotAgentsDB, and the rights of DIRAC's account from that host",
        )


def of_versions(versions: Mapping[str, str]) -> Iterator[Finding]:
    """Yield a finding when places run different versions; ``versions`` are by the place's name."""
    if len(set(versions.values())) > 1:
        told = ", ".join(f"{version} at {place}" for place, version in sorted(versions.items()))
        yield Finding(Level.WARNING, "versions", f"they differ: {told}", "pip install the same everywhere, and restart")


def of_copies(lost: Mapping[str, int]) -> Iterator[Finding]:
    """Yield a finding for each VO with archived copies that are lost."""
    for vo, number in lost.items():
        text = f"{humanize.count(number, 'log')} lost: the copy is not good, and the text has left the database"
        yield Finding(Level.CRITICAL, f"archive of {vo}", text)


def of_destinations(found: Mapping[str, Mapping[str, Any]], now: datetime, limits: HealthLimits) -> Iterator[Finding]:
    """Yield a finding for each destination that is behind, from ``getStatus``."""
    for name, each in found.items():
        behind = (now - datetime.fromisoformat(each["CaughtUpAt"])).total_seconds()
        if behind >= limits.behind_warning_seconds:
            level = Level.CRITICAL if behind >= limits.behind_critical_seconds else Level.WARNING
            why = f": {each['Error']}" if each["Error"] else ", and no agent says why"
            yield Finding(level, f"destination {name}", f"is {humanize.span(behind)} behind{why}")


def of_disk(found: DiskUsage, limits: HealthLimits) -> Iterator[Finding]:
    """Yield a finding when the database's disk will soon be full."""
    if found.days is not None and found.days < limits.disk_warning_days:
        level = Level.CRITICAL if found.days < limits.disk_critical_days else Level.WARNING
        yield Finding(level, "database", f"its disk is full in {found.days:.0f} days, were nothing purged")


def of_proxy(subject: str, expires: datetime | None, now: datetime, limits: HealthLimits) -> Iterator[Finding]:
    """Yield a finding when a data manager's proxy is missing or expires soon."""
    if expires is None:
        yield Finding(Level.CRITICAL, subject, "no proxy in ProxyManager: dirac-proxy-init as that user")
        return
    days = (expires - now).total_seconds() / _DAY
    if days < limits.proxy_warning_days:
        level = Level.CRITICAL if days < limits.proxy_critical_days else Level.WARNING
        yield Finding(
            level, subject, f"its proxy expires at {expires:%Y-%m-%d %H:%M} UTC: dirac-proxy-init as that user"
        )
