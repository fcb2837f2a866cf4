"""The search in an engine: rows of the database say who may read what, and which logs are selected. On sqlite."""

from datetime import timedelta

import pytest

from PilotLoggingDIRAC.pilotlog.access import Scope
from PilotLoggingDIRAC.pilotlog.cursors import Cursors
from PilotLoggingDIRAC.pilotlog.errors import InvalidInput
from PilotLoggingDIRAC.pilotlog.model import PilotInfo, Selection
from PilotLoggingDIRAC.pilotlog.read import selection
from PilotLoggingDIRAC.pilotlog.search.engine_search import EnginePlace, EngineSearch
from PilotLoggingDIRAC.pilotlog.search.line_engine import EngineLine, Words
from PilotLoggingDIRAC.pilotlog.settings import SearchSettings
from PilotLoggingDIRAC.pilotlog.sql.read.searcher import SqlSearcher
from tests.custody_contract import VO, World, pilot

OTHER = "vo.beta.org"
EVERYTHING = Scope(everything=True)


class Engine:
    """An engine that holds lines in memory, and gives all of them as candidates."""

    def __init__(self):
        self.held, self.asked = [], []

    def hold(self, who, *texts, part=1):
        self.held += [
            EngineLine(who, part, number, 0, text, (who.stamp, number)) for number, text in enumerate(texts, 1)
        ]

    def lines(self, query, after, limit):
        self.asked.append(query)
        found = sorted((line for line in self.held if line.pilot.vo in query.vos), key=lambda line: line.place)
        if query.lines:
            first, last = query.lines
            found = [line for line in found if line.pilot.stamp in query.stamps and first <= line.line <= last]
        return [line for line in found if not after or line.place > tuple(after)][:limit]


class Searching(World):
    """A store with logs whose lines an engine holds."""

    def __init__(self, transactions, clock):
        super().__init__(transactions, clock)
        self.engine, self.store = Engine(), SqlSearcher(transactions)

    def write(self, who, *texts, site=""):
        self.send("".join(f"{text}\n" for text in texts).encode(), who)
        self.engine.hold(who, *texts)
        if site:
            self.custody.describe({self.log(who).id: PilotInfo(f"ref-{who.stamp}", site)})

    def service(self, **bounds):
        places = lambda: [EnginePlace("Search", self.engine, (VO, OTHER))]  # noqa: E731
        return EngineSearch(places, self.store, SearchSettings(**bounds), Cursors())

    def found(self, text, scope=EVERYTHING, wanted=None, service=None, **options):
        query = selection.search_query(text, {"Source": "OpenSearch", **options}, 20)
        service, cursor, hits = service or self.service(), "", []
        while True:
            answer = service.search(scope, wanted or Selection(), query, cursor)
            hits += answer.hits
            cursor = answer.cursor
            if not cursor:
                return hits

    def texts(self, *arguments, **options):
        return [hit.text.decode() for _, hit in self.found(*arguments, **options)]


@pytest.fixture
def grid(transactions, clock):
    return Searching(transactions, clock)


def test_lines_are_told_by_the_pattern_itself(grid):
    grid.write(pilot(1), "disk is full", "Disk full", "disk is fuller")
    assert grid.texts("disk is full") == ["disk is full", "disk is fuller"]
    assert grid.texts("disk", IgnoreCase=True) == ["disk is full", "Disk full", "disk is fuller"]
    assert grid.texts("l{2}$", Regex=True) == ["disk is full", "Disk full"]
    assert [(log.pilot, hit.line) for log, hit in grid.found("Disk")] == [(pilot(1), 2)]


def test_only_lines_of_logs_within_reach_are_found(grid):
    grid.write(pilot(1), "secret alpha", site="LCG.A.org")
    grid.write(pilot(2), "secret elsewhere", site="LCG.B.org")
    grid.write(pilot(3, OTHER), "secret beta", site="LCG.A.org")
    grid.write(pilot(4, OTHER), "secret nowhere")
    assert set(grid.texts("secret", Scope(vos=frozenset({VO})))) == {"secret alpha", "secret elsewhere"}
    assert set(grid.texts("secret", Scope(sites=frozenset({"LCG.A.org"})))) == {"secret alpha", "secret beta"}
    assert set(grid.texts("secret", Scope(vos=frozenset({OTHER}), sites=frozenset({"LCG.B.org"})))) == {
        "secret elsewhere", "secret beta", "secret nowhere"
    }  # fmt: skip
    with pytest.raises(InvalidInput):
        grid.texts("secret", Scope(vos=frozenset({"vo.gamma.org"})))


def test_line_of_a_log_that_is_not_there_any_more_is_not_shown(grid):
    grid.write(pilot(1), "text")
    grid.engine.hold(pilot(2), "text of a deleted log")
    grid.engine.hold(pilot(1), "text of a part that is gone", part=2)
    assert grid.texts("text") == ["text"]


def test_selection_is_that_of_the_rows(grid, clock):
    grid.write(pilot(1), "text one")
    clock.forward(hours=1)
    grid.write(pilot(2), "text two")
    assert grid.texts("text", wanted=Selection(since=clock() - timedelta(minutes=1))) == ["text two"]
    assert grid.texts("text", wanted=Selection(stamps=(pilot(1).stamp,))) == ["text one"]
    assert grid.engine.asked[-1].stamps == (pilot(1).stamp,)
    assert grid.texts("text", wanted=Selection(vos=(OTHER,))) == []


@pytest.mark.parametrize("since", ["0001-01-01", "0001-02-01", "0001-02-02"])
def test_selection_may_begin_at_the_first_day_that_there_is(grid, since):
    grid.write(pilot(1), "text one")
    assert grid.texts("text", wanted=selection.selection({"FromDate": since})) == ["text one"]


def test_search_goes_on_where_a_call_has_stopped(grid):
    for number in range(1, 8):
        grid.write(pilot(number), *(f"text {number}.{line}" for line in range(3)))
    whole = grid.texts("text")
    assert len(whole) == 21
    assert grid.texts("text", service=grid.service(search_hits=2)) == whole
    assert grid.texts("text", service=grid.service(search_seconds=0), Context=1) == whole


def test_answer_ends_when_its_text_is_as_much_as_it_may_have(grid):
    grid.write(pilot(1), *["text"] * 5)
    query = selection.search_query("text", {"Source": "OpenSearch", "Context": 1}, 20)
    service = grid.service(search_answer_bytes=150)
    answer = service.search(EVERYTHING, Selection(), query)
    assert len(answer.hits) == 2
    assert grid.texts("text", service=service, Context=1) == ["text"] * 5


def test_lines_around_a_hit_are_shown(grid):
    grid.write(pilot(1), "one", "two", "three", "four", "five")
    ((_, hit),) = grid.found("three", Context=1)
    assert (hit.before, hit.text, hit.after) == ((b"two",), b"three", (b"four",))


def test_lines_around_a_hit_are_whole_however_many_pieces_they_have(grid):
    bar, dots = "bar" * 400, "." * 1100
    grid.write(pilot(1), "one", bar, "three", dots, "five")
    pieces = {2: ["bar"] * 400, 4: ["."] * 1100}
    grid.engine.held = [
        EngineLine(line.pilot, line.part, line.line, piece, text, (line.pilot.stamp, line.line, piece))
        for line in grid.engine.held
        for piece, text in enumerate(pieces.get(line.line, [line.text]))
    ]
    ((_, hit),) = grid.found("three", Context=2)
    assert (hit.before, hit.after) == ((b"one", bar.encode()), (dots.encode(), b"five"))


def test_lines_around_a_hit_are_those_next_to_it(grid):
    grid.write(pilot(1), *"abcde")
    grid.engine.held = [line for line in grid.engine.held if line.text != "b"]
    ((_, hit),) = grid.found("c", Context=2)
    assert (hit.before, hit.after) == ((), (b"d", b"e"))


@pytest.mark.parametrize("cursor", ["e.zz", "e.5b", "e.7b7d", "e.5b6e756c6c5d", "12.d.1.1.1.1", "e." + "5b" * 2000])
def test_cursor_that_nobody_gave_is_refused(grid, cursor):
    query = selection.search_query("text", {"Source": "OpenSearch"}, 20)
    with pytest.raises(InvalidInput):
        grid.service().search(EVERYTHING, Selection(), query, cursor)


@pytest.mark.parametrize(("pattern", "words"), [
    ("No space left on device", Words(("space", "left", "on"))),
    ("Traceback", Words(within="traceback")),
    ("rc=127", Words(within="127")),
    ("failed: disk", Words(within="failed")),
    ("x stage-in y", Words(within="stage")),
    ("***", Words()),
    ("Größe", Words()),
    (f"the {'a' * 256} key b", Words(("key",))),
    (f"rc=127 {'a' * 256}", Words(within="127")),
    (f"x {'a' * 255} y", Words(("a" * 255,))),
    (f" {'a' * 256} ", Words()),
])  # fmt: skip
def test_words_are_those_that_each_matching_line_has(pattern, words):
    assert Words.of(pattern) == words


@pytest.mark.parametrize("options", [{"Source": "Elsewhere"}, {"Source": "OpenSearch", "Archive": True}, {"Source": 7}])
def test_source_that_is_none_is_refused(options):
    with pytest.raises(InvalidInput):
        selection.search_query("text", options, 20)
