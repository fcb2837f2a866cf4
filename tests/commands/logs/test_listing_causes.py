"""Causes of failures in the answers of commands."""

from PilotLoggingDIRAC.commands.logs.listing import Listing
from PilotLoggingDIRAC.commands.logs.reading import Pilot

LOG = {
    "VO": "vo",
    "PilotStamp": "s",
    "Part": 1,
    "State": "Complete",
    "Complete": True,
    "ReturnCode": "1",
    "Site": "",
    "CE": "",
    "NumberOfLines": 3,
    "NumberOfBytes": 90,
    "LastSeen": "now",
    "LastError": "",
    "Cause": "disk-full",
    "CauseName": "No space left",
    "CauseParty": "site",
    "CauseLine": 2,
    "CauseHint": "df -h",
}
GOOD = LOG | {"Cause": "", "CauseName": "", "CauseParty": "", "CauseLine": None, "CauseHint": ""}


def test_a_cause_is_a_column_if_any_of_the_logs_has_one():
    found = Listing(2, [LOG, GOOD])
    assert found.has_causes
    assert [found.row(log)[-1] for log in found.logs] == ["No space left [disk-full]", ""]
    assert not Listing(1, [GOOD]).has_causes


def test_an_older_collector_tells_no_causes():
    old = {name: value for name, value in LOG.items() if not name.startswith("Cause")}
    assert not Listing(1, [old]).has_causes
    assert Pilot("s", "vo", "s", (old,)).cause == {}


def test_a_cause_s_line_counts_from_the_start_of_the_log():
    pilot = Pilot("s", "vo", "s", (GOOD, LOG | {"Part": 2}))
    assert pilot.cause == {
        "Code": "disk-full",
        "Name": "No space left",
        "Party": "site",
        "Line": 5,
        "Hint": "df -h",
    }
    assert Pilot("s", "vo", "s", (GOOD,)).cause == {}


def test_lines_of_a_part_that_is_kept_nowhere_are_not_counted_before_a_cause():
    later = LOG | {"Part": 2}
    for lfn, line in (("", 2), ("/vo/x", 5)):
        assert Pilot("s", "vo", "s", (GOOD | {"State": "Purged", "LFN": lfn}, later)).cause["Line"] == line


def test_a_cause_has_no_line_where_no_line_tells_it_or_its_text_is_lost():
    later = LOG | {"Part": 2}
    lost = later | {"State": "Purged", "LFN": ""}
    for last, line in ((later, 5), (later | {"CauseLine": 0}, 0), (lost, 0), (lost | {"LFN": "/vo/x"}, 5)):
        assert Pilot("s", "vo", "s", (GOOD, last)).cause["Line"] == line
