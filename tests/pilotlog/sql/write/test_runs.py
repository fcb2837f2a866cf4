"""Very many small messages of one log: their rows are put together, their text, numbers and cursors stay."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, insert, select, update

from PilotLoggingDIRAC.pilotlog.page.line_index import LineIndex
from PilotLoggingDIRAC.pilotlog.sql.read.page_queries import SqlPageQueries
from PilotLoggingDIRAC.pilotlog.sql.read.searcher import SqlSearcher
from PilotLoggingDIRAC.pilotlog.sql.schema import payload
from PilotLoggingDIRAC.pilotlog.sql.schema.tables import batches
from PilotLoggingDIRAC.pilotlog.sql.schema.tables import dictionaries as table
from PilotLoggingDIRAC.pilotlog.sql.write import runs
from PilotLoggingDIRAC.pilotlog.sql.write.runs import RUN
from tests.conftest import PILOT
from tests.stored import alter, other, reader, store  # noqa: F401

NUMBER = 3 * RUN + 17


def texts(number=NUMBER):
    source = random.Random(3)
    return [b"".join(source.choices([b"x", b"\n", "é".encode()], k=source.randrange(1, 9))) for _ in range(number)]


@pytest.fixture
def sent(store):
    """Messages that came in groups of many sizes."""
    sent, rest, source = texts(), texts(), random.Random(4)
    while rest:
        size = source.choice([1, 7, 100, 300])
        store(*rest[:size])
        del rest[:size]
    return sent


def rows_of(transactions):
    return transactions.run(lambda connection: connection.execute(select(func.count()).select_from(batches)).scalar())


def test_full_runs_are_one_row_each(sent, transactions):
    assert rows_of(transactions) == 3 + 17


def test_text_and_numbers_stay_wherever_reading_begins(sent, reader):
    (log,) = reader.find(PILOT)
    assert log.next_sequence == NUMBER and log.bytes == sum(map(len, sent))
    for start in (0, 1, RUN - 2, RUN - 1, RUN, RUN + 1, 2 * RUN + 5, 3 * RUN, 3 * RUN + 3, NUMBER - 1, NUMBER):
        assert list(reader.chunks(log, start)) == list(enumerate(sent))[start:]


def test_a_cursor_from_before_its_run_was_full_stays_valid(store, reader):
    sent = texts(RUN)
    store(*sent[: RUN // 2])
    (log,) = reader.find(PILOT)
    before = list(reader.chunks(log))
    store(*sent[RUN // 2 :])
    assert before + list(reader.chunks(log, RUN // 2)) == list(enumerate(sent))


def test_after_an_upgrade_rows_of_before_stay_and_the_run_that_goes_on_is_put_together(
    store, reader, transactions, monkeypatch
):
    sent = texts(3 * RUN)
    with monkeypatch.context() as before:
        before.setattr(runs, "put_together", lambda *args: None)
        store(*sent[: RUN + 10])
    assert rows_of(transactions) == RUN + 10
    store(*sent[RUN + 10 :])
    assert rows_of(transactions) == RUN + 2
    (log,) = reader.find(PILOT)
    assert list(reader.chunks(log)) == list(enumerate(sent))


def test_the_page_s_index_is_that_of_the_messages(sent, transactions, reader):
    (log,) = reader.find(PILOT)
    expected = [(text.count(b"\n"), len(text)) for text in sent]
    queries = SqlPageQueries(transactions)
    for start in (0, 1, RUN - 1, RUN, RUN + 100, 2 * RUN - 1, 3 * RUN, NUMBER - 1, NUMBER):
        assert queries.sizes(log, start) == expected[start:]
    index = LineIndex()
    index.extend(queries.sizes(log, 0))
    assert (index.bytes, index.lines) == (log.bytes, log.lines)


@pytest.mark.parametrize("lines", [1, 10, 500, 10_000])
def test_the_last_lines_are_found(sent, reader, lines):
    (log,) = reader.find(PILOT)
    start = reader.tail_starts(log, lines, 10**6)
    tail = b"".join(sent[start:])
    assert start == 0 or tail.count(b"\n") > lines
    assert start == 0 or tail.count(b"\n") <= lines + 9 * RUN
    assert reader.tail_starts(log, 10_000, 20) > NUMBER - 21


def test_a_search_sees_each_message(sent, transactions, reader):
    (log,) = reader.find(PILOT)
    found = SqlSearcher(transactions).small([log])[log.id]
    assert [(number, text()) for number, text in found] == list(enumerate(sent))


def test_large_messages_stay_in_rows_of_their_own(store, transactions):
    store(*[b"%d" % number * 1000 for number in range(RUN)])
    assert rows_of(transactions) == RUN


@pytest.mark.parametrize("damage", ["disk", "dictionary"])
def test_a_full_run_with_damaged_text_stays_in_its_rows_and_its_log_goes_on(
    store, alter, reader, transactions, other, damage
):
    sent = texts(RUN + 2)
    store(*sent[: RUN - 1])
    packed = {"disk": b"x", "dictionary": other.pack(sent[7])}[damage]
    alter(update(batches).where(batches.c.Sequence == 7).values(Payload=packed))
    store(*sent[RUN - 1 :])
    (log,) = reader.find(PILOT)
    assert log.next_sequence == RUN + 2 == rows_of(transactions)
    assert list(reader.chunks(log, 8)) == list(enumerate(sent))[8:]


def test_a_run_is_put_together_although_this_process_has_yet_to_learn_a_dictionary_of_its_texts(
    store, alter, reader, transactions, other, clock
):
    sent = texts(RUN)
    store(*sent[: RUN - 1])
    alter(insert(table).values(DictionaryID=other.number, UsedFrom=clock(), Content=other.content))
    alter(update(batches).where(batches.c.Sequence == 7).values(Payload=other.pack(sent[7])))
    store(sent[RUN - 1])
    assert rows_of(transactions) == 1
    (log,) = reader.find(PILOT)
    assert list(reader.chunks(log)) == list(enumerate(sent))


@given(st.lists(st.binary(max_size=20), min_size=1, max_size=RUN))
def test_a_run_is_unpacked_to_its_chunks(pieces):
    packed = payload.pack_run(pieces)
    assert payload.unpack(1000, packed) == list(enumerate(pieces, 1001 - len(pieces)))
    assert payload.sizes(packed) == [(piece.count(b"\n"), len(piece)) for piece in pieces]


@given(st.binary() | st.binary().map(lambda text: text + b"run1"))
def test_no_text_looks_like_a_run(text):
    packed = payload.pack(text)
    assert payload.unpack(7, packed) == [(7, text)] and payload.sizes(packed) == []
