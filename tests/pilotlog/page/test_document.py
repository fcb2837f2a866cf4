"""A log as one text over its parts: lines, what is new, what stands out, what is looked for."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from PilotLoggingDIRAC.pilotlog.errors import InvalidInput, LogNotFound
from PilotLoggingDIRAC.pilotlog.model import Log, PilotId, State
from PilotLoggingDIRAC.pilotlog.page.document import Document, Documents
from PilotLoggingDIRAC.pilotlog.page.part_text import DATABASE, ChunkCache
from PilotLoggingDIRAC.pilotlog.settings import PageSettings
from PilotLoggingDIRAC.pilotlog.text.outline import Outline
from tests.conftest import PILOT, Clock, line

SMALL = PageSettings(tail_bytes=16, scan_bytes=40, max_hits=3)


class Part:
    """A part whose text is in a list; ``steps`` counts how often it is read."""

    def __init__(self, chunks, number=1, source=DATABASE):
        self.chunks, self.number, self.source, self.steps = list(chunks), number, source, 0

    def sizes(self, start):
        return [(chunk.count(b"\n"), len(chunk)) for chunk in self.chunks[start:]]

    def step(self, start):
        self.steps += 1
        return self.chunks[start : start + 2]

    @property
    def log(self):
        now, size = Clock().now, sum(map(len, self.chunks))
        return Log(
            self.number, PILOT, self.number, State.RECEIVING, now, now, bytes=size, next_sequence=len(self.chunks)
        )


def document(*parts, settings=SMALL):
    found = Document(ChunkCache(10**6), settings)
    found.grow([(part.log, part) for part in parts])
    return found


def follow(found, cursor):
    """All that comes after a cursor, as one who follows puts it together: (text, cursor)."""
    text = ""
    while news := found.since(cursor):
        text, cursor = text + news.text, news.cursor
    return text, cursor


CHUNKS = st.lists(st.text("aé𝄞\n", min_size=1, max_size=9).map(str.encode), min_size=1, max_size=8)


@given(CHUNKS, CHUNKS, CHUNKS)
def test_whoever_follows_gets_each_byte_once_also_over_parts(first, second, later):
    one, two = Part(first), Part(second, 2)
    found = document(one)
    text, cursor = follow(found, "0.0")
    found.grow([(one.log, one), (two.log, two)])
    more, cursor = follow(found, cursor)
    two.chunks += later
    found.grow([(one.log, one), (two.log, two)])
    rest, cursor = follow(found, cursor)
    assert text + more + rest == b"".join(first + second + later).decode()
    assert follow(found, cursor) == ("", cursor)


@given(CHUNKS)
def test_news_say_in_which_line_they_begin(chunks):
    found, whole, cursor, so_far = document(Part(chunks)), b"".join(chunks).decode(), "0.0", ""
    while news := found.since(cursor):
        assert news.line == so_far.count("\n")
        so_far, cursor = so_far + news.text, news.cursor
    assert so_far == whole
    tail = follow(found, found.cursor(found.ended_bytes()))[0]
    assert tail == whole[whole.rfind("\n") + 1 :]
    assert found.number_of_lines() == whole.count("\n") + bool(tail)


@pytest.mark.parametrize("cursor", ["", "1", "1.", "a.b", "1.-1", "1.5 ", "1.0\n", "9" * 30 + ".0"])
def test_cursor_of_nobody_s_is_refused(cursor):
    with pytest.raises(InvalidInput):
        document(Part([b"x"])).since(cursor)


def test_cursor_behind_the_end_is_the_end():
    assert document(Part([b"x\n"])).since("1.999") is None
    assert document(Part([b"x\n"])).since("7.0") is None


def test_other_text_under_the_same_name_makes_a_new_document():
    part, copy = Part([b"one\n"]), Part([b"one\n", b"two\n"], source="Archive")
    texts = [part]
    documents = Documents(lambda log: texts[-1], SMALL)
    first = documents.open([part.log])
    part.chunks.append(b"two\n")
    assert documents.open([part.log]) is first and first.size == 8
    texts.append(copy)
    assert documents.open([copy.log]) is not first


def test_earlier_part_that_grew_makes_a_new_document():
    one, two = Part([b"one\n"]), Part([b"two\n"], 2)
    documents = Documents(lambda log: {1: one, 2: two}[log.part], SMALL)
    first = documents.open([one.log, two.log])
    one.chunks.append(b"late\n")
    second = documents.open([one.log, two.log])
    assert second is not first
    assert b"".join(second.stream()) == b"one\nlate\ntwo\n"


@pytest.mark.parametrize("purged", [1, 2, 3])
def test_part_that_is_purged_before_its_sizes_are_looked_up_is_no_empty_one(purged):
    parts = [Part([b"one\n", b"two\n"], number) for number in (1, 2, 3)]
    logs, chunks = [part.log for part in parts], parts[purged - 1].chunks
    documents = Documents(lambda log: parts[log.part - 1], SMALL)
    parts[purged - 1].chunks = []
    for _ in range(2):
        with pytest.raises(LogNotFound):
            documents.open(logs)
    parts[purged - 1].chunks = chunks
    assert b"".join(documents.open(logs).stream()) == b"one\ntwo\n" * 3


def test_chunks_are_read_once_while_they_are_at_hand():
    part = Part([b"%d\n" % number for number in range(10)])
    found = document(part)
    for _ in range(5):
        found.lines(0, 10)
    assert part.steps == 5


def test_cache_is_bounded_in_bytes():
    """An entry takes memory besides its text."""
    cache = ChunkCache(2500)
    for number in range(5):
        cache.put((number,), b"1234" * 150)
    assert [number for number in range(5) if cache.get((number,))] == [3, 4]


@given(
    st.lists(st.text("ab\n", min_size=1, max_size=10).map(str.encode), min_size=1, max_size=8),
    st.sampled_from([b"a", b"ab", b"bab"]),
)
def test_find_gives_each_line_that_holds_the_text_once(chunks, wanted):
    found, first, hits = document(Part(chunks)), 0, []
    while first is not None:
        more, first = found.find(wanted, first)
        hits += more
    lines = b"".join(chunks).split(b"\n")
    assert hits == [number for number, text in enumerate(lines) if wanted in text]


@pytest.mark.parametrize("before", [b"", b"first\n"])
def test_find_gets_past_a_line_that_is_longer_than_one_search(before):
    found, first, hits = document(Part([before + b"a" * 10, *[b"a" * 10] * 8, b"b\nlast b\n"])), 0, []
    for _ in range(10):
        more, first = found.find(b"b", first)
        hits += more
        if first is None:
            break
    number = before.count(b"\n")
    assert (hits, first) == ([number, number + 1], None)


def test_find_goes_on_behind_a_hit_whose_line_reaches_into_text_that_was_not_searched():
    found = document(Part([b"first\nb", b"a" * 40, b"a" * 40, b"a\nlast b\n"]))
    assert found.find(b"b", 0) == ([1], 2)
    assert found.find(b"b", 2) == ([2], None)


def test_capitals_count_where_there_are_some():
    found = document(Part([b"Error\nerror\nERROR\n"]), settings=PageSettings())
    assert found.find(b"error", 0)[0] == [0, 1, 2]
    assert found.find(b"ERROR", 0)[0] == [2]


def test_outline_is_bounded_at_a_time_and_goes_on():
    part = Part([line("Command A instantiated from B")] * 5)
    found = document(part)
    outlines = [found.outline() for _ in range(6)]
    assert [done for _, done in outlines][-1] and not outlines[0][1]
    assert [phase.line for phase in outlines[-1][0].phases] == [0, 1, 2, 3, 4]


LOG = (
    line("Executing commands")
    + line("Command CheckWorkerNode instantiated from pilotCommands")
    + b"2026-11-21T08:10:11.123456Z ERROR [X] bad\n"
    + b"an ERROR in a program's output\n"
    + b"2026-11-21 08:10:11 UTC dirac-pilot/x FATAL: worse\n"
    + b"2026-11-21T08:10:11,123456Z DEBUG    [pilotLogger] ERROR=1\n"
    + b"2026-11-21T08:10:11.123456Z WARN [PilotLogging] 2 messages with 5 bytes are missing here: full\n"
    + b"2026-11-21T08:10:11.123456Z EXCEPTION [X] Traceback\n"
)


@given(st.lists(st.integers(0, len(LOG)), max_size=6))
def test_outline_is_the_same_however_the_text_is_cut(cuts):
    outline, start = Outline(), 0
    for cut in [*sorted(cuts), len(LOG)]:
        outline.feed(LOG[start:cut])
        start = cut
    (phase,) = outline.phases
    assert (phase.line, phase.command, phase.module) == (1, "CheckWorkerNode", "pilotCommands")
    assert (outline.errors, outline.gaps, outline.lines) == ([2, 4, 7], [6], 8)


def test_outline_of_nothing_but_errors_is_bounded():
    outline = Outline()
    outline.feed(b"2026-11-21T08:10:11.123456Z ERROR [X] bad\n" * 20_000)
    assert len(outline.errors) == 5000 and outline.more_errors and outline.lines == 20_000


def test_parts_of_another_log_are_other_chunks():
    cache = ChunkCache(10**6)
    one, two = Document(cache, SMALL), Document(cache, SMALL)
    first, second = Part([b"one\n"]), Part([b"two\n"])
    one.grow([(first.log, first)])
    two.grow([(replace(second.log, pilot=PilotId("other", "a" * 32)), second)])
    assert b"".join(text for _, text in one.chunks(0)) + b"".join(text for _, text in two.chunks(0)) == b"one\ntwo\n"


def test_document_that_was_opened_with_some_parts_gets_no_other_ones():
    """Whoever opened it may have no right to them."""
    one, two = Part([b"one\n"]), Part([b"two\n"], 2)
    documents = Documents(lambda log: {1: one, 2: two}[log.part], SMALL)
    first, both = documents.open([one.log]), documents.open([one.log, two.log])
    assert (b"".join(first.stream()), b"".join(both.stream())) == (b"one\n", b"one\ntwo\n")
    assert documents.open([one.log]) is first and documents.open([one.log, two.log]) is both
