"""A pilot that is named by its stamp, its reference, a job, or a part of a name."""

import pytest

from PilotLoggingDIRAC.commands.logs import reading
from PilotLoggingDIRAC.commands.logs.reading import LogReading
from PilotLoggingDIRAC.pilotlog.errors import InvalidInput, LogNotFound
from PilotLoggingDIRAC.pilotlog.read import selection

NAMES = ["VO", "PilotStamp", "Part", "PilotReference", "Site", "OutcomeText", "Jobs"]
FACTS = ["State", "LFN", "NumberOfLines", "MissingBytes", "Cause", "CauseName", "CauseParty", "CauseLine", "CauseHint"]
LOGS = [
    ["vo.a", "a1b2", 1, "htcondorce://ce/1", "LCG.A.org", "succeeded", [4711]],
    ["vo.a", "a1b2", 2, "htcondorce://ce/1", "LCG.A.org", "running", [4712]],
    ["vo.a", "a1c3", 1, "htcondorce://ce/2", "LCG.A.org", "running", []],
    ["vo.a", "a1d4", 1, "", "", "running", []],
    ["vo.a", "12345678901234567890123456789012", 1, "", "LCG.A.org", "running", []],
    ["vo.b", "b1b2", 1, "htcondorce://ce/1", "LCG.A.org", "running", []],
    ["vo.c", "c1e5", 0, "", "", "unknown", []],
    ["vo.c", "c1e5", 1, "htcondorce://ce/5", "LCG.C.org", "failed", []],
]
KNOWN = {
    ("c1e5", 0): ["Purged", "/vo.c/x", 10, 5, "", "", "", 0, ""],
    ("c1e5", 1): ["Complete", "", 7, 0, "disk-full", "No space left", "site", 3, "df -h"],
}
UNKNOWN = ["Receiving", "", 1, 0, "", "", "", 0, ""]


class Collector:
    """A collector with these logs, which selects as the real one does."""

    def getPilotLogs(self, wanted, order, start, limit):  # noqa: N802  (its name on the wire)
        """The logs that match every key."""
        try:
            selection.selection(wanted)
        except InvalidInput as error:
            return {"OK": False, "Errno": error.errno, "Message": str(error)}
        found = [
            log for log in LOGS if all(_matches(dict(zip(NAMES, log, strict=True)), *item) for item in wanted.items())
        ]
        records = [log + KNOWN.get((log[1], log[2]), UNKNOWN) for log in found]
        return {"OK": True, "Value": {"ParameterNames": NAMES + FACTS, "Records": records, "TotalRecords": len(found)}}


def _matches(log, key, value):
    if key == "Job":
        return int(value) in log["Jobs"]
    if key == "Name":
        return value in log["PilotStamp"] or value in log["PilotReference"]
    return log[key] == value


class PilotManager:
    """A PilotManager that knows one pilot, whose log has no reference yet."""

    def getPilotInfo(self, name):  # noqa: N802  (its name on the wire)
        """The pilot, if it is named."""
        known = {"VO": "vo.a", "PilotStamp": "a1d4", "Status": "Running"}
        return {"OK": True, "Value": {name: known} if name == "htcondorce://ce/4" else {}}


@pytest.fixture
def find(monkeypatch):
    monkeypatch.setattr(reading, "Client", lambda url: PilotManager())
    return LogReading(Collector(), tell=print).find


def found(pilot):
    return pilot.vo, pilot.stamp, [part["Part"] for part in pilot.parts]


def test_stamp_reference_and_job_name_a_pilot_with_all_parts(find):
    for name in ("a1b2", "4711", "4712"):
        assert found(find(name)) == ("vo.a", "a1b2", [1, 2])
    assert found(find("htcondorce://ce/2")) == ("vo.a", "a1c3", [1])
    assert find("a1b2").jobs == [4711, 4712] and find("a1b2").record["OutcomeText"] == "running"


def test_a_part_of_a_name_is_enough_where_one_pilot_has_it(find):
    assert found(find("1c3")) == ("vo.a", "a1c3", [1])
    assert found(find("ce/2")) == ("vo.a", "a1c3", [1])


@pytest.mark.parametrize("name", ["c1e5", "htcondorce://ce/5", "ce/5"])
def test_what_is_told_of_a_log_is_of_all_its_parts_whatever_names_it(find, name):
    pilot = find(name)
    assert found(pilot) == ("vo.c", "c1e5", [0, 1])
    assert (pilot.cause["Line"], sum(part["MissingBytes"] for part in pilot.parts), pilot.in_database) == (13, 5, False)


def test_more_digits_than_a_job_s_number_has_are_a_part_of_a_name(find):
    assert found(find("12345678901234567890")) == ("vo.a", "12345678901234567890123456789012", [1])


def test_several_pilots_are_told_and_none_is_chosen(find):
    with pytest.raises(InvalidInput, match=r"vo\.a/a1b2, vo\.b/b1b2"):
        find("1b2")
    with pytest.raises(InvalidInput, match="--VO"):
        find("htcondorce://ce/1")
    assert found(find("htcondorce://ce/1", "vo.b")) == ("vo.b", "b1b2", [1])


def test_a_name_that_nobody_has_is_not_found(find):
    with pytest.raises(LogNotFound):
        find("zz99")


def test_a_reference_that_no_log_has_yet_is_looked_up_in_the_records_of_dirac(find):
    for vo in ("", "vo.a"):
        assert found(find("htcondorce://ce/4", vo)) == ("vo.a", "a1d4", [1])


def test_a_pilot_of_another_vo_than_the_wanted_is_not_found(find):
    with pytest.raises(LogNotFound):
        find("a1c3", "vo.b")
    with pytest.raises(LogNotFound, match=r"of vo\.a"):
        find("htcondorce://ce/4", "vo.b")
