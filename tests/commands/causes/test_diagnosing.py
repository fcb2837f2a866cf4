"""The diagnosis of pilots by stamp, reference or file: what it reads, what the log's record adds, its exit codes."""

import json

import pytest

from PilotLoggingDIRAC.commands.causes import diagnosing
from PilotLoggingDIRAC.commands.logs import reading
from PilotLoggingDIRAC.commands.logs.reading import LogReading, OfAnotherVO, Pilot, PilotOutput
from PilotLoggingDIRAC.commands.terminal.answers import CallFailed
from PilotLoggingDIRAC.pilotlog.errors import InvalidInput, LogNotFound, NotAllowed
from tests.pilotlog.diagnose.made_logs import STAMP, MadeLog

FULL = MadeLog().fail("InstallDIRAC", "tar: Cannot write: No space left on device").text.decode()
CUT = MadeLog().cut("LaunchAgent").text.decode()


class Logs:
    """Logs of pilots by name: (parts, text in the database, text of the chain of sources)."""

    def __init__(self, logs):
        self.logs = logs

    def find(self, name, vo=""):
        if name == "ambiguous":
            raise InvalidInput("Several pilots have it")
        if name == "foreign":
            raise OfAnotherVO("This pilot is one of vo.alpha.org")
        parts = self.logs.get(name, ((),))[0]
        if not parts:
            raise LogNotFound("There is no log of such a pilot")
        return Pilot(name, "dteam", STAMP, parts)

    def pages(self, pilot):
        yield self.logs[pilot.name][1]

    output_of_unknown = LogReading.output_of_unknown

    def output(self, name, source="", vo=""):
        if name not in self.logs:
            raise LogNotFound("There is no log of such a pilot")
        if self.logs[name][2] is None:
            raise CallFailed("The service refuses")
        if isinstance(self.logs[name][2], Exception):
            raise self.logs[name][2]
        return PilotOutput(self.logs[name][2], "", "ComputingElement", True)


@pytest.fixture
def told(monkeypatch, capsys):
    """``told(logs, *names)``: the exit code, and the JSON that is printed."""

    def ask(logs, *names):
        monkeypatch.setattr(diagnosing, "LogReading", lambda *_: Logs(logs))
        monkeypatch.setattr(diagnosing, "CollectorClient", lambda **_: None)
        code = diagnosing.diagnose_pilots({"JSON": ""}, names)
        return code, json.loads(capsys.readouterr().out)

    return ask


def part(**more):
    return {"State": "Complete", "Complete": True, "ReturnCode": "1", "PilotReference": "", **more}


def first_cause(entry):
    return entry["causes"][0]["code"] if entry["causes"] else ""


def test_log_in_the_database_is_diagnosed(told):
    code, (entry,) = told({STAMP: ((part(),), FULL, "")}, STAMP)
    assert (code, entry["pilot"], first_cause(entry)) == (0, STAMP, "disk-full")


def test_log_that_left_the_database_comes_from_the_chain(told):
    assert first_cause(told({STAMP: ((part(State="Purged"),), "", FULL)}, STAMP)[1][0]) == "disk-full"


def test_log_that_no_collector_has_comes_from_the_chain(told):
    assert first_cause(told({"ce://x/1": ((), "", FULL)}, "ce://x/1")[1][0]) == "disk-full"


@pytest.mark.parametrize(
    ("record", "cause"),
    [
        (part(ReturnCode="0"), ""),
        (part(ReturnCode="3"), "unknown"),
        (part(ReturnCode="it failed"), "unknown"),
        (part(ReturnCode="--1"), "unknown"),
        (part(ReturnCode="\u00b2"), "unknown"),
        (part(Complete=False, State="Receiving", ReturnCode=""), ""),
        (part(Complete=False, State="Receiving", ReturnCode="", PilotEnded=True), "stopped-in-agent"),
        (part(Complete=False, State="Incomplete", ReturnCode=""), "stopped-in-agent"),
        (part(State="Receiving", ReturnCode="3"), ""),
        (part(State="Receiving", ReturnCode="3", PilotEnded=True), "unknown"),
    ],
)
def test_the_log_s_record_tells_how_the_pilot_ended(told, record, cause):
    assert first_cause(told({STAMP: ((record,), CUT, "")}, STAMP)[1][0]) == cause


def test_file_is_diagnosed_without_a_service(told, tmp_path):
    log = tmp_path / "pilot.log"
    log.write_text(FULL)
    assert first_cause(told({}, str(log))[1][0]) == "disk-full"


def test_pilot_that_cannot_be_read_costs_no_other(told):
    logs = {STAMP: ((part(),), FULL, ""), "refused": ((), "", None)}
    code, entries = told(logs, "nothing", STAMP)
    assert code == 2 and "no log" in entries[0]["error"] and first_cause(entries[1]) == "disk-full"
    assert told(logs, "nothing", "refused", STAMP)[0] == 1


def test_pilot_that_is_not_for_the_caller_to_read_or_ambiguous_costs_no_other(told):
    logs = {STAMP: ((part(),), FULL, ""), "mistyped": ((), "", NotAllowed("This is not for you to read"))}
    code, entries = told(logs, "mistyped", STAMP)
    assert (code, first_cause(entries[1])) == (2, "disk-full") and "no log" in entries[0]["error"]
    code, entries = told(logs, "ambiguous", STAMP)
    assert (code, first_cause(entries[1])) == (1, "disk-full") and "Several" in entries[0]["error"]


def test_pilot_of_another_vo_is_not_diagnosed(told):
    code, (entry,) = told({"foreign": ((), "", FULL)}, "foreign")
    assert (code, entry["causes"]) == (2, []) and "vo.alpha.org" in entry["error"]


class Nobody:
    """A collector and a PilotManager that know nobody; a source has the output of a pilot of vo.b."""

    def getPilotLogs(self, wanted, order, start, limit):  # noqa: N802  (its name on the wire)
        """Nothing."""
        return {"OK": True, "Value": {"ParameterNames": [], "Records": [], "TotalRecords": 0}}

    def getPilotInfo(self, name):  # noqa: N802
        """Nothing."""
        return {"OK": True, "Value": {}}

    def getPilotOutput(self, name, *sources):  # noqa: N802
        """The output."""
        words = {"StdOut": FULL, "StdErr": "", "LogSource": "Archive", "LogComplete": True, "VO": "vo.b"}
        return {"OK": True, "Value": words}


def test_a_stamp_that_only_sources_know_for_another_vo_is_not_diagnosed(monkeypatch, capsys):
    monkeypatch.setattr(reading, "Client", lambda url, timeout=None: Nobody())
    monkeypatch.setattr(diagnosing, "CollectorClient", lambda url: Nobody())
    assert diagnosing.diagnose_pilots({"VO": "vo.a"}, ["b9"]) == diagnosing.NOTHING
    shown = capsys.readouterr()
    assert shown.out == "" and "one of vo.b" in shown.err
    assert diagnosing.diagnose_pilots({"VO": "vo.b"}, ["b9"]) == diagnosing.TOLD
