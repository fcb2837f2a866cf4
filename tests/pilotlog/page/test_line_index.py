"""Lines of a text that comes in chunks, from anywhere in it: the same as of the whole text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from PilotLoggingDIRAC.pilotlog.page.line_index import LineIndex, LineReader

TEXTS = st.lists(
    st.binary(max_size=12).map(lambda text: text.replace(b"\x01", b"\n").replace(b"\x02", b"\n")), max_size=12
)


def indexed(chunks):
    index = LineIndex()
    index.extend((chunk.count(b"\n"), len(chunk)) for chunk in chunks)
    return index


def reader(chunks, max_line=1000, max_bytes=10**6):
    read = []

    def from_chunk(start):
        for number in range(start, len(chunks)):
            read.append(number)
            yield chunks[number]

    return LineReader(indexed(chunks), from_chunk, max_line, max_bytes), read


def lines_of(text):
    found = text.split(b"\n")
    return found[:-1] if found[-1] == b"" else found


@given(TEXTS, st.integers(0, 30), st.integers(1, 10))
def test_lines_from_anywhere_are_those_of_the_whole(chunks, first, number):
    found = reader(chunks)[0].read(first, number)
    assert [line.text for line in found] == lines_of(b"".join(chunks))[first : first + number]


@given(TEXTS)
def test_index_knows_where_each_byte_and_line_is(chunks):
    index, whole = indexed(chunks), b"".join(chunks)
    assert (index.lines, index.bytes, index.chunks) == (whole.count(b"\n"), len(whole), len(chunks))
    for place in range(len(whole)):
        chunk = index.of_byte(place)
        assert index.bytes_before(chunk) <= place < index.bytes_before(chunk) + index.size(chunk)
    assert index.of_byte(len(whole)) == index.chunks


def test_long_line_is_cut_and_what_is_not_shown_is_not_read():
    chunks = [b"a\n" + b"x" * 10, *[b"x" * 10] * 50, b"x\nend\n"]
    lines, read = reader(chunks, max_line=15)
    long, last = lines.read(1, 2)
    assert (long.text, long.bytes, last.text) == (b"x" * 15, 511, b"end")
    assert read == [0, 1, 51]


def test_last_state_and_header_of_a_long_line_are_read_as_far_as_lines_are_looked_at():
    chunks = [b"a\n", *[b"%03d\r" % n for n in range(50)], b"2026-11-21T08:10:11.1Z ERROR [X] no\n", b"end\n"]
    index = indexed(chunks)
    for looked, shown in ((1000, b"049\r2026-11-21T08:10:11.1Z ERROR [X] no"), (42, b"009\r01")):
        lines = LineReader(index, lambda start: iter(chunks[start:]), 42, 10**6, looked).read(1, 1)
        assert lines[0].text.endswith(shown)
        assert lines[0].bytes == 235


def test_answer_is_bounded_and_has_one_line_at_least():
    lines, _ = reader([b"0123456789\n" * 10], max_bytes=25)
    assert len(lines.read(0, 10)) == 3
    assert len(reader([b"0123456789\n" * 10], max_bytes=1)[0].read(4, 10)) == 1


@pytest.mark.parametrize("blank", [b"\r", b" \r"])
def test_what_is_looked_at_and_not_shown_counts_too(blank):
    chunks, read = [blank * (1600 // len(blank)) + b"\n"] * 64, []

    def from_chunk(start):
        for number in range(start, len(chunks)):
            read.append(number)
            yield chunks[number]

    found = LineReader(indexed(chunks), from_chunk, 10, 1000, 1600).read(0, 1000)
    assert 1 <= len(found) == len(read) <= 10


def test_only_the_chunks_that_are_needed_are_read():
    lines, read = reader([b"%d\n" % number for number in range(100)])
    assert [line.text for line in lines.read(50, 2)] == [b"50", b"51"]
    assert read == [49, 50, 51]
