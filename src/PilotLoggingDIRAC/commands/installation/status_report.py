"""The status of the installation in words and tables, or as JSON."""

from __future__ import annotations

import dataclasses
from collections import Counter
from datetime import UTC, datetime

from PilotLoggingDIRAC.commands.installation.status import Status
from PilotLoggingDIRAC.commands.terminal import console
from PilotLoggingDIRAC.pilotlog.admin import health
from PilotLoggingDIRAC.pilotlog.admin.health import Level
from PilotLoggingDIRAC.pilotlog.text import humanize


def as_data(status: Status) -> dict:
    """Return the whole status for JSON."""
    return {
        "Level": status.level.name,
        "Findings": [dataclasses.asdict(finding) | {"level": finding.level.name} for finding in status.findings],
        "Collectors": {url: a if isinstance(a, dict) else str(a) for url, a in status.collectors.items()},
        "NotShown": status.hidden,
        "States": status.logs.get("States", {}),
        "Outcomes": status.logs.get("Outcomes", {}),
        "Destinations": status.logs.get("Destinations", {}),
        "OldestUnarchived": status.logs.get("OldestUnarchived", ""),
        "Usage": status.usage,
        "DataManagers": [dataclasses.asdict(manager) for manager in status.managers],
    }


def headline(status: Status) -> str:
    """Return one line for monitoring."""
    states = status.logs.get("States", {})
    facts = [f"{status.answering} of {humanize.count(len(status.collectors), 'collector')} answer"]
    facts += [f"{number:,} {state}" for state, number in states.items()]
    bad = [f"{finding.subject}: {finding.text}" for finding in status.findings if finding.level is status.level]
    return f"{status.level.name}: " + "; ".join([*bad[:1], ", ".join(facts)])


def tell(status: Status) -> None:
    """Print the headline, the findings, and a table for each subject."""
    console.line(headline(status))
    for finding in sorted(status.findings, key=lambda finding: finding.level != Level.CRITICAL):
        console.line(f"  {finding.level.name:<8} {finding.subject}: {finding.text}")
        if finding.mend:
            console.line(f"{'':<11}mend: {finding.mend}")
    for what in status.hidden:
        console.line(f"  not shown to you: {what}")
    _collectors(status)
    _refusals(status)
    if status.logs:
        _logs(status)
        _destinations(status.logs.get("Destinations", {}))
    if status.usage:
        _usage(status.usage)
    if status.managers:
        _title("Data managers")
        rows = [(manager.vo, manager, _left(manager.expires)) for manager in status.managers]
        console.table(("VO", "Data manager", "Proxy"), rows)


def _title(text: str) -> None:
    console.line()
    console.line(text)


def _collectors(status: Status) -> None:
    _title("Collectors")
    fields = ("URL", "Database", "Stored", "Since", "Waiting", "In spool", "Quarantined")
    rows = []
    for url, answer in status.collectors.items():
        if not isinstance(answer, dict):
            rows.append((url, "-", "-", "-", "-", "-", "-"))
            continue
        collector, spool = answer["Collector"], answer["Collector"]["Spool"]
        database = "there" if answer["Database"] == "available" else "away"
        stored = f"{collector['StoredBatches']:,} ({humanize.size(collector['StoredBytes'])})"
        waits = (f"{collector['WaitingBatches']:,}", f"{spool['Batches']:,} ({humanize.size(spool['Bytes'])})")
        rows.append(
            (url, database, stored, collector["Since"][:16].replace("T", " "), *waits, f"{spool['Quarantined']:,}")
        )
    console.table(fields, rows, ("Stored", "Waiting", "In spool", "Quarantined"))


def _refusals(status: Status) -> None:
    refused: Counter[str] = Counter()
    for answer in status.answers.values():
        refused.update(answer["Collector"]["Refused"])
    if refused:
        _title("Refused by collectors since they started")
        console.table(
            ("Reason", "Requests"), [(reason, f"{number:,}") for reason, number in refused.most_common()], ("Requests",)
        )


def _logs(status: Status) -> None:
    if outcomes := status.logs.get("Outcomes"):
        _title(f"Pilots of the {sum(outcomes.values()):,} logs heard of last")
        fared = [(outcome, f"{number:,}") for outcome, number in outcomes.items()]
        console.table(("Outcome", "Logs"), fared, ("Logs",))
    _title("Logs")
    console.table(
        ("State", "Logs"), [(state, f"{number:,}") for state, number in status.logs["States"].items()], ("Logs",)
    )
    oldest = status.logs["OldestUnarchived"]
    console.line(f"Oldest that waits for its archive: {_ago(oldest) if oldest else 'none waits'}")
    failures = status.usage["Failures"] if status.usage else []
    if failures:
        _title("Archiving failed, and will be tried again")
        rows = [(failure["vo"], f"{failure['logs']:,}", failure["attempts"], failure["reason"]) for failure in failures]
        console.table(("VO", "Logs", "Tries", "Reason"), rows, ("Logs", "Tries"))


def _destinations(found: dict) -> None:
    if not found:
        return
    _title("Destinations")
    rows = []
    for name, each in found.items():
        behind = (_now() - datetime.fromisoformat(each["CaughtUpAt"])).total_seconds()
        rejected = f"{each['Rejected']:,}" + (f" ({each['Reason']})" if each["Reason"] else "")
        rows.append((name, humanize.span(max(behind, 0.0)), f"{each['Records']:,}", rejected, each["Error"] or "-"))
    console.table(("Destination", "Behind by", "Records", "Rejected", "Failure"), rows, ("Behind by", "Records"))


def _usage(usage: dict) -> None:
    _title("Database")
    raw = sum(vo["bytes"] for vo in usage["VOs"]) or 1
    rows = []
    for vo in usage["VOs"]:
        share = usage["StoredBytes"] * vo["bytes"] / raw
        rows.append(
            (
                vo["vo"],
                f"{vo['logs']:,}",
                humanize.size(vo["bytes"]),
                humanize.size(share),
                humanize.size(vo["bytes_of_a_day"]),
            )
        )
    console.table(
        ("VO", "Logs", "Text", "On disk", "Text of a day"), rows, ("Logs", "Text", "On disk", "Text of a day")
    )
    found = health.disk(usage)
    grows = f"grows by {humanize.size(found.growth_bytes_a_day)} a day before purging"
    if not usage["DiskBytes"]:
        left = "how much it may use is not known (option DatabaseDiskGB)"
    elif found.days is None:
        left = f"{humanize.size(usage['DiskBytes'])} in all"
    else:
        left = f"{humanize.size(usage['DiskBytes'])} in all: {found.days:,.0f} days left, were nothing purged"
    console.line(f"On disk: {humanize.size(usage['StoredBytes'])}, {grows}; {left}")


def _ago(moment: str) -> str:
    heard = datetime.fromisoformat(moment)
    return f"last heard of {humanize.span((_now() - heard).total_seconds())} ago, at {heard:%Y-%m-%d %H:%M} UTC"


def _left(expires: datetime | None) -> str:
    if expires is None:
        return "none"
    seconds = (expires - _now()).total_seconds()
    return f"for {humanize.span(seconds)}, until {expires:%Y-%m-%d %H:%M} UTC" if seconds > 0 else "expired"


def _now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)
