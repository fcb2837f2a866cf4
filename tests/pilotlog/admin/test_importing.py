"""Importing what DIRAC's own collector left, from its folder into a store on sqlite."""

import hashlib
import os
from datetime import UTC, datetime, timedelta

import pytest

from PilotLoggingDIRAC.pilotlog.admin import importing
from PilotLoggingDIRAC.pilotlog.admin.importing import CollectorLog, ImportConflict, Outcome, SkippedFile
from PilotLoggingDIRAC.pilotlog.errors import InvalidInput, OffsetMismatch, StoreUnavailable
from PilotLoggingDIRAC.pilotlog.model import Numbered, State
from PilotLoggingDIRAC.pilotlog.sql.appender import SqlAppender
from PilotLoggingDIRAC.pilotlog.sql.importer import SqlImporter
from PilotLoggingDIRAC.pilotlog.sql.reader import SqlReader
from PilotLoggingDIRAC.pilotlog.text.redaction.redactor import Redactor, default
from tests.conftest import PILOT, batch, line

SILENT = timedelta(hours=48)
OLD = datetime(2026, 11, 1, 12, 0, 0)
ISO = OLD.isoformat()


@pytest.fixture
def importer(transactions, clock):
    return SqlImporter(transactions, clock)


@pytest.fixture
def reader(transactions):
    return SqlReader(transactions)


@pytest.fixture
def folder(tmp_path):
    place = tmp_path / "pilotlogs"
    (place / PILOT.vo).mkdir(parents=True)
    return place


def write(folder, name, text, modified=OLD, vo=PILOT.vo):
    path = folder / vo / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(text)
    seconds = modified.replace(tzinfo=UTC).timestamp()
    os.utime(path, (seconds, seconds))
    return path


def ending(text, state="Complete"):
    return {"State": state, "SHA256": hashlib.sha256(text).hexdigest()}


class Wire:
    """Slices as they pass ``importLog``; can break after some of them."""

    def __init__(self, importer, breaks_after=10**9):
        self._importer = importer
        self._breaks_after = breaks_after
        self.slices = 0

    def __call__(self, pilot, step):
        if step.text:
            self.slices += 1
            if self.slices > self._breaks_after:
                raise StoreUnavailable("the wire is broken")
        last = {"State": step.ending.state.value, "SHA256": step.ending.sha256.hex()} if step.ending else {}
        return self._importer.append(pilot, step.offset, step.text.decode(), last, step.modified.isoformat())


def bring(folder, send, clock, redactor=None):
    return [
        importing.bring(found, send, clock(), SILENT, redactor or default())
        for found in importing.find(folder)
        if isinstance(found, CollectorLog)
    ]


def stored(reader, pilot=PILOT):
    return b"".join(text for part in reader.find(pilot) for _, text in reader.chunks(part))


def test_finalised_file_becomes_a_complete_part_before_all_others(folder, importer, reader, clock, transactions):
    SqlAppender(transactions, clock).append("e", [Numbered(1, batch(line("live")))])
    write(folder, f"{PILOT.stamp}.log", line("before"))
    assert bring(folder, Wire(importer), clock) == [Outcome.IMPORTED]
    assert stored(reader) == line("before") + line("live")
    imported, live = reader.find(PILOT)
    assert (imported.part, imported.state, imported.return_code) == (0, State.COMPLETE, "unknown")
    assert (imported.first_seen, imported.last_seen) == (OLD, OLD)
    assert (imported.lines, imported.bytes) == (1, len(line("before")))
    assert (live.part, live.state) == (1, State.RECEIVING)


def test_text_sent_after_the_import_comes_behind_it(folder, importer, reader, clock, transactions):
    write(folder, f"{PILOT.stamp}.log", line("before"))
    bring(folder, Wire(importer), clock)
    SqlAppender(transactions, clock).append("e", [Numbered(1, batch(line("live")))])
    assert stored(reader) == line("before") + line("live")


def test_silent_file_without_finalise_mark_is_ended_as_incomplete(folder, importer, reader, clock):
    write(folder, PILOT.stamp, b"killed")
    assert bring(folder, Wire(importer), clock) == [Outcome.IMPORTED]
    (log,) = reader.find(PILOT)
    assert (log.state, log.return_code) == (State.INCOMPLETE, None)


def test_file_of_a_living_pilot_stays_open_and_goes_on(folder, importer, reader, clock):
    young = clock() - timedelta(hours=1)
    path = write(folder, PILOT.stamp, b"one\n", young)
    assert bring(folder, Wire(importer), clock) == [Outcome.OPEN]
    (log,) = reader.find(PILOT)
    assert (log.state, log.last_seen) == (State.RECEIVING, clock())
    write(folder, PILOT.stamp, b"one\ntwo\n", young)
    assert bring(folder, Wire(importer), clock) == [Outcome.OPEN]
    path.rename(f"{path}.log")
    assert bring(folder, Wire(importer), clock) == [Outcome.PRESENT]
    assert stored(reader) == b"one\ntwo\n"
    assert reader.find(PILOT)[0].state is State.COMPLETE


def test_interrupted_import_goes_on_where_it_ended(folder, importer, reader, clock):
    text = ("µ" * 700_001).encode()
    write(folder, f"{PILOT.stamp}.log", text)
    with pytest.raises(StoreUnavailable):
        bring(folder, Wire(importer, breaks_after=2), clock)
    assert reader.find(PILOT)[0].state is State.RECEIVING
    wire = Wire(importer)
    assert bring(folder, wire, clock) == [Outcome.IMPORTED]
    assert wire.slices == 4
    assert stored(reader) == text


def test_import_that_is_done_sends_no_text_again(folder, importer, reader, clock):
    write(folder, f"{PILOT.stamp}.log", line("before"))
    bring(folder, Wire(importer), clock)
    before = reader.find(PILOT)
    wire = Wire(importer)
    assert bring(folder, wire, clock) == [Outcome.PRESENT]
    assert (wire.slices, reader.find(PILOT)) == (0, before)


@pytest.mark.parametrize("other", [b"abd\n", b"ab\n", b"abc\nmore\n"], ids=["same size", "shorter", "longer"])
def test_other_text_for_an_import_that_is_done_is_a_conflict(folder, importer, reader, clock, other):
    write(folder, f"{PILOT.stamp}.log", b"abc\n")
    bring(folder, Wire(importer), clock)
    write(folder, f"{PILOT.stamp}.log", other)
    with pytest.raises(ImportConflict):
        bring(folder, Wire(importer), clock)
    assert stored(reader) == b"abc\n"


def test_import_that_ends_with_other_text_than_it_began_is_a_conflict(importer, reader):
    importer.append(PILOT, 0, "abc\n", {}, ISO)
    with pytest.raises(ImportConflict):
        importer.append(PILOT, 4, "", ending(b"xyz\n"), ISO)
    assert reader.find(PILOT)[0].state is State.RECEIVING


def test_rest_of_a_file_that_begins_inside_a_character_is_a_conflict(folder, importer, clock):
    importer.append(PILOT, 0, "abc", {}, ISO)
    write(folder, f"{PILOT.stamp}.log", "abµd".encode())
    with pytest.raises(ImportConflict):
        bring(folder, Wire(importer), clock)


def test_slice_at_another_offset_names_the_right_one(importer):
    importer.append(PILOT, 0, "abc", {}, ISO)
    with pytest.raises(OffsetMismatch) as error:
        importer.append(PILOT, 2, "d", {}, ISO)
    assert error.value.offset == 3


def test_asking_for_the_length_creates_nothing(importer, reader):
    assert importer.append(PILOT, 0, "", {}, ISO) == 0
    assert reader.find(PILOT) == []


def test_purged_part_is_recognised_by_its_hash(folder, importer, clock, transactions):
    write(folder, f"{PILOT.stamp}.log", b"abc\n")
    bring(folder, Wire(importer), clock)
    with transactions.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM PilotLogBatches")
        connection.exec_driver_sql("UPDATE PilotLogs SET State = 'Purged'")
    assert bring(folder, Wire(importer), clock) == [Outcome.PRESENT]


def test_text_behind_a_finalised_file_follows_it(folder, importer, reader, clock):
    write(folder, PILOT.stamp, b"after\n")
    write(folder, f"{PILOT.stamp}.log", b"before\n")
    assert bring(folder, Wire(importer), clock) == [Outcome.IMPORTED]
    assert stored(reader) == b"before\nafter\n"
    assert reader.find(PILOT)[0].state is State.COMPLETE


def test_bytes_that_are_not_utf8_are_escaped(folder, importer, reader, clock):
    write(folder, f"{PILOT.stamp}.log", b"a\xff\n\xe2\x82")
    bring(folder, Wire(importer), clock)
    assert stored(reader) == rb"a\xff" + b"\n" + rb"\xe2\x82"


def test_conversion_does_not_break_characters_between_chunks(tmp_path):
    text = ("€" * 300_000).encode()
    path = tmp_path / "log"
    path.write_bytes(b"x" + text)
    texts = list(importing.converted([path], default()))
    assert b"".join(texts) == b"x" + text
    assert [text.decode() for text in texts]
    assert max(map(len, texts)) <= 1024 * 1024


def test_names_that_are_no_logs_are_skipped(folder, tmp_path):
    (folder / "README").write_text("not a VO")
    (folder / "bad vo").mkdir()
    (folder / "bad vo" / PILOT.stamp).write_text("x")
    write(folder, f"{PILOT.stamp}.log.gz", b"x")
    write(folder, "unknown", b"x")
    write(folder, "empty0", b"")
    (folder / PILOT.vo / "linked0").symlink_to(folder / "README")
    (folder / "linked-vo").symlink_to(tmp_path)
    found = list(importing.find(folder))
    assert all(isinstance(item, SkippedFile) for item in found)
    assert {item.path.name for item in found} == {
        "README", PILOT.stamp, f"{PILOT.stamp}.log.gz", "unknown", "empty0", "linked0", "linked-vo",
    }  # fmt: skip


@pytest.mark.parametrize(
    "arguments",
    [
        (-1, "a", {}, ISO),
        (True, "a", {}, ISO),
        (0, b"a", {}, ISO),
        (0, "\ud800", {}, ISO),
        (0, "a" * (importing.MAX_TEXT_BYTES + 1), {}, ISO),
        (0, "a", None, ISO),
        (0, "a", {"State": "Archived", "SHA256": "00" * 32}, ISO),
        (0, "a", {"State": "Complete", "SHA256": "00"}, ISO),
        (0, "a", {"State": [], "SHA256": "00" * 32}, ISO),
        (0, "a", {}, "yesterday"),
        (0, "a", {}, 7),
    ],
)
def test_bad_arguments_are_refused_and_store_nothing(importer, reader, arguments):
    with pytest.raises(InvalidInput):
        importer.append(PILOT, *arguments)
    assert reader.find(PILOT) == []


def test_time_with_a_zone_becomes_utc_and_is_never_in_the_future(importer, reader, clock):
    importer.append(PILOT, 0, "a", ending(b"a"), "2026-11-01T13:00:00+01:00")
    assert reader.find(PILOT)[0].last_seen == OLD
    later = importing.PilotId(PILOT.vo, "f" * 32)
    importer.append(later, 0, "a", ending(b"a"), "2036-11-01T13:00:00")
    assert reader.find(later)[0].last_seen == clock()


@pytest.mark.parametrize("time", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00", "now", None, 5])
def test_times_that_are_none_are_refused(time):
    with pytest.raises(InvalidInput):
        importing.parse_slice(0, "", {}, time)


def test_secrets_are_redacted_before_they_are_sent_also_where_the_file_is_read_in_slices(
    folder, importer, reader, clock
):
    text = b"x" * (importing.lifecycle.MAX_CHUNK_BYTES // 4 - 9) + b"\nTOKEN=abcdefgh\nPASSWORD=hunter2\nend\n"
    write(folder, f"{PILOT.stamp}.log", text)
    sent = []
    wire = Wire(importer)

    def watched(pilot, step):
        sent.append(step.text)
        return wire(pilot, step)

    assert bring(folder, watched, clock) == [Outcome.IMPORTED]
    assert b"".join(sent).endswith(b"\nTOKEN=[redacted:secret]\nPASSWORD=[redacted:secret]\nend\n")
    assert stored(reader) == b"".join(sent)
    assert bring(folder, wire, clock) == [Outcome.PRESENT]


def test_an_interrupted_import_of_secrets_goes_on_where_it_ended(folder, importer, reader, clock):
    lines = b"".join(b"TOKEN=abcdefgh line %d\n" % number for number in range(30_000))
    write(folder, f"{PILOT.stamp}.log", lines)
    with pytest.raises(StoreUnavailable):
        bring(folder, Wire(importer, breaks_after=1), clock)
    assert bring(folder, Wire(importer), clock) == [Outcome.IMPORTED]
    assert b"abcdefgh" not in stored(reader)


def test_changed_rules_make_a_repeated_import_a_conflict_and_store_nothing(folder, importer, reader, clock):
    write(folder, f"{PILOT.stamp}.log", b"badge=1234567\n")
    bring(folder, Wire(importer), clock)
    with pytest.raises(ImportConflict):
        bring(folder, Wire(importer), clock, Redactor(secret_names=["badge"]))
    assert stored(reader) == b"badge=1234567\n"
