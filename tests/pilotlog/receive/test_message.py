"""One message: its JSON becomes the text that is stored; of what is over the limit, the head and the tail."""

import json
import re
from contextlib import suppress
from datetime import datetime

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from PilotLoggingDIRAC.pilotlog.errors import InvalidInput, PilotLogError
from PilotLoggingDIRAC.pilotlog.receive.message import message as received
from PilotLoggingDIRAC.pilotlog.text.excerpt import HeadAndTail
from PilotLoggingDIRAC.pilotlog.text.redaction import redactor
from tests.conftest import ANY_JSON, PILOT, line

NOW = datetime(2026, 11, 21, 8, 0, 0)
LIMIT = 1024 * 1024
MARK = re.compile(rb"^\S+Z WARN \[PilotLogging\] (\d+) bytes of a message are missing here: .*\n", re.MULTILINE)


def message(payload, limit=LIMIT):
    return received(PILOT, payload, limit, NOW, redactor.default().open_bytes, "192.0.2.7")


class TestMessages:
    def test_the_stock_pilots_text_is_taken_as_it_is(self):
        text = "half a li\nne\r\n\ttab µ €\0\x1b[31m"
        batch = message(json.dumps(text))
        assert (batch.pilot, batch.received, batch.sender) == (PILOT, NOW, "192.0.2.7")
        assert (batch.text, batch.return_code) == (text.encode(), None)

    def test_an_older_senders_list_gets_an_end_for_each_line(self):
        assert message('["one", "", "three"]').text == b"one\n\nthree\n"

    @pytest.mark.parametrize("payload", ['""', "[]"])
    def test_nothing_is_taken_as_nothing(self, payload):
        assert message(payload).text == b""

    @pytest.mark.parametrize(
        ("payload", "text"),
        [
            ('"a\\ud800b"', rb"a\ud800b"),
            ('"\\udcff"', rb"\udcff"),
            ('["a\\udc80", "b"]', b"a\\udc80\nb\n"),
            ('"a\ud800b"', rb"a\ud800b"),
            ('"\\ud83d\\ude00"', "😀".encode()),
            ('"\\ude00\\ud83d"', rb"\ude00\ud83d"),
        ],
    )
    def test_lone_surrogates_are_kept_as_their_escapes(self, payload, text):
        assert message(payload).text == text

    @pytest.mark.parametrize(
        "payload",
        [
            {"a": 1},
            ["a"],
            None,
            7,
            b'"a"',
            '{"a": 1}',
            '["a", 1]',
            '["a", null]',
            '["a", ["b"]]',
            '["a", {"b": 1}]',
            "7",
            "null",
            "true",
            "NaN",
            "",
            "text",
            '"open',
            '["open"',
            '"a" "b"',
            '"a\nb"',
            '"\\x"',
            '"\\ud8"',
            "\0",
            "[" * 100_000,
            "9" * 10_000,
        ],
    )
    def test_a_bad_payload_is_refused(self, payload):
        with pytest.raises(InvalidInput):
            message(payload)

    def test_a_refusal_shows_no_text_of_the_caller(self):
        for payload in ('["secret-text", 1]', '"secret-text', '{"secret-text": 1}'):
            with pytest.raises(InvalidInput) as refusal:
                message(payload)
            assert "secret-text" not in str(refusal.value)

    @pytest.mark.parametrize("character", ["a", "µ", "€", "😀", "\x1b", '"', "\\", "\n", "\ud800"])
    def test_text_up_to_the_limit_is_taken_whole_and_a_character_more_is_not(self, character):
        stored = len(message(json.dumps(character)).text)
        room = LIMIT // stored
        for encoded in (json.dumps(character * room), json.dumps([character * (room - 1)])):
            whole = message(encoded)
            assert LIMIT - 2 * stored < len(whole.text) <= LIMIT and not whole.missing_bytes
        assert message(json.dumps(character * (room + 1))).missing_bytes

    @pytest.mark.parametrize("separator", [",", ", "])
    def test_a_list_of_short_lines_counts_with_their_ends(self, separator):
        encoded = "[" + separator.join(['"a"'] * 50_000) + "]"
        assert message(encoded, 100_000).text == b"a\n" * 50_000
        assert message(encoded, 99_999).missing_bytes

    @pytest.mark.parametrize("as_list", [False, True])
    def test_of_longer_text_the_head_and_the_tail_are_kept_and_the_mark_counts_what_is_not(self, as_list):
        lines = [line(f"{number} é").decode()[:-1] for number in range(30_000)]
        text = "".join(f"{one}\n" for one in lines).encode()
        batch = message(json.dumps(lines if as_list else text.decode()), 100_000)
        head, missing, tail = MARK.split(batch.text)
        assert (text.startswith(head), text.endswith(tail)) == (True, True)
        assert min(len(head), len(tail)) > 35_000 and len(head + tail) <= 100_000
        assert len(head) + int(missing) + len(tail) == len(text) and batch.missing_bytes == int(missing)
        assert head.endswith(b"\n") and tail.startswith(lines[-1][:5].encode())

    def test_the_same_message_sent_again_is_the_same_text(self):
        payload = json.dumps(line("x" * 90).decode() * 1000)
        first = received(PILOT, payload, 10_000, NOW, redactor.default().open_bytes)
        later = received(PILOT, payload, 10_000, NOW.replace(hour=9), redactor.default().open_bytes)
        assert MARK.search(first.text) and first.text == later.text

    @pytest.mark.parametrize("item", ["[]", "{}", "7"])
    def test_a_long_payload_that_would_take_many_times_its_length_is_refused_unread(self, item, peak_bytes):
        payload = "[" + f"{item}," * 1_000_000 + '""]'
        with peak_bytes(below=1_000_000), pytest.raises(InvalidInput):
            message(payload, 16 * LIMIT)

    @pytest.mark.parametrize("rest", ["x", "\\n", "\\u0041", '\\"'])
    def test_one_character_outside_of_plain_text_does_not_make_a_message_cost_many_times_its_length(
        self, rest, peak_bytes
    ):
        payload = json.dumps(["😀" + "x" * 30] * 99_999, ensure_ascii=False)
        with peak_bytes(below=12_000_000):
            message(payload, 4 * LIMIT)
        payload = '"😀' + rest * (4_000_000 // len(rest)) + '"'
        with peak_bytes(below=12_000_000):
            message(payload, 4 * LIMIT)

    @pytest.mark.parametrize("unit", ["x", '\\"', "\\n", "\\u4e2d", "é", '","'])
    def test_a_message_far_over_the_limit_takes_the_memory_of_the_limit(self, unit, peak_bytes):
        start, end = ('["', '"]') if unit == '","' else ('"', '"')
        payload = start + unit * (20 * LIMIT // len(unit)) + end
        with peak_bytes(below=4 * LIMIT):
            batch = message(payload)
        assert len(batch.text) <= LIMIT + 200 and batch.missing_bytes > 2 * LIMIT

    def test_text_that_was_decoded_while_it_arrived_is_taken_as_it_is(self):
        arrived = HeadAndTail(LIMIT)
        arrived.add(b"one\n")
        arrived.add(b"two")
        assert message(arrived).text == b"one\ntwo" and arrived.held_bytes == 0

    def test_a_line_of_a_pilot_is_taken_byte_for_byte(self):
        assert message(json.dumps(line("µ").decode())).text == line("µ")

    @given(st.text(st.characters(exclude_categories=())), st.booleans())
    def test_any_text_survives_with_its_surrogates_escaped(self, text, ascii_only):
        paired = json.loads(json.dumps(text))
        assert message(json.dumps(text)).text == paired.encode("utf-8", "backslashreplace")
        if ascii_only and not any("\ud800" <= character <= "\udfff" for character in text):
            assert message(json.dumps(text, ensure_ascii=False)).text.decode() == text

    @given(ANY_JSON)
    def test_any_json_is_taken_or_refused_by_name(self, value):
        for payload in (json.dumps(value), value):
            with suppress(PilotLogError):
                message(payload)

    @given(ANY_JSON)
    def test_json_that_is_no_text_is_never_taken_as_text(self, value):
        assume(not isinstance(value, str))
        assume(not (isinstance(value, list) and all(isinstance(item, str) for item in value)))
        with pytest.raises(InvalidInput):
            message(json.dumps(value))
