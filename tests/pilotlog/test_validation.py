"""Untrusted text becomes frozen types, or a named refusal; nothing else."""

import json
import string
import uuid
from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from PilotLoggingDIRAC.pilotlog import validation
from PilotLoggingDIRAC.pilotlog.errors import InvalidInput, PilotLogError
from PilotLoggingDIRAC.pilotlog.model import PilotId, Selection, State
from PilotLoggingDIRAC.pilotlog.read import selection
from tests.conftest import ANY_JSON, PILOT

NOW = datetime(2026, 11, 21, 8, 0, 0)
SAFE = set(string.ascii_letters + string.digits + "-_.")

STAMPS = {
    "of a CE, 32 hex": "0123456789abcdef0123456789abcdef",
    "of a site without, uuid1": str(uuid.uuid1()),
    "of a cloud, 8 hex": "1A2B3C4D",
    "short": "7",
    "with an underscore": "pilot_7",
    "of 64 characters": "a" * 64,
}
BAD_NAMES = {
    "empty": "",
    "None": None,
    "number": 7,
    "bool": True,
    "dict": {"a": 1},
    "list": ["a"],
    "bytes": b"abc",
    "over-long": "a" * 65,
    "trailing newline": "abc\n",
    "leading newline": "\nabc",
    "newline inside": "a\nb",
    "NUL": "abc\0",
    "lone surrogate": "abc\ud800",
    "parent": "..",
    "traversal": "../../etc/passwd",
    "traversal inside": "a/../b",
    "slash": "a/b",
    "absolute": "/abc",
    "backslash": "a\\b",
    "here": ".",
    "hidden": ".abc",
    "dot at the end": "abc.",
    "two dots inside": "a..b",
    "looks like an option": "-rf",
    "blank": " ",
    "blank at the end": "abc ",
    "blank inside": "a b",
    "percent": "a%2fb",
    "quote": "a'b",
    "markup": "<b>",
    "other script": "пилот",
    "other script's digit": "١٢٣",
    "full width": "ａ",
}


def finalisation(payload):
    return validation.finalisation(PILOT, payload, NOW)


class TestNames:
    @pytest.mark.parametrize("stamp", STAMPS.values(), ids=STAMPS)
    def test_every_form_of_a_stamp_is_taken_as_it_is(self, stamp):
        assert validation.pilot("vo", stamp) == PilotId("vo", stamp)

    @pytest.mark.parametrize("vo", ["vo", "lhcb", "vo.alpha.org", "beta_vo", "na-62", "7", "a" * 64, "a." * 31 + "ab"])
    def test_every_form_of_a_vo_name_is_taken_as_it_is(self, vo):
        assert validation.pilot(vo, "abc") == PilotId(vo, "abc")

    @pytest.mark.parametrize("name", BAD_NAMES.values(), ids=BAD_NAMES)
    def test_a_bad_stamp_is_refused(self, name):
        with pytest.raises(InvalidInput):
            validation.pilot("vo", name)

    @pytest.mark.parametrize("name", BAD_NAMES.values(), ids=BAD_NAMES)
    def test_a_bad_vo_name_is_refused(self, name):
        with pytest.raises(InvalidInput):
            validation.pilot(name, "abc")

    def test_refusals_say_which_names_are_taken(self):
        begun = "at most 64 ASCII letters, digits, dashes and underscores, the first a letter or digit"
        with pytest.raises(InvalidInput, match=f"^Not a pilot stamp: {begun}$"):
            validation.pilot("vo.alpha.org", "-rf")
        with pytest.raises(InvalidInput, match=f"^Not a VO name: {begun}; also single dots, but not at the end$"):
            validation.pilot("vo..org", "abc")

    def test_a_stamp_has_no_dot_so_that_it_never_runs_into_a_files_ending(self):
        with pytest.raises(InvalidInput):
            validation.pilot("vo", "abc.log")

    @pytest.mark.parametrize("stamp", ["unknown", "Unknown", "UNKNOWN"])
    def test_the_default_of_a_pilot_without_a_stamp_is_refused(self, stamp):
        with pytest.raises(InvalidInput, match="DIRAC_PILOT_STAMP"):
            validation.pilot("vo", stamp)

    @given(st.one_of(st.text(), st.text(alphabet="aB7-_./\n", max_size=70)))
    def test_any_name_is_refused_or_safe_in_a_path(self, name):
        for vo, stamp in ((name, "abc"), ("vo", name)):
            try:
                validation.pilot(vo, stamp)
            except InvalidInput:
                continue
            assert 0 < len(name) <= 64 and set(name) <= SAFE and name[0] not in "-." and ".." not in name

    def test_a_refusal_of_a_name_does_not_show_it(self):
        with pytest.raises(InvalidInput) as refusal:
            validation.pilot("vo", "<script>")
        assert "script" not in str(refusal.value)

    @pytest.mark.parametrize("name", ["abc", "abc.log"])
    def test_the_file_name_of_stock_callers_gives_the_stamp(self, name):
        assert validation.stock_file_name(name) == "abc"

    @pytest.mark.parametrize("name", [None, 7, "", ".log", "../abc.log", "abc.log.log", "abc.log\n", "abc.txt"])
    def test_another_file_name_is_refused(self, name):
        with pytest.raises(InvalidInput):
            validation.stock_file_name(name)


class TestArguments:
    NAMES = ("message", "pilotUUID", "wnVO")

    def test_the_stock_pilots_arguments_are_taken(self):
        assert validation.arguments('["\\"text\\"", "abc", "vo"]', self.NAMES) == ['"text"', "abc", "vo"]

    def test_whatever_the_values_are_they_are_left_to_who_knows_them(self):
        assert validation.arguments('[{"a": [1]}, null, 7.5]', self.NAMES) == [{"a": [1]}, None, 7.5]

    @pytest.mark.parametrize("encoded", ["", "{", "[", "[1,", "nonsense", '["a" "b"]', "\ufeff[]", "[" * 100_000, "\0"])
    def test_broken_json_is_refused(self, encoded):
        with pytest.raises(InvalidInput, match="JSON"):
            validation.arguments(encoded, self.NAMES)

    @pytest.mark.parametrize("encoded", ['{"a": 1}', '"abc"', "7", "null", "true"])
    def test_what_is_no_list_is_refused(self, encoded):
        with pytest.raises(InvalidInput):
            validation.arguments(encoded, self.NAMES)

    @pytest.mark.parametrize("number", [0, 1, 2, 4, 50])
    def test_too_few_or_too_many_are_refused_and_the_expected_ones_named(self, number):
        with pytest.raises(InvalidInput, match="message, pilotUUID, wnVO"):
            validation.arguments(json.dumps(["a"] * number), self.NAMES)

    @pytest.mark.parametrize(("number", "taken"), [(0, False), (1, True), (2, True), (3, True), (4, False)])
    def test_the_last_ones_may_be_optional(self, number, taken):
        try:
            assert validation.counted(["a"] * number, self.NAMES, optional=2) == ["a"] * number and taken
        except InvalidInput:
            assert not taken

    @pytest.mark.parametrize("payload", ["a" * 5_000_000, '\\"' * 2_000_000, "µ\ud83d\n" * 1_000_000])
    def test_long_ones_are_taken(self, payload):
        assert validation.arguments(json.dumps([payload, "abc", None]), self.NAMES) == [payload, "abc", None]

    @pytest.mark.parametrize("item", ["[]", "{}", '{"a":1}', '"a"', "7"])
    def test_a_long_list_that_would_take_many_times_its_length_in_memory_is_refused_unread(self, item, peak_bytes):
        encoded = "[" + f"{item}," * 2_000_000 + "[]]"
        with peak_bytes(below=1_000_000), pytest.raises(InvalidInput):
            validation.arguments(encoded, self.NAMES)


@pytest.mark.parametrize(
    "encoded", ["[" + "[]," * 400_000 + "1]", "[" + '{"a":1},' * 200_000 + "1]", "[" + "1," * 600_000 + "1]"]
)
def test_long_nested_arguments_are_kept_from_other_decoders(encoded):
    with pytest.raises(InvalidInput):
        validation.require_plain(encoded)


@pytest.mark.parametrize("arguments", [["x" * 2_000_000, {}, 7, None, True], [{"a": [1, {"b": 2}]}]])
def test_long_plain_and_short_nested_arguments_are_not(arguments):
    validation.require_plain(json.dumps(arguments))


class TestAnyJson:
    @given(ANY_JSON)
    def test_any_json_is_taken_or_refused_by_name(self, value):
        for payload in (json.dumps(value), value):
            for take in (finalisation, lambda item: validation.arguments(str(item), ("a", "b"))):
                with suppress(PilotLogError):
                    take(payload)

    @given(st.text())
    def test_any_text_instead_of_json_is_taken_or_refused_by_name(self, payload):
        for take in (finalisation, selection.selection, selection.order, validation.stock_file_name):
            with suppress(PilotLogError):
                take(payload)


class TestFinalisations:
    @pytest.mark.parametrize(
        ("payload", "code"),
        [
            ('{"retCode": "0"}', "0"),
            ('{"retCode": "1"}', "1"),
            ('{"retCode": -9}', "-9"),
            ('{"retCode": "None"}', "None"),
            ('{"retCode": ""}', ""),
            ('{"retCode": " 0 "}', "0"),
            ("{}", "0"),
            ('{"retCode": "0", "more": [1]}', "0"),
        ],
    )
    def test_the_return_code_is_kept(self, payload, code):
        batch = validation.finalisation(PILOT, payload, NOW, "192.0.2.7")
        assert (batch.pilot, batch.received, batch.sender) == (PILOT, NOW, "192.0.2.7")
        assert (batch.text, batch.return_code) == (b"", code)

    @pytest.mark.parametrize(
        "said",
        ["x" * 500, "could not find\nthe \ttarball", "kaputt: ü", "\ud800", "\0", 'it\'s "so"', "a" * 63 + "ü"],
    )
    def test_whatever_text_a_pilot_exits_with_marks_its_log(self, said):
        code = finalisation(json.dumps({"retCode": said})).return_code
        assert 0 < len(code) <= 64 and code.isascii() and code.isprintable()

    @pytest.mark.parametrize(
        "payload",
        [
            {"retCode": "0"},
            None,
            7,
            b"{}",
            "",
            "nonsense",
            '{"retCode": "0"',
            "[]",
            '"0"',
            "0",
            "null",
            '{"retCode": null}',
            '{"retCode": true}',
            '{"retCode": 0.5}',
            '{"retCode": []}',
            '{"retCode": {}}',
            '{"retCode": ' + "9" * 5000 + "}",
            '{"a":' * 2000,
            json.dumps({"retCode": "0", "more": "x" * 5000}),
        ],
    )
    def test_a_bad_payload_is_refused(self, payload):
        with pytest.raises(InvalidInput):
            finalisation(payload)


class TestSelections:
    def test_every_key_has_its_field_and_one_value_counts_as_a_list(self):
        values = {
            "VO": "vo",
            "PilotStamp": ["a", "b"],
            "PilotReference": "htcondorce://ce/1.0:x",
            "Site": ("LCG.CERN.cern",),
            "CE": "ce.cern.ch",
            "ReturnCode": ["", "1"],
            "State": ["Receiving", "Purged"],
            "FromDate": "2026-11-20",
            "ToDate": NOW,
        }
        assert selection.selection(values) == Selection(
            vos=("vo",),
            stamps=("a", "b"),
            references=("htcondorce://ce/1.0:x",),
            sites=("LCG.CERN.cern",),
            ces=("ce.cern.ch",),
            return_codes=("", "1"),
            states=(State.RECEIVING, State.PURGED),
            since=datetime(2026, 11, 20),
            until=NOW,
        )

    @pytest.mark.parametrize("key", ["PilotReference", "Site", "CE"])
    def test_names_that_others_give_may_be_of_any_script(self, key):
        selection.selection({key: "Genève 😀"})

    def test_nothing_given_selects_all_in_scope(self):
        assert selection.selection({}) == Selection()

    @pytest.mark.parametrize(
        "moment",
        [
            "2026-11-21T08:00:00Z",
            "2026-11-21T08:00:00+00:00",
            "2026-11-21T10:00:00+02:00",
            NOW.replace(tzinfo=UTC),
            NOW.replace(tzinfo=timezone(timedelta(hours=-5))) - timedelta(hours=5),
        ],
    )
    def test_times_with_a_zone_become_utc(self, moment):
        assert selection.selection({"FromDate": moment}).since == NOW

    @pytest.mark.parametrize(
        "values",
        [
            None,
            [],
            "VO",
            7,
            {"Vo": "vo"},
            {7: "vo"},
            {"VO": []},
            {"VO": None},
            {"VO": 7},
            {"VO": {"a": 1}},
            {"VO": ["vo", 7]},
            {"VO": ["vo"] * 1001},
            {"VO": "v" * 256},
            {"PilotStamp": "a\0"},
            {"PilotStamp": "a\n"},
            {"PilotReference": "\ud800"},
            {"VO": "vö"},
            {"PilotStamp": ["abc", "пилот"]},
            {"ReturnCode": "é"},
            {"State": "receiving"},
            {"State": "Lost"},
            {"FromDate": "yesterday"},
            {"FromDate": 7},
            {"FromDate": None},
            {"FromDate": ["2026-11-21"]},
            {"ToDate": ""},
            {"ToDate": "9999-12-31T23:00:00-14:00"},
            {"LastError": ["no proxy", "full"]},
            {"Name": ["abc", "def"]},
        ],
    )
    def test_what_is_no_selection_is_refused(self, values):
        with pytest.raises(InvalidInput):
            selection.selection(values)

    @pytest.mark.parametrize(
        ("value", "expected"),
        [
            ([], ("LastSeen", True)),
            ((), ("LastSeen", True)),
            (None, ("LastSeen", True)),
            ([["VO", "ASC"]], ("VO", False)),
            ([("VO", "DESC")], ("VO", True)),
        ],
    )
    def test_an_order_is_a_column_and_a_direction_newest_first_by_default(self, value, expected):
        assert selection.order(value) == expected

    @pytest.mark.parametrize(
        "value",
        [
            7,
            "VO",
            ["VO"],
            ["VO", "ASC"],
            [["VO"]],
            [["VO", "asc"]],
            [["VO", "ASC"], ["CE", "ASC"]],
            [[7, "ASC"]],
            {"VO": 1},
        ],
    )
    def test_what_is_no_order_is_refused(self, value):
        with pytest.raises(InvalidInput):
            selection.order(value)

    @pytest.mark.parametrize("value", [1, 5, 10])
    def test_numbers_within_their_bounds_are_taken(self, value):
        assert validation.number(value, "limit", 1, 10) == value

    @pytest.mark.parametrize("value", [0, 11, -1, True, "5", 5.0, None, [5], float("nan")])
    def test_other_numbers_are_refused(self, value):
        with pytest.raises(InvalidInput, match="limit"):
            validation.number(value, "limit", 1, 10)


@pytest.mark.parametrize("number", ["12; DROP", "", " 1", "-1", "1\n", None, True, 1.5, "9" * 19])
def test_what_is_no_job_number_is_refused_before_anybody_is_asked(number):
    with pytest.raises(InvalidInput):
        validation.job_number(number)


@pytest.mark.parametrize("number", [12, "12"])
def test_job_number_may_be_text(number):
    assert validation.job_number(number) == 12
