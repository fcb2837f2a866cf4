"""The text of a pilot that is stored: redaction in the stream of a log, limits for lines and logs, who sent it."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from PilotLoggingDIRAC.pilotlog import lifecycle
from PilotLoggingDIRAC.pilotlog.model import Delivery, Log, Numbered, State
from PilotLoggingDIRAC.pilotlog.settings import TextSettings
from PilotLoggingDIRAC.pilotlog.sql.read.reader import SqlReader
from PilotLoggingDIRAC.pilotlog.sql.write.appender import SqlAppender
from PilotLoggingDIRAC.pilotlog.text import limits
from PilotLoggingDIRAC.pilotlog.text.limits import Line, TextFilter
from PilotLoggingDIRAC.pilotlog.text.redaction.redactor import default
from tests.conftest import PILOT, Clock, batch, line

NOW = Clock().now
NEW = Log(7, PILOT, 1, State.RECEIVING, NOW, NOW)


def received(*texts, log=NEW, **settings):
    """The log after the messages, all of them answered, what is stored of it, and the receipts."""
    answered = tuple((name, Delivery.ARRIVED) for name in range(1, len(texts) + 1))
    messages = [
        replace(batch(text), name=name, answers=answered[: name - 1]) for name, text in enumerate(texts, start=1)
    ]
    reception = lifecycle.receive(log, messages, TextFilter(default(), TextSettings(**settings)))
    return reception.log, b"".join(chunk.text for chunk in reception.chunks), reception.receipts


class TestStream:
    def test_a_secret_over_two_messages_is_redacted_and_the_receipt_counts_what_is_stored(self):
        log, stored, receipts = received(b"x\nTOK", b"EN=abc", b"def\nnext\n")
        assert stored == b"x\nTOKEN=[redacted:secret]\nnext\n"
        assert (log.bytes, log.lines) == (len(stored), 3)
        assert [receipt.stored_bytes for receipt in receipts] == [5, 20, 6]
        assert log.carry == b""

    def test_a_message_that_is_a_secret_through_and_through_stores_no_chunk(self):
        log, _, _ = received(b"-----BEGIN PRIVATE KEY-----\n")
        middle = lifecycle.receive(replace(log, state=State.ARCHIVED), [batch(b"MIIEabcd\n")])
        assert (middle.chunks, middle.receipts[0].stored_bytes, middle.log.state) == ((), 0, State.ARCHIVED)

    def test_the_resend_rule_sees_raw_text(self):
        first = line("TOKEN=abc")
        _log, stored, receipts = received(first, first + b"more\n")
        assert stored == line("TOKEN=[redacted:secret]") + b"more\n"
        assert receipts[1].repeated_bytes == len(first)

    def test_what_is_sent_again_with_more_goes_on_where_the_stream_was(self):
        first = line("x")[:-1] + b" TOKEN=ab"
        _, stored, _ = received(first, first + b"cd\n")
        assert stored == line("x")[:-1] + b" TOKEN=[redacted:secret]\n"

    def test_a_next_part_begins_anew(self):
        log, _, _ = received(b"TOKEN=ab")
        assert log.carry
        part = lifecycle.next_part(replace(log, state=State.PURGED, dropped_bytes=5, sender="192.0.2.1"), NOW)
        assert (part.carry, part.dropped_bytes, part.sender, part.many_senders) == (b"", 0, "", False)

    def test_the_state_of_the_stream_is_in_the_store(self, transactions, clock):
        store = SqlAppender(transactions, clock)
        for number, text in enumerate([b"TOKEN=a", b"bc", b"d next\n"], 1):
            store.append("e", [Numbered(number, batch(text))])
        reader = SqlReader(transactions)
        (log,) = reader.find(PILOT)
        assert b"".join(text for _, text in reader.chunks(log)) == b"TOKEN=[redacted:secret] next\n"

    @given(
        st.lists(
            st.sampled_from(
                [b"TOKEN=", b"abc ", b"x" * 700, b'"password": "', b"\n", b'"', b"-----BEGIN PRIVATE KEY-----"]
            )
        )
    )
    def test_the_carry_fits_its_column(self, texts):
        log, _, _ = received(*texts)
        assert len(log.carry) <= 1024


class TestLines:
    def test_a_long_line_is_cut_and_what_is_missing_is_told(self):
        log, stored, _ = received(b"a\n" + b"x" * 3000 + b"\nb\n", max_line_bytes=1024)
        cut = b" [the line goes on, over the limit of 1024 bytes] [1976 bytes are missing]\n"
        assert stored == b"a\n" + b"x" * 1024 + cut + b"b\n"
        assert log.dropped_bytes == 1976

    def test_a_line_of_many_messages_is_cut_at_the_same_place(self):
        whole = received(b"x" * 3000 + b"\nb\n", max_line_bytes=1024)[1]
        log, stored, receipts = received(*[b"x" * 100] * 30, b"\nb\n", max_line_bytes=1024)
        assert stored == whole
        assert receipts[20].stored_bytes == 0
        assert log.dropped_bytes == 1976

    def test_a_line_is_not_cut_inside_a_character(self):
        _, stored, _ = received("µ".encode() * 800 + b"\n", max_line_bytes=1025)
        assert stored.decode().startswith("µ" * 512 + " [the line")

    def test_a_line_of_just_the_limit_stays(self):
        text = b"x" * 1024 + b"\n" + b"y" * 1024 + b"\n"
        assert received(text, max_line_bytes=1024)[1] == text

    @given(st.lists(st.binary(max_size=60).map(lambda text: text.replace(b"\xff", b"\n").replace(b"\x80", b"a"))))
    def test_however_it_is_split_the_same_is_stored(self, texts):
        texts = [bytes(byte & 0x7F for byte in text) for text in texts]
        line_, chunks, dropped = Line(), [], 0
        for text in texts:
            kept, line_, more = limits.limit(line_, text, 10)
            chunks.append(kept)
            dropped += more
        assert (b"".join(chunks), line_, dropped) == limits.limit(Line(), b"".join(texts), 10)


class TestLogSize:
    def test_at_the_limit_one_marked_line_is_stored_and_then_text_is_counted(self):
        log, stored, receipts = received(b"a\n" * 50, b"b\n" * 50, b"c\n", b"d\n", max_log_bytes=150)
        told = b"\n2026-11-21T08:00:00.000000Z WARN [PilotLogging] The log has reached its limit of 150 bytes: "
        assert stored.startswith(b"a\n" * 50 + b"b\n" * 25 + told)
        assert stored.count(b"WARN [PilotLogging]") == 1 and stored.endswith(b"counted, not stored\n")
        assert (log.dropped_bytes, log.bytes) == (54, len(stored))
        assert [receipt.stored_bytes for receipt in receipts[2:]] == [0, 0]

    def test_a_log_of_just_the_limit_is_told_of_with_the_next_text(self):
        log, stored, _ = received(b"a\n" * 75, max_log_bytes=150)
        assert stored == b"a\n" * 75
        _, stored, _ = received(b"b\n", log=log, max_log_bytes=150)
        assert stored.startswith(b"\n2026-11-21T08:00:00.000000Z WARN [PilotLogging]")

    def test_a_full_log_is_still_heard_of_finalised_and_not_reopened(self):
        log, _, _ = received(b"a\n" * 100, max_log_bytes=150)
        archived = replace(log, state=State.ARCHIVED)
        later = [
            batch(line("late"), received=NOW.replace(hour=9)),
            batch(return_code="0", received=NOW.replace(hour=9)),
        ]
        after = lifecycle.receive(archived, later, TextFilter(default(), TextSettings(max_log_bytes=150))).log
        assert (after.state, after.return_code, after.last_seen.hour) == (State.ARCHIVED, "0", 9)
        assert after.dropped_bytes == log.dropped_bytes + len(line("late"))

    def test_text_is_not_cut_inside_a_character(self):
        _, stored, _ = received("µ".encode() * 100, max_log_bytes=151)
        assert stored.decode().startswith("µ" * 75 + "\n2026")


class TestSenders:
    def receive(self, *senders, log=NEW):
        batches = [replace(batch(line(f"n{number}")), sender=sender) for number, sender in enumerate(senders)]
        return lifecycle.receive(log, batches).log

    @pytest.mark.parametrize(
        ("senders", "expected"),
        [
            (["192.0.2.1", "192.0.2.1"], ("192.0.2.1", False)),
            (["192.0.2.1", "192.0.2.2", "192.0.2.1"], ("192.0.2.1", True)),
            (["", "192.0.2.2", ""], ("192.0.2.2", False)),
            ([], ("", False)),
        ],
    )
    def test_a_log_knows_its_first_sender_and_whether_there_were_more(self, senders, expected):
        log = self.receive(*senders)
        assert (log.sender, log.many_senders) == expected

    def test_a_mark_from_elsewhere_counts_too(self):
        mark = replace(batch(return_code="0"), sender="192.0.2.9")
        assert lifecycle.receive(self.receive("192.0.2.1"), [mark]).log.many_senders

    def test_senders_are_in_the_store(self, transactions, clock):
        group = [Numbered(n, replace(batch(line(f"n{n}")), sender=f"192.0.2.{n}")) for n in (1, 2)]
        SqlAppender(transactions, clock).append("e", group)
        (log,) = SqlReader(transactions).find(PILOT)
        assert (log.sender, log.many_senders) == ("192.0.2.1", True)
