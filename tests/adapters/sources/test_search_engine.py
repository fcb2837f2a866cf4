"""A log from a search engine: whole, or not at all. On sqlite, with an engine in memory."""

import pytest

from PilotLoggingDIRAC.adapters.sources.search_engine import SearchEngineSource
from PilotLoggingDIRAC.pilotlog.errors import LogNotFound
from PilotLoggingDIRAC.pilotlog.search.line_engine import EngineLine
from tests.custody_contract import PILOT, VO, World, pilot

MANY = 2500


class Engine:
    """An engine that holds lines of one log."""

    def __init__(self):
        self.held = []

    def hold(self, *texts, part=1, first=1, piece=0):
        self.held += [
            EngineLine(PILOT, part, number, piece, text, (number, piece)) for number, text in enumerate(texts, first)
        ]

    def lines(self, query, after, limit):
        found = [line for line in self.held if (line.pilot.vo, line.pilot.stamp) == (query.vos[0], query.stamps[0])]
        found = sorted((line for line in found if line.part == query.part), key=lambda line: line.place)
        return [line for line in found if not after or line.place > tuple(after)][:limit]


@pytest.fixture
def engine():
    return Engine()


@pytest.fixture
def world(transactions, clock):
    return World(transactions, clock)


@pytest.fixture
def source(world, engine):
    return SearchEngineSource(world.reader, lambda vo: engine, 10**9)


def test_log_is_read_page_by_page_in_order(world, engine, source):
    texts = [f"line {number}" for number in range(MANY)]
    world.send("".join(f"{text}\n" for text in texts).encode())
    world.send(b"", return_code="0")
    engine.hold(*texts)
    found = source.output(PILOT, "")
    assert found.stdout == "".join(f"{text}\n" for text in texts)
    assert (found.final, found.complete) == (True, True)


def test_pieces_of_a_line_stand_behind_each_other(world, engine, source):
    world.send(b"one two\nthree\n")
    engine.hold("one", "three")
    engine.hold(" two", piece=1)
    assert source.output(PILOT, "").stdout == "one two\nthree\n"


def test_log_that_has_left_the_store_is_whole(world, engine, source):
    world.finish()
    assert world.custody.keep([world.log().id]) == 1
    assert world.custody.purge_kept([world.log().id], world.later(days=1)) == 1
    engine.hold("some text")
    found = source.output(PILOT, "")
    assert (found.stdout, found.complete) == ("some text\n", True)


def test_running_log_is_not_final(world, engine, source):
    world.send(b"one\ntwo\n")
    engine.hold("one", "two")
    found = source.output(PILOT, "")
    assert (found.stdout, found.final, found.complete) == ("one\ntwo\n", False, False)


def test_newest_lines_of_a_running_log_that_are_not_there_yet_are_counted(world, engine, source):
    world.send(b"one\ntwo\n")
    engine.hold("one")
    found = source.output(PILOT, "")
    assert found.stdout == "one\n[OpenSearch has 1 of the 2 lines so far]\n"
    assert (found.final, found.complete, found.ended) == (False, False, False)


def test_log_that_goes_on_behind_its_end_is_complete_once_all_lines_are_there(world, engine, source):
    world.finish()
    world.send(b"late\n")
    engine.hold("some text")
    behind = source.output(PILOT, "")
    engine.hold("late", first=2)
    there = source.output(PILOT, "")
    assert behind.stdout.startswith("some text\n[OpenSearch has 1 of the 2 lines") and there.stdout.endswith("late\n")
    assert (behind.complete, behind.ended, there.complete, there.ended) == (False, False, True, True)


def test_running_log_without_a_line_there_is_no_answer(world, source):
    world.send(b"one\n")
    assert source.output(PILOT, "").empty


@pytest.mark.parametrize("held", [{1: "one"}, {2: "two"}, {}])
def test_ended_log_of_which_a_line_is_missing_is_not_there(world, engine, source, held):
    world.send(b"one\ntwo\n")
    world.send(b"", return_code="0")
    for number, text in held.items():
        engine.hold(text, first=number)
    with pytest.raises(LogNotFound):
        source.output(PILOT, "")


@pytest.mark.parametrize("held", [(0, 2), (1,), (0, 0, 1)], ids=["middle missing", "first missing", "one twice"])
def test_log_of_which_pieces_do_not_follow_each_other_is_not_there(world, engine, source, held):
    world.send(b"one two three\n")
    world.send(b"", return_code="0")
    for piece in held:
        engine.hold("text", piece=piece)
    with pytest.raises(LogNotFound):
        source.output(PILOT, "")


def test_piece_that_is_missing_between_two_pages_is_noticed(world, engine, source):
    world.send(b"one\n" * MANY)
    world.send(b"", return_code="0")
    engine.hold(*["one"] * MANY)
    engine.hold("more", first=1000, piece=2)
    with pytest.raises(LogNotFound):
        source.output(PILOT, "")


def test_pieces_of_a_line_on_two_pages_stand_behind_each_other(world, engine, source):
    world.send(b"one\n" * MANY)
    engine.hold(*["one"] * MANY)
    engine.hold(" more", first=1000, piece=1)
    assert source.output(PILOT, "").stdout == "one\n" * 999 + "one more\n" + "one\n" * (MANY - 1000)


def test_pilot_without_a_log_is_not_there(source):
    with pytest.raises(LogNotFound):
        source.output(pilot(9, VO), "")
