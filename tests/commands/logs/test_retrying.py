"""Switches of the command that retries work: none is ignored, as it would retry more than was asked for."""

import pytest

from PilotLoggingDIRAC.commands.logs import retrying
from PilotLoggingDIRAC.commands.logs.retrying import retry
from PilotLoggingDIRAC.pilotlog.errors import InvalidInput


class Collector:
    """A collector that notes what it is asked."""

    def __init__(self):
        self.asked = []

    def releaseQuarantine(self):  # noqa: N802  (its name on the wire)
        """Release one message."""
        return self._answer("releaseQuarantine")

    def diagnoseAgain(self, wanted, other_rules):  # noqa: N802
        """Have some logs diagnosed."""
        return self._answer("diagnoseAgain", wanted, other_rules)

    def retryArchiving(self, wanted):  # noqa: N802
        """Have some logs archived."""
        return self._answer("retryArchiving", wanted)

    def _answer(self, *call):
        self.asked.append(call)
        return {"OK": True, "Value": 4210}


@pytest.fixture
def collector(monkeypatch):
    found = Collector()
    monkeypatch.setattr(retrying, "CollectorClient", lambda url: found)
    return found


@pytest.mark.parametrize("switch", ["VO", "Stamp", "Site", "Cause", "Since", "Diagnoses", "OtherRules"])
def test_the_quarantine_is_released_as_a_whole_so_selecting_is_refused(collector, switch):
    with pytest.raises(InvalidInput, match=f"--Quarantine.*--{switch}"):
        retry({"Quarantine": "", switch: "vo.alpha.org"})
    assert collector.asked == []


def test_other_rules_without_diagnoses_archive_nothing(collector):
    with pytest.raises(InvalidInput, match=r"--OtherRules.*--Diagnoses"):
        retry({"OtherRules": "", "VO": "vo.alpha.org"})
    assert collector.asked == []


def test_each_kind_of_work_is_asked_for_as_the_switches_say(collector):
    assert retry({"Quarantine": "", "URL": "x"}) == "4,210 messages are offered to the database again"
    assert retry({"VO": "vo.a"}) == "4,210 logs are due again"
    told = retry({"Diagnoses": "", "OtherRules": "", "Site": "LCG.A.org", "Cause": "C1"})
    assert told == "4,210 logs are diagnosed again by the agent's next cycles"
    assert collector.asked == [
        ("releaseQuarantine",),
        ("retryArchiving", {"VO": ["vo.a"]}),
        ("diagnoseAgain", {"Site": ["LCG.A.org"], "Cause": ["C1"]}, True),
    ]
