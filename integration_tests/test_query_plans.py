"""No statement that runs regularly reads a big table from end to end: as the server itself explains them."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Engine, event

from benchmarks.growth import bundles, filling, questions, work
from benchmarks.growth.server import NAME, server
from integration_tests.stack.mariadb import is_mysql
from PilotLoggingDIRAC.adapters.database import utc_now
from PilotLoggingDIRAC.pilotlog.access import Scope
from PilotLoggingDIRAC.pilotlog.archive.custody import Content
from PilotLoggingDIRAC.pilotlog.errors import LeaseLost
from PilotLoggingDIRAC.pilotlog.forward.cursor import Move
from PilotLoggingDIRAC.pilotlog.forward.replay.request import Step, wanted
from PilotLoggingDIRAC.pilotlog.model import Outcome, Selection, State, StoredFile

LOGS = 20_000
BIG = {table for table in filling.TABLES if table != "PilotUnknownFailures"}  # of those, 1000 a VO at most
READ_OR_CHANGE = re.compile(r"\s*(SELECT|UPDATE|DELETE|\(SELECT)", re.IGNORECASE)


@pytest.fixture(scope="module")
def catalogue():
    """(server, PilotLoggingDB) of a database with so many logs, that nobody else uses."""
    with server() as running:
        db = filling.fill(running.new(), LOGS)
        yield running, db
        db.close()


@pytest.fixture
def statements():
    """The statements that are run while the test goes on, with their values."""
    found = []

    def note(connection, cursor, statement, parameters, context, executemany):
        if READ_OR_CHANGE.match(statement) and not executemany:
            found.append((statement, tuple(parameters)))

    event.listen(Engine, "before_cursor_execute", note)
    yield found
    event.remove(Engine, "before_cursor_execute", note)


def explained(cursor, statement, values=()):
    """Return the rows of the server's plan, each by the names of its columns."""
    how = "FORMAT=TRADITIONAL " if is_mysql() else ""
    cursor.execute(f"EXPLAIN {how}{statement}", values or None)
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def scans(running, statements):
    """Return what the server would read whole, by statement; an index in its order up to a LIMIT does not count."""
    found = {}
    with running.connection(NAME) as connection:
        cursor = connection.cursor()
        for statement, values in dict.fromkeys(statements):
            for row in explained(cursor, statement, values):
                walked = row["type"] == "index" and "LIMIT" in statement and "filesort" not in (row["Extra"] or "")
                if row["table"] in BIG and row["type"] in ("ALL", "index") and not walked:
                    found[statement, values] = row
    return found


@pytest.mark.parametrize(
    "kind", ["pages", "states", "lookups", "custody", "bundles", "describing", "diagnosing", "forwarding", "figures"]
)
def test_what_is_asked_is_looked_up(catalogue, statements, kind):
    running, db = catalogue
    for question in getattr(questions, kind)(db, LOGS, utc_now()).values():
        question()
    assert statements
    assert scans(running, statements) == {}


def test_what_changes_bundles_looks_up_what_it_changes(catalogue, statements):
    running, db = catalogue
    bundles.make_and_clear(db, utc_now())
    changed = " ".join(statement.partition("SET")[0] for statement, _ in statements if statement.startswith("UPDATE"))
    assert all(table in changed for table in ("PilotLogs", "PilotLogFiles", "PilotLogBundles"))
    assert scans(running, statements) == {}


def test_what_changes_the_store_looks_up_what_it_changes(catalogue, statements):
    running, db = catalogue
    writer, now = work.Writer(db, LOGS), utc_now()
    writer.group()
    work.sweep(db)
    archive_one(db, now)
    work.claims(db)
    db.custody.keep([log.id for log in db.custody.unarchived(filling.vo(4))])
    old = now - timedelta(days=7)
    for find, purge in ((db.custody.purgeable, db.custody.purge), (db.custody.kept, db.custody.purge_kept)):
        assert purge([log.id for log in find(filling.vo(5), old, 100)], old)
    assert db.custody.delete_rows(filling.vo(5), now - timedelta(days=300), True, 50)[0] == 50
    assert {statement.split()[0] for statement, _ in statements} == {"SELECT", "UPDATE", "DELETE"}
    assert scans(running, statements) == {}


def test_what_is_forwarded_is_looked_up_and_noted_by_its_keys(catalogue, statements):
    running, db = catalogue
    steps, soon = db.forwarded, utc_now() + timedelta(minutes=2)
    for name in (filling.DESTINATION, "New"):
        db.destinations.begin(name)
        claims = steps.claim(name, "test", range(LOGS - 50, LOGS), soon)
        moves = [Move(one.cursor, replace(one.cursor, line=one.cursor.line + 1), True) for one in claims]
        assert len(steps.still_leased(name, "test", range(LOGS - 50, LOGS))) == 50
        assert steps.advance(name, "test", moves[:25]) == 25
        steps.release(name, "test", [one.log.id for one in claims])
        db.destinations.sent(name, 1, 0, "")
    db.destinations.forget("New")
    assert {statement.split()[0] for statement, _ in statements} == {"SELECT", "UPDATE", "DELETE"}
    assert scans(running, statements) == {}


def test_logs_that_are_sent_again_are_found_by_their_ids_or_names(catalogue, statements):
    running, db = catalogue
    asked = db.replays.request(filling.DESTINATION, wanted({"VO": filling.vo(1)}), LOGS, "test")
    replay = db.replays.claim(filling.DESTINATION, "test", utc_now() + timedelta(minutes=2))
    vos = (filling.vo(1), filling.vo(2))
    (found, *_), after = db.replays.page(replay, Selection(vos=vos), 0, 100)
    db.replays.page(replay, Selection(vos=vos, since=utc_now() - timedelta(days=30)), after, 100)
    db.replays.page(replay, Selection(vos=vos, stamps=(found.log.pilot.stamp,)), 0, 100)
    assert db.replays.present(found.log.id, vos).log.id == found.log.id
    assert db.replays.still_there([found.log.id], vos) == {found.log.id}
    db.replays.advance(replay, "test", Step(after), utc_now())
    assert (db.replays.listed()[0].id, asked.id, db.replays.stop(replay.id)) == (replay.id, replay.id, True)
    db.searcher.selected(Scope(everything=True), Selection(vos=vos), {found.log.pilot.stamp}, 1000)
    assert scans(running, statements) == {}


def test_the_writer_finds_its_pilots_by_their_key(catalogue):
    """Its statements go past SQLAlchemy: the server's own log has them."""
    running, db = catalogue
    running.sql(None, "SET GLOBAL log_output = 'TABLE'")
    running.sql(None, "SET GLOBAL general_log = ON")
    work.Writer(db, LOGS).group()
    running.sql(None, "SET GLOBAL general_log = OFF")
    logged = running.sql(None, "SELECT HEX(argument) FROM mysql.general_log WHERE command_type = 'Query'")
    texts = [bytes.fromhex(digits).decode(errors="replace") for (digits,) in logged]
    locking = [text for text in texts if re.match(r"\s*SELECT .*FROM PilotLogs .*FOR UPDATE", text, re.DOTALL)]
    assert locking
    with running.connection(NAME) as connection:
        for statement in locking:
            (row,) = explained(connection.cursor(), statement)
            assert (row["key"], int(row["rows"]) <= 3 * work.GROUP) == ("UK_Log", True)


def archive_one(db, now):
    """The steps of archiving one log, one that fails, and one that is given back."""
    soon = now + timedelta(minutes=15)
    first, second, third = db.custody.claim("test", db.custody.due(filling.vo(6), now, 3), soon)
    file = StoredFile("SE-1", "/x/log.gz", "guid", 100, "00000001")
    generation, _ = db.custody.record(first, Content(100, "00000001"), lambda generation: file, soon)
    db.custody.archived(first, generation)
    with pytest.raises(LeaseLost):
        db.custody.archived(first, generation)
    assert db.custody.failed(second, "no", soon)
    assert db.custody.release(third, None)


def test_what_is_asked_for_by_hand_is_looked_up(catalogue, statements):
    running, db = catalogue
    everything, errors = Scope(everything=True), Selection(vos=(filling.vo(7),), last_error="se-1")
    one = Selection(vos=(filling.vo(7),), stamps=(filling.pilot(LOGS - 3).stamp,))
    assert db.mending.retry(errors)
    db.deleting.delete(db.deleting.page(one, 10), one)
    db.searcher.next(everything, Selection(sites=("LCG.Site7.org",), states=(State.ARCHIVED,)), None, False, 50)
    assert scans(running, statements) == {}


@pytest.mark.parametrize("outcome", [outcome for outcome in Outcome if outcome is not Outcome.SUCCEEDED])
@pytest.mark.parametrize("site", [(), ("LCG.Site7.org",)])
def test_pilots_that_fared_so_are_counted_by_reading_little_more_than_them(catalogue, statements, outcome, site):
    running, db = catalogue
    wanted = Selection(outcomes=(outcome,), sites=site, silent_before=utc_now() - timedelta(minutes=5))
    total, _ = db.reader.select(Scope(everything=True), wanted, "LastSeen", True, 0, 50)
    with running.connection(NAME) as connection:
        plans = [
            row for one in statements for row in explained(connection.cursor(), *one) if row["table"] == "PilotLogs"
        ]
    assert plans
    assert max(int(row["rows"]) for row in plans) <= 4 * total.number + 50, [(row["key"], row["rows"]) for row in plans]


def test_an_index_that_is_missing_is_noticed(catalogue, statements):
    running, db = catalogue
    select = db.reader.select
    running.sql(NAME, "ALTER TABLE PilotLogs DROP INDEX IX_CE_Seen")
    try:
        select(Scope(everything=True), Selection(ces=("ce17.example.org",)), "LastSeen", True, 0, 50)
        assert scans(running, statements)
    finally:
        running.sql(NAME, "ALTER TABLE PilotLogs ADD INDEX IX_CE_Seen (CE, LastSeen, LogID, State, ReturnCode)")
