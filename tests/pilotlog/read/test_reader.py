"""The way out: the same text whatever the pages, for those who may read it."""

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import update

from PilotLoggingDIRAC.pilotlog.access import Caller, Policy
from PilotLoggingDIRAC.pilotlog.errors import InvalidInput, LogNotFound, NotAllowed, Overloaded
from PilotLoggingDIRAC.pilotlog.model import Numbered, PilotId, Selection, State
from PilotLoggingDIRAC.pilotlog.read.reader import LogReader, ReadPosition
from PilotLoggingDIRAC.pilotlog.settings import ReadSettings, StoreSettings
from PilotLoggingDIRAC.pilotlog.sql.connection.engine import Transactions
from PilotLoggingDIRAC.pilotlog.sql.read.reader import SqlReader
from PilotLoggingDIRAC.pilotlog.sql.schema.tables import batches as batches_table
from PilotLoggingDIRAC.pilotlog.sql.schema.tables import logs as logs_table
from PilotLoggingDIRAC.pilotlog.sql.write.appender import SqlAppender
from tests.conftest import PILOT, Clock, answered, batch, line
from tests.empty_store import empty_store
from tests.waiting import PATIENCE_SECONDS

HERE, THERE = "LCG.Here.org", "LCG.There.org"
NOBODY = Policy()
ALL = Selection()
ADMIN = Caller("admin", "dirac_admin", "", frozenset({"ServiceAdministrator"}))
OPERATOR = Caller("op", "alpha_op", PILOT.vo, frozenset({"Operator"}))
OTHER_OPERATOR = Caller("op", "beta_op", "beta_vo", frozenset({"Operator"}))
SITE_MANAGER = Caller("site", "site_admin", "", frozenset({"SiteManager"}), sites=frozenset({HERE}))
USER = Caller("user", "alpha_user", PILOT.vo, frozenset({"NormalUser"}))

SETTINGS = ReadSettings(max_whole_bytes=1000, max_rows=3)


class Store:
    """A store with its writer and reader, and the steps of the agent's that reading meets."""

    def __init__(self, transactions):
        self._run = transactions.run
        self._append = SqlAppender(transactions, Clock()).append
        self._number = 0
        self.reader = SqlReader(transactions)
        self.query = LogReader(self.reader, SETTINGS)

    def add(self, *texts, pilot=PILOT):
        self.take(*(batch(text, pilot=pilot) for text in texts))

    def take(self, *batches):
        numbers = range(self._number + 1, self._number + 1 + len(batches))
        pairs = zip(numbers, batches, strict=True)
        self._append("e", [Numbered(number, answered(item, number)) for number, item in pairs])
        self._number += len(batches)

    def purge(self, pilot=PILOT):
        for log in self.reader.find(pilot):
            self._run(lambda connection, log=log: self._purge(connection, log))

    def _purge(self, connection, log):
        connection.execute(batches_table.delete().where(batches_table.c.LogID == log.id))
        connection.execute(update(logs_table).where(logs_table.c.LogID == log.id).values(State=State.PURGED.value))

    def place(self, site, part=1, pilot=PILOT):
        where = (logs_table.c.PilotStamp == pilot.stamp, pilot.vo == logs_table.c.VO, logs_table.c.Part == part)
        self._run(lambda connection: connection.execute(update(logs_table).where(*where).values(Site=site)))

    def parts(self, caller=ADMIN, pilot=PILOT):
        return self.query.parts(caller, NOBODY, pilot)

    def pages(self, max_bytes, cursor=""):
        """All pages to the end of the log, as a tail reads them."""
        pages = []
        while not pages or not pages[-1].at_end:
            assert len(pages) < 1000, "reading does not come to an end"
            pages.append(self.query.page(self.parts(), cursor, max_bytes))
            cursor = pages[-1].cursor
        return pages


class SlowReader:
    """A reader that waits before it reads."""

    def __init__(self, reader):
        self._reader = reader
        self.begun, self.go_on = threading.Event(), threading.Event()

    def chunks(self, log, sequence=0):
        self.begun.set()
        self.go_on.wait(PATIENCE_SECONDS)
        return self._reader.chunks(log, sequence)


@pytest.fixture
def store(transactions):
    return Store(transactions)


def text_of(pages):
    return "".join(page.text for page in pages)


class TestPages:
    @settings(deadline=None, max_examples=60)
    @given(st.lists(st.text("aµ€😀\r\n", max_size=12), min_size=1, max_size=6), st.integers(1, 40))
    def test_any_log_in_pages_of_any_size_reads_back_exactly(self, tmp_path_factory, texts, max_bytes):
        engine = empty_store(tmp_path_factory.mktemp("logs"))
        store = Store(Transactions(engine, StoreSettings()))
        store.add(*(text.encode() for text in texts))
        pages = store.pages(max_bytes)
        assert text_of(pages) == "".join(texts)
        assert all(len(page.text.encode()) <= max(max_bytes, 4) for page in pages)
        assert all(page.text for page in pages[:-1])
        engine.dispose()

    @pytest.mark.parametrize("size", range(1, 12))
    def test_a_character_at_the_beginning_of_a_chunk_is_never_cut(self, store, size):
        store.add(b"aaa", "😀😀".encode(), "€".encode(), b"b")
        assert text_of(store.pages(size)) == "aaa😀😀€b"

    def test_more_chunks_than_are_fetched_at_once_read_back_exactly(self, store):
        texts = [line(str(number)) for number in range(200)]
        store.add(*texts)
        assert text_of(store.pages(1000)).encode() == b"".join(texts)

    def test_a_tail_goes_on_where_it_ended(self, store):
        store.add(b"one\n")
        first = store.query.page(store.parts(), "", 100)
        assert (first.text, first.at_end, first.final) == ("one\n", True, False)
        store.add(b"two\n")
        second = store.query.page(store.parts(), first.cursor, 100)
        assert (second.text, second.at_end) == ("two\n", True)
        assert store.query.page(store.parts(), second.cursor, 100).text == ""

    def test_a_log_that_its_pilot_ended_is_final_once_it_is_read_to_the_end(self, store):
        store.take(batch(b"one\ntwo\n"), batch(return_code="0"))
        first, second = store.pages(4)
        assert (first.at_end, first.final, second.at_end, second.final) == (False, False, True, True)

    def test_a_tail_goes_on_in_the_part_of_a_second_life(self, store):
        store.add(line("first life"))
        end = store.pages(1000)[-1].cursor
        store.purge()
        store.add(line("second life"))
        assert text_of(store.pages(1000, end)).encode() == line("second life")

    @pytest.mark.parametrize("cursor", ["", "0.0.0", "1.0.0", "1.0.3"])
    def test_what_has_left_the_database_is_not_passed_over(self, store, cursor):
        store.add(line("first life"))
        store.purge()
        store.add(line("second life"))
        with pytest.raises(LogNotFound, match="getPilotOutput"):
            store.query.page(store.parts(), cursor, 1000)

    def test_a_log_purged_while_it_is_read_is_not_taken_for_an_empty_one(self, store):
        store.take(batch(line("one")), batch(return_code="0"))
        parts = store.parts()
        store.purge()
        query = store.query
        reads = (
            lambda: query.page(parts, "", 1000),
            lambda: query.whole_text(parts),
            lambda: query.tail(parts, 10, 10**6),
        )
        for read in reads:
            with pytest.raises(LogNotFound):
                read()

    def test_a_tail_that_begins_in_purged_text_is_not_taken_for_the_whole(self, store):
        store.add(b"first life\n")
        store.purge()
        store.take(batch(b"one\ntwo\n"), batch(return_code="0"))
        assert store.query.tail(store.parts(), 1, 1000).text == "two\n"
        with pytest.raises(LogNotFound, match="getPilotOutput"):
            store.query.tail(store.parts(), 100, 1000)

    @pytest.mark.parametrize(("text", "lines"), [(b"one\ntwo\n", 2), (b"one\ntwo", 2), (b"one\n\n", 2), (b"one", 1)])
    def test_a_tail_of_as_many_lines_as_are_there_needs_no_purged_text(self, store, text, lines):
        store.add(b"first life\n")
        store.purge()
        store.take(batch(text), batch(return_code="0"))
        assert store.query.tail(store.parts(), lines, 1000).text.encode() == text
        with pytest.raises(LogNotFound, match="getPilotOutput"):
            store.query.tail(store.parts(), lines + 1, 1000)

    def test_the_tail_of_a_live_log_leaves_out_purged_text_as_it_is_followed(self, store):
        store.add(b"first life\n")
        store.purge()
        store.add(b"one\ntwo\n")
        tail = store.query.tail(store.parts(), 100, 1000)
        assert (tail.text, tail.final) == ("one\ntwo\n", False)
        store.add(b"three\n")
        assert text_of(store.pages(1000, tail.cursor)) == "three\n"

    @pytest.mark.parametrize("cursor", ["1.0.1", "1.0.2", "1.0.3"])
    def test_a_made_up_cursor_inside_a_character_reads_that_character(self, store, cursor):
        store.add("😀b".encode())
        assert store.query.page(store.parts(), cursor, 100).text == "😀b"

    @pytest.mark.parametrize("cursor", ["1.0.999999999", "1.0.100"])
    def test_a_made_up_cursor_behind_a_chunk_buys_no_larger_page(self, store, cursor):
        store.add(*(b"%09d\n" % number for number in range(100)))
        page = store.query.page(store.parts(), cursor, 50)
        assert len(page.text) <= 50

    @pytest.mark.parametrize("cursor", ["2.0.0", "1.7.0", "999999999.999999999.999999999"])
    def test_a_made_up_cursor_behind_the_end_reads_nothing(self, store, cursor):
        store.add(b"one\n")
        page = store.query.page(store.parts(), cursor, 100)
        assert (page.text, page.at_end) == ("", True)

    @pytest.mark.parametrize(
        "cursor",
        [
            None,
            0,
            "0",
            "1.2",
            "1.2.3.4",
            "-1.0.0",
            "1.0.0\n",
            " 1.0.0",
            "a.b.c",
            "1.0.1000000000",
            "١.0.0",
            ["1.0.0"],
            {},
        ],
    )
    def test_what_is_no_cursor_is_refused(self, store, cursor):
        store.add(b"one\n")
        with pytest.raises(InvalidInput):
            store.query.page(store.parts(), cursor, 100)

    @given(st.builds(ReadPosition, *[st.integers(0, 10**9 - 1)] * 3))
    def test_a_cursor_is_what_it_was_made_of(self, position):
        assert ReadPosition.parse(str(position)) == position


class TestWhole:
    def test_a_log_within_the_limit_is_whole(self, store):
        store.add(b"x" * 400, b"y" * 600)
        assert store.query.whole_text(store.parts()) == (0, "x" * 400 + "y" * 600)

    def test_of_a_log_over_the_limit_the_end_is_kept_and_the_rest_counted(self, store):
        texts = ["€" * 50 + f"{number}\n" for number in range(50)]
        store.add(*(text.encode() for text in texts))
        omitted, text = store.query.whole_text(store.parts())
        assert "".join(texts).endswith(text)
        assert SETTINGS.max_whole_bytes <= len(text.encode()) < SETTINGS.max_whole_bytes + 4
        assert omitted + len(text.encode()) == len("".join(texts).encode())

    def test_it_comes_in_strings_of_a_bounded_size_that_split_no_character(self, store):
        reading = LogReader(store.reader, ReadSettings(stream_bytes=10))
        store.add("😀€é-".encode() * 20, b"plain text\n")
        texts = list(reading.whole(store.parts()).texts)
        assert "".join(texts) == "😀€é-" * 20 + "plain text\n"
        assert max(len(text.encode()) for text in texts) < 10 + 4

    def test_text_that_comes_while_it_is_read_is_left_to_the_next_reading(self, store):
        store.add(b"one\n")
        whole = store.query.whole(store.parts())
        store.add(b"two\n")
        assert "".join(whole.texts) == "one\n"

    def test_parts_are_joined_in_their_order(self, store):
        store.add(line("first life"))
        store.purge()
        store.add(line("second life"))
        parts = store.parts()
        assert [part.part for part in parts] == [1, 2]
        assert store.query.whole_text(parts[1:])[1].encode() == line("second life")

    def test_no_more_whole_logs_are_read_at_a_time_than_is_allowed(self, store):
        slow = SlowReader(store.reader)
        reading = LogReader(slow, ReadSettings(max_whole_reads=1, whole_wait_seconds=0.1))
        store.add(b"text")
        parts = store.parts()
        with ThreadPoolExecutor(1) as pool:
            first = pool.submit(reading.whole_text, parts)
            slow.begun.wait(PATIENCE_SECONDS)
            with pytest.raises(Overloaded):
                reading.whole_text(parts)
            slow.go_on.set()
            assert first.result() == (0, "text")
        assert reading.whole_text(parts) == (0, "text")


class TestRights:
    @pytest.mark.parametrize("caller", [ADMIN, OPERATOR], ids=str)
    def test_who_may_reads_and_is_told_what_is_not_there(self, store, caller):
        store.add(b"one\n")
        assert [part.pilot for part in store.parts(caller)] == [PILOT]
        with pytest.raises(LogNotFound):
            store.parts(caller, replace(PILOT, stamp="none"))

    @pytest.mark.parametrize("caller", [OTHER_OPERATOR, SITE_MANAGER, USER], ids=str)
    def test_who_may_not_gets_the_same_answer_whether_or_not_the_log_is_there(self, store, caller):
        store.add(b"one\n")
        answers = []
        for pilot in (PILOT, replace(PILOT, stamp="none")):
            with pytest.raises(NotAllowed) as refusal:
                store.parts(caller, pilot)
            answers.append(str(refusal.value))
        assert answers[0] == answers[1]

    def test_a_site_manager_reads_the_parts_that_ran_at_the_own_site_and_no_other(self, store):
        store.add(line("first life"))
        store.purge()
        store.add(line("second life"))
        store.place(THERE, part=1)
        store.place(HERE, part=2)
        assert [part.part for part in store.parts(SITE_MANAGER)] == [2]
        store.place(HERE, part=1)
        store.place(THERE, part=2)
        assert [part.part for part in store.parts(SITE_MANAGER)] == [1]


class TestSelecting:
    BETA = PilotId("beta_vo", "b" * 32)

    @pytest.fixture
    def store(self, store):
        for number in range(5):
            store.add(line(str(number)), pilot=replace(PILOT, stamp=f"a{number}"))
        store.add(b"one\n", b"two\n", pilot=self.BETA)
        store.place(HERE, pilot=self.BETA)
        return store

    def select(self, store, caller, wanted=ALL, order="LogID", start=0, limit=3):
        total, logs = store.query.select(caller, NOBODY, wanted, order, False, start, limit)
        assert not total.more
        return total.number, [log.pilot.stamp for log in logs]

    def test_only_what_the_caller_may_read_is_found_and_counted(self, store):
        assert self.select(store, ADMIN)[0] == 6
        assert self.select(store, OPERATOR)[0] == 5
        assert self.select(store, OTHER_OPERATOR) == (1, [self.BETA.stamp])
        assert self.select(store, SITE_MANAGER) == (1, [self.BETA.stamp])

    def test_asking_for_another_vo_finds_nothing(self, store):
        assert self.select(store, OPERATOR, Selection(vos=("beta_vo",))) == (0, [])
        assert self.select(store, OPERATOR, Selection(stamps=(self.BETA.stamp,))) == (0, [])

    def test_who_may_read_nothing_is_refused(self, store):
        with pytest.raises(NotAllowed):
            self.select(store, USER)

    @pytest.mark.parametrize(("part", "number", "more"), [("a", 3, True), ("a1", 1, False)])
    def test_that_more_pilots_have_a_part_of_a_name_than_are_taken_is_told(self, store, part, number, more):
        total, logs = store.query.select(ADMIN, NOBODY, Selection(name=part), "LogID", False, 0, 3)
        assert (total.number, total.more, len(logs)) == (number, more, number)

    def test_pages_follow_each_other_and_have_a_limit(self, store):
        assert self.select(store, ADMIN, limit=100) == (6, ["a0", "a1", "a2"])
        assert self.select(store, ADMIN, start=3, limit=2) == (6, ["a3", "a4"])

    def test_every_given_field_must_match(self, store):
        assert self.select(store, ADMIN, Selection(stamps=("a1", "a2"), vos=(PILOT.vo,))) == (2, ["a1", "a2"])
        assert self.select(store, ADMIN, Selection(stamps=("a1",), vos=("beta_vo",))) == (0, [])
        assert self.select(store, ADMIN, Selection(states=(State.PURGED,))) == (0, [])

    def test_an_unknown_column_is_refused(self, store):
        with pytest.raises(InvalidInput):
            self.select(store, ADMIN, order="Resend")


def test_status_counts_logs_by_state(store):
    store.take(batch(b"one\n"), batch(return_code="0"), batch(b"two\n", pilot=replace(PILOT, stamp="two")))
    status = store.query.status()
    assert status["States"] == {"Complete": 1, "Receiving": 1}
    assert status["OldestUnarchived"] == Clock().now.isoformat()
    assert status["ArchiveFailures"] == {}


@pytest.mark.parametrize("lines", [1, 2, 3, 4, 99])
def test_tail_is_the_last_lines_and_reading_goes_on_behind_it(store, lines):
    store.add(b"one\ntw", b"o\nthree\n", b"four\nfive")
    page = store.query.tail(store.reader.find(PILOT), lines, 10**6)
    assert page.text == "\n".join(["one", "two", "three", "four", "five"][-lines:])
    store.add(b" and more\n")
    assert store.query.page(store.reader.find(PILOT), page.cursor, 100).text == " and more\n"


def test_text_that_comes_while_a_tail_is_read_is_told_once(store):
    store.add(b"one\n")
    parts = store.reader.find(PILOT)
    store.add(b"two\n")
    page = store.query.tail(parts, 10, 10**6)
    assert page.text + store.query.page(store.reader.find(PILOT), page.cursor, 100).text == "one\ntwo\n"


def test_tail_is_bounded_in_bytes(store):
    store.add(*[b"x" * 9 + b"\n"] * 50)
    assert store.query.tail(store.reader.find(PILOT), 40, 25).text == ("x" * 9 + "\n") * 2
