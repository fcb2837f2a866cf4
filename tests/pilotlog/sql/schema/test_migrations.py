"""Changes of the schema: once, in order, recorded, also when many components start at once."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Column, Integer, MetaData, Table, inspect, select, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.schema import CreateTable

from PilotLoggingDIRAC.pilotlog.access import Scope
from PilotLoggingDIRAC.pilotlog.errors import StoreUnavailable
from PilotLoggingDIRAC.pilotlog.model import Numbered, Selection
from PilotLoggingDIRAC.pilotlog.settings import StoreSettings
from PilotLoggingDIRAC.pilotlog.sql.connection.engine import Transactions, make_engine
from PilotLoggingDIRAC.pilotlog.sql.read.reader import SqlReader
from PilotLoggingDIRAC.pilotlog.sql.schema import migrations as module
from PilotLoggingDIRAC.pilotlog.sql.schema.columns import metadata
from PilotLoggingDIRAC.pilotlog.sql.schema.migrations import MIGRATIONS, migrate
from PilotLoggingDIRAC.pilotlog.sql.schema.tables import migrations
from PilotLoggingDIRAC.pilotlog.sql.write.appender import SqlAppender
from tests.conftest import PILOT, batch, line


@pytest.fixture
def engine(tmp_path):
    """An engine on an empty database."""
    engine = make_engine(f"sqlite:///{tmp_path}/empty.db", StoreSettings())
    yield engine
    engine.dispose()


@pytest.fixture
def next_version(monkeypatch):
    """Adds a version to the known ones: a column ``Extra``, counting how often it is run."""
    runs = []

    def step(connection):
        runs.append(1)
        connection.execute(text("ALTER TABLE PilotLogs ADD COLUMN Extra INTEGER"))

    monkeypatch.setattr(module, "MIGRATIONS", (*MIGRATIONS, (MIGRATIONS[-1][0] + 1, "add Extra", step)))
    return runs


def recorded(engine):
    with engine.connect() as connection:
        return [tuple(row) for row in connection.execute(select(migrations).order_by(migrations.c.Version))]


def test_an_empty_database_gets_every_table(engine, clock):
    assert migrate(engine, clock) == [name for _, name, _ in MIGRATIONS]
    assert set(inspect(engine).get_table_names()) == set(metadata.tables)


def test_what_was_run_is_recorded_with_its_time(engine, clock):
    migrate(engine, clock)
    assert recorded(engine) == [(version, name, clock.now) for version, name, _ in MIGRATIONS]


def test_running_again_does_nothing(engine, clock):
    migrate(engine, clock)
    before = recorded(engine)
    clock.forward(days=1)
    assert migrate(engine, clock) == []
    assert recorded(engine) == before


def test_versions_ascend_without_a_gap():
    assert [version for version, _, _ in MIGRATIONS] == list(range(1, len(MIGRATIONS) + 1))


def test_a_database_of_the_version_before_gets_what_is_new_and_keeps_its_logs(engine, clock, monkeypatch):
    migrate(engine, clock)
    SqlAppender(Transactions(engine, StoreSettings()), clock).append("e", [Numbered(1, batch(line("kept")))])

    def add_column(connection):
        connection.execute(text("ALTER TABLE PilotLogs ADD COLUMN Extra INTEGER"))

    monkeypatch.setattr(module, "MIGRATIONS", (*MIGRATIONS, (MIGRATIONS[-1][0] + 1, "add Extra", add_column)))
    assert migrate(engine, clock) == ["add Extra"]
    reader = SqlReader(Transactions(engine, StoreSettings()))
    assert [text for part in reader.find(PILOT) for _, text in reader.chunks(part)] == [line("kept")]


def test_the_version_before_keeps_writing_beside_a_newer_schema(engine, clock, next_version, monkeypatch):
    migrate(engine, clock)
    monkeypatch.setattr(module, "MIGRATIONS", MIGRATIONS)
    assert migrate(engine, clock) == []
    (receipt,) = SqlAppender(Transactions(engine, StoreSettings()), clock).append("e", [Numbered(1, batch(b"a\n"))])
    assert receipt.stored_bytes == 2


def test_a_step_that_fails_is_not_recorded_and_is_run_the_next_time(engine, clock, monkeypatch):
    def failing(connection):
        connection.execute(text("ALTER TABLE NoSuchTable ADD COLUMN Extra INTEGER"))

    version = MIGRATIONS[-1][0] + 1
    monkeypatch.setattr(module, "MIGRATIONS", (*MIGRATIONS, (version, "broken", failing)))
    with pytest.raises(StoreUnavailable) as failure:
        migrate(engine, clock)
    assert isinstance(failure.value.__cause__, OperationalError)
    monkeypatch.setattr(module, "MIGRATIONS", (*MIGRATIONS, (version, "mended", lambda connection: None)))
    assert migrate(engine, clock)[-1] == "mended"
    assert [row[1] for row in recorded(engine)] == [*(name for _, name, _ in MIGRATIONS), "mended"]


def test_many_that_start_at_once_run_each_step_once(engine, clock, next_version):
    with ThreadPoolExecutor(8) as pool:
        done = list(pool.map(lambda _: migrate(engine, clock), range(8)))
    assert sum(map(len, done)) == len(MIGRATIONS) + 1
    assert len(next_version) == 1


def test_a_database_that_is_away_is_named_so(tmp_path, clock):
    engine = make_engine(f"sqlite:///{tmp_path}/no/such/folder/logs.db", StoreSettings())
    with pytest.raises(StoreUnavailable):
        migrate(engine, clock)


STREAM = ("Carry", "DroppedBytes", "Sender", "ManySenders", "Answers", "MissingBytes")


@pytest.fixture
def first_version(engine, clock):
    """The database as version 1 made it, with one log of its time."""
    migrate(engine, clock)
    SqlAppender(Transactions(engine, StoreSettings()), clock).append("e", [Numbered(1, batch(line("old")))])
    with engine.begin() as connection:
        connection.execute(text("DROP INDEX IX_Missing"))
        for column in STREAM:
            connection.execute(text(f"ALTER TABLE PilotLogs DROP COLUMN {column}"))
        connection.execute(migrations.delete().where(migrations.c.Version > 1))
    return engine


def test_a_log_of_the_first_version_goes_on_in_the_second(first_version, clock):
    assert migrate(first_version, clock) == [name for version, name, _ in MIGRATIONS if version > 1]
    transactions = Transactions(first_version, StoreSettings())
    (old,) = SqlReader(transactions).find(PILOT)
    assert (old.carry, old.dropped_bytes, old.sender, old.many_senders) == (b"", 0, "", False)
    store = SqlAppender(transactions, clock)
    store.append("e", [Numbered(2, batch(b"TOKEN=")), Numbered(3, batch(b"abc\n"))])
    reader = SqlReader(transactions)
    stored = b"".join(chunk for _, chunk in reader.chunks(reader.find(PILOT)[0]))
    assert stored == line("old") + b"TOKEN=[redacted:secret]\n"


def test_rows_that_the_first_version_writes_beside_the_second_are_read(engine, clock):
    migrate(engine, clock)
    first_columns = "VO, PilotStamp, State, FirstSeen, LastSeen, Resend"
    with engine.begin() as connection:
        values = {"vo": PILOT.vo, "stamp": PILOT.stamp, "now": clock().isoformat(" ") + ".000000"}
        row = "(:vo, :stamp, 'Receiving', :now, :now, x'')"
        connection.execute(text(f"INSERT INTO PilotLogs ({first_columns}) VALUES {row}"), values)
    (log,) = SqlReader(Transactions(engine, StoreSettings())).find(PILOT)
    assert (log.carry, log.dropped_bytes, log.sender, log.many_senders) == (b"", 0, "", False)


def test_a_log_of_the_seventh_version_goes_on_in_the_eighth(engine, clock):
    migrate(engine, clock)
    transactions = Transactions(engine, StoreSettings())
    SqlAppender(transactions, clock).append("e", [Numbered(1, batch(line("old")))])
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE PilotLogs DROP COLUMN Answers"))
        connection.execute(migrations.delete().where(migrations.c.Version > 7))
    assert migrate(engine, clock) == [name for version, name, _ in MIGRATIONS if version > 7]
    (receipt,) = SqlAppender(transactions, clock).append("f", [Numbered(1, batch(line("old") + b"new\n"))])
    assert receipt.repeated_bytes == len(line("old"))


def test_what_limits_left_out_before_the_ninth_version_is_missing(engine, clock):
    migrate(engine, clock)
    transactions = Transactions(engine, StoreSettings())
    SqlAppender(transactions, clock).append("e", [Numbered(1, batch(line("old")))])
    with engine.begin() as connection:
        connection.execute(text("DROP INDEX IX_Missing"))
        connection.execute(text("ALTER TABLE PilotLogs DROP COLUMN MissingBytes"))
        connection.execute(text("UPDATE PilotLogs SET DroppedBytes = 7"))
        connection.execute(migrations.delete().where(migrations.c.Version > 8))
    assert migrate(engine, clock) == [name for version, name, _ in MIGRATIONS if version > 8]
    reader = SqlReader(transactions)
    ((_, (log,)),) = [reader.select(Scope(everything=True), Selection(missing=True), "LogID", False, 0, 9)]
    assert log.missing_bytes == 7


NARROW = {
    "IX_LastSeen": "LastSeen",
    "IX_VO_LastSeen": "VO, LastSeen",
    "IX_Site_LastSeen": "Site, LastSeen",
    "IX_CE_LastSeen": "CE, LastSeen",
}


def test_the_second_version_s_indices_give_way_to_those_of_the_third(engine, clock):
    migrate(engine, clock)
    wanted = sorted(index["name"] for index in inspect(engine).get_indexes("PilotLogs"))
    with engine.begin() as connection:
        for name in wanted:
            if name.endswith("_Seen") or name in (
                "IX_VO_State",
                "IX_Outcome",
                "IX_Site_State",
                "IX_Host",
                "IX_LastError",
            ):
                connection.execute(text(f"DROP INDEX {name}"))
        for name, columns in NARROW.items():
            connection.execute(text(f"CREATE INDEX {name} ON PilotLogs ({columns})"))
        connection.execute(migrations.delete().where(migrations.c.Version > 2))
    assert migrate(engine, clock) == [name for version, name, _ in MIGRATIONS if version > 2]
    assert sorted(index["name"] for index in inspect(engine).get_indexes("PilotLogs")) == wanted


def indices(engine):
    return {table: {index["name"] for index in inspect(engine).get_indexes(table)} for table in metadata.tables}


@pytest.mark.parametrize("name", [table.name for table in metadata.sorted_tables if table.indexes])
def test_a_table_whose_step_ended_before_its_indices_gets_them(engine, clock, name):
    migrate(engine, clock)
    wanted, table = indices(engine), metadata.tables[name]
    with engine.begin() as connection:
        connection.execute(text(f"DROP TABLE {name}"))
        connection.execute(CreateTable(table))
        connection.execute(migrations.delete().where(migrations.c.Version > 18))
    migrate(engine, clock)
    assert indices(engine) == wanted


def test_left_out_indices_are_added_though_a_later_version_has_more_columns_and_tables(engine, clock, monkeypatch):
    migrate(engine, clock)
    wanted, newer = indices(engine), MetaData()
    for table in metadata.sorted_tables:
        table.to_metadata(newer)
    later = Column("later", Integer, index=True)  # sqlite takes a quoted name, as one with capitals, for a text
    newer.tables["PilotLogs"].append_column(later)
    Table("PilotLogLater", newer, Column("ID", Integer, primary_key=True), Column("Later", Integer, index=True))
    with engine.begin() as connection:
        connection.execute(text("DROP INDEX IX_Host"))
        connection.execute(migrations.delete().where(migrations.c.Version > 21))
    monkeypatch.setattr(module, "metadata", newer)
    assert migrate(engine, clock) == [name for version, name, _ in MIGRATIONS if version > 21]
    assert indices(engine) == wanted
