"""The status: its time, and what the rights of the caller do to it."""

import threading
import time
from typing import ClassVar

import pytest

from PilotLoggingDIRAC.commands.installation import configuration, questions, status, status_report
from PilotLoggingDIRAC.commands.terminal.answers import NotAnswered
from PilotLoggingDIRAC.pilotlog.admin.health import Finding, Level
from PilotLoggingDIRAC.pilotlog.errors import NotAllowed

HEALTHY = {
    "Database": "available",
    "Version": "1",
    "States": {},
    "OldestUnarchived": "",
    "ClockDifference": 0.0,
    "Collector": {"Spool": {"Batches": 0, "Bytes": 0, "Quarantined": 0}, "Refused": {}, "WaitingBatches": 0},
}
USAGE = {"VOs": [], "StoredBytes": 0, "DiskBytes": 0, "Failures": []}


class Collector:
    """A collector whose answers are set by URL; a callable is called."""

    answers: ClassVar[dict] = {}

    def __init__(self, url):
        self.url = url

    def getStatus(self):  # noqa: N802  (its name on the wire)
        """Return what is set."""
        return self._answer(self.answers[self.url])

    def getUsage(self):  # noqa: N802
        """Return what is set."""
        return self._answer(self.answers["usage"])

    @staticmethod
    def _answer(found):
        return {"OK": True, "Value": found() if callable(found) else found}


@pytest.fixture
def look(monkeypatch):
    """``look(seconds, managers, url=answer, ...)``: the status."""
    monkeypatch.setattr(questions, "CollectorClient", Collector)
    monkeypatch.setattr(configuration, "findings", list)
    monkeypatch.setattr("PilotLoggingDIRAC.pilotlog.admin.health.of_collector", lambda url, answer: [])

    def do(seconds, managers, **answers):
        monkeypatch.setattr(Collector, "answers", {"usage": USAGE} | answers)
        monkeypatch.setattr(questions, "data_managers", managers)
        return status.look([url for url in answers if url != "usage"], seconds)

    return do


def hang():
    threading.Event().wait(60)


def refuse():
    raise NotAllowed("Only for operators")


def fail():
    raise NotAnswered("refused")


def test_all_questions_together_take_no_longer_than_their_time(look):
    began = time.monotonic()
    found = look(1.0, hang, one=HEALTHY, two=hang, usage=hang)
    assert time.monotonic() - began < 10
    late = {finding.subject for finding in found.findings if "no answer within 1 s" in finding.text}
    assert late == {"two", "database", "proxies"} and found.level is Level.CRITICAL


def test_a_collector_that_hangs_hides_no_figures_of_the_others(look):
    found = look(1.0, list, one=HEALTHY, two=hang)
    assert found.usage == USAGE and [finding.subject for finding in found.findings] == ["two"]


def test_missing_rights_to_see_proxies_are_no_illness(look):
    found = look(5.0, refuse, one=HEALTHY)
    assert found.level is Level.OK and "Only for operators" in found.hidden[0]
    assert look(5.0, fail, one=HEALTHY).level is Level.UNKNOWN


def test_who_may_see_nothing_is_told_so_and_not_that_collectors_are_ill(look, monkeypatch):
    monkeypatch.setattr(configuration, "findings", lambda: [Finding(Level.WARNING, "vo", "one collector")])
    found = look(5.0, refuse, one=refuse, two=refuse)
    told = "UNKNOWN: collectors: don't tell you: Only for operators; 2 of 2 collectors answer"
    assert (found.level, status_report.headline(found)) == (Level.UNKNOWN, told)
