"""The search over many logs on the page: within a caller's reach, each hit with its place, its time and its line."""

from datetime import timedelta

import pytest
from sqlalchemy import delete, insert, update

from PilotLoggingDIRAC.pilotlog.access import Caller, Policy
from PilotLoggingDIRAC.pilotlog.cursors import Cursors
from PilotLoggingDIRAC.pilotlog.errors import InvalidInput, NothingToRead
from PilotLoggingDIRAC.pilotlog.model import PilotId
from PilotLoggingDIRAC.pilotlog.page.log_search import PageSearch, SearcherSettings
from PilotLoggingDIRAC.pilotlog.page.viewer import PageCaller
from PilotLoggingDIRAC.pilotlog.read.audit import Audit
from PilotLoggingDIRAC.pilotlog.read.reader import LogReader
from PilotLoggingDIRAC.pilotlog.read.searching import CallersSearch, Searches
from PilotLoggingDIRAC.pilotlog.search.engine_search import EngineSearch
from PilotLoggingDIRAC.pilotlog.search.search import LogSearch
from PilotLoggingDIRAC.pilotlog.settings import AuditSettings, ReadSettings, SearchSettings
from PilotLoggingDIRAC.pilotlog.sql.read.searcher import SqlSearcher
from PilotLoggingDIRAC.pilotlog.sql.schema.file_tables import files
from PilotLoggingDIRAC.pilotlog.sql.schema.tables import logs
from tests.conftest import PILOT, line
from tests.stored import alter, importer, reader, store  # noqa: F401

BETA = PilotId("beta_vo", "b" * 32)
ADMIN = PageCaller(Caller("admin", "dirac_admin", "", frozenset({"ServiceAdministrator"})), Policy())
OPERATOR = PageCaller(Caller("op", "alpha_op", PILOT.vo, frozenset({"Operator"})), Policy())
USER = PageCaller(Caller("user", "alpha_user", PILOT.vo, frozenset({"NormalUser"})), Policy())


@pytest.fixture
def audit():
    return []


@pytest.fixture
def search(transactions, reader, audit):
    written = Audit(lambda event, facts: audit.append((event, facts)), AuditSettings())
    searcher, settings = SqlSearcher(transactions), SearchSettings(search_hits=2)
    engines = EngineSearch(list, searcher, settings, Cursors())
    query = LogReader(reader, ReadSettings(max_rows=2))
    searches = Searches(LogSearch(searcher, settings, lambda log: []), engines)
    return PageSearch(
        CallersSearch(searches, query.every_named, written),
        query,
        SearcherSettings(found_line_bytes=60),
    )


def found(search, who, **asked):
    words = {name: value if isinstance(value, list) else [value] for name, value in asked.items()}
    cursor, hits = "", []
    while True:
        answer = search.step(who, words, cursor)
        hits += answer["hits"]
        cursor = answer["cursor"]
        if not cursor:
            return hits


def test_hits_are_those_that_the_caller_may_read_and_readings_are_audited(search, store, audit):
    store(b"the disk is full\n")
    store(b"the disk is full\n", pilot=BETA)
    assert [hit["vo"] for hit in found(search, OPERATOR, Pattern="disk")] == [PILOT.vo]
    assert {hit["vo"] for hit in found(search, ADMIN, Pattern="disk")} == {PILOT.vo, BETA.vo}
    assert found(search, OPERATOR, Pattern="disk", VO=BETA.vo) == []
    with pytest.raises(NothingToRead):
        search.step(USER, {"Pattern": ["disk"]}, "")
    assert all(event == "Read" and "method=page" in facts for event, facts in audit) and len(audit) == 3


def test_site_administrator_finds_lines_of_the_site_s_pilots_alone(search, store, alter):
    store(b"the disk is full\n")
    store(b"the disk is full\n", pilot=BETA)
    alter(update(logs).where(BETA.vo == logs.c.VO).values(Site="LCG.Here.zz"))
    sid = Caller("sid", "site_group", "", frozenset({"SiteManager"}), sites=frozenset({"LCG.Here.zz"}))
    assert [hit["vo"] for hit in found(search, PageCaller(sid, Policy()), Pattern="disk")] == [BETA.vo]


def test_hit_has_place_line_and_text_around_the_match(search, store, alter):
    store(b"first\n" + b"x" * 200 + b" disk " + b"y" * 200 + b"\n")
    alter(update(logs).values(Site="LCG.Here.zz", CE="ce.here.example", Sender="wn1.here.example"))
    (hit,) = found(search, ADMIN, Pattern="disk", Site="LCG.Here.zz")
    assert (hit["site"], hit["ce"], hit["host"]) == ("LCG.Here.zz", "ce.here.example", "wn1.here.example")
    assert (hit["vo"], hit["stamp"], hit["line"]) == (PILOT.vo, PILOT.stamp, 2)
    assert " disk " in hit["text"] and len(hit["text"].encode()) <= 60 + 2 * len("…".encode())


def test_all_hits_are_found_in_steps(search, store):
    store(b"".join(line(f"step {number}") for number in range(7)))
    assert [hit["line"] for hit in found(search, ADMIN, Pattern="step")] == list(range(1, 8))


def test_time_of_a_hit_is_that_of_its_line_or_of_its_log_s_last_message(search, store, clock):
    store(line("one", 5), b"two\n", b"1999-01-01T00:00:00.0Z INFO [x] three\n", b"2026-99-99T99:99:99Z four\n")
    clock.now += timedelta(hours=1)
    store(b"last\n")
    last = "2026-11-21T09:00:00Z"
    assert [hit["time"] for hit in found(search, ADMIN, Pattern="one")] == ["2026-11-21T08:10:05Z"]
    for word in ("two", "three", "four"):
        assert [hit["time"] for hit in found(search, ADMIN, Pattern=word)] == [last], word


def test_line_of_a_later_part_is_counted_from_the_start_of_the_log(search, store, alter, clock):
    store(b"one\ntwo\n", return_code="0")
    copy = {"Generation": 0, "NextSequence": 1, "SE": "SE", "LFN": "/x", "GUID": "g", "Size": 8, "Checksum": "0"}
    alter(insert(files).values(LogID=1, RecordedAt=clock.now, VerifiedAt=clock.now, **copy))
    alter(update(logs).values(State="Purged"))
    store(b"three\n")
    assert [hit["line"] for hit in found(search, ADMIN, Pattern="three")] == [3]
    alter(delete(files))  # a part without its copy is not on the page
    assert [hit["line"] for hit in found(search, ADMIN, Pattern="three")] == [1]


def test_line_of_a_log_with_an_imported_part_is_counted_from_the_start_of_that(search, store, importer):
    importer.append(PILOT, 0, "imported\n", {}, "2026-11-01T13:00:00")
    store(b"one\ntwo\n")
    assert [hit["line"] for word in ("imported", "two") for hit in found(search, ADMIN, Pattern=word)] == [1, 3]


@pytest.mark.parametrize("asked", [
    {}, {"Pattern": [""]}, {"Pattern": ["("], "Regex": ["true"]}, {"Pattern": ["x"], "State": ["Nonsense"]},
    {"Pattern": ["x"], "What": ["1"]}, {"Pattern": ["x" * 1001]},
])  # fmt: skip
def test_what_can_t_be_searched_for_is_refused(search, asked):
    with pytest.raises(InvalidInput):
        search.step(ADMIN, asked, "")


def test_a_part_of_a_name_that_more_pilots_have_than_are_taken_is_refused_in_each_step(search, store):
    for letter in "ab":
        store(b"the disk is full\n" * 2, pilot=PilotId(PILOT.vo, "7" * 31 + letter))
    assert len(found(search, ADMIN, Pattern="disk", Name="777")) == 4
    cursor = search.step(ADMIN, {"Pattern": ["disk"], "Name": ["777"]}, "")["cursor"]
    store(b"the disk is full\n", pilot=PilotId(PILOT.vo, "7" * 31 + "c"))
    for place in ("", cursor):
        with pytest.raises(InvalidInput, match="More than 2 pilots"):
            search.step(ADMIN, {"Pattern": ["disk"], "Name": ["777"]}, place)
    assert len(found(search, ADMIN, Pattern="disk", Name="777c")) == 1


def test_ticks_are_options_of_the_search(search, store):
    store(b"Disk 1\ndisk 2\n")
    assert len(found(search, ADMIN, Pattern="disk")) == 1
    assert len(found(search, ADMIN, Pattern="disk", IgnoreCase="true")) == 2
    assert [hit["line"] for hit in found(search, ADMIN, Pattern="k [2-9]", Regex="true")] == [2]
