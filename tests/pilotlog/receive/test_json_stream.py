"""A message that is decoded block by block is what json makes of the whole, wherever the blocks are cut."""

import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from PilotLoggingDIRAC.pilotlog.errors import InvalidInput
from PilotLoggingDIRAC.pilotlog.receive.json_stream import ArgumentsDecoder, MessageDecoder

BITS = ["\\", '"', "\n", "u", "\\u", "\\ud83d", "\\ude00", "\\u00e9", "d83d", "😀", "é", "x", ",", " ", "[", "]", "\\n"]
BROKEN = st.lists(st.sampled_from(BITS), max_size=12).map("".join)
TEXTS = st.text(st.characters(exclude_categories=()), max_size=20) | st.lists(
    st.sampled_from(["😀", "\ud83d", "\ude00", "\\", '"', "\n", "é", "x"]), max_size=12
).map("".join)
MESSAGES = TEXTS | st.lists(TEXTS, max_size=6)
SIZES = st.lists(st.integers(1, 9), min_size=1, max_size=8)


def blocks(text, sizes):
    """The text in blocks of these sizes, again and again."""
    start, index = 0, 0
    while start < len(text):
        yield text[start : start + sizes[index % len(sizes)]]
        start += sizes[index % len(sizes)]
        index += 1


def expected(message):
    text = message if isinstance(message, str) else "".join(f"{line}\n" for line in message)
    return text.encode("utf-8", "backslashreplace")


def decoded(payload, sizes):
    taken = bytearray()
    decoder = MessageDecoder(taken.extend)
    for block in blocks(payload, sizes):
        decoder.feed(block)
    decoder.finish()
    return bytes(taken)


@given(MESSAGES, st.booleans(), st.sampled_from([None, 1]), SIZES)
@example("\ud83d\ude00" * 3, True, None, [1])
@example(["a", "", "b"], True, 1, [2])
def test_a_message_is_decoded_wherever_its_blocks_are_cut(message, ascii_only, indent, sizes):
    payload = json.dumps(message, ensure_ascii=ascii_only, indent=indent)
    assert decoded(payload, sizes) == expected(json.loads(payload))


@given(BROKEN, st.sampled_from(['"', '["', "", '["a", "']), st.sampled_from(['"', '"]', "", "]"]), SIZES)
def test_what_json_refuses_is_refused_and_what_it_takes_is_taken(middle, start, end, sizes):
    payload = start + middle + end
    try:
        content = json.loads(payload)
        is_text = isinstance(content, str) or (
            isinstance(content, list) and all(isinstance(item, str) for item in content)
        )
    except ValueError:
        is_text = False
    if is_text:
        assert decoded(payload, sizes) == expected(content)
    else:
        with pytest.raises(InvalidInput):
            decoded(payload, sizes)


@given(MESSAGES, st.sampled_from([("abc", "vo"), ("a\\b", None), ()]), st.booleans(), SIZES)
def test_arguments_give_the_message_and_what_stands_behind_it(message, behind, ascii_only, sizes):
    payload = json.dumps(message)
    taken = bytearray()
    decoder = ArgumentsDecoder(taken.extend)
    for block in blocks(" " + json.dumps([payload, *behind], ensure_ascii=ascii_only), sizes):
        decoder.feed(block)
    assert decoder.finish() == list(behind)
    assert bytes(taken) == expected(json.loads(payload))


@pytest.mark.parametrize(
    "arguments",
    ["", "[", "7", '{"a":1}', "[7]", '[["a"]]', '["\\"a"]', '["\\"a\\"', '["\\"a\\"",', '["\\"a\\"" "b"]', '"\\"a\\""',
     '["7", "b"]', '["\\"a\\"\\"b\\""]', '["\\"a\\"", ' + "1, " * 5000 + "1]"],
)  # fmt: skip
@pytest.mark.parametrize("size", [1, 10_000])
def test_arguments_that_are_no_message_are_refused(arguments, size):
    decoder = ArgumentsDecoder(lambda text: None)
    with pytest.raises(InvalidInput):
        for block in blocks(arguments, [size]):
            decoder.feed(block)
        decoder.finish()


@pytest.mark.parametrize("unit", ["\\\\", '\\\\\\"', "\\\\n", "\\\\u4e2d", "\\ud83d\\ude00", "x", '\\",\\"', "é"])
def test_memory_is_that_of_a_block_whatever_the_characters(unit, peak_bytes):
    start = '["[\\"' if unit == '\\",\\"' else '["\\"'
    decoder = ArgumentsDecoder(lambda text: None)
    decoder.feed(start)
    block = unit * (65536 // len(unit))
    with peak_bytes(below=2_500_000):
        for _ in range(50):
            decoder.feed(block)


def test_blanks_before_the_message_are_not_kept(peak_bytes):
    taken = bytearray()
    decoder = ArgumentsDecoder(taken.extend)
    decoder.feed(" [")
    block = " " * 65536
    with peak_bytes(below=1_000_000):
        for _ in range(50):
            decoder.feed(block)
    decoder.feed(' "\\"a\\"", "b"]')
    assert (bytes(taken), decoder.finish()) == (b"a", ["b"])
