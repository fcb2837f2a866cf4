"""Reading a log that is followed."""

import pytest
from sqlalchemy import delete, update

from PilotLoggingDIRAC.commands.logs.reading import LogReading, Pilot
from PilotLoggingDIRAC.pilotlog.errors import LogNotFound
from PilotLoggingDIRAC.pilotlog.model import State
from PilotLoggingDIRAC.pilotlog.read.reader import LogReader
from PilotLoggingDIRAC.pilotlog.settings import ReadSettings
from PilotLoggingDIRAC.pilotlog.sql.schema.tables import batches, logs
from tests.conftest import PILOT
from tests.stored import reader, store  # noqa: F401

LEFT = {"OK": False, "Errno": LogNotFound.errno, "Message": "The text has left the database"}
OPEN = {"AtEnd": True, "Final": False, "Cursor": "1", "Over": False}


class Collector:
    """A collector that gives these pages of a log."""

    def __init__(self, *pages):
        self.pages = iter(pages)

    def getLog(self, vo, stamp, cursor):  # noqa: N802  (its name on the wire)
        """The next page."""
        return {"OK": True, "Value": next(self.pages)}


def test_following_ends_when_dirac_says_final_and_nothing_comes():
    pages = (OPEN | {"Text": "one\n"}, OPEN | {"Text": "two\n"}, OPEN | {"Text": "", "Over": True})
    reading = LogReading(Collector(*pages), tell=print, sleep=lambda seconds: None)
    assert list(reading.follow(Pilot("a", "vo", "a"), 0.0)) == ["one\n", "two\n"]


class PurgedStart(Collector):
    """A collector with only the second part of a log."""

    def getLog(self, vo, stamp, cursor):  # noqa: N802
        """The next page; there is none at the start."""
        return super().getLog(vo, stamp, cursor) if cursor else LEFT

    def getLogTail(self, vo, stamp, lines):  # noqa: N802
        """The second part."""
        return {"OK": True, "Value": OPEN | {"Text": "second run\n"}}


def test_a_pilot_that_runs_again_is_followed_though_its_first_run_was_purged():
    told = []
    reading = LogReading(PurgedStart(OPEN | {"Text": "", "Over": True}), told.append, sleep=lambda seconds: None)
    parts = ({"State": "Purged"}, {"State": "Receiving"})
    assert list(reading.follow(Pilot("a", "vo", "a", parts), 0.0)) == ["second run\n"]
    assert len(told) == 1 and "last 100,000 lines or 4 MiB" in told[0]


class RealCollector:
    """A collector that reads a store; ``refused`` counts the calls for text that it has not."""

    def __init__(self, reader):
        self.reader, self.query, self.refused = reader, LogReader(reader, ReadSettings()), 0

    def getLog(self, vo, stamp, cursor):  # noqa: N802
        """The next page."""
        return self._answer(self.query.page, cursor, 4 << 20)

    def getLogTail(self, vo, stamp, lines):  # noqa: N802
        """The last lines."""
        return self._answer(self.query.tail, lines, 4 << 20)

    def _answer(self, read, *arguments):
        try:
            page = read(self.reader.find(PILOT), *arguments)
        except LogNotFound:
            self.refused += 1
            return LEFT
        fields = {"Text": page.text, "Cursor": page.cursor, "AtEnd": page.at_end, "Final": page.final}
        return {"OK": True, "Value": fields | {"Over": False}}

    def getPilotLogs(self, wanted, order, start, limit):  # noqa: N802
        """The parts of the log."""
        records = [[log.part, log.state.value, log.lines] for log in self.reader.find(PILOT)]
        names = ["Part", "State", "NumberOfLines"]
        return {"OK": True, "Value": {"ParameterNames": names, "Records": records, "TotalRecords": len(records)}}


@pytest.fixture
def purge(transactions, reader):
    """Purge the last part of the pilot's log."""

    def change():
        log = reader.find(PILOT)[-1]
        text = delete(batches).where(batches.c.LogID == log.id)
        state = update(logs).where(logs.c.LogID == log.id).values(State=State.PURGED.value)
        transactions.run(lambda connection: [connection.execute(each) for each in (text, state)])

    return change


@pytest.fixture
def follow(reader):
    """Follow the pilot's log; ``parts`` are as they were when the pilot was found."""

    def run(lines=None, **states):
        parts = tuple({"State": state} for state in states.values())
        collector = RealCollector(reader)
        reading = LogReading(collector, tell=lambda text: None, sleep=lambda seconds: None)
        texts = list(reading.follow(Pilot(PILOT.stamp, PILOT.vo, PILOT.stamp, parts), 5.0, lines))
        return "".join(texts), collector.refused

    return run


@pytest.mark.parametrize("text", [b"two\nthree\n", b"two\nthree", b"two"])
@pytest.mark.parametrize("state", ["Complete", "Receiving"])
def test_an_ended_second_run_is_shown_though_the_first_was_purged(store, purge, follow, text, state):
    store(b"one\n", return_code="0")
    purge()
    store(text, return_code="0")
    shown, refused = follow(first="Purged", second=state)
    assert shown.encode() == text and refused


def test_all_runs_behind_a_purged_one_are_shown(store, purge, follow):
    store(b"one\n", return_code="0")
    purge()
    store(b"two\n", return_code="0")
    store(b"three\n", return_code="0")
    assert follow(first="Purged", second="Complete")[0] == "two\nthree\n"


def test_more_last_lines_than_an_ended_second_run_has_are_that_run(store, purge, follow):
    store(b"one\n", return_code="0")
    purge()
    store(b"two\nthree\n", return_code="0")
    assert follow(20, first="Purged", second="Complete")[0] == "two\nthree\n"


def test_a_log_whose_last_run_was_purged_is_not_followed(store, purge, follow):
    store(b"one\n", return_code="0")
    purge()
    store(b"two\n", return_code="0")
    purge()
    with pytest.raises(LogNotFound):
        follow(first="Purged", second="Complete")
