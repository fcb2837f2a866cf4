"""The life of a log: the effect of batches, silence and time."""

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from PilotLoggingDIRAC.pilotlog import lifecycle
from PilotLoggingDIRAC.pilotlog.model import Delivery, Log, PilotInfo, Receipt, State
from PilotLoggingDIRAC.pilotlog.settings import DAY, HOUR, ArchiveSettings, SealSettings, TextSettings
from PilotLoggingDIRAC.pilotlog.text.limits import TextFilter
from PilotLoggingDIRAC.pilotlog.text.redaction.redactor import default as default_redactor
from tests.conftest import PILOT, Clock, batch, line

NOW = Clock().now
NEW = Log(7, PILOT, 1, State.RECEIVING, NOW, NOW)
SETTINGS = SealSettings()
SEALED = [State.COMPLETE, State.INCOMPLETE, State.ARCHIVED, State.KEPT]


def received(log, *batches):
    return lifecycle.receive(log, batches).log


def log_in(state, return_code=None):
    """A log that holds ``line("first")`` and is in a state."""
    return replace(received(NEW, batch(line("first"))), state=state, return_code=return_code)


class TestReceiving:
    def test_text_gets_the_next_numbers_and_is_counted(self):
        reception = lifecycle.receive(NEW, [batch(b"a\nb"), batch(b"\n"), batch(b"c\n")])
        assert [(chunk.sequence, chunk.text) for chunk in reception.chunks] == [(0, b"a\nb"), (1, b"\n"), (2, b"c\n")]
        assert (reception.log.next_sequence, reception.log.lines, reception.log.bytes) == (3, 3, 6)
        assert reception.receipts == (Receipt(3), Receipt(1), Receipt(2))

    def test_a_chunk_keeps_when_it_came_and_from_where(self):
        (chunk,) = lifecycle.receive(NEW, [replace(batch(b"a\n"), sender="192.0.2.7")]).chunks
        assert (chunk.received, chunk.sender) == (NOW, "192.0.2.7")

    def test_text_sent_again_is_left_out_and_the_log_counts_as_heard_of(self):
        later = NOW + timedelta(minutes=5)
        reception = lifecycle.receive(log_in(State.RECEIVING), [batch(line("first"), received=later)])
        assert (reception.chunks, reception.receipts) == ((), (Receipt(0, len(line("first"))),))
        assert (reception.log.bytes, reception.log.last_seen) == (len(line("first")), later)

    @pytest.mark.parametrize(
        "text",
        [
            b"2026-11-21T08:10:11.123456Z INFO [CheckWorkerNode] Host Name  = wn1\n",
            b"2026-11-21T08:10:11,123456Z DEBUG    [pilotLogger] HOME=/home/x\n",
            b"end of a line\n2026-11-21T08:10:11.123456Z INFO [CheckWorkerNode] beginning of",
        ],
        ids=["pilot's", "wrapper's", "from mid-line to mid-line"],
    )
    def test_every_form_of_a_pilots_text_is_known_again(self, text):
        assert lifecycle.receive(NEW, [batch(text), batch(text + b"more\n")]).receipts[1] == Receipt(5, len(text))

    def test_an_older_time_does_not_move_a_log_back(self):
        earlier = NOW - timedelta(hours=1)
        assert received(NEW, batch(b"a\n", received=earlier)).last_seen == NOW
        assert received(NEW, batch(return_code="0", received=earlier)).last_seen == NOW

    def test_empty_text_stores_nothing(self):
        reception = lifecycle.receive(log_in(State.ARCHIVED), [batch(b"")])
        assert (reception.chunks, reception.log.state) == ((), State.ARCHIVED)

    def test_a_large_message_becomes_several_chunks(self):
        text = (b"x" * 1023 + b"\n") * (2 * lifecycle.MAX_CHUNK_BYTES // 1024) + b"x"
        reception = lifecycle.receive(NEW, [batch(text), batch(b"behind\n")])
        assert [chunk.sequence for chunk in reception.chunks] == [0, 1, 2, 3]
        assert [len(chunk.text) for chunk in reception.chunks] == [lifecycle.MAX_CHUNK_BYTES] * 2 + [1, 7]
        assert (reception.log.next_sequence, reception.receipts) == (4, (Receipt(len(text)), Receipt(7)))


class TestGuessing:
    """Program output that seems to be sent again: what is left out is told of."""

    BARE = b"step 1 of 1\n"
    FIRST = received(NEW, replace(batch(BARE), name=1))
    BROKEN = replace(batch(BARE + b"more\n"), name=2, answers=((1, Delivery.BROKEN),))

    def text(self, log, *batches):
        return b"".join(chunk.text for chunk in lifecycle.receive(log, batches).chunks)

    def test_a_line_tells_of_what_was_sent_again_after_a_broken_answer(self):
        told = (
            b"\n2026-11-21T08:00:00.000000Z WARN [PilotLogging] 12 bytes are left out here: sent again after a message"
        )
        assert self.text(self.FIRST, self.BROKEN) == told + b" that was not answered\nmore\n"

    def test_a_line_tells_of_what_may_be_missing_when_nothing_is_known_of_the_answer(self):
        told = self.text(self.FIRST, batch(self.BARE))
        assert b"[PilotLogging] 12 bytes may be missing here: left out as sent again" in told

    def test_the_line_is_counted_as_text_and_the_rest_as_repeated(self):
        reception = lifecycle.receive(self.FIRST, [self.BROKEN])
        stored = len(reception.chunks[0].text)
        assert reception.receipts == (Receipt(stored, len(self.BARE)),)
        assert (reception.log.bytes, reception.log.lines) == (len(self.BARE) + stored, 4)

    @pytest.mark.parametrize("state", lifecycle.GONE)
    def test_a_log_whose_text_is_gone_gets_no_line(self, state):
        reception = lifecycle.receive(replace(self.FIRST, state=state), [batch(self.BARE)])
        assert (reception.chunks, reception.receipts) == ((), (Receipt(0, len(self.BARE)),))

    def test_a_log_over_its_limit_gets_no_line(self):
        full = replace(self.FIRST, bytes=2 * TextSettings().max_log_bytes)
        assert self.text(full, self.BROKEN) == b""

    def test_a_secret_that_was_open_stays_so_behind_the_line(self):
        first = received(NEW, replace(batch(b"TOKEN=ab"), name=1))
        text = self.text(first, replace(self.BROKEN, text=b"TOKEN=abcd\n"))
        assert text.endswith(b"not answered\n\n")


class TestMissing:
    """Every cause of missing text is in one figure."""

    def test_a_line_that_tells_of_a_gap_carries_its_figure(self):
        log = received(
            NEW, replace(batch(b"\nmissing here\n"), missing_bytes=4711), replace(batch(b"again\n"), missing_bytes=9)
        )
        assert (log.missing_bytes, log.dropped_bytes) == (4720, 0)

    def test_what_a_limit_leaves_out_is_missing(self):
        small = TextFilter(default_redactor(), TextSettings(max_log_bytes=10))
        log = lifecycle.receive(NEW, [batch(b"0123456789abc"), batch(b"more\n")], small).log
        assert log.missing_bytes == log.dropped_bytes == 8

    def test_a_guess_without_evidence_may_have_left_out_text(self):
        assert received(TestGuessing.FIRST, batch(TestGuessing.BARE)).missing_bytes == len(TestGuessing.BARE)

    def test_a_guess_after_a_broken_answer_leaves_out_nothing(self):
        assert received(TestGuessing.FIRST, TestGuessing.BROKEN).missing_bytes == 0

    def test_text_that_was_found_again_is_missing_no_more(self):
        log = received(replace(NEW, missing_bytes=5), replace(batch(b"found\n"), missing_bytes=-6))
        assert log.missing_bytes == 0


class TestTransitions:
    @pytest.mark.parametrize("state", SEALED)
    @pytest.mark.parametrize("return_code", [None, "0"])
    def test_late_text_reopens_a_log(self, state, return_code):
        assert received(log_in(state, return_code), batch(line("late"))).state is State.RECEIVING

    @pytest.mark.parametrize("state", SEALED)
    @pytest.mark.parametrize(("return_code", "after"), [(None, State.INCOMPLETE), ("0", State.COMPLETE)])
    def test_a_line_of_our_own_leaves_a_log_sealed(self, state, return_code, after):
        assert received(log_in(state, return_code), replace(batch(line("gap")), missing_bytes=5)).state is after

    def test_text_leaves_a_log_receiving(self):
        assert received(log_in(State.RECEIVING), batch(line("more"))).state is State.RECEIVING

    @pytest.mark.parametrize("state", State)
    def test_text_sent_again_reopens_nothing(self, state):
        assert received(log_in(state), batch(line("first"))).state is state

    @pytest.mark.parametrize(
        ("state", "after"),
        [
            (State.RECEIVING, State.COMPLETE),
            (State.INCOMPLETE, State.COMPLETE),
            (State.ARCHIVED, State.ARCHIVED),
            (State.KEPT, State.KEPT),
            (State.PURGED, State.PURGED),
        ],
    )
    def test_the_first_mark_completes_a_log_and_leaves_a_good_copy_alone(self, state, after):
        log = received(log_in(state), batch(return_code="1"))
        assert (log.state, log.return_code, log.complete) == (after, "1", True)

    @pytest.mark.parametrize("state", [State.COMPLETE, State.ARCHIVED, State.KEPT, State.PURGED])
    def test_a_mark_that_says_nothing_new_changes_nothing(self, state):
        log = log_in(state, "0")
        assert received(log, batch(return_code="0", received=NOW + timedelta(hours=1))) == log

    @pytest.mark.parametrize(
        ("codes", "worst"),
        [
            ("01", "1"),
            ("10", "1"),
            ("012", "2"),
            ("201", "2"),
            (["0", ""], ""),
            (["0", "out of space"], "out of space"),
            (["0", "-1", "--1", "-"], "-1"),
        ],
    )
    def test_the_worst_of_several_codes_wins_and_all_are_listed(self, codes, worst):
        log = received(NEW, *(batch(return_code=code) for code in [*codes, *codes]))
        assert (log.return_code, log.codes, log.state) == (worst, tuple(codes), State.COMPLETE)

    def test_a_second_mark_leaves_a_good_copy_alone(self):
        log = received(log_in(State.ARCHIVED, "0"), batch(return_code="1"))
        assert (log.state, log.return_code) == (State.ARCHIVED, "1")

    def test_more_codes_than_can_be_listed_are_still_compared(self):
        log = received(NEW, *(batch(return_code=str(code)) for code in range(200)))
        assert (log.return_code, len(log.return_codes) <= 255) == ("199", True)

    def test_a_node_that_goes_on_ends_the_log_again(self):
        log = received(NEW, batch(b"a\n"), batch(return_code="0"), batch(b"b\n"))
        assert (log.state, log.return_code) == (State.RECEIVING, "0")
        log = received(log, batch(return_code="1"))
        assert (log.state, log.codes, log.return_code) == (State.COMPLETE, ("0", "1"), "1")

    def test_an_empty_return_code_completes_a_log_too(self):
        assert received(NEW, batch(return_code="")).complete

    @given(st.lists(st.sampled_from([batch(b"a\n"), batch(line("b")), batch(return_code="0"), batch(return_code="1")])))
    def test_whatever_arrives_numbers_have_no_gap_and_a_marked_log_stays_marked(self, batches):
        log, texts, marked, state = NEW, [], None, State.RECEIVING
        for item in batches:
            before = log.next_sequence
            reception = lifecycle.receive(log, [item])
            log = reception.log
            texts += [chunk.text for chunk in reception.chunks]
            assert [chunk.sequence for chunk in reception.chunks] == list(range(before, log.next_sequence))
            marked = max(filter(None, (marked, item.return_code)), default=None)
            assert log.return_code == marked
            state = State.RECEIVING if reception.chunks else State.COMPLETE if item.return_code else state
            assert log.state is state
        assert (log.bytes, log.lines) == (len(b"".join(texts)), b"".join(texts).count(b"\n"))

    @given(st.lists(st.sampled_from([batch(b"a\n"), batch(line("b")), batch(return_code="0")]), max_size=8), st.data())
    def test_how_batches_are_grouped_makes_no_difference(self, batches, data):
        cut = data.draw(st.integers(0, len(batches)))
        first = lifecycle.receive(log_in(State.RECEIVING), batches[:cut])
        second = lifecycle.receive(first.log, batches[cut:])
        whole = lifecycle.receive(log_in(State.RECEIVING), batches)
        assert first.chunks + second.chunks == whole.chunks
        assert first.receipts + second.receipts == whole.receipts
        assert second.log.state is whole.log.state


class TestParts:
    PURGED = log_in(State.PURGED, "0")

    def test_new_text_for_a_purged_log_needs_a_part(self):
        assert lifecycle.needs_next_part(self.PURGED, [batch(line("first")), batch(line("second life"))])

    def test_new_text_behind_old_text_needs_a_part(self):
        assert lifecycle.needs_next_part(self.PURGED, [batch(line("first") + b"more")])

    def test_output_that_may_be_new_needs_a_part_for_the_line_that_says_so(self):
        purged = replace(TestGuessing.FIRST, state=State.PURGED)
        assert lifecycle.needs_next_part(purged, [batch(TestGuessing.BARE)])
        assert not lifecycle.needs_next_part(purged, [replace(TestGuessing.BROKEN, text=TestGuessing.BARE)])

    @pytest.mark.parametrize("batches", [[batch(line("first"))], [batch(return_code="0")], [batch(b"")], []])
    def test_old_text_marks_and_nothing_need_none(self, batches):
        assert not lifecycle.needs_next_part(self.PURGED, batches)

    @pytest.mark.parametrize("state", [State.RECEIVING, *SEALED])
    def test_a_log_that_is_in_the_store_needs_none(self, state):
        assert not lifecycle.needs_next_part(log_in(state), [batch(line("late"))])

    def test_the_next_part_is_empty_and_open_but_remembers_what_was_sent_and_where(self):
        log = replace(self.PURGED, reference="ref", site="site", ce="ce", part=3, attempts=2, generation=4)
        later = NOW + timedelta(days=9)
        part = lifecycle.next_part(log, later)
        expected = Log(
            0, PILOT, 4, State.RECEIVING, later, later,
            reference="ref", site="site", ce="ce", resend=log.resend, answers=log.answers,
        )  # fmt: skip
        assert part == expected
        assert lifecycle.receive(part, [batch(line("first"))]).chunks == ()


class TestLateText:
    LIMIT = timedelta(days=30)

    LATE = NOW + LIMIT + timedelta(microseconds=1)

    @pytest.mark.parametrize("state", State)
    @pytest.mark.parametrize("sent", [{"text": line("again")}, {"return_code": "1"}], ids=["text", "mark"])
    def test_only_a_log_whose_text_is_safe_elsewhere_can_be_so_old_that_its_stamp_is_used_again(self, state, sent):
        log = log_in(state, "0")
        part = lifecycle.part_for(log, [batch(**sent, received=self.LATE)], self.LIMIT)
        if state in (State.ARCHIVED, State.PURGED, State.DELETED):
            assert (part.id, part.part, part.state, part.return_code) == (0, log.part + 1, State.RECEIVING, None)
        else:
            assert part is log

    @pytest.mark.parametrize("state", [State.ARCHIVED, State.PURGED])
    def test_mark_within_the_time_is_that_of_the_same_pilot(self, state):
        log = log_in(state)
        assert lifecycle.part_for(log, [batch(return_code="0", received=NOW + self.LIMIT)], self.LIMIT) is log

    def test_text_for_an_archived_log_within_the_time_goes_behind_the_text_there(self):
        log = log_in(State.ARCHIVED)
        assert lifecycle.part_for(log, [batch(line("late"), received=NOW + self.LIMIT)], self.LIMIT) is log

    def test_when_a_stamp_is_used_again_nothing_counts_as_sent_before(self):
        again = batch(line("first"), received=self.LATE)
        part = lifecycle.part_for(log_in(State.PURGED, "0"), [again], self.LIMIT)
        assert lifecycle.receive(part, [again]).receipts == (Receipt(len(again.text)),)

    def test_what_was_acknowledged_is_never_late(self):
        log = log_in(State.ARCHIVED)
        assert lifecycle.part_for(log, [batch(line("late"), received=self.LATE)], timedelta.max) is log


class TestCharacters:
    TEXT = "aµ€😀\r\nz".encode()

    @given(st.text(max_size=30), st.integers(4, 20))
    def test_chunks_are_whole_characters_within_the_limit_and_join_to_the_text(self, text, limit):
        chunks = lifecycle.split(text.encode(), limit)
        assert b"".join(chunks) == text.encode()
        assert all(0 < len(chunk) <= limit for chunk in chunks)
        assert "".join(chunk.decode() for chunk in chunks) == text

    @pytest.mark.parametrize("at", range(len(TEXT) + 3))
    def test_a_boundary_is_the_last_beginning_of_a_character_at_or_before_a_place(self, at):
        beginnings = [len("aµ€😀\r\nz"[:count].encode()) for count in range(8)]
        assert lifecycle.character_boundary(self.TEXT, at) == max(place for place in beginnings if place <= at)

    @pytest.mark.parametrize("character", ["µ", "€", "😀"])
    def test_a_place_inside_the_first_character_is_its_beginning(self, character):
        for at in range(len(character.encode())):
            assert lifecycle.character_boundary(character.encode(), at) == 0

    @pytest.mark.parametrize("shift", range(5))
    def test_a_character_across_the_limit_goes_to_the_next_chunk_whole(self, shift):
        text = b"x" * (lifecycle.MAX_CHUNK_BYTES - shift) + "😀\r\n".encode()
        chunks = lifecycle.split(text)
        assert b"".join(chunks) == text
        for chunk in chunks:
            chunk.decode()


class TestSenders:
    def sent(self, *texts):
        messages = [replace(batch(text), sender=sender) for sender, text in texts]
        reception = lifecycle.receive(NEW, messages)
        return reception.log, b"".join(chunk.text for chunk in reception.chunks)

    def test_text_of_another_sender_does_not_go_on_with_an_unfinished_line(self):
        _, text = self.sent(("one", b"half a li"), ("other", b"whole\n"), ("one", b"ne\n"))
        assert text == b"half a li\nwhole\nne\n"

    def test_a_sender_goes_on_with_its_own_line(self):
        _, text = self.sent(("one", b"half a li"), ("one", b"ne\n"), ("other", b"whole\n"))
        assert text == b"half a line\nwhole\n"

    def test_all_addresses_are_listed_once(self):
        log, _ = self.sent(*((sender, b"x\n") for sender in ("one", "two", "one", "three", "two")))
        assert (log.sender, log.many_senders, log.addresses) == ("one", True, ("one", "two", "three"))

    def test_a_single_address_is_its_own_list(self):
        log, _ = self.sent(("one", b"x\n"), ("one", b"y\n"))
        assert (log.many_senders, log.addresses) == (False, ("one",))

    def test_the_list_is_bounded(self):
        log, _ = self.sent(*((f"192.0.2.{number}", b"x\n") for number in range(100)))
        assert (log.many_senders, len(log.senders) <= 255) == (True, True)


class TestSilence:
    @pytest.mark.parametrize("change", [{"return_code": "0"}, {"generation": 1}], ids=["marked", "archived"])
    def test_a_log_that_had_ended_is_sealed_after_a_silence_of_its_own(self, change):
        settings = SealSettings(silent_final_seconds=0, silent_running_seconds=0, silent_reopened_seconds=HOUR)
        for info in (None, PilotInfo("ref", final=True), PilotInfo("ref", final=False)):
            assert not lifecycle.is_to_be_sealed(replace(NEW, **change), info, NOW + timedelta(minutes=59), settings)
            assert lifecycle.is_to_be_sealed(replace(NEW, **change), info, NOW + timedelta(hours=1), settings)

    @pytest.mark.parametrize(
        ("info", "hours"),
        [(PilotInfo("ref", final=True), 1), (PilotInfo("ref", final=False), 48), (None, 48)],
        ids=["final", "running", "unknown"],
    )
    def test_a_log_has_ended_after_as_much_silence_as_its_pilots_status_asks_for(self, info, hours):
        limit = timedelta(hours=hours)
        assert lifecycle.is_to_be_sealed(NEW, info, NOW + limit, SETTINGS)
        assert not lifecycle.is_to_be_sealed(NEW, info, NOW + limit - timedelta(microseconds=1), SETTINGS)

    def test_unknown_is_not_dead(self):
        settings = SealSettings(silent_final_seconds=0, silent_running_seconds=DAY, silent_unknown_seconds=HOUR)
        assert not lifecycle.is_to_be_sealed(NEW, None, NOW + timedelta(minutes=59), settings)
        assert lifecycle.is_to_be_sealed(NEW, None, NOW + timedelta(minutes=60), settings)


class TestRetrying:
    def test_the_wait_doubles_up_to_a_limit(self):
        settings = ArchiveSettings(retry_seconds=300, max_retry_seconds=2000)
        waits = [(lifecycle.retry_after(attempts, NOW, settings) - NOW).total_seconds() for attempts in range(1, 6)]
        assert waits == [300, 600, 1200, 2000, 2000]

    @pytest.mark.parametrize("attempts", [0, 1, 100, 10**9])
    def test_however_often_it_failed_the_wait_is_bounded(self, attempts):
        wait = lifecycle.retry_after(attempts, NOW, ArchiveSettings()) - NOW
        assert timedelta(0) < wait <= timedelta(hours=6)
