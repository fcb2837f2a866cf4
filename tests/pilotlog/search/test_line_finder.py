"""Lines are found once, wherever the text was cut and wherever the search stopped and went on."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from PilotLoggingDIRAC.pilotlog.errors import InvalidInput
from PilotLoggingDIRAC.pilotlog.search.line_finder import LineFinder, SearchPosition
from PilotLoggingDIRAC.pilotlog.search.pattern import finder

texts = st.lists(st.sampled_from([b"x", b"ab", b"b", b"\n", b"\n\n", "λ".encode()]), max_size=60).map(b"".join)
cuts = st.lists(st.integers(0, 100), max_size=12)


def chunks_of(text, places):
    places = sorted({place for place in places if 0 < place < len(text)})
    return [text[a:b] for a, b in zip([0, *places], [*places, len(text)], strict=True)]


def expected(text, pattern, context):
    lines = text.split(b"\n")
    if lines[-1] == b"":
        lines.pop()
    for index, line in enumerate(lines):
        if pattern in line:
            yield index + 1, line, tuple(lines[max(0, index - context) : index]), tuple(lines[index + 1 :][:context])


def found(chunks, pattern, context, stop_after=None):
    """All hits; with ``stop_after``, the search is begun anew at its place after so many chunks or hits."""
    place, hits = SearchPosition(), []
    while place is not None:
        place = once(chunks, pattern, context, place, stop_after, hits)
    return hits


def once(chunks, pattern, context, place, stop_after, hits):
    search = LineFinder(finder(pattern.decode()), context, 10**6, place)
    taken = 0
    for number in range(place.sequence, len(chunks)):
        search.feed(number, chunks[number], place.offset if number == place.sequence else 0)
        last = number == len(chunks) - 1
        for hit in search.hits(last):
            hits.append((hit.line, hit.text, hit.before, hit.after))
            taken += 1
            if stop_after and taken == stop_after:
                return search.place
        if stop_after and number - place.sequence >= stop_after and search.place != place and not last:
            return search.place
    return None


@settings(max_examples=400, deadline=None)
@given(texts, cuts, st.integers(0, 3), st.sampled_from([None, 1, 2]))
def test_each_line_is_found_once_with_its_context(text, places, context, stop_after):
    chunks = chunks_of(text, places)
    assert found(chunks, b"ab", context, stop_after) == list(expected(text, b"ab", context))


class ShortLooks:
    """A finder that looks at a few bytes at a time, as a slow expression does."""

    def __init__(self, pattern, look_bytes):
        self._find = finder(pattern)
        self.look_bytes = look_bytes

    def __call__(self, text, start, end):
        assert end - start <= self.look_bytes
        return self._find(text, start, end)


@given(texts, cuts, st.integers(0, 3), st.integers(0, 9))
def test_short_looks_find_the_same_wherever_they_end(text, places, context, patience):
    """In lines that fit; of a longer line the parts are looked at that a look has room for."""
    find, chunks, hits, position = ShortLooks("ab", 16), chunks_of(text, places), [], SearchPosition()
    looks = iter(range(10_000))
    while position is not None:
        search, stopped = LineFinder(find, context, 10**6, position), False
        for number in range(position.sequence, len(chunks)):
            search.feed(number, chunks[number], position.offset if number == position.sequence else 0)
            last = number == len(chunks) - 1
            hits += [(hit.line, hit.text, hit.before) for hit in search.hits(last, lambda: next(looks) % 10 < patience)]
            if stopped := search.stopped:
                break
        assert not stopped or search.place != position
        position = search.place if stopped else None
    wanted = [(number, line, before) for number, line, before, _ in expected(text, b"ab", context)]
    if all(len(line) <= 16 for line in text.split(b"\n")):
        assert hits == wanted
    else:
        assert {line for line, *_ in hits} == {line for line, *_ in wanted}


@pytest.mark.parametrize("pattern", [r"\pL{1,100}", r"(?:\pL{1,9}x){1,30}"])
def test_an_expression_that_is_too_large_when_compiled_is_refused(pattern):
    with pytest.raises(InvalidInput, match="too large"):
        finder(pattern, regular=True)


@pytest.mark.parametrize(
    "pattern", [r"ERROR.*timed? ?out", r"error.{0,200}failed", r"\d{4}-\d\d-\d\dT\S+ E", r"\pL{1,30}"]
)
def test_expressions_that_people_write_are_taken(pattern):
    assert finder(pattern, regular=True).look_bytes > 2500


def test_match_is_told_by_its_place_in_the_line():
    search = LineFinder(finder("ab"), 0, 100)
    search.feed(0, b"one\nxxab ab\n")
    (hit,) = search.hits(last=True)
    assert (hit.line, hit.text, hit.match) == (2, b"xxab ab", 2)


def test_text_without_line_ends_takes_bounded_memory():
    search = LineFinder(finder("ab"), 2, 1000)
    for number in range(100):
        search.feed(number, b"x" * 1000)
        assert list(search.hits()) == []
        assert len(search._buffer) <= 5000
    search.feed(100, b"ab\n")
    assert [hit.line for hit in search.hits(last=True)] == [1]


@pytest.mark.parametrize(
    ("regular", "pattern"), [(True, r"^E\w+: (disk|quota)$"), (False, "disk"), (True, r"err[^x]*disk")]
)
def test_regular_expressions_and_text_stay_within_a_line(regular, pattern):
    find = finder(pattern, regular)
    text = b"err\ndisk\nError: disk\nerr disk\n"
    search = LineFinder(find, 0, 100)
    search.feed(0, text)
    lines = {r"^E\w+: (disk|quota)$": [3], "disk": [2, 3, 4], r"err[^x]*disk": [4]}
    assert [hit.line for hit in search.hits(last=True)] == lines[pattern]


@pytest.mark.parametrize("regular", [False, True])
def test_case_is_ignored_on_request(regular):
    text = b"a NO space\nno SPACE\nspade\n"
    assert finder("no space", regular, True)(text, 0, len(text)) == 2
    assert finder("no space", regular, True)(text, 11, len(text)) == 11
    assert finder("no space", regular)(text, 0, len(text)) == -1


@pytest.mark.parametrize("regular", [False, True])
def test_case_of_other_alphabets_is_ignored_too(regular):
    text = "Zugriff verweigert: ÜBERGRÖSSE.log"
    assert finder("übergrösse.LOG", regular, ignore_case=True)(text.encode(), 0, len(text.encode())) == 20
    assert finder("übergrösse.LOG", regular)(text.encode(), 0, len(text.encode())) == -1
    assert finder("übergrössexlog", False, ignore_case=True)(text.encode(), 0, len(text.encode())) == -1


@pytest.mark.parametrize("pattern", ["", "a\nb", None, 3, "x" * 1001])
def test_what_is_no_pattern_is_refused(pattern):
    with pytest.raises(InvalidInput):
        finder(pattern)


@pytest.mark.parametrize("pattern", ["(", "a*", "^", r"(a)\1", "(?=a)", "(?<!a)b", "a{2000}"])
def test_what_is_no_regular_expression_or_matches_everything_is_refused(pattern):
    with pytest.raises(InvalidInput):
        finder(pattern, regular=True)


def test_a_pattern_that_is_exponential_elsewhere_is_linear():
    text = b"a" * 2_000_000
    assert finder("(a+)+b", regular=True)(text, 0, len(text)) == -1
