"""One pilot's log on the terminal: how often collectors are asked for it, and by which name sources are."""

import os
import types

import pytest

from PilotLoggingDIRAC.commands.logs import reading, showing
from PilotLoggingDIRAC.commands.logs.reading import PilotOutput
from PilotLoggingDIRAC.pilotlog.errors import InvalidInput, LogNotFound, NotAllowed

NAMES = ["VO", "PilotStamp", "Part", "PilotReference", "Site", "State", "NumberOfBytes", "NumberOfLines", "Jobs", "LFN"]
NAMES += ["Complete"]
PURGED = ["vo.a", "a1b2", 1, "htcondorce://ce/1", "LCG.A.org", "Purged", 10, 2, [4711], "/vo.a/x", True]
CAUSE = ["Cause", "CauseName", "CauseParty", "CauseLine", "CauseHint"]


class Collector:
    """A collector with one log, which was purged; notes what it is asked."""

    def __init__(self):
        self.asked = []
        self.cause = []

    def getPilotLogs(self, wanted, order, start, limit):  # noqa: N802  (its name on the wire)
        """The log, if it is named."""
        self.asked.append(wanted)
        named = {"PilotStamp": "a1b2", "PilotReference": "htcondorce://ce/1", "Job": "4711"}
        is_here = wanted.get("VO", "vo.a") == "vo.a"
        log = PURGED + self.cause
        found = [log] if is_here and any(named.get(key) == value for key, value in wanted.items()) else []
        names = NAMES + CAUSE * bool(self.cause)
        return {"OK": True, "Value": {"ParameterNames": names, "Records": found, "TotalRecords": len(found)}}

    def getLogTail(self, vo, stamp, lines):  # noqa: N802
        """Nothing, as the text was purged."""
        return {"OK": False, "Errno": LogNotFound.errno, "Message": "The log has left the database"}


@pytest.fixture
def collector(monkeypatch):
    found = Collector()
    monkeypatch.setattr(showing, "CollectorClient", lambda url: found)
    return found


@pytest.fixture
def sources(monkeypatch):
    """The names that sources were asked for."""
    asked = []

    def output(self, name, source="", vo=""):
        asked.append(name)
        return PilotOutput("one\ntwo\n", "", "Archive", True)

    monkeypatch.setattr(reading.LogReading, "output", output)
    return asked


@pytest.mark.parametrize("options", [{}, {"Tail": "1"}, {"Source": "Archive"}, {"JSON": ""}])
def test_collectors_are_asked_once_for_a_pilot(collector, sources, options, capfdbinary):
    assert showing.show(options, ["a1b2"]) == showing.SHOWN
    assert collector.asked == [{"PilotStamp": "a1b2"}] and sources == ["a1b2"]


def test_sources_are_asked_by_the_name_that_they_know(collector, sources, capfdbinary):
    for name in ("htcondorce://ce/1", "4711"):
        showing.show({}, [name])
    assert sources == ["htcondorce://ce/1", "a1b2"]


def test_refused_pilot_that_no_collector_knows_is_not_found(collector, monkeypatch, capfdbinary):
    def output(self, name, source="", vo=""):
        raise NotAllowed("No such log, or not for you to read")

    monkeypatch.setattr(reading.LogReading, "output", output)
    monkeypatch.setattr(reading, "Client", lambda url: Unknown())
    assert showing.show({}, ["zz"]) == showing.NOTHING


def test_a_pilot_that_dirac_knows_for_another_vo_is_not_shown(collector, sources, monkeypatch, capfdbinary):
    monkeypatch.setattr(reading, "Client", lambda url: OneOfA())
    assert showing.show({"VO": "vo.b"}, ["htcondorce://ce/9"]) == showing.NOTHING
    assert sources == []
    showing.show({"VO": "vo.a"}, ["htcondorce://ce/9"])
    assert sources == ["htcondorce://ce/9"]


def test_a_stamp_that_only_sources_know_for_another_vo_is_not_shown(collector, monkeypatch, capfdbinary):
    monkeypatch.setattr(reading, "Client", lambda url, timeout=None: OutputOfB())
    assert showing.show({"VO": "vo.a"}, ["b9"]) == showing.NOTHING
    shown = capfdbinary.readouterr()
    assert shown.out == b"" and b"one of vo.b" in shown.err
    for options in ({"VO": "vo.b"}, {}):
        assert showing.show(options, ["b9"]) == showing.SHOWN
        assert b"text of b" in capfdbinary.readouterr().out


def test_text_of_another_vo_s_pilot_with_the_same_stamp_is_not_shown(collector, monkeypatch, capfdbinary):
    monkeypatch.setattr(reading, "Client", lambda url, timeout=None: OutputOfB())
    for options in ({"VO": "vo.a"}, {"VO": "vo.a", "Source": "Collector", "Tail": "3"}):
        assert showing.show(options, ["a1b2"]) == showing.NOTHING
        assert capfdbinary.readouterr().out == b""


def test_output_of_a_service_that_tells_no_vo_is_shown(collector, monkeypatch, capfdbinary):
    monkeypatch.setattr(reading, "Client", lambda url, timeout=None: OutputOfB(vo={}))
    assert showing.show({"VO": "vo.a"}, ["b9"]) == showing.SHOWN
    assert b"text of b" in capfdbinary.readouterr().out


class OneOfA:
    """A PilotManager to which all pilots are of one VO."""

    def getPilotInfo(self, name):  # noqa: N802
        """The pilot."""
        return {"OK": True, "Value": {name: {"VO": "vo.a", "PilotStamp": "a9", "Status": "Running"}}}


class Unknown:
    """A PilotManager that knows nobody."""

    def getPilotInfo(self, name):  # noqa: N802
        """Nothing."""
        return {"OK": True, "Value": {}}


class OutputOfB(Unknown):
    """A PilotManager that knows nobody, and finds the output of a pilot of another VO."""

    def __init__(self, vo=types.MappingProxyType({"VO": "vo.b"})):
        self.vo = vo

    def getPilotOutput(self, name, *sources):  # noqa: N802
        """The output."""
        words = {"StdOut": "text of b\n", "StdErr": "", "LogSource": "Archive", "LogComplete": True}
        return {"OK": True, "Value": words | self.vo}


def test_cause_is_told_with_its_line_if_that_is_there(collector, sources, capfdbinary):
    for line, words in ((2, b"[disk-full], line 2\n"), (0, b"[disk-full]\n")):
        collector.cause = ["disk-full", "No space left", "site", line, "df -h"]
        showing.show({}, ["a1b2"])
        assert words in capfdbinary.readouterr().err


@pytest.mark.parametrize(("options", "names"), [({}, []), ({}, ["a", "b"]), ({"Site": "LCG.A.org"}, ["a1b2"])])
def test_one_pilot_is_named_or_many_are_followed(options, names):
    with pytest.raises(InvalidInput):
        showing.show(options, names)


@pytest.mark.parametrize("path", ["", ".", "/"])
def test_an_output_that_names_no_file_is_refused_in_words(collector, sources, path, capfdbinary):
    with pytest.raises(InvalidInput, match="--Output names no file"):
        showing.show({"Output": path}, ["a1b2"])


@pytest.fixture
def other_things(tmp_path):
    """Paths at which there is something else than a regular file."""
    (tmp_path / "folder").mkdir()
    (tmp_path / "kept").write_text("mine")
    (tmp_path / "link").symlink_to(tmp_path / "kept")
    (tmp_path / "loose").symlink_to(tmp_path / "nowhere")
    os.mkfifo(tmp_path / "fifo")
    (tmp_path / "x.err").symlink_to(tmp_path / "kept")
    return [str(tmp_path / name) for name in ("folder", "link", "loose", "fifo", "x")]


@pytest.mark.parametrize("options", [{}, {"Source": "Collector"}])
def test_an_output_in_the_place_of_what_is_no_file_is_refused_before_anything_is_read(
    collector, sources, other_things, tmp_path, options
):
    before = {path: path.lstat() for path in tmp_path.iterdir()}
    for path in other_things:
        with pytest.raises(InvalidInput, match="no regular file"):
            showing.show({"Output": path, **options}, ["a1b2"])
    assert (collector.asked, sources) == ([], [])
    assert {path: path.lstat() for path in tmp_path.iterdir()} == before


def test_an_output_that_breaks_off_leaves_no_file_and_the_one_that_is_there(collector, tmp_path, capfdbinary):
    def get_log(vo, stamp, cursor):
        if cursor:
            return {"OK": False, "Errno": LogNotFound.errno, "Message": "The log has left the database"}
        return {"OK": True, "Value": {"Text": "one\n", "Cursor": "1", "AtEnd": False}}

    collector.getLog = get_log
    path = tmp_path / "pilot.log"
    path.write_text("earlier")
    assert showing.show({"Output": str(path), "Source": "Collector"}, ["a1b2"]) == showing.NOTHING
    assert [found.name for found in tmp_path.iterdir()] == ["pilot.log"] and path.read_text() == "earlier"


def test_written_files_are_private_whatever_was_there(collector, monkeypatch, tmp_path, capfdbinary):
    monkeypatch.setattr(
        reading.LogReading,
        "output",
        lambda self, name, source="", vo="": PilotOutput("out\n", "err\n", "Archive", True),
    )
    names = ("pilot.log", "pilot.log.part", "pilot.log.err")
    for name in names:
        (tmp_path / name).write_text("of before")
        (tmp_path / name).chmod(0o644)
    showing.show({"Output": str(tmp_path / "pilot.log")}, ["a1b2"])
    found = {path.name: (path.read_text(), path.stat().st_mode & 0o777) for path in tmp_path.iterdir()}
    assert found == {"pilot.log": ("out\n", 0o600), "pilot.log.err": ("err\n", 0o600)}
