"""Small texts are packed with a dictionary, which each database has of its own."""

import os
import threading
from datetime import timedelta
from pathlib import Path

import pytest
import zstandard
from sqlalchemy import delete, select, update

from PilotLoggingDIRAC.adapters import database
from PilotLoggingDIRAC.adapters.database import LogDatabase, utc_now
from PilotLoggingDIRAC.pilotlog.access import Scope
from PilotLoggingDIRAC.pilotlog.errors import StoreUnavailable
from PilotLoggingDIRAC.pilotlog.model import Batch, Numbered, PilotId, Selection
from PilotLoggingDIRAC.pilotlog.sql.schema import dictionaries, payload
from PilotLoggingDIRAC.pilotlog.sql.schema.dictionaries import dictionary
from PilotLoggingDIRAC.pilotlog.sql.schema.tables import batches
from PilotLoggingDIRAC.pilotlog.sql.schema.tables import dictionaries as table
from tests.corpora import dictionary as training
from tests.stored import other  # noqa: F401

TEXT = b"2026-11-26T08:10:11.123456Z INFO [InstallDIRAC] Installing DIRACOS2 version 2.48\n"


@pytest.fixture
def db(tmp_path):
    found = LogDatabase(f"sqlite:///{tmp_path}/logs.db")
    yield found
    found.close()


def pack(text):
    return payload.pack(text, dictionary=dictionaries.standard())


def run(db, step, *args):
    return db._transactions.run(step, *args)


def write(db, text=TEXT, stamp="1" * 32):
    db.appender.append("epoch" + stamp, [Numbered(1, Batch(PilotId("vo", stamp), utc_now(), text))])


def packed_with(db, other, text):
    """Have the row of the only log packed with another dictionary."""
    values = {"Payload": other.pack(text), "NumberOfBytes": len(text)}
    run(db, lambda connection: connection.execute(update(batches).values(values)))


def store_dictionary(db, other):
    row = {"DictionaryID": other.number, "UsedFrom": utc_now(), "Content": other.content}
    run(db, lambda connection: connection.execute(table.insert().values(row)))


def number(db, stamp="1" * 32):
    """The number of the dictionary that the only message of a log is packed with, 0 without one."""
    (log,) = db.reader.find(PilotId("vo", stamp))
    wanted = select(batches.c.Payload).where(batches.c.LogID == log.id)
    return zstandard.get_frame_parameters(run(db, lambda connection: connection.execute(wanted).scalar())).dict_id


def read(db):
    (log,) = db.reader.find(PilotId("vo", "1" * 32))
    return b"".join(text for _, text in db.reader.chunks(log))


@pytest.mark.parametrize("size", [0, 1, 70_000, 3_000_000])
def test_texts_of_any_size_are_unpacked_as_they_were(size):
    for text in (os.urandom(size), (TEXT * (size // len(TEXT) + 1))[:size]):
        assert payload.unpack(5, pack(text)) == [(5, text)]


def test_small_texts_name_the_dictionary_and_large_ones_none():
    assert zstandard.get_frame_parameters(pack(TEXT)).dict_id == dictionaries.standard().number
    assert zstandard.get_frame_parameters(pack(TEXT * 1000)).dict_id == 0


def test_payloads_of_the_time_before_stay_readable():
    assert payload.unpack(3, zstandard.compress(TEXT, 1)) == [(3, TEXT)]


def test_messages_of_logs_that_it_was_not_trained_on_take_half_the_bytes():
    messages = training.measured()
    before = sum(len(zstandard.compress(message, 1)) for message in messages)
    assert sum(len(pack(message)) for message in messages) <= before / 2


def test_files_are_called_after_the_numbers_that_frames_tell():
    files = list(Path(dictionaries.__path__[0]).glob("*.zdict"))
    assert str(dictionary.STANDARD) in [path.stem for path in files]
    assert [str(dictionaries.Dictionary(path.read_bytes()).number) for path in files] == [path.stem for path in files]


def test_many_threads_pack_and_unpack_at_once():
    wrong = []

    def work(seed):
        for number in range(200):
            text = b"%d %d %s" % (seed, number, TEXT)
            if payload.unpack(0, pack(text)) != [(0, text)]:
                wrong.append(text)

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_the_dictionary_is_in_the_database_before_a_text_is(db):
    write(db)
    standard = dictionaries.standard()
    found = run(db, lambda connection: connection.execute(select(table)).all())
    assert [(row.DictionaryID, row.Content) for row in found] == [(standard.number, standard.content)]
    assert number(db) == standard.number


def test_in_a_database_with_logs_it_is_used_a_day_later(db, tmp_path, monkeypatch):
    write(db)
    run(db, lambda connection: connection.execute(delete(table)))
    later = LogDatabase(f"sqlite:///{tmp_path}/logs.db")
    write(later, stamp="1" * 31 + "2")
    assert number(later, "1" * 31 + "2") == 0
    monkeypatch.setattr(database, "utc_now", lambda: utc_now() + timedelta(days=1, seconds=1))
    write(later, stamp="1" * 31 + "3")
    assert number(later, "1" * 31 + "3") == dictionaries.standard().number
    later.close()


def test_a_text_of_another_version_s_dictionary_is_read_and_searched(db, other):
    write(db)
    store_dictionary(db, other)
    packed_with(db, other, b"77 a line that is told by another pilot 7\n")
    assert read(db) == b"77 a line that is told by another pilot 7\n"
    dictionary._learned.pop(other.number)
    found = db.searcher.next(Scope(everything=True), Selection(vos=("vo",)), None, False, 10)
    ((chunk,),) = db.searcher.small(found).values()
    assert b"another pilot" in chunk[1]()


def test_a_text_whose_dictionary_is_nowhere_is_a_clear_error(db, other):
    write(db)
    packed_with(db, other, b"77 a line\n")
    with pytest.raises(StoreUnavailable, match=f"dictionary {other.number}, which the database does not have"):
        read(db)
    write(db, stamp="2" * 32)
