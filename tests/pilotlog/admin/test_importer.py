"""Importing the logs that DIRAC's own collector left, from its folder into a store on sqlite."""

from datetime import timedelta

import pytest

from PilotLoggingDIRAC.pilotlog import lifecycle
from PilotLoggingDIRAC.pilotlog.admin import collector_log
from PilotLoggingDIRAC.pilotlog.admin.collector_log import CollectorLog
from PilotLoggingDIRAC.pilotlog.admin.import_slice import ImportConflict
from PilotLoggingDIRAC.pilotlog.admin.importer import Importer, ImportOutcome, converted
from PilotLoggingDIRAC.pilotlog.errors import OffsetMismatch, StoreUnavailable
from PilotLoggingDIRAC.pilotlog.model import Numbered, State
from PilotLoggingDIRAC.pilotlog.sql.write.appender import SqlAppender
from PilotLoggingDIRAC.pilotlog.text.redaction.redactor import Redactor, default
from tests.conftest import PILOT, batch, line

from .imports import ISO, OLD, SILENT, Wire, write


def bring(folder, send, clock, redactor=None):
    importer = Importer(send, SILENT, redactor or default())
    return [importer.bring(found, clock()) for found in collector_log.find(folder) if isinstance(found, CollectorLog)]


def stored(reader, pilot=PILOT):
    return b"".join(text for part in reader.find(pilot) for _, text in reader.chunks(part))


def test_finalised_file_becomes_a_complete_part_before_all_others(folder, importer, reader, clock, transactions):
    SqlAppender(transactions, clock).append("e", [Numbered(1, batch(line("live")))])
    write(folder, f"{PILOT.stamp}.log", line("before"))
    assert bring(folder, Wire(importer), clock) == [ImportOutcome.IMPORTED]
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
    assert bring(folder, Wire(importer), clock) == [ImportOutcome.IMPORTED]
    (log,) = reader.find(PILOT)
    assert (log.state, log.return_code) == (State.INCOMPLETE, None)


def test_file_of_a_living_pilot_stays_open_and_goes_on(folder, importer, reader, clock):
    young = clock() - timedelta(hours=1)
    path = write(folder, PILOT.stamp, b"one\n", young)
    assert bring(folder, Wire(importer), clock) == [ImportOutcome.OPEN]
    (log,) = reader.find(PILOT)
    assert (log.state, log.last_seen) == (State.RECEIVING, clock())
    write(folder, PILOT.stamp, b"one\ntwo\n", young)
    assert bring(folder, Wire(importer), clock) == [ImportOutcome.OPEN]
    path.rename(f"{path}.log")
    assert bring(folder, Wire(importer), clock) == [ImportOutcome.PRESENT]
    assert stored(reader) == b"one\ntwo\n"
    assert reader.find(PILOT)[0].state is State.COMPLETE


def test_interrupted_import_goes_on_where_it_ended(folder, importer, reader, clock):
    text = ("µ" * 700_001).encode()
    write(folder, f"{PILOT.stamp}.log", text)
    with pytest.raises(StoreUnavailable):
        bring(folder, Wire(importer, breaks_after=2), clock)
    assert reader.find(PILOT)[0].state is State.RECEIVING
    wire = Wire(importer)
    assert bring(folder, wire, clock) == [ImportOutcome.IMPORTED]
    assert wire.slices == 4
    assert stored(reader) == text


def test_import_that_is_done_sends_no_text_again(folder, importer, reader, clock):
    write(folder, f"{PILOT.stamp}.log", line("before"))
    bring(folder, Wire(importer), clock)
    before = reader.find(PILOT)
    wire = Wire(importer)
    assert bring(folder, wire, clock) == [ImportOutcome.PRESENT]
    assert (wire.slices, reader.find(PILOT)) == (0, before)


@pytest.mark.parametrize("other", [b"abd\n", b"ab\n", b"abc\nmore\n"], ids=["same size", "shorter", "longer"])
def test_other_text_for_an_import_that_is_done_is_a_conflict(folder, importer, reader, clock, other):
    write(folder, f"{PILOT.stamp}.log", b"abc\n")
    bring(folder, Wire(importer), clock)
    write(folder, f"{PILOT.stamp}.log", other)
    with pytest.raises(ImportConflict):
        bring(folder, Wire(importer), clock)
    assert stored(reader) == b"abc\n"


def test_rest_of_a_file_that_begins_inside_a_character_is_a_conflict(folder, importer, clock):
    importer.append(PILOT, 0, "abc", {}, ISO)
    write(folder, f"{PILOT.stamp}.log", "abµd".encode())
    with pytest.raises(ImportConflict):
        bring(folder, Wire(importer), clock)


def test_purged_part_is_recognised_by_its_hash(folder, importer, clock, transactions):
    write(folder, f"{PILOT.stamp}.log", b"abc\n")
    bring(folder, Wire(importer), clock)
    with transactions.engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM PilotLogBatches")
        connection.exec_driver_sql("UPDATE PilotLogs SET State = 'Purged'")
    assert bring(folder, Wire(importer), clock) == [ImportOutcome.PRESENT]


def test_text_behind_a_finalised_file_follows_it(folder, importer, reader, clock):
    write(folder, PILOT.stamp, b"after\n")
    write(folder, f"{PILOT.stamp}.log", b"before\n")
    assert bring(folder, Wire(importer), clock) == [ImportOutcome.IMPORTED]
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
    texts = list(converted([path], default()))
    assert b"".join(texts) == b"x" + text
    assert [text.decode() for text in texts]
    assert max(map(len, texts)) <= 1024 * 1024


def test_secrets_are_redacted_before_they_are_sent_also_where_the_file_is_read_in_slices(
    folder, importer, reader, clock
):
    text = b"x" * (lifecycle.MAX_CHUNK_BYTES // 4 - 9) + b"\nTOKEN=abcdefgh\nPASSWORD=hunter2\nend\n"
    write(folder, f"{PILOT.stamp}.log", text)
    sent = []
    wire = Wire(importer)

    def watched(pilot, step):
        sent.append(step.text)
        return wire(pilot, step)

    assert bring(folder, watched, clock) == [ImportOutcome.IMPORTED]
    assert b"".join(sent).endswith(b"\nTOKEN=[redacted:secret]\nPASSWORD=[redacted:secret]\nend\n")
    assert stored(reader) == b"".join(sent)
    assert bring(folder, wire, clock) == [ImportOutcome.PRESENT]


def test_an_interrupted_import_of_secrets_goes_on_where_it_ended(folder, importer, reader, clock):
    lines = b"".join(b"TOKEN=abcdefgh line %d\n" % number for number in range(30_000))
    write(folder, f"{PILOT.stamp}.log", lines)
    with pytest.raises(StoreUnavailable):
        bring(folder, Wire(importer, breaks_after=1), clock)
    assert bring(folder, Wire(importer), clock) == [ImportOutcome.IMPORTED]
    assert b"abcdefgh" not in stored(reader)


def test_changed_rules_make_a_repeated_import_a_conflict_and_store_nothing(folder, importer, reader, clock):
    write(folder, f"{PILOT.stamp}.log", b"badge=1234567\n")
    bring(folder, Wire(importer), clock)
    with pytest.raises(ImportConflict):
        bring(folder, Wire(importer), clock, Redactor(secret_names=["badge"]))
    assert stored(reader) == b"badge=1234567\n"


def repeated(wire):
    """Return a ``send`` whose first text is stored, and sent again since the answer was lost."""
    lost = iter([True])

    def send(pilot, step):
        if step.text and next(lost, False):
            wire(pilot, step)
        return wire(pilot, step)

    return send


def test_a_slice_that_is_sent_again_after_its_answer_was_lost_is_no_conflict(folder, importer, reader, clock):
    text = ("µ" * 700_001).encode()
    write(folder, f"{PILOT.stamp}.log", text)
    assert bring(folder, repeated(Wire(importer)), clock) == [ImportOutcome.IMPORTED]
    assert stored(reader) == text


def test_a_log_that_grows_by_another_import_meanwhile_is_a_conflict(folder, importer, reader, clock):
    write(folder, f"{PILOT.stamp}.log", b"abc\n")
    wire = Wire(importer)

    def send(pilot, step):
        if step.text:
            importer.append(PILOT, 0, "another text", {}, ISO)
        return wire(pilot, step)

    with pytest.raises(OffsetMismatch):
        bring(folder, send, clock)
    assert stored(reader) == b"another text"


def test_another_text_of_the_same_length_meanwhile_is_a_conflict(folder, importer, reader, clock):
    write(folder, f"{PILOT.stamp}.log", b"abc\n")
    wire, others = Wire(importer), iter([b"abd\n"])

    def send(pilot, step):
        if step.text and (other := next(others, b"")):
            importer.append(PILOT, 0, other.decode(), {}, ISO)
        return wire(pilot, step)

    with pytest.raises(ImportConflict):
        bring(folder, send, clock)
