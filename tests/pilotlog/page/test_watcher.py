"""Following logs: one look for all, however many watch; bounded; a store that is away for a while."""

import threading
import time

import pytest
from sqlalchemy import update

from PilotLoggingDIRAC.pilotlog.access import Caller, Policy
from PilotLoggingDIRAC.pilotlog.errors import NotAllowed, Overloaded, StoreUnavailable
from PilotLoggingDIRAC.pilotlog.model import PilotId, State
from PilotLoggingDIRAC.pilotlog.outcome import Fates
from PilotLoggingDIRAC.pilotlog.page.document import Documents
from PilotLoggingDIRAC.pilotlog.page.live_tail import LiveTail
from PilotLoggingDIRAC.pilotlog.page.part_text import DatabaseText
from PilotLoggingDIRAC.pilotlog.page.viewer import PageCaller, Viewer
from PilotLoggingDIRAC.pilotlog.page.watcher import Head, Watcher
from PilotLoggingDIRAC.pilotlog.read.audit import Audit
from PilotLoggingDIRAC.pilotlog.read.reader import LogReader
from PilotLoggingDIRAC.pilotlog.settings import AuditSettings, PageSettings, ReadSettings, StatusSettings
from PilotLoggingDIRAC.pilotlog.sql.read.page_queries import SqlPageQueries
from PilotLoggingDIRAC.pilotlog.sql.schema.tables import logs as table
from tests.conftest import PILOT
from tests.stored import alter, reader, store  # noqa: F401
from tests.waiting import until

SETTINGS = PageSettings(tick_seconds=0.02, max_watchers=4, max_watchers_of_user=3)
OTHER = PilotId("beta_vo", "other")


class Store:
    """The heads of logs; it counts its calls."""

    def __init__(self):
        self.heads = {PILOT: Head(1, 1, State.RECEIVING, False)}
        self.asked = []
        self.away = False

    def __call__(self, pilots):
        self.asked.append(list(pilots))
        if self.away:
            raise StoreUnavailable("away")
        return {pilot: self.heads[pilot] for pilot in pilots if pilot in self.heads}

    def grow(self, pilot=PILOT):
        head = self.heads[pilot]
        self.heads[pilot] = head._replace(next_sequence=head.next_sequence + 1)


@pytest.fixture
def heads():
    return Store()


@pytest.fixture
def watching(heads):
    found = Watcher(heads, SETTINGS)
    yield found
    found.close()


def test_all_who_watch_are_woken_by_one_look(watching, heads):
    woken = [[], [], []]
    for place in range(3):
        watching.watch(PILOT, f"user {place}", woken[place].append)
    until(lambda: all(map(len, woken)))
    heads.grow()
    until(lambda: all(len(found) == 2 for found in woken))
    assert [found[-1].next_sequence for found in woken] == [2, 2, 2]
    looks = len(heads.asked)
    until(lambda: len(heads.asked) > looks + 3)
    assert all(len(found) == 2 for found in woken)  # nobody is woken for nothing
    assert all(pilots == [PILOT] for pilots in heads.asked)


def test_number_of_looks_does_not_depend_on_who_watches(heads):
    tick = 0.05
    found, began = Watcher(heads, PageSettings(tick_seconds=tick, max_watchers_of_user=100)), time.monotonic()
    watches = [found.watch(PILOT, "user", lambda head: None) for _ in range(60)]
    until(lambda: len(heads.asked) >= 10)
    for watch in watches:
        found.leave(watch)
    assert len(heads.asked) <= (time.monotonic() - began) / tick + 2  # one a tick, for all


def test_nobody_watching_costs_nothing(watching, heads):
    watch = watching.watch(PILOT, "user", lambda head: None)
    until(lambda: heads.asked)
    watching.leave(watch)
    watching.leave(watch)
    time.sleep(0.1)
    before = len(heads.asked)
    time.sleep(0.1)
    assert len(heads.asked) == before and watching.number == 0
    assert not any(thread.name == "pilotlog-watch" for thread in threading.enumerate() if thread.is_alive())


def test_watchers_are_bounded_in_all_and_for_each_user(watching):
    watches = [watching.watch(PILOT, "busy", lambda head: None) for _ in range(3)]
    with pytest.raises(Overloaded, match="close some"):
        watching.watch(PILOT, "busy", lambda head: None)
    watching.watch(OTHER, "other", lambda head: None)
    with pytest.raises(Overloaded, match="Too many"):
        watching.watch(PILOT, "third", lambda head: None)
    watching.leave(watches[0])
    watching.watch(PILOT, "third", lambda head: None)


def test_watch_whose_thread_cannot_start_leaves_nothing_behind(watching, no_threads):
    with no_threads(), pytest.raises(Overloaded):
        watching.watch(PILOT, "user", lambda head: None)
    assert watching.number == 0
    woken = []
    watching.watch(PILOT, "user", woken.append)
    until(lambda: woken)


def test_store_that_was_away_is_looked_at_again_and_told_of_once(heads):
    problems, woken = [], []
    watching = Watcher(heads, SETTINGS, problems.append)
    watching.watch(PILOT, "user", woken.append)
    until(lambda: woken)
    heads.away = True
    before = len(heads.asked)
    until(lambda: len(heads.asked) > before + 3)
    heads.grow()
    heads.away = False
    until(lambda: len(woken) == 2)
    assert len(problems) == 1
    watching.close()


def test_watch_that_fails_ends_and_costs_no_other(heads):
    def failing(head):
        failed.append(head)
        raise RuntimeError("a fault")

    failed, woken, later, problems = [], [], [], []
    head = heads.heads.pop(PILOT)  # nobody is woken before both watch
    watching = Watcher(heads, SETTINGS, problems.append)
    watching.watch(PILOT, "closed", failing)
    watching.watch(PILOT, "open", woken.append)
    heads.heads[PILOT] = head
    until(lambda: failed and woken)
    heads.grow()
    until(lambda: len(woken) == 2)
    watching.watch(PILOT, "later", later.append)
    heads.grow()
    until(lambda: later and len(woken) == 3)
    assert len(failed) == 1 and watching.number == 2
    assert [str(problem) for problem in problems] == ["a fault"]
    watching.close()


ADMIN = PageCaller(Caller("admin", "dirac_admin", "", frozenset({"ServiceAdministrator"})), Policy())
SITE = PageCaller(
    Caller("site", "site_admin", "", frozenset({"SiteManager"}), sites=frozenset({"LCG.Alpha.org"})), Policy()
)
STRANGER = PageCaller(Caller("op", "beta_op", "beta_vo", frozenset({"Operator"})), Policy())


@pytest.fixture
def following(transactions, clock, reader):
    views = SqlPageQueries(transactions)
    documents = Documents(lambda log: DatabaseText(log, views.sizes, reader.step), PageSettings())
    viewer = Viewer(
        LogReader(reader, ReadSettings()),
        views,
        documents,
        PageSettings(),
        clock,
        Audit(lambda event, facts: None, AuditSettings()),
        Fates(StatusSettings(), clock),
    )
    return LiveTail(viewer), views


def test_what_is_new_is_read_once_for_all(following, store, monkeypatch):
    follow, views = following
    store(b"one\n")
    news = follow.since(ADMIN, PILOT, "0.0", None)
    store(b"two\n")
    head = views.heads([PILOT])[PILOT]
    reads = []
    original = SqlPageQueries.sizes
    monkeypatch.setattr(SqlPageQueries, "sizes", lambda self, *place: reads.append(place) or original(self, *place))
    found = [follow.since(ADMIN, PILOT, news.cursor, head) for _ in range(60)]
    assert {(one.text["text"], one.text["line"]) for one in found} == {("two\n", 1)}
    assert len(reads) == 1


def test_what_others_follow_is_not_shown_to_who_may_not(following, store):
    follow, views = following
    store(b"one\n")
    head = views.heads([PILOT])[PILOT]
    follow.since(ADMIN, PILOT, "0.0", head)
    for known in (head, None):
        with pytest.raises(NotAllowed):
            follow.since(STRANGER, PILOT, "0.0", known)


def test_who_follows_learns_that_dirac_says_the_pilot_is_dead(following, store, alter):
    follow, views = following
    store(b"one\n")
    before = views.heads([PILOT])[PILOT]
    news = follow.since(ADMIN, PILOT, "0.0", before)
    assert news.standing["standing"] == "running"
    alter(update(table).values(PilotStatus="Aborted"))
    after = views.heads([PILOT])[PILOT]
    assert after != before  # so that whoever follows is woken
    assert follow.since(ADMIN, PILOT, news.cursor, after).standing["standing"] == "ended"


def test_administrators_of_a_site_follow_a_log_as_soon_as_its_site_is_known(following, store, alter):
    follow, views = following
    store(b"one\n")
    with pytest.raises(NotAllowed):
        follow.since(SITE, PILOT, "0.0", views.heads([PILOT])[PILOT])
    alter(update(table).values(Site="LCG.Alpha.org"))
    assert follow.since(SITE, PILOT, "0.0", views.heads([PILOT])[PILOT]).text["text"] == "one\n"


@pytest.fixture
def in_two_parts(store, alter):
    """Store a log in two parts, one of which is at the site; return the text of that part."""

    def make(site_of_part):
        store(b"first\n", return_code="0")
        alter(update(table).values(State="Purged"))  # so that what follows makes a new part
        store(b"second\n")
        alter(update(table).values(State="Receiving"))
        alter(update(table).where(table.c.Part == site_of_part).values(Site="LCG.Alpha.org"))
        return {1: "first\n", 2: "second\n"}[site_of_part]

    return make


@pytest.mark.parametrize("part", [1, 2])
@pytest.mark.parametrize("first", [ADMIN, SITE])
def test_each_follower_gets_the_parts_that_they_may_read_alone_whoever_came_first(following, in_two_parts, part, first):
    follow, views = following
    readable = in_two_parts(part)
    head = views.heads([PILOT])[PILOT]
    follow.since(first, PILOT, "0.0", head)
    for who, text in ((ADMIN, "first\nsecond\n"), (SITE, readable)):
        news = follow.since(who, PILOT, "0.0", head)
        assert (news.text["text"], news.text["line"], news.standing["parts"]) == (text, 0, text.count("\n"))


def test_part_that_another_reads_is_not_shown_to_who_follows_the_part_before(following, in_two_parts):
    follow, views = following
    in_two_parts(1)
    head = views.heads([PILOT])[PILOT]
    cursor = follow.since(SITE, PILOT, "0.0", head).cursor
    assert follow.since(ADMIN, PILOT, cursor, head).text["text"] == "second\n"
    assert follow.since(SITE, PILOT, cursor, head).text is None
