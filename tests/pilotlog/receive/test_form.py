"""The form of a call over HTTPS, cut out of its bytes; the edges of one that was dropped; names and credentials."""

import contextlib
import json
import re
import tracemalloc
from urllib.parse import parse_qs, unquote_to_bytes, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from PilotLoggingDIRAC.pilotlog.errors import InvalidInput
from PilotLoggingDIRAC.pilotlog.receive import form
from PilotLoggingDIRAC.pilotlog.receive.form import Form

MiB = 1024 * 1024
BITS = [
    b"%",
    b"=",
    b"\n",
    b"\r",
    b"+",
    b"4",
    b"1",
    b"A",
    b"f",
    b"_",
    b".",
    b" ",
    b"\t",
    b"\xff",
    b"%41",
    b"%0a",
    b"%3D",
]
STAMP = "0123456789abcdef" * 2


@given(st.lists(st.sampled_from(BITS)).map(b"".join) | st.binary())
def test_a_value_is_decoded_as_the_standard_library_does_it_unless_a_percent_stands_alone(value):
    if re.search(rb"%(?![0-9A-Fa-f]{2})", value):
        with pytest.raises(InvalidInput):
            form.unquote(value)
    else:
        assert form.unquote(value) == unquote_to_bytes(value.replace(b"+", b" "))


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=50)


@given(st.dictionaries(TEXTS.filter(lambda name: name.isascii() and name), TEXTS), TEXTS)
def test_a_form_is_cut_as_the_standard_library_parses_it(fields, args):
    body = urlencode({**dict(list(fields.items())[:10]), "args": args}).encode()
    expected = {name: values[-1].encode() for name, values in parse_qs(body.decode(), keep_blank_values=True).items()}
    found = form.cut(body)
    assert {**found.fields, "args": form.unquote(found.args)} == expected


@given(st.binary())
def test_any_bytes_are_cut_or_refused_by_name(body):
    with contextlib.suppress(InvalidInput):
        form.cut(body).text()


def test_of_what_comes_twice_the_last_counts():
    found = form.cut(b"method=a&args=1&args=2&method=b")
    assert (found.fields, found.args) == ({"method": b"b"}, b"2")


@pytest.mark.parametrize("body", [b"", b"method=x", b"method=x&args="])
def test_without_arguments_there_is_an_empty_list(body):
    assert form.cut(body).text() == "[]"


def test_the_text_of_the_arguments_is_given_once():
    found = form.cut(b"args=%5B1%5D")
    assert (found.text(), found.text()) == ("[1]", "[]")


@pytest.mark.parametrize("body", [b"args=%FF", b"args=%", b"args=%4", b"args=%zz", b"%=1"])
def test_what_no_encoder_makes_is_refused(body):
    with pytest.raises(InvalidInput):
        form.cut(body).text()


@pytest.mark.parametrize("body", [b"&" * 4 * MiB, b"a=1&" * MiB, b"a=" + b"x" * 5000, b"x" * 4 * MiB, b"%41" * MiB])
def test_what_is_no_call_is_refused_with_little_work(body):
    tracemalloc.start()
    try:
        with pytest.raises(InvalidInput):
            form.cut(body)
        assert tracemalloc.get_traced_memory()[1] < 100_000
    finally:
        tracemalloc.stop()


class TestEdges:
    def body(self, message, stamp=STAMP, vo="vo", **fields):
        return urlencode(
            {"method": "sendMessage", "args": json.dumps([json.dumps(message), stamp, vo]), **fields}
        ).encode()

    def edges(self, body):
        return form.cut_edges(body[: form.EDGE_BYTES], body[-form.EDGE_BYTES :])

    @pytest.mark.parametrize("size", [0, 1, 1900, 1990, 2010, 2048, 2100, 5000, 100_000])
    @pytest.mark.parametrize("character", ["x", "\n", "é", "😀", '"', "\\", "&", "%", "=", "]"])
    def test_the_edges_of_a_message_tell_method_credentials_stamp_and_vo(self, character, size):
        found = self.edges(self.body(character * size, extraCredentials='"hosts"'))
        assert found.fields == {"method": b"sendMessage", "extraCredentials": b'"hosts"'}
        assert form.names_at_end(found.args) == (STAMP, "vo")

    @pytest.mark.parametrize("vo", ["vo.alpha.org", "unknown", "", None])
    def test_the_vo_is_what_was_stated(self, vo):
        assert form.names_at_end(self.edges(self.body("x" * 9000, vo=vo)).args) == (STAMP, vo)

    def test_text_that_looks_like_names_is_not_taken_for_them(self):
        message = 'x" , "other", "vo2"]' * 500
        assert form.names_at_end(self.edges(self.body(message)).args) == (STAMP, "vo")

    @pytest.mark.parametrize(
        "args", [b"", b"%5B%22x", b'["x", "a", "b", 1]', b'["x","' + b"a" * 65 + b'","vo"]', b'"a","b"']
    )
    def test_what_can_not_be_told_is_not_guessed(self, args):
        assert form.names_at_end(args) is None

    @pytest.mark.parametrize("head", [b"", b"x" * 2048, b"wargs=", b"method=%&args=", b"method=" + b"y" * 2041])
    def test_edges_of_what_is_no_form_tell_nothing(self, head):
        assert form.cut_edges(head, b"tail") == Form()


@pytest.mark.parametrize("name", ["sendMessage", "ping", "get_log2"])
def test_methods_names_pass(name):
    form.check_method(name)


@pytest.mark.parametrize("name", ["", "a b", "x\nforged line", "x\n", "../x", "é", "2x", "x" * 65, "a.b"])
def test_what_is_no_name_is_refused_without_being_shown(name):
    with pytest.raises(InvalidInput) as refusal:
        form.check_method(name)
    assert str(refusal.value) == "Not a method's name"


@pytest.mark.parametrize("encoded", ["", '"hosts"', '"alpha_pilot"', '["/C=zz/O=stack/CN=Zoë", "alpha_user"]'])
def test_extra_credentials_as_dirac_sends_them_pass(encoded):
    form.check_extra_credentials(encoded)


@pytest.mark.parametrize(
    "encoded",
    ["[]", '["x"]', '["a", "b", "c"]', '["a", null]', "[[]]", "{}", "null", "1", "{", "[" * 2000, '"\\ud800"',
     '"x\\nforged"', '{"__dCls": "x", "__dMod": "y"}', '"' + "x" * 3000 + '"'],
)  # fmt: skip
def test_any_other_extra_credentials_are_refused(encoded):
    with pytest.raises(InvalidInput):
        form.check_extra_credentials(encoded)
