"""The contract of a store of notices' standings, with agents that share it and real figures. ``tests`` runs it on
sqlite, ``integration_tests`` on MariaDB.
"""

from dataclasses import replace
from itertools import pairwise
from threading import Barrier, Thread

import pytest
from sqlalchemy import update

from PilotLoggingDIRAC.pilotlog.access import Scope
from PilotLoggingDIRAC.pilotlog.errors import NoticeNotSent, Overloaded, StoreRefused, StoreUnavailable
from PilotLoggingDIRAC.pilotlog.model import State
from PilotLoggingDIRAC.pilotlog.notify.notifier import Key, Notifier, StoredStanding
from PilotLoggingDIRAC.pilotlog.notify.settings import NoticeSettings, SubscriptionSettings
from PilotLoggingDIRAC.pilotlog.notify.standing import Standing
from PilotLoggingDIRAC.pilotlog.notify.subscription import Recipient, Subscription, Wanted, When
from PilotLoggingDIRAC.pilotlog.notify.watch import ProblemWatch
from PilotLoggingDIRAC.pilotlog.settings import DAY
from PilotLoggingDIRAC.pilotlog.sql.notify.standings import SqlStandings
from PilotLoggingDIRAC.pilotlog.sql.schema.tables import logs

from .custody_contract import VO, pilot
from .diagnoses_contract import FULL, ODD, OTHER, Agents

HERE, THERE, OTHER_VO = "LCG.Here.org", "LCG.There.org", "vo.beta.org"
RATE, CAUSE, UNKNOWN, SILENCE = When.FAILURE_RATE, When.CAUSE, When.UNKNOWN_FAILURE, When.SILENCE
FAILED = b"2026-11-21T08:10:01.000000Z INFO [InstallDIRAC] Command InstallDIRAC instantiated from pilotCommands\n"


class Receiver:
    """One who is told; ``error`` is raised instead while it is set."""

    def __init__(self, key="mail:a@example.org", url=""):
        self.digests, self.error = [], None
        self.recipient = Recipient(key, "mail", self.send, url)

    def send(self, digest):
        if self.error:
            raise self.error
        self.digests.append(digest)

    @property
    def told(self):
        """(subjects that began, that are over) of each digest."""
        return [
            ([change.subject for change in digest.began], [change.subject for change in digest.over])
            for digest in self.digests
        ]


class Grid(Agents):
    """A store of logs that are diagnosed, with agents that send notices of them."""

    def __init__(self, transactions, clock):
        super().__init__(transactions, clock)
        self.transactions = transactions
        self.standings = SqlStandings(transactions)
        self.receiver = Receiver()
        self._names = iter(range(10_000))

    def end(self, site=HERE, number=1, code="1", text=FAILED, vo=VO):
        """Pilots end at a site with a return code."""
        for _ in range(number):
            who = pilot(next(self._names), vo)
            self.send(text, who)
            self.send(b"", who, return_code=code)
            self._place(who, site)

    def run(self, site=HERE, vo=VO):
        """A pilot runs at a site."""
        who = pilot(next(self._names), vo)
        self.send(b"text\n", who)
        self._place(who, site)

    def _place(self, who, site):
        place = update(logs).where(logs.c.PilotStamp == who.stamp).values(Site=site)
        self.transactions.run(lambda connection: connection.execute(place))

    def subscription(self, when=RATE, scope=None, receivers=None, sites=(), causes=(), vo=VO, **limits):
        receivers = receivers or [self.receiver]
        return Subscription(
            vo,
            "Notice",
            Wanted(when, sites, causes),
            SubscriptionSettings(**limits),
            scope or Scope(vos=frozenset({vo})),
            tuple(receiver.recipient for receiver in receivers),
        )

    def agent(self, owner="agent", post=None, **bounds):
        """A notifier whose digests are sent at once, or as ``post`` does it."""
        settings = NoticeSettings(**bounds)
        watch = ProblemWatch(self.reader, self.diagnoses, self.custody, settings.notice_logs, settings.notice_problems)
        return Notifier(self.standings, watch, settings, self.clock, owner, post or (lambda channel, work: work()))

    def look(self, *subscriptions, agent=None, **bounds):
        """One look a minute later."""
        self.clock.forward(minutes=1)
        return (agent or self.agent(**bounds)).look(subscriptions or [self.subscription()])


class NoticesContract:
    """Tests that take ``transactions`` of the store under test."""

    @pytest.fixture
    def grid(self, transactions, clock):
        return Grid(transactions, clock)

    def test_a_look_that_lasts_forgets_nothing_that_it_has_noted(self, grid):
        def slowly(channel, work):
            work()
            grid.clock.forward(seconds=10)

        grid.end(number=10)
        for _ in range(3):
            grid.look(agent=grid.agent(post=slowly, notice_forget_seconds=5))
        assert len(grid.receiver.digests) == 1

    # told once

    def test_a_problem_is_told_once_when_it_begins_and_once_when_it_is_over(self, grid):
        grid.end(number=6)
        for _ in range(65):
            grid.look()
        assert grid.receiver.told == [([f"site {HERE}"], [])]
        grid.end(number=7, code="0")
        for _ in range(65):
            grid.look()
        assert grid.receiver.told == [([f"site {HERE}"], []), ([], [f"site {HERE}"])]

    def test_another_agent_goes_on_where_one_has_ended(self, grid):
        grid.end(number=6)
        grid.look(agent=grid.agent("one"))
        grid.look(agent=grid.agent("two"))
        assert len(grid.receiver.digests) == 1

    def test_of_agents_that_look_at_the_same_time_one_tells(self, grid):
        grid.end(number=6)
        entries = [grid.standings.entries() for _ in range(2)]
        for owner, seen in zip(("one", "two"), entries, strict=True):
            agent = grid.agent(owner)
            replaced = replace(agent, store=_Seen(grid.standings, seen))
            replaced.look([grid.subscription()])
        assert len(grid.receiver.digests) == 1

    def test_of_agents_that_claim_at_the_same_time_one_gets_the_digest(self, grid):
        now = grid.clock()
        entry = grid.standings.save(StoredStanding(Key(VO, "n", "r"), 0, now), Standing(), now)
        barrier, claims = Barrier(4), []

        def claim(owner):
            barrier.wait()
            claims.append(grid.standings.claim(entry, owner, grid.later(minutes=5)))

        threads = [Thread(target=claim, args=(str(number),)) for number in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len([claim for claim in claims if claim]) == 1

    def test_of_agents_that_begin_a_standing_at_the_same_time_one_does(self, grid):
        now = grid.clock()
        barrier, saved = Barrier(4), []

        def save():
            barrier.wait()
            saved.append(grid.standings.save(StoredStanding(Key(VO, "n", "r"), 0, now), Standing(), now))

        threads = [Thread(target=save) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len([entry for entry in saved if entry]) == 1

    # never a flood

    def test_there_is_one_digest_in_a_window_whatever_happens(self, grid):
        grid.end(number=6)
        grid.look()
        for number in range(20):
            grid.end(f"LCG.Site{number}.org", number=6)
            grid.look()
        assert len(grid.receiver.digests) == 1
        grid.clock.forward(hours=1)
        grid.look()
        assert [len(digest.began) for digest in grid.receiver.digests] == [1, 20]
        assert [len(digest.going_on) for digest in grid.receiver.digests] == [0, 1]

    def test_of_very_many_problems_a_digest_has_a_bounded_number_and_counts_the_others(self, grid):
        for number in range(8):
            grid.end(f"LCG.Site{number}.org", number=5 + number)
        grid.look(notice_problems=5)
        (digest,) = grid.receiver.digests
        assert (len(digest.began), digest.more) == (5, 3)
        assert digest.began[0].subject == "site LCG.Site7.org"

    # recipients that fail

    def test_what_could_not_be_sent_is_sent_later_after_pauses_that_grow_up_to_a_bound(self, grid):
        grid.end(number=6)
        grid.receiver.error = NoticeNotSent("it refuses")
        tries, agent = [], grid.agent(notice_retry_seconds=60, notice_max_retry_seconds=480)
        before = 0
        for minute in range(32):
            grid.look(agent=agent)
            if agent.tally.counts.get("notices not sent", 0) > before:
                before += 1
                tries.append(minute)
        pauses = [later - earlier for earlier, later in pairwise(tries)]
        assert pauses == [1, 2, 4, 8, 8, 8]
        grid.receiver.error = None
        for _ in range(9):
            grid.look(agent=agent)
        assert len(grid.receiver.digests) == 1

    def test_a_failure_is_a_problem_of_the_vo_until_the_recipient_was_told(self, grid):
        grid.end(number=6)
        grid.receiver.error = NoticeNotSent("it refuses")
        grid.look()
        assert grid.look() == {VO: "Notice: it refuses"}
        grid.receiver.error = None
        grid.clock.forward(hours=1)
        grid.look()
        assert len(grid.receiver.digests) == 1
        assert grid.look() == {}

    def test_failures_of_all_subscriptions_of_a_vo_are_told(self, grid):
        other = Receiver("webhook")
        grid.receiver.error, other.error = NoticeNotSent("it refuses"), NoticeNotSent("it hangs")
        grid.end(number=6)
        wanted = [grid.subscription(), replace(grid.subscription(receivers=[other]), name="Other")]
        grid.look(*wanted)
        assert grid.look(*wanted) == {VO: "Notice: it refuses; Other: it hangs"}

    def test_an_unknown_error_of_a_channel_is_a_failure_too(self, grid):
        grid.end(number=6)
        grid.receiver.error = ValueError("with the pilot's text")
        grid.look()
        assert grid.look() == {VO: "Notice: ValueError"}

    def test_a_digest_that_comes_late_tells_what_is_true_then(self, grid):
        grid.end(number=6)
        grid.receiver.error = NoticeNotSent("it refuses")
        grid.look()
        grid.end(number=7, code="0")
        grid.end(THERE, number=6)
        grid.look()
        grid.receiver.error = None
        grid.look()
        grid.look()
        (digest,) = grid.receiver.digests
        assert [change.subject for change in digest.began] == [f"site {THERE}"]
        assert [change.subject for change in digest.passed] == [f"site {HERE}"]

    def test_one_recipient_that_fails_delays_no_other(self, grid):
        broken, good = Receiver("webhook"), Receiver("mail:b@example.org")
        broken.error = NoticeNotSent("it refuses")
        grid.end(number=6)
        wanted = grid.subscription(receivers=[broken, good])
        grid.look(wanted)
        assert len(good.digests) == 1
        broken.error = None
        grid.look(wanted)
        grid.look(wanted)
        assert (len(good.digests), len(broken.digests)) == (1, 1)

    def test_a_look_waits_for_no_recipient(self, grid):
        waiting = []
        agent = grid.agent(post=lambda channel, work: waiting.append(work))
        grid.end(number=6)
        for _ in range(3):
            grid.look(agent=agent)
        assert (len(waiting), grid.receiver.digests) == (1, [])
        waiting.pop()()
        assert len(grid.receiver.digests) == 1

    def test_a_digest_that_waited_while_its_standing_changed_is_not_sent(self, grid):
        waiting = []
        agent = grid.agent(post=lambda channel, work: waiting.append(work))
        grid.end(number=6)
        grid.look(agent=agent)
        grid.end(THERE, number=6)
        grid.look(agent=agent)
        waiting.pop()()
        assert grid.receiver.digests == []
        grid.look(agent=agent)
        waiting.pop()()
        assert [len(digest.began) for digest in grid.receiver.digests] == [2]

    def test_a_full_queue_puts_a_digest_off(self, grid):
        def full(channel, work):
            raise Overloaded("full")

        grid.end(number=6)
        agent = grid.agent(post=full)
        grid.look(agent=agent)
        assert agent.tally.counts == {"notices put off": 1}
        grid.look()
        assert len(grid.receiver.digests) == 1

    def test_the_digest_of_an_agent_that_was_killed_is_sent_when_its_lease_has_run_out(self, grid):
        grid.end(number=6)
        agent = grid.agent(post=lambda channel, work: None)
        grid.look(agent=agent)
        (entry,) = grid.standings.entries().values()
        assert grid.standings.claim(entry, "killed", grid.later(minutes=3))
        for _ in range(2):
            grid.look()
        assert grid.receiver.digests == []
        grid.look()
        grid.look()
        assert len(grid.receiver.digests) == 1

    # a subscription that is changed

    @pytest.mark.parametrize("change", [
        {"when": CAUSE}, {"sites": (THERE,)}, {"scope": Scope(sites=frozenset({THERE}))},
    ], ids=lambda change: next(iter(change)))  # fmt: skip
    def test_what_a_changed_subscription_is_not_about_is_not_told_as_over(self, grid, change):
        grid.end(number=6)
        grid.end(THERE, number=6)
        grid.look()
        grid.clock.forward(hours=1)
        grid.look(grid.subscription(**change))
        assert all(over == [] for _, over in grid.receiver.told)

    def test_causes_in_another_order_are_the_same_subscription(self, grid):
        grid.end(number=6, text=FULL)
        grid.diagnose()
        grid.look(grid.subscription(CAUSE, causes=("disk-full", "proxy-expired")))
        grid.clock.forward(hours=1)
        grid.look(grid.subscription(CAUSE, causes=("proxy-expired", "disk-full")))
        assert len(grid.receiver.digests) == 1

    def test_a_new_url_of_a_webhook_is_a_new_recipient(self, grid):
        old, new = (Receiver("webhook", f"https://{host}.example.org/") for host in ("old", "new"))
        grid.end(number=6)
        for receiver in (old, new):
            for _ in range(2):
                grid.look(grid.subscription(receivers=[receiver]))
            grid.clock.forward(hours=1)
        assert (old.told, new.told) == ([([f"site {HERE}"], [])], [([f"site {HERE}"], [])])
        assert "example.org" not in grid.standings.entries().popitem()[1].standing.about

    # a clock that was ahead and is set right

    def test_nobody_waits_for_a_window_that_begins_in_the_future(self, grid):
        grid.clock.forward(days=2)
        grid.end(number=6)
        grid.look()
        grid.clock.forward(days=-2)
        grid.end(THERE, number=6)
        grid.look()
        assert [len(digest.began) for digest in grid.receiver.digests] == [1, 1]

    def test_nobody_waits_longer_for_the_next_try_than_a_pause_can_be(self, grid):
        grid.clock.forward(days=2)
        grid.end(number=6)
        grid.receiver.error = NoticeNotSent("it refuses")
        grid.look()
        grid.receiver.error = None
        grid.clock.forward(days=-2)
        grid.look()
        assert len(grid.receiver.digests) == 1

    def test_nobody_waits_longer_for_an_agent_that_was_killed_than_a_lease_can_be(self, grid):
        grid.clock.forward(days=2)
        grid.end(number=6)
        grid.look(agent=grid.agent(post=lambda channel, work: None))
        (entry,) = grid.standings.entries().values()
        assert grid.standings.claim(entry, "killed", grid.later(minutes=3))
        grid.clock.forward(days=-2)
        grid.look()
        assert len(grid.receiver.digests) == 1

    def test_an_agent_whose_clock_is_a_little_behind_sends_nothing_twice(self, grid):
        grid.end(number=6)
        grid.look()
        grid.clock.forward(seconds=-65)
        grid.end(THERE, number=6)
        grid.look()
        assert len(grid.receiver.digests) == 1

    def test_an_agent_without_its_lease_changes_nothing(self, grid):
        now = grid.clock()
        entry = grid.standings.save(StoredStanding(Key(VO, "n", "r"), 0, now), Standing(), now)
        stalled = grid.standings.claim(entry, "stalled", now)
        other = grid.standings.claim(stalled, "other", grid.later(minutes=5))
        assert not grid.standings.sent(stalled, "stalled", Standing(), now)
        assert not grid.standings.failed(stalled, "stalled", "x", now)
        assert grid.standings.sent(other, "other", Standing(), now)

    def test_a_digest_has_a_number_that_it_keeps_when_it_is_sent_again(self, grid):
        grid.end(number=6)
        grid.receiver.error = NoticeNotSent("it refuses")
        grid.look()
        grid.receiver.error = None
        grid.look()
        grid.look()
        grid.end(number=7, code="0")
        grid.clock.forward(hours=1)
        grid.look()
        assert [digest.number for digest in grid.receiver.digests] == [1, 2]
        assert grid.receiver.digests[0].id == f"{VO}/Notice/1"

    def test_standings_that_nobody_looks_at_are_forgotten(self, grid):
        grid.end(number=6)
        grid.look()
        grid.clock.forward(days=6)
        grid.look(grid.subscription(UNKNOWN, receivers=[Receiver("mail:other@example.org")]))
        assert len(grid.standings.entries()) == 2
        grid.clock.forward(days=2)
        grid.look(grid.subscription(UNKNOWN, receivers=[Receiver("mail:other@example.org")]))
        assert [key.recipient for key in grid.standings.entries()] == ["mail:other@example.org"]

    def test_a_standing_with_a_window_longer_than_it_is_kept_is_not_forgotten_while_it_is_looked_at(self, grid):
        grid.end(number=6)
        for _ in range(40):
            grid.look(grid.subscription(window_seconds=30 * DAY, period_seconds=30 * DAY))
            grid.clock.forward(hours=6)
        assert grid.receiver.told == [([f"site {HERE}"], [])]

    def test_a_subscription_that_can_not_be_looked_at_costs_no_other(self, grid):
        grid.end(number=6)
        broken = replace(grid.subscription(vo=OTHER_VO), limits=None)
        assert set(grid.look(broken, grid.subscription())) == {OTHER_VO}
        assert len(grid.receiver.digests) == 1

    def slow(self, grid, *names):
        """Subscriptions whose questions take too long, those with these names, and others; and their agent."""
        wanted = [replace(grid.subscription(receivers=[Receiver(f"mail:{name}@example.org")]), name=name)
                  for name in "abcd"]  # fmt: skip
        agent = grid.agent()
        return wanted, replace(agent, watch=_Slow(agent.watch, names))

    def told(self, grid):
        return sorted(key.name for key in grid.standings.entries())

    def test_a_subscription_whose_question_takes_too_long_costs_no_other(self, grid):
        wanted, agent = self.slow(grid, "a", "c")
        assert grid.look(*wanted, agent=agent) == {VO: "a: too slow; c: too slow"}
        assert self.told(grid) == ["b", "d"]

    def test_two_questions_in_a_row_that_take_too_long_cost_no_other(self, grid):
        wanted, agent = self.slow(grid, "a", "b")
        assert grid.look(*wanted, agent=agent) == {VO: "a: too slow; b: too slow"}
        assert self.told(grid) == ["c", "d"]

    def test_a_look_ends_when_questions_have_taken_too_long_and_the_next_one_goes_on_behind(self, grid):
        wanted, agent = self.slow(grid, "a", "b")
        slow = _Slow(agent.watch, ("a", "b"), lambda: grid.clock.forward(seconds=61))
        agent = replace(agent, watch=slow)
        assert grid.look(*wanted, agent=agent) == {VO: "a: too slow; b: too slow"}
        assert self.told(grid) == []
        assert grid.look(*wanted, agent=agent) == {VO: "a: too slow; b: too slow"}
        assert self.told(grid) == ["c", "d"]

    @pytest.mark.parametrize("fails", [False, True])
    def test_slow_questions_change_nothing_of_what_is_said_of_other_vos(self, grid, fails):
        slow = [replace(grid.subscription(), name=name) for name in ("a1", "a2")]
        other = replace(grid.subscription(vo=OTHER_VO), name="b", **({"limits": None} if fails else {}))
        agent = grid.agent()
        agent = replace(agent, watch=_Slow(agent.watch, ("a1", "a2"), lambda: grid.clock.forward(seconds=61)))
        first = grid.look(other, agent=agent)
        assert set(first) == ({OTHER_VO} if fails else set())
        for _ in range(3):
            assert grid.look(*slow, other, agent=agent) == {VO: "a1: too slow; a2: too slow"} | first

    def test_what_was_said_of_a_subscription_ends_with_it(self, grid):
        wanted, agent = self.slow(grid, "a", "b")
        agent = replace(agent, watch=_Slow(agent.watch, ("a", "b"), lambda: grid.clock.forward(seconds=61)))
        grid.look(*wanted, agent=agent)
        assert grid.look(*wanted[1:], agent=agent) == {VO: "b: too slow"}

    def test_the_look_after_one_in_which_the_store_broke_down_begins_behind_that_question(self, grid):
        wanted, agent = self.slow(grid, "a", "b")
        agent = replace(agent, watch=_Slow(agent.watch, ("a", "b"), lambda: grid.clock.forward(seconds=61)))
        grid.look(*wanted, agent=agent)
        store = _Seen(grid.standings, {})
        with pytest.raises(StoreUnavailable):
            grid.look(*wanted, agent=replace(agent, store=store, watch=_Slow(agent.watch, ("c",), store.break_down)))
        asked = _Slow(agent.watch, ())
        grid.look(*wanted, agent=replace(agent, watch=asked))
        assert asked.asked[0] == "d"

    def test_a_look_that_ends_early_forgets_what_nobody_looks_at(self, grid):
        grid.look()
        grid.clock.forward(days=8)
        wanted, agent = self.slow(grid, "a", "b")
        agent = replace(agent, watch=_Slow(agent.watch, ("a", "b"), lambda: grid.clock.forward(seconds=61)))
        grid.look(*wanted, agent=agent)
        assert self.told(grid) == []

    def test_a_look_ends_when_the_store_answers_nothing_any_more(self, grid):
        wanted, agent = self.slow(grid, "b")
        store = _Seen(grid.standings, {})
        agent = replace(agent, store=store, watch=_Slow(agent.watch, ("b",), store.break_down))
        with pytest.raises(StoreUnavailable):
            grid.look(*wanted, agent=agent)
        assert self.told(grid) == ["a"]

    def test_a_standing_that_the_store_can_not_hold_is_an_error(self, grid):
        now = grid.clock()
        with pytest.raises(StoreRefused):
            grid.standings.save(StoredStanding(Key(VO, "n", None), 0, now), Standing(), now)

    # what is found

    def test_a_rate_at_its_limit_and_a_site_with_few_pilots_are_no_problem(self, grid):
        grid.end(number=5)
        grid.end(number=5, code="0")
        grid.end(THERE, number=4)
        grid.look()
        assert grid.receiver.digests == []
        grid.end(THERE)
        grid.look()
        assert grid.receiver.told == [([f"site {THERE}"], [])]

    def test_killed_pilots_have_failed_and_running_ones_do_not_count(self, grid):
        for _ in range(20):
            grid.run()
        grid.end(number=3)
        grid.end(number=2, code="0")
        grid.look(grid.subscription(percent=59))
        (digest,) = grid.receiver.digests
        assert digest.began[0].found.facts == {"site": HERE, "failed": 3, "ended": 5, "percent": 60.0}

    def test_a_rate_is_over_when_its_pilots_are_of_an_earlier_time(self, grid):
        grid.end(number=6)
        grid.look()
        grid.clock.forward(hours=5)
        grid.look()
        assert grid.receiver.told[-1] == ([], [f"site {HERE}"])

    def test_a_cause_above_its_limit_is_told_with_party_and_hint(self, grid):
        grid.end(number=6, text=FULL)
        grid.end(number=4, code="0")
        grid.diagnose()
        grid.look(grid.subscription(CAUSE, percent=50), grid.subscription(CAUSE, percent=50))
        (digest,) = grid.receiver.digests
        facts = digest.began[0].found.facts
        assert (facts["cause"], facts["pilots"], facts["ended"], facts["party"]) == ("disk-full", 6, 10, "site")
        assert facts["hint"] in digest.as_text()

    def test_a_cause_that_is_not_asked_for_is_not_told(self, grid):
        grid.end(number=6, text=FULL)
        grid.diagnose()
        grid.look(grid.subscription(CAUSE, causes=("proxy-expired",)))
        assert grid.receiver.digests == []
        grid.look(grid.subscription(CAUSE, causes=("disk-full",)))
        assert len(grid.receiver.digests) == 1

    def test_a_new_failure_that_no_rule_knows_is_told_with_what_its_lines_have_in_common(self, grid):
        grid.end(number=5, text=ODD % 7)
        grid.diagnose()
        grid.look(grid.subscription(UNKNOWN))
        (digest,) = grid.receiver.digests
        assert digest.began[0].found.facts["template"] == "frobnicator: plate <*> is not aligned"
        assert "frobnicator" not in grid.standings.entries().popitem()[1].standing.as_json()

    def test_a_failure_that_was_there_before_is_not_new(self, grid):
        grid.end(number=5, text=ODD % 7)
        grid.diagnose()
        grid.clock.forward(days=1)
        grid.end(number=5, text=ODD % 8)
        grid.end(number=5, text=OTHER)
        grid.diagnose()
        grid.look(grid.subscription(UNKNOWN))
        (digest,) = grid.receiver.digests
        assert ["reactor" in change.text for change in digest.began] == [True]

    def test_what_began_while_no_agent_was_running_is_new(self, grid):
        wanted = grid.subscription(UNKNOWN)
        grid.look(wanted)
        grid.clock.forward(hours=10)
        grid.end(number=5, text=ODD % 7)
        grid.clock.forward(hours=10)
        grid.end(number=5, text=ODD % 8)
        grid.diagnose()
        grid.look(wanted)
        assert len(grid.receiver.digests) == 1

    def test_silence_of_a_vo_and_of_a_site_is_told_and_its_end(self, grid):
        whole, site = Receiver(), Receiver("mail:site@example.org")
        wanted = [
            grid.subscription(SILENCE, receivers=[whole]),
            grid.subscription(SILENCE, receivers=[site], sites=(HERE,)),
        ]
        grid.run(HERE)
        grid.look(*wanted)
        grid.clock.forward(hours=6)
        grid.run(THERE)
        grid.look(*wanted)
        assert (whole.told, site.told) == ([], [([f"silence of {HERE}"], [])])
        grid.clock.forward(hours=6)
        grid.run(HERE)
        grid.look(*wanted)
        assert (whole.told, site.told[1:]) == ([], [([], [f"silence of {HERE}"])])

    def test_silence_means_nothing_while_a_collector_has_a_backlog(self, grid):
        grid.run()
        grid.clock.forward(hours=7)
        grid.send(b"text\n", pilot(99, OTHER_VO), backlog=True)
        grid.look(grid.subscription(SILENCE))
        assert grid.receiver.digests == []
        grid.clock.forward(minutes=20)
        grid.look(grid.subscription(SILENCE))
        assert len(grid.receiver.digests) == 1

    # within reach

    @pytest.mark.parametrize("when", [RATE, CAUSE, UNKNOWN])
    def test_logs_of_another_vo_are_never_told(self, grid, when):
        grid.end(number=6, text=FULL if when is CAUSE else ODD % 7, vo=OTHER_VO)
        grid.diagnose()
        grid.look(grid.subscription(when))
        assert grid.receiver.digests == []
        grid.look(grid.subscription(when, vo=OTHER_VO))
        assert len(grid.receiver.digests) == 1

    @pytest.mark.parametrize("when", [RATE, CAUSE, UNKNOWN])
    def test_a_group_that_may_read_more_hears_of_the_subscription_s_vo_alone(self, grid, when):
        grid.end(number=6, text=FULL if when is CAUSE else ODD % 7, vo=OTHER_VO)
        grid.diagnose()
        for scope in (Scope(everything=True), Scope(sites=frozenset({HERE}))):
            grid.look(grid.subscription(when, scope=scope))
        assert grid.receiver.digests == []

    @pytest.mark.parametrize("when", [RATE, CAUSE, UNKNOWN])
    def test_who_may_read_one_site_hears_of_no_other(self, grid, when):
        text = FULL if when is CAUSE else ODD % 7
        reach = Scope(sites=frozenset({HERE}))
        grid.end(THERE, number=6, text=text)
        grid.diagnose()
        grid.look(grid.subscription(when, scope=reach))
        assert grid.receiver.digests == []
        grid.end(HERE, number=6, text=text)
        grid.diagnose()
        grid.look(grid.subscription(when, scope=reach))
        (digest,) = grid.receiver.digests
        assert THERE not in digest.as_text() + digest.as_json()

    def test_the_silence_of_sites_out_of_reach_is_not_told(self, grid):
        grid.run(THERE)
        reach = Scope(sites=frozenset({HERE}))
        grid.look(grid.subscription(SILENCE, scope=reach))
        assert grid.receiver.told == [([f"silence of {HERE}"], [])]

    def test_one_site_of_a_subscription_is_the_only_one_told(self, grid):
        grid.end(HERE, number=6)
        grid.end(THERE, number=6)
        grid.look(grid.subscription(sites=(THERE,)))
        assert grid.receiver.told == [([f"site {THERE}"], [])]

    def test_a_deleted_log_is_in_no_figure(self, grid):
        grid.end(number=5)
        gone = update(logs).values(State=State.DELETED.value)
        grid.transactions.run(lambda connection: connection.execute(gone))
        grid.look()
        assert grid.receiver.digests == []

    def test_what_a_mail_says_obeys_no_terminal_and_breaks_no_header(self, grid):
        grid.end("LCG.\x1b[31mRed\r\nBcc: all@example.org", number=6)
        grid.look()
        (digest,) = grid.receiver.digests
        assert "\x1b" not in digest.as_text()
        assert "\nBcc" not in digest.as_text()
        assert "\n" not in digest.subject


class _Seen:
    """A store as an agent sees it that read the entries earlier."""

    def __init__(self, store, entries):
        self._store, self._entries = store, entries

    def break_down(self):
        self._entries = None

    def entries(self):
        if self._entries is None:
            raise StoreUnavailable("away")
        return self._entries

    def __getattr__(self, name):
        return getattr(self._store, name)


class _Slow:
    """A watch whose questions for some subscriptions take too long."""

    def __init__(self, watch, names, meanwhile=lambda: None):
        self._watch, self._names, self._meanwhile = watch, names, meanwhile
        self.asked = []

    def find(self, subscription, now, looked_at):
        self.asked.append(subscription.name)
        if subscription.name in self._names:
            self._meanwhile()
            raise StoreUnavailable("too slow")
        return self._watch.find(subscription, now, looked_at)
