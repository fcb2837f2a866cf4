"""The wait of a check for the archived copy of its log."""

import pytest

from PilotLoggingDIRAC.commands.canary.archive_wait import archived_at
from PilotLoggingDIRAC.commands.terminal.answers import CallFailed, NotAnswered

WANTED = {"VO": "vo.alpha.org", "PilotStamp": "canary-1"}
NAMES = ["SE", "LFN", "LastError"]
WAITS, ARCHIVED, FAILED = ["", "", ""], ["SE-1", "/a/b.log", ""], ["", "", "no space"]
AWAY = {"OK": False, "Message": "connection refused"}


def page(*records):
    return {"OK": True, "Value": {"ParameterNames": NAMES, "Records": [*records], "TotalRecords": len(records)}}


class Collector:
    """A collector that gives these answers, one after the other, and the last one for ever."""

    def __init__(self, *answers):
        self.answers = list(answers)

    def getPilotLogs(self, wanted, order, start, limit):  # noqa: N802  (its name on the wire)
        """The next answer."""
        assert wanted == WANTED
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


@pytest.fixture
def wait():
    """``wait(answers, seconds)``: what a check hears of a collector with these answers."""

    def wait(*answers, seconds=60.0):
        return archived_at(Collector(*answers), WANTED, "SE-1", seconds, sleep=lambda seconds: None)

    return wait


def test_a_log_is_waited_for_until_it_is_archived(wait):
    assert wait(page(WAITS), page(WAITS), page(ARCHIVED)) == "/a/b.log on SE-1"


def test_a_collector_that_restarts_meanwhile_does_not_end_the_wait(wait, as_host):
    assert wait(page(WAITS), AWAY, AWAY, page(ARCHIVED)) == "/a/b.log on SE-1"


def test_a_collector_that_stays_away_is_told_when_the_time_is_over(wait, as_host):
    with pytest.raises(NotAnswered, match="connection refused"):
        wait(AWAY, seconds=0.0)


def test_a_collector_that_is_away_is_not_waited_for_with_a_proxy_that_has_expired(wait, monkeypatch, tmp_path):
    monkeypatch.setenv("X509_USER_PROXY", str(tmp_path / "none"))
    with pytest.raises(NotAnswered):
        wait(AWAY, page(ARCHIVED))


def test_a_log_that_was_deleted_meanwhile_is_told(wait):
    with pytest.raises(CallFailed, match="no longer there"):
        wait(page(WAITS), page())


def test_a_failure_to_archive_ends_the_wait(wait):
    with pytest.raises(CallFailed, match="no space"):
        wait(page(WAITS), page(FAILED))


def test_nothing_in_time_names_the_storage_element(wait):
    with pytest.raises(CallFailed, match="nothing arrived at SE-1 within 0 s"):
        wait(page(WAITS), seconds=0.0)


@pytest.fixture
def as_host(monkeypatch):
    """Commands run with a host's certificate, which does not expire here."""
    monkeypatch.setattr("DIRAC.gConfig.useServerCertificate", lambda: True)
