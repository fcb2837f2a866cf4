"""Failures that no rule knows, on the terminal: a table of groups, and a rule to begin with."""

import json
import tomllib

import pytest

from PilotLoggingDIRAC.commands.causes import unknown_failures
from PilotLoggingDIRAC.pilotlog.errors import InvalidInput

GROUP = {
    "VO": "dteam",
    "Fingerprint": "1-0123456789ab",
    "Template": "frobnicator: plate <*> is not aligned",
    "Logs": 1234,
    "Sites": ["LCG.Here.org", "LCG.There.org"],
    "FirstSeen": "2026-11-26 08:10:11.123456",
    "LastSeen": "2026-11-26 09:10:11",
    "PilotStamp": "9d3f6a0c",
    "Line": 17,
}


class Collector:
    """A collector with some groups; ``asked`` has what it was asked."""

    def __init__(self, groups):
        self.groups, self.asked = groups, []

    def getUnknownFailures(self, *arguments):  # noqa: N802 - the RPC method
        self.asked.append(arguments)
        return {"OK": True, "Value": self.groups}


@pytest.fixture
def collector(monkeypatch):
    made = Collector([GROUP])
    monkeypatch.setattr(unknown_failures, "CollectorClient", lambda **_: made)
    return made


def test_groups_are_told_with_number_sites_first_appearance_and_an_example(collector, capsys):
    assert unknown_failures.show({}) == 0
    told = capsys.readouterr().out
    for part in (
        "1-0123456789ab",
        "1,234",
        "LCG.Here.org, LCG.There.org",
        "2026-11-26 08:10",
        "9d3f6a0c:17",
        "plate <*>",
    ):
        assert part in told
    assert "FromDate" in collector.asked[0][0]


def test_an_example_whose_text_is_lost_has_no_line(collector, capsys):
    collector.groups = [GROUP | {"Line": 0}]
    unknown_failures.show({})
    assert "9d3f6a0c " in capsys.readouterr().out


def test_groups_are_told_as_json(collector, capsys):
    assert unknown_failures.show({"JSON": ""}) == 0
    assert json.loads(capsys.readouterr().out) == [GROUP]


def test_without_groups_the_code_is_2(collector):
    collector.groups = []
    assert unknown_failures.show({}) == 2
    assert unknown_failures.print_rule({"Rule": "1-0123456789ab"}) == 2


def test_rule_of_a_group_is_toml(collector, capsys):
    assert unknown_failures.print_rule({"Rule": "1-0123456789ab", "VO": "dteam"}) == 0
    (rule,) = tomllib.loads(capsys.readouterr().out)["rule"]
    assert rule["text"] == ["frobnicator: plate"] and rule["pattern"] == r"frobnicator:\ plate.*is\ not\ aligned"
    assert collector.asked[0][0]["VO"] == ["dteam"] and collector.asked[0][1] == "1-0123456789ab"


def test_rule_and_a_pilot_together_are_refused(collector):
    with pytest.raises(InvalidInput):
        unknown_failures.print_rule({"Rule": "1-0123456789ab"}, ["9d3f6a0c"])
