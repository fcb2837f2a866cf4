"""Health: the conditions that are reported to an administrator, and their levels."""

from datetime import datetime, timedelta

import pytest

from PilotLoggingDIRAC.pilotlog.admin import health
from PilotLoggingDIRAC.pilotlog.admin.health import Finding, HealthLimits, Level
from PilotLoggingDIRAC.pilotlog.errors import InvalidInput
from PilotLoggingDIRAC.pilotlog.text import humanize

NOW = datetime(2026, 11, 21, 12)
LIMITS = HealthLimits()


def status(database="available", refused=None, untold=0, **spool):
    spool = {"DatabaseAway": "", "Problem": "", "Batches": 0, "Bytes": 0, "Quarantined": 0} | spool
    collector = {"Since": NOW.isoformat(), "Refused": refused or {}, "LogsWithUntoldGaps": untold, "Spool": spool}
    return {"Database": database, "Collector": collector}


@pytest.mark.parametrize(
    ("answer", "level"),
    [
        (status(), Level.OK),
        (status(refused={"NotAllowed": 5, "InvalidInput": 1}), Level.OK),
        (status(refused={"SpoolFull": 1}), Level.WARNING),
        (status(Batches=3, Bytes=1000), Level.WARNING),
        (status(Quarantined=1), Level.WARNING),
        (status(untold=1), Level.WARNING),
        (status(Problem="not writable"), Level.CRITICAL),
        (status("away", Batches=3), Level.CRITICAL),
    ],
)
def test_a_collector_s_answer_has_a_level(answer, level):
    assert health.worst(health.of_collector("url", answer)) is level


@pytest.mark.parametrize(("hours", "level"), [(1, Level.OK), (25, Level.WARNING), (73, Level.CRITICAL)])
def test_logs_that_wait_for_their_archive_worry_with_time(hours, level):
    oldest = (NOW - timedelta(hours=hours)).isoformat()
    assert health.worst(health.of_archive(oldest, [], NOW, LIMITS)) is level
    assert list(health.of_archive("", [], NOW, LIMITS)) == []


def test_each_reason_of_a_failing_archive_is_a_warning():
    failures = [{"vo": "a", "reason": "no proxy", "logs": 1200}, {"vo": "b", "reason": "disk full", "logs": 1}]
    found = list(health.of_archive("", failures, NOW, LIMITS))
    assert [(finding.level, finding.subject) for finding in found] == [(1, "archive of a"), (1, "archive of b")]
    assert found[0].text == "1,200 logs after a failure: no proxy"


@pytest.mark.parametrize(("gb", "level", "days"), [(0, 0, None), (1000, 0, 90), (150, 1, 5), (110, 2, 1)])
def test_days_left_are_those_until_the_disk_is_full(gb, level, days):
    vos = [{"bytes": 800e9, "bytes_of_a_day": 60e9}, {"bytes": 200e9, "bytes_of_a_day": 40e9}]
    disk = health.disk({"VOs": vos, "StoredBytes": int(100e9), "DiskBytes": int(gb * 1e9)})
    assert (disk.days, health.worst(health.of_disk(disk, LIMITS))) == (days, level)


def test_an_empty_database_is_no_trouble():
    assert health.disk({"VOs": [], "StoredBytes": 16384, "DiskBytes": 10**9}).days is None


@pytest.mark.parametrize(("days", "level"), [(30, 0), (6, 1), (0.5, 2), (-1, 2), (None, 2)])
def test_proxies_that_run_out_are_told_in_time(days, level):
    expires = None if days is None else NOW + timedelta(days=days)
    assert health.worst(health.of_proxy("p", expires, NOW, LIMITS)) == level


def test_what_is_critical_counts_most_and_the_unknown_least():
    levels = [Finding(level, "", "") for level in (Level.UNKNOWN, Level.WARNING, Level.CRITICAL)]
    assert [health.worst(levels[:number]) for number in range(4)] == [0, 3, 1, 2]


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2h", datetime(2026, 11, 21, 10)),
        ("7d", datetime(2026, 11, 14, 12)),
        ("2026-11-20", datetime(2026, 11, 20)),
        ("2026-11-20T10:00+02:00", datetime(2026, 11, 20, 8)),
        ("today", datetime(2026, 11, 21)),
        ("Yesterday", datetime(2026, 11, 20)),
        ("yesterday 8:30", datetime(2026, 11, 20, 8, 30)),
        ("today 13:00", datetime(2026, 11, 21, 13)),
        ("08:00", datetime(2026, 11, 21, 8)),
        ("12:00:01", datetime(2026, 11, 20, 12, 0, 1)),
    ],
)
def test_moments_are_iso_or_how_long_ago(text, moment):
    assert humanize.moment(text, NOW) == moment


@pytest.mark.parametrize("text", ["", "2", "h", "-2h", "tomorrow", "2y", "25:00", "8", "today 8"])
def test_what_is_no_moment_is_refused(text):
    with pytest.raises(InvalidInput):
        humanize.moment(text, NOW)


def test_figures_are_short():
    assert [humanize.size(number) for number in (0, 999, 1000, 9949, 12_345, 999_999, 5e12)] == [
        "0 B", "999 B", "1.0 kB", "9.9 kB", "12 kB", "1.0 MB", "5.0 TB",
    ]  # fmt: skip
    assert [humanize.span(seconds) for seconds in (5, 300, 7200, 864000)] == ["5 s", "5 min", "2 h", "10 days"]
    assert (humanize.count(1, "log"), humanize.count(1234, "log")) == ("1 log", "1,234 logs")


@pytest.mark.parametrize(("seconds", "level"), [(None, Level.OK), (59.0, Level.OK), (-61.0, Level.WARNING)])
def test_a_collector_whose_clock_differs_is_told(seconds, level):
    assert health.worst(health.of_clock("url", seconds, LIMITS)) is level


def test_lost_copies_are_critical():
    (found,) = health.of_copies({"alpha": 2})
    assert (found.level, found.subject) == (Level.CRITICAL, "archive of alpha")


@pytest.mark.parametrize(
    ("minutes", "error", "level", "words"),
    [
        (9, "away", Level.OK, ""),
        (10, "away", Level.WARNING, "is 10 min behind: away"),
        (24 * 60, "", Level.CRITICAL, "no agent says why"),
    ],
)
def test_destination_that_is_behind_is_told(minutes, error, level, words):
    caught_up = (NOW - timedelta(minutes=minutes)).isoformat()
    found = list(health.of_destinations({"Broker": {"CaughtUpAt": caught_up, "Error": error}}, NOW, LIMITS))
    assert health.worst(found) is level
    assert words in "".join(finding.text for finding in found)


ONE, TWO = "https://one.example.org:8443/WorkloadManagement/X", "https://two.example.org:8443/WorkloadManagement/X"


@pytest.mark.parametrize(
    ("url", "collectors", "words"),
    [
        ("https://logs.example.org:8443/x", [ONE], "a single collector"),
        (ONE, [ONE, ONE], "a single collector"),
        ("https://ONE.example.org:8443/other", [ONE, TWO], "one of 2 collectors"),
        ("https://logs.example.org:8443/x", [ONE, TWO], ""),
    ],
)
def test_a_vo_whose_pilots_hang_on_one_collector_is_told(url, collectors, words):
    found = list(health.of_address("alpha", url, collectors))
    assert [finding.subject for finding in found] == (["pilots of alpha"] if words else [])
    assert all(words in finding.text for finding in found)
