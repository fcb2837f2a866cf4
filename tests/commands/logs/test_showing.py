"""One pilot's log on the terminal: how often collectors are asked for it, and by which name sources are."""

import pytest

from PilotLoggingDIRAC.commands.logs import reading, showing
from PilotLoggingDIRAC.commands.logs.reading import PilotOutput
from PilotLoggingDIRAC.pilotlog.errors import InvalidInput, NotAllowed

NAMES = ["VO", "PilotStamp", "Part", "PilotReference", "Site", "State", "NumberOfBytes", "NumberOfLines", "Jobs"]
PURGED = ["vo.a", "a1b2", 1, "htcondorce://ce/1", "LCG.A.org", "Purged", 10, 2, [4711]]


class Collector:
    """A collector with one log, which was purged; notes what it is asked."""

    def __init__(self):
        self.asked = []

    def getPilotLogs(self, wanted, order, start, limit):  # noqa: N802  (its name on the wire)
        """The log, if it is named."""
        self.asked.append(wanted)
        named = {"PilotStamp": "a1b2", "PilotReference": "htcondorce://ce/1", "Job": "4711"}
        is_here = wanted.get("VO", "vo.a") == "vo.a"
        found = [PURGED] if is_here and any(named.get(key) == value for key, value in wanted.items()) else []
        return {"OK": True, "Value": {"ParameterNames": NAMES, "Records": found, "TotalRecords": len(found)}}


@pytest.fixture
def collector(monkeypatch):
    found = Collector()
    monkeypatch.setattr(showing, "CollectorClient", lambda url: found)
    return found


@pytest.fixture
def sources(monkeypatch):
    """The names that sources were asked for."""
    asked = []

    def output(self, name, source=""):
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
    def output(self, name, source=""):
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


@pytest.mark.parametrize(("options", "names"), [({}, []), ({}, ["a", "b"]), ({"Site": "LCG.A.org"}, ["a1b2"])])
def test_one_pilot_is_named_or_many_are_followed(options, names):
    with pytest.raises(InvalidInput):
        showing.show(options, names)


@pytest.mark.parametrize("path", ["", ".", "/"])
def test_an_output_that_names_no_file_is_refused_in_words(collector, sources, path, capfdbinary):
    with pytest.raises(InvalidInput, match="--Output names no file"):
        showing.show({"Output": path}, ["a1b2"])
