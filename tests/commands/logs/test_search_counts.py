"""Hits that are counted by site, CE, host or VO instead of shown."""

import json

import pytest

from PilotLoggingDIRAC.commands.logs.search_counts import SearchCounts, group
from PilotLoggingDIRAC.pilotlog.errors import InvalidInput


def hit(stamp, site):
    return {"VO": "alpha", "PilotStamp": stamp, "Site": site, "CE": "ce", "Line": 1, "Text": "x"}


def counted(capsys, as_json, *hits):
    counts = SearchCounts("Site", as_json)
    for one in hits:
        counts(one)
    counts.end()
    return capsys.readouterr().out.splitlines()


def test_value_with_most_pilots_comes_first_whatever_their_lines(capsys):
    lines = counted(
        capsys, False, hit("a", "X"), hit("a", "X"), hit("a", "X"), hit("b", "Y"), hit("c", "Y"), hit("d", "")
    )
    assert [line.split() for line in lines] == [
        ["2", "pilots", "2", "lines", "Y"],
        ["1", "pilot", "3", "lines", "X"],
        ["1", "pilot", "1", "line", "unknown"],
    ]


def test_scripts_get_an_object_for_each_value(capsys):
    lines = counted(capsys, True, hit("a", "X"), hit("b", "X"), hit("b", ""))
    assert list(map(json.loads, lines)) == [
        {"Site": "X", "Pilots": 2, "Lines": 2},
        {"Site": "", "Pilots": 1, "Lines": 1},
    ]


def test_property_is_one_that_hits_have_in_any_case_of_letters():
    assert [group({"Count-by": name}) for name in ("site", "CE", "host", "vo")] == ["Site", "CE", "Host", "VO"]
    assert group({}) == ""
    with pytest.raises(InvalidInput, match="Site, CE, Host, VO"):
        group({"Count-by": "Line"})
