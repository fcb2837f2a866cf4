"""A page that lives on while its database is restored: ids are used again, and none of another log's text is shown."""

import pytest
from sqlalchemy import delete

from PilotLoggingDIRAC.pilotlog.access import Caller, Policy, Scope
from PilotLoggingDIRAC.pilotlog.cursors import Cursors
from PilotLoggingDIRAC.pilotlog.errors import CursorOutdated, LogNotFound
from PilotLoggingDIRAC.pilotlog.model import PilotId, Selection
from PilotLoggingDIRAC.pilotlog.outcome import Fates
from PilotLoggingDIRAC.pilotlog.page.document import Documents
from PilotLoggingDIRAC.pilotlog.page.live_tail import LiveTail
from PilotLoggingDIRAC.pilotlog.page.part_text import DatabaseText
from PilotLoggingDIRAC.pilotlog.page.viewer import PageCaller, Viewer
from PilotLoggingDIRAC.pilotlog.read import selection
from PilotLoggingDIRAC.pilotlog.read.audit import Audit
from PilotLoggingDIRAC.pilotlog.read.database_watch import DatabaseWatch
from PilotLoggingDIRAC.pilotlog.read.reader import LogReader
from PilotLoggingDIRAC.pilotlog.search.search import LogSearch
from PilotLoggingDIRAC.pilotlog.settings import (
    AuditSettings,
    PageSettings,
    ReadSettings,
    SearchSettings,
    StatusSettings,
)
from PilotLoggingDIRAC.pilotlog.sql.read.page_queries import SqlPageQueries
from PilotLoggingDIRAC.pilotlog.sql.read.searcher import SqlSearcher
from PilotLoggingDIRAC.pilotlog.sql.schema.identity import SqlIdentity
from PilotLoggingDIRAC.pilotlog.sql.schema.tables import batches, identity, logs
from tests.conftest import PILOT
from tests.stored import reader, store  # noqa: F401

BETA = PilotId("beta_vo", "b" * 32)
ADMIN = PageCaller(Caller("admin", "dirac_admin", "", frozenset({"ServiceAdministrator"})), Policy())


@pytest.fixture
def viewer(transactions, clock, reader):
    views, settings = SqlPageQueries(transactions), PageSettings()
    documents = Documents(lambda log: DatabaseText(log, views.sizes, reader.step), settings)
    audit = Audit(lambda event, facts: None, AuditSettings())
    fates = Fates(StatusSettings(), clock)
    cursors = Cursors(lambda: SqlIdentity(transactions, clock).look().name)
    return Viewer(LogReader(reader, ReadSettings(), cursors), views, documents, settings, clock, audit, fates)


@pytest.fixture
def restore(transactions):
    """Bring back a database that knows no log, under the name that the dump has or under a new one."""

    def step(connection, tables):
        for table in tables:
            connection.execute(delete(table))

    return lambda *more: transactions.run(step, (batches, logs, *more))


def lines(viewer, pilot):
    return viewer.lines(ADMIN, pilot, {})["lines"]


def test_the_page_shows_no_text_of_the_log_that_had_an_id_before(viewer, store, restore, reader):
    store(b"of beta\n", pilot=BETA)
    assert lines(viewer, BETA) == ["of beta"]
    (before,) = reader.find(BETA)
    restore()
    store(b"of alpha\n")
    assert reader.find(PILOT)[0].id == before.id
    assert lines(viewer, PILOT) == ["of alpha"]


def test_whoever_still_reads_the_log_of_before_gets_no_text_of_another(viewer, store, restore, reader):
    store(b"of beta\n", pilot=BETA)
    store(b"and more\n", pilot=BETA)
    parts = reader.find(BETA)
    document = viewer.document(parts)
    restore()
    store(b"of alpha\n")
    with pytest.raises(LogNotFound):
        list(document.stream())
    assert list(reader.chunks(parts[0])) == []
    with pytest.raises(LogNotFound):
        viewer.query.tail(parts, 10, 1000)


def test_a_search_reads_no_text_of_the_log_that_has_an_id_now(transactions, store, restore, reader):
    store(b"of beta\n", pilot=BETA)
    before, searcher = reader.find(BETA), SqlSearcher(transactions)
    assert [text() for chunks in searcher.small(before).values() for _, text in chunks] == [b"of beta\n"]
    restore()
    store(b"of alpha\n")
    assert searcher.small(before) == {before[0].id: []}


def test_a_pilot_that_is_new_in_the_restored_database_gets_its_own_text(viewer, store, restore, clock):
    """The same pilot, the same part, the same id: the time of the first text tells them apart."""
    store(b"one\n")
    assert lines(viewer, PILOT) == ["one"]
    restore()
    clock.forward(seconds=1)
    store(b"two\n")
    assert lines(viewer, PILOT) == ["two"]


def test_a_cursor_of_before_reads_no_text_that_came_after_the_restore(viewer, store, restore, reader):
    store(b"one\n")
    given = viewer.query.tail(reader.find(PILOT), 10, 1000).cursor
    assert viewer.query.page(reader.find(PILOT), given, 100).text == ""
    restore(identity)
    store(b"two\n")
    store(b"three\n")
    with pytest.raises(CursorOutdated):
        viewer.query.page(reader.find(PILOT), given, 100)


def test_a_search_of_before_does_not_go_on_at_the_logs_that_have_the_ids_now(transactions, viewer, store, restore):
    one_hit = LogSearch(
        SqlSearcher(transactions), SearchSettings(search_hits=1), lambda log: [], cursors=viewer.query.cursors
    )
    everything, asked = Scope(everything=True), selection.search_query("x", {}, 20)
    store(b"x\nx\n", pilot=BETA)
    given = one_hit.search(everything, Selection(), asked).cursor
    assert len(one_hit.search(everything, Selection(), asked, given).hits) == 1
    restore(identity)
    store(b"x\nx\n")
    with pytest.raises(CursorOutdated):
        one_hit.search(everything, Selection(), asked, given)


def test_who_follows_a_log_over_a_restore_gets_it_from_its_beginning(viewer, store, restore):
    store(b"one\n")
    given = viewer.log(ADMIN, PILOT, {})["cursor"]
    tail = LiveTail(viewer)
    assert tail.since(ADMIN, PILOT, given, None).text is None
    restore(identity)
    viewer.documents.clear()
    store(b"two\nthree\n")
    news = tail.since(ADMIN, PILOT, given, None)
    assert news.text == {"line": 0, "text": "two\nthree\n"}
    assert tail.since(ADMIN, PILOT, news.cursor, None).text is None


class TestIdentity:
    def test_a_database_keeps_its_name_and_a_renewed_one_gets_another(self, transactions, clock):
        found = SqlIdentity(transactions, clock)
        first = found.look()
        assert first.name and found.look() == first
        transactions.run(lambda connection: connection.execute(delete(identity)))
        assert found.look().name not in ("", first.name)

    def test_text_that_comes_makes_no_other_database(self, transactions, clock, store):
        found, dropped = SqlIdentity(transactions, clock), []
        watch = DatabaseWatch(found.look, lambda: dropped.append(1), 0)
        for number in range(3):
            store(b"x\n", pilot=PilotId("vo", f"{number:032x}"))
            watch()
        assert dropped == []

    @pytest.mark.parametrize("renewed", [True, False])
    def test_a_restored_database_is_noticed_also_where_its_name_was_not_renewed(
        self, transactions, clock, store, restore, renewed
    ):
        found, dropped = SqlIdentity(transactions, clock), []
        watch = DatabaseWatch(found.look, lambda: dropped.append(1), 0)
        store(b"x\n")
        watch()
        if renewed:
            transactions.run(lambda connection: connection.execute(delete(identity)))
        else:
            restore()
        watch()
        watch()
        assert dropped == [1]

    def test_the_database_is_asked_once_in_a_while_only(self, transactions, clock):
        looks, now = [], [0.0]
        found = SqlIdentity(transactions, clock)
        watch = DatabaseWatch(lambda: looks.append(1) or found.look(), lambda: None, 2.0, lambda: now[0])
        for moment in (0.0, 1.9, 2.0, 3.0):
            now[0] = moment
            watch()
        assert len(looks) == 2

    def test_what_was_read_is_forgotten(self, viewer, store):
        store(b"one\n")
        tail = LiveTail(viewer)
        assert lines(viewer, PILOT) == ["one"]
        first = viewer.document(viewer.parts(ADMIN, PILOT))
        viewer.documents.clear()
        tail.clear()
        assert viewer.document(viewer.parts(ADMIN, PILOT)) is not first
