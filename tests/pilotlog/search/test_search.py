"""A search over many logs finds the same whatever one call may do; a caller who may not read a log does not find it."""

import dataclasses
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import update

from PilotLoggingDIRAC.pilotlog.access import Scope
from PilotLoggingDIRAC.pilotlog.errors import ArchiveError, InvalidInput, Overloaded, StoreUnavailable
from PilotLoggingDIRAC.pilotlog.model import PilotId, Selection, State
from PilotLoggingDIRAC.pilotlog.read import selection
from PilotLoggingDIRAC.pilotlog.search.search import LogSearch
from PilotLoggingDIRAC.pilotlog.search.shown_line import shown, shown_beside
from PilotLoggingDIRAC.pilotlog.settings import SearchSettings
from PilotLoggingDIRAC.pilotlog.sql.read.searcher import SqlSearcher
from PilotLoggingDIRAC.pilotlog.sql.schema.file_tables import files
from PilotLoggingDIRAC.pilotlog.sql.schema.tables import batches, logs
from tests.conftest import PILOT
from tests.stored import alter, reader, store  # noqa: F401

EVERYTHING, ALL = Scope(everything=True), Selection()
BETA = PilotId("beta_vo", "b" * 32)
TINY = SearchSettings(search_block_bytes=10, search_bytes=30, search_hits=2, search_archived_logs=1)


def no_archive(log):
    raise ArchiveError("the storage element is down")


@pytest.fixture
def searcher(transactions):
    return SqlSearcher(transactions)


def query(pattern, **options):
    return selection.search_query(pattern, options, 20)


def calls(engine, wanted, asked, scope=EVERYTHING):
    cursor, answers = "", []
    while not answers or cursor:
        answers.append(engine.search(scope, wanted, asked, cursor))
        cursor = answers[-1].cursor
        assert len(answers) < 1000
    return answers


def found(engine, pattern, wanted=ALL, scope=EVERYTHING, **options):
    answers = calls(engine, wanted, query(pattern, **options), scope)
    return [(log.pilot.vo, hit.line, hit.text.decode()) for answer in answers for log, hit in answer.hits]


def fill(store):
    for number in range(6):
        pilot = PilotId(PILOT.vo, f"{number:032x}")
        store(b"line one\nthe disk ", b"is full %d\nline three\n" % number, b"disk at end", pilot=pilot)


@pytest.mark.parametrize("settings", [SearchSettings(), TINY, dataclasses.replace(TINY, search_seconds=0.0)])
def test_lines_over_two_messages_and_at_the_end_are_found_once_newest_log_first(store, searcher, settings):
    fill(store)
    expected = []
    for number in reversed(range(6)):
        expected += [(PILOT.vo, 2, f"the disk is full {number}"), (PILOT.vo, 4, "disk at end")]
    assert found(LogSearch(searcher, settings, no_archive), "disk") == expected


@pytest.mark.parametrize("pattern", [r"(?:[ab]{1,30}c?){1,30}Z", r"(?:a?){1000}Z", r"(?:\pL{1,30}){1}Z"])
def test_the_deadline_holds_for_any_expression_on_any_line(store, searcher, pattern):
    """In CPU time, as a busy machine is none of the search's business; a look at the whole line takes minutes."""
    for _ in range(4):
        store(b"ab" * 130_000)
    settings = SearchSettings(search_seconds=1.0)
    engine, asked = LogSearch(searcher, settings, no_archive, time.thread_time), query(pattern, Regex=True)
    began = time.thread_time()
    answer = engine.search(EVERYTHING, ALL, asked)
    assert time.thread_time() - began < 2 * settings.search_seconds
    assert answer.cursor or answer.logs == 1


def test_one_call_does_a_bounded_amount_of_work(store, searcher):
    fill(store)
    answers = calls(LogSearch(searcher, TINY, no_archive), ALL, query("disk"))
    assert len(answers) > 5
    assert all(len(answer.hits) <= 2 and answer.bytes <= 120 for answer in answers)
    assert sum(answer.logs for answer in answers) == 6


def test_context_comes_with_a_hit(store, searcher):
    store(b"one\ntwo\n", b"three disk\nfour\nfive")
    (answer,) = calls(LogSearch(searcher, SearchSettings(), no_archive), ALL, query("disk", Context=1))
    ((_, hit),) = answer.hits
    assert (hit.line, hit.before, hit.after) == (3, (b"two",), (b"four",))


def test_logs_out_of_scope_are_neither_found_nor_counted(store, searcher):
    store(b"disk\n")
    store(b"disk\n", pilot=BETA)
    engine, scope = LogSearch(searcher, SearchSettings(), no_archive), Scope(vos=frozenset({"beta_vo"}))
    assert found(engine, "disk", scope=scope) == [("beta_vo", 1, "disk")]
    (answer,) = calls(engine, ALL, query("disk"), scope)
    assert (answer.extent["here"], answer.logs) == ((1, 5), 1)


def test_cursor_of_another_search_leads_out_of_no_scope(store, searcher):
    store(b"disk\ndisk\ndisk\n", pilot=PILOT)
    engine = LogSearch(searcher, TINY, no_archive)
    first = engine.search(EVERYTHING, ALL, query("disk"))
    scope = Scope(vos=frozenset({"beta_vo"}))
    assert first.cursor and engine.search(scope, ALL, query("disk"), first.cursor).hits == []


def test_only_selected_logs_are_searched(store, searcher):
    store(b"disk\n")
    store(b"disk\n", pilot=BETA, return_code="1")
    engine = LogSearch(searcher, SearchSettings(), no_archive)
    assert [vo for vo, *_ in found(engine, "disk", Selection(return_codes=("1",)))] == ["beta_vo"]
    assert [vo for vo, *_ in found(engine, "disk", Selection(vos=("beta_vo",)))] == ["beta_vo"]


def purge(alter, searcher, with_copy):
    (log,) = searcher.next(EVERYTHING, ALL, None, False, 10)
    alter(batches.delete())
    alter(update(logs).values(State=State.PURGED.value, Generation=1))
    if with_copy:
        copy = {"SE": "S", "LFN": "/v/f", "GUID": "g", "Size": 1, "Checksum": "c"}
        times = {"RecordedAt": log.last_seen, "VerifiedAt": log.last_seen}
        alter(files.insert().values(LogID=log.id, Generation=1, NextSequence=1, **copy, **times))


@pytest.mark.parametrize("settings", [SearchSettings(), TINY])
def test_archived_logs_are_searched_on_request(store, searcher, alter, settings):
    text = [b"one disk\ntwo ", b"disk\nthree\n", b"x" * 50 + b"\nfour disk\n"]
    store(b"".join(text))
    purge(alter, searcher, with_copy=True)
    engine = LogSearch(searcher, settings, lambda log: iter(text))
    assert found(engine, "disk") == []
    assert [line for _, line, _ in found(engine, "disk", Archive=True)] == [1, 2, 5]
    assert engine.search(EVERYTHING, ALL, query("disk")).extent["archived"] == (1, sum(map(len, text)))


def test_archive_that_fails_is_told_and_costs_no_other_log(store, searcher, alter):
    store(b"disk\n")
    purge(alter, searcher, with_copy=True)
    store(b"disk\n", pilot=BETA)
    (answer,) = calls(LogSearch(searcher, SearchSettings(), no_archive), ALL, query("disk", Archive=True))
    assert [log.pilot.vo for log, _ in answer.hits] == ["beta_vo"]
    assert [(log.pilot, reason) for log, reason in answer.unreadable] == [(PILOT, "the storage element is down")]


def test_text_that_leaves_the_database_meanwhile_is_told(store, searcher, alter):
    store(b"disk\n")
    alter(batches.delete())
    (answer,) = calls(LogSearch(searcher, SearchSettings(), no_archive), ALL, query("disk"))
    assert [reason for _, reason in answer.unreadable] == ["the text left the database while it was searched"]


def test_more_searches_than_allowed_are_refused(store, searcher, alter):
    store(b"disk\n")
    purge(alter, searcher, with_copy=True)
    inner = []

    def archived(log):
        with pytest.raises(Overloaded):
            engine.search(EVERYTHING, ALL, query("disk"))
        inner.append(log)
        return iter([b"disk\n"])

    engine = LogSearch(searcher, SearchSettings(searches=1), archived)
    assert len(found(engine, "disk", Archive=True)) == len(inner) == 1
    assert found(engine, "disk") == []


def test_a_search_waits_for_its_turn_for_a_moment(store, searcher):
    store(b"disk\n")
    engine = LogSearch(searcher, SearchSettings(searches=1, search_turn_seconds=20), no_archive)
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: engine.search(EVERYTHING, ALL, query("disk")), range(16)))
    assert [len(answer.hits) for answer in answers] == [1] * 16


@pytest.mark.parametrize(
    "cursor", ["1", "1.d.0.0.0", "-1.d.0.0.0.0", "1.x.0.0.0.0", "1.d.0.0.0.0\n", 7, None, "9" * 40]
)
def test_what_is_no_cursor_is_refused(searcher, cursor):
    with pytest.raises(InvalidInput):
        LogSearch(searcher, TINY, no_archive).search(EVERYTHING, ALL, query("x"), cursor)


@pytest.mark.parametrize("options", [{"Regex": 1}, {"Context": 21}, {"Context": -1}, {"Nonsense": True}, [], None])
def test_options_that_do_not_exist_are_refused(options):
    with pytest.raises(InvalidInput):
        selection.search_query("x", options, 20)


def test_a_long_line_is_shown_around_its_match():
    line = b"a" * 100 + b"disk" + b"b" * 100
    assert shown(line, 100, 20) == "…" + "a" * 10 + "disk" + "b" * 6 + "…"
    assert shown(b"disk\xff", 0, 20) == "disk\\xff"


def test_a_search_does_without_its_extent_where_counting_takes_too_long(store, searcher, monkeypatch):
    store(b"disk\n")

    def extent(_, scope, wanted):
        raise StoreUnavailable("it took too long")

    monkeypatch.setattr(type(searcher), "extent", extent)
    assert len(found(LogSearch(searcher, SearchSettings(), no_archive), "disk")) == 1


def test_end_of_a_line_is_before_crlf_and_each_state_of_a_progress_bar_is_a_line(store, searcher):
    store(b"No space left\r\nother\r\n", b"10%\r20%\r30% done\n")
    engine = LogSearch(searcher, SearchSettings(), no_archive)
    for pattern, lines in (("left$", [1]), ("^20%$", [3]), ("^30%", [3]), (r"left\r$", [1]), ("10.*20", [])):
        hits = [hit for answer in calls(engine, ALL, query(pattern, Regex=True)) for _, hit in answer.hits]
        assert [hit.line for hit in hits] == lines, pattern
    ((_, hit),) = calls(engine, ALL, query("20%"))[0].hits
    assert shown(hit.text, hit.match, 100) == "20%"
    ((_, hit),) = calls(engine, ALL, query("space", Context=2))[0].hits
    assert shown(hit.text, hit.match, 100) == "No space left"
    assert [shown_beside(text, 100) for text in hit.after] == ["other", "30% done [2 earlier states of this line]"]
