"""The contract of replays with the store. ``tests`` runs it on sqlite, ``integration_tests`` on MariaDB."""

from datetime import timedelta

import pytest

from PilotLoggingDIRAC.pilotlog.errors import ArchiveError, DestinationUnavailable, LogNotFound
from PilotLoggingDIRAC.pilotlog.forward.cursor import WantedLogs
from PilotLoggingDIRAC.pilotlog.forward.destination import message_bytes
from PilotLoggingDIRAC.pilotlog.forward.replay.replayer import Replayer
from PilotLoggingDIRAC.pilotlog.forward.replay.request import ReplayState, wanted
from PilotLoggingDIRAC.pilotlog.forward.settings import ForwardSettings, SentContent
from PilotLoggingDIRAC.pilotlog.model import Selection, State
from PilotLoggingDIRAC.pilotlog.sql.forward.replays import SqlReplays

from .conftest import PILOT
from .custody_contract import VO, pilot
from .diagnoses_contract import Agents
from .forward_contract import NAME, PHASE, WARNING, Broker, Forwarding

LOGS = 5


class Archive:
    """The archived copies of logs: the whole text in blocks, whatever messages it came in."""

    def __init__(self, grid):
        self.grid, self.copies, self.down = grid, {}, 0

    def keep(self, who):
        self.copies[who] = self.grid.text(who)

    def __call__(self, log):
        if log.state is not State.PURGED:
            yield from self.grid.reader.chunks(log)
            return
        if self.down:
            self.down -= 1
            raise ArchiveError("the storage element is down")
        if log.pilot not in self.copies:
            raise LogNotFound("the log is no longer kept")
        text = self.copies[log.pilot]
        yield from ((0, text[start : start + 7]) for start in range(0, len(text), 7))


def during_first(text_of, meanwhile):
    """Return ``text_of``; while the first text is read something else happens."""
    waiting = [meanwhile]

    def read(log):
        while waiting:
            waiting.pop()()
        yield from text_of(log)

    return read


def during_text_of(who, text_of, meanwhile):
    """Return ``text_of``; while one pilot's text is read something else happens."""
    at_once = during_first(text_of, meanwhile)
    return lambda log: (at_once if log.pilot == who else text_of)(log)


class Sized:
    """A destination whose calls are measured: ``sizes`` are the bytes of their messages."""

    def __init__(self, whole, sizes):
        self._whole, self._sizes = whole, sizes

    def __getattr__(self, name):
        return getattr(self._whole, name)

    def send(self, records):
        self._sizes.append(sum(map(message_bytes, records)))
        return self._whole.send(records)


class Replaying(Forwarding):
    """A store with logs that were sent live, and are sent again."""

    def __init__(self, transactions, clock):
        super().__init__(transactions, clock)
        self.replays = SqlReplays(transactions, clock)
        self.copies = Archive(self)
        self.again = Broker()
        self.unreadable = []

    def request(self, **selection):
        return self.replays.request(NAME, wanted(selection or {"VO": VO}), LOGS, "admin")

    def replayer(self, owner="agent", broker=None, content=SentContent.ALL, **bounds):
        parts = (content, self.replays, self.copies, lambda: self.vos, ForwardSettings(**bounds), self.clock, owner)
        told = lambda log, reason: self.unreadable.append((log.pilot, reason))  # noqa: E731
        return Replayer(NAME, broker or self.again, *parts, on_unreadable=told)

    def replay(self, replayer=None, steps=10):
        for _ in range(steps):
            (replayer or self.replayer()).step(WantedLogs(NAME, self.vos, self.began))

    def listed(self):
        return self.replays.listed()[0]

    def purge(self, who):
        self.finish(who)
        self.run()
        self.archive(who)
        self.run()
        self.copies.keep(who)
        assert self.custody.purge([self.log(who).id], self.clock()) == 1

    def delete(self, who):
        self.deleting.delete([self.log(who)], Selection(vos=(who.vo,), stamps=(who.stamp,)))

    def lose(self, who, how):
        """Delete a log, or take every VO but the first off the destination, or all of them."""
        if how == "deleted":
            self.delete(who)
        else:
            self.vos = {"taken off": (VO,), "all taken off": ()}[how]


class ReplayContract:
    """Tests that take ``transactions`` of the store under test."""

    @pytest.fixture
    def grid(self, transactions, clock):
        return Replaying(transactions, clock)

    def test_records_are_those_that_were_sent_live(self, grid):
        for number in range(LOGS):
            grid.send(PHASE + f"line {number}\nhalf".encode(), pilot(number))
            grid.send(b" and half\n", pilot(number))
        grid.finish(pilot(0))
        grid.run()
        grid.request()
        grid.replay()
        assert grid.again.identities == grid.broker.identities
        assert (grid.listed().state, grid.listed().progress.logs) == (ReplayState.DONE, LOGS)
        assert grid.listed().progress.records == len(grid.broker.records)

    def test_purged_log_is_sent_from_its_copy_with_the_same_identities(self, grid):
        grid.send(PHASE + WARNING)
        grid.purge(PILOT)
        assert grid.log().state is State.PURGED
        grid.request()
        grid.replay()
        assert grid.again.identities == grid.broker.identities
        assert grid.again.events == ["started", "sealed", "archived"]

    def test_cause_and_summary_are_those_that_were_sent_live(self, transactions, clock):
        agents, grid = Agents(transactions, clock), Replaying(transactions, clock)
        agents.fail()
        agents.diagnose()
        grid.run(grid.begin(content=SentContent.SUMMARY))
        grid.request()
        grid.replay(grid.replayer(content=SentContent.SUMMARY))
        assert grid.again.identities == grid.broker.identities
        assert "cause" in grid.again.events

    def test_replay_goes_on_after_an_agent_was_killed(self, grid, clock):
        for number in range(LOGS):
            grid.send(b"text\n", pilot(number))
        grid.request()
        dead = grid.replayer("dead", forward_logs=2)
        grid.replay(dead, 1)
        grid.again.before = lambda: (_ for _ in ()).throw(KeyboardInterrupt)
        with pytest.raises(KeyboardInterrupt):
            grid.replay(dead, 1)
        grid.again.before = lambda: None
        grid.replay(grid.replayer("next"))
        assert grid.listed().progress.logs == 2
        clock.forward(seconds=ForwardSettings().forward_lease_seconds)
        grid.replay(grid.replayer("next"))
        assert (grid.listed().state, grid.listed().progress.logs) == (ReplayState.DONE, LOGS)
        assert len(grid.again.identities) == 2 * LOGS

    def test_destination_that_is_away_gets_all_later(self, grid):
        grid.send(b"text\n")
        grid.request()
        grid.again.error = DestinationUnavailable("away")
        with pytest.raises(DestinationUnavailable):
            grid.replay()
        assert (grid.listed().state, grid.listed().error) == (ReplayState.OPEN, "away")
        grid.again.error = None
        grid.replay()
        assert (grid.again.messages, grid.listed().error) == (["text"], "")

    def test_log_that_can_not_be_read_for_a_while_is_sent_then(self, grid):
        grid.purge(PILOT)
        grid.request()
        replayer, grid.copies.down = grid.replayer(), 2
        for _ in range(2):
            with pytest.raises(ArchiveError):
                grid.replay(replayer, 1)
        grid.replay(replayer)
        assert (set(grid.again.identities), grid.unreadable) == (set(grid.broker.identities), [])

    def test_log_that_can_not_be_read_at_all_is_passed_over_and_told(self, grid):
        grid.purge(pilot(1))
        grid.purge(pilot(2))
        grid.request()
        replayer, grid.copies.down = grid.replayer(), 3
        for _ in range(2):
            with pytest.raises(ArchiveError):
                grid.replay(replayer, 1)
        grid.replay(replayer)
        assert grid.unreadable == [(pilot(1), "the storage element is down")]
        progress = grid.listed().progress
        assert (grid.listed().state, progress.logs, progress.unreadable) == (ReplayState.DONE, 1, 1)

    def test_replay_that_is_stopped_sends_no_more(self, grid):
        for number in range(LOGS):
            grid.send(b"text\n", pilot(number))
        asked = grid.request()
        replayer = grid.replayer(forward_logs=2)
        grid.replay(replayer, 1)
        assert grid.replays.stop(asked.id)
        assert not grid.replays.stop(asked.id)
        grid.replay(replayer)
        assert (grid.listed().state, grid.listed().progress.logs) == (ReplayState.STOPPED, 2)
        assert len(grid.again.messages) == 2

    def test_long_lines_are_sent_in_calls_of_a_bounded_size(self, grid):
        for number in range(2):
            grid.send(b"".join(b"%04d" % place + b"x" * 1020 + b"\n" for place in range(10)), pilot(number))
        grid.run()
        grid.request()
        sizes, broker = [], Broker()
        replayer = grid.replayer(broker=Sized(broker, sizes), forward_records=1000, forward_bytes=4096)
        grid.replay(replayer)
        assert broker.identities == grid.broker.identities
        assert max(sizes) <= 4096

    def test_line_above_the_size_of_a_call_is_sent_alone(self, grid):
        grid.send(b"one\n" + b"x" * 5000 + b"\ntwo\n")
        grid.run()
        grid.request()
        sizes, broker = [], Broker()
        grid.replay(grid.replayer(broker=Sized(broker, sizes), forward_bytes=4096))
        assert broker.messages == grid.broker.messages
        assert 5000 in sizes

    def test_long_log_is_leased_for_as_long_as_it_is_sent(self, grid, clock):
        grid.send("".join(f"line {number}\n" for number in range(50)).encode())
        grid.request()
        other = grid.replayer("other", Broker())

        def passes():
            clock.forward(seconds=ForwardSettings().forward_lease_seconds - 1)
            grid.replay(other, 1)

        grid.again.before = passes
        grid.replay(grid.replayer(forward_records=10))
        assert (grid.listed().state, other.destination.records) == (ReplayState.DONE, [])
        assert set(grid.again.identities.values()) == {1}

    def test_one_agent_at_a_time_works_on_a_replay(self, grid):
        for number in range(LOGS):
            grid.send(b"text\n", pilot(number))
        grid.request()
        first, second = grid.replayer("first", forward_logs=1), grid.replayer("second", forward_logs=1)
        for _ in range(2 * LOGS):
            grid.replay(first, 1)
            grid.replay(second, 1)
        assert set(grid.again.identities.values()) == {1}

    def test_replays_to_one_destination_are_done_one_after_the_other(self, grid):
        for number in range(LOGS):
            grid.send(f"{number}\n".encode(), pilot(number))
        for number in (3, 1):
            grid.request(PilotStamp=pilot(number).stamp)
        grid.replay()
        assert grid.again.messages == ["3", "1"]

    def test_request_that_is_open_is_not_made_twice(self, grid):
        assert grid.request().id == grid.request().id
        assert grid.request(PilotStamp=["other"]).id != grid.request().id
        grid.replay()
        assert len(grid.replays.listed()) == 2
        grid.request()
        assert len(grid.replays.listed()) == 3

    def test_only_logs_in_the_range_of_time_and_of_the_destination_s_vos_are_sent(self, grid, clock):
        grid.send(b"early\n", pilot(1))
        clock.forward(hours=1)
        since = clock()
        grid.send(b"in time\n", pilot(2))
        grid.send(b"other VO\n", pilot(3, "vo.beta.org"))
        clock.forward(hours=1)
        grid.send(b"late\n", pilot(4))
        grid.request(FromDate=since, ToDate=since + timedelta(minutes=1))
        grid.replay()
        assert grid.again.messages == ["in time"]

    def test_log_that_begins_later_is_left_to_what_is_sent_live(self, grid):
        grid.send(b"text\n", pilot(1))
        grid.request()
        grid.send(b"later\n", pilot(2))
        grid.replay()
        assert grid.again.messages == ["text"]

    def test_replay_whose_vo_goes_nowhere_any_more_is_over(self, grid):
        grid.send(b"text\n")
        grid.request()
        grid.vos = ("vo.beta.org",)
        grid.replay()
        assert (grid.again.records, grid.listed().state) == ([], ReplayState.DONE)
        assert "no VO" in grid.listed().reason

    @pytest.mark.parametrize("happens", ["deleted", "taken off", "all taken off"])
    def test_log_that_is_deleted_or_whose_vo_is_taken_off_during_a_step_is_not_sent(self, grid, happens):
        second = pilot(2, "vo.beta.org")
        grid.vos = (VO, "vo.beta.org")
        for who in (pilot(1), second, pilot(3)):
            grid.purge(who)
        grid.request(FromDate=grid.began)
        replayer = grid.replayer()
        replayer.text_of = during_first(grid.copies, lambda: grid.lose(second, happens))
        grid.replay(replayer)
        expected = set() if happens == "all taken off" else {pilot(1), pilot(3)}
        assert {each.pilot for each in grid.again.records} == expected
        progress = grid.listed().progress
        assert (grid.listed().state, progress.logs, progress.unreadable) == (ReplayState.DONE, len(expected), 0)

    @pytest.mark.parametrize("happens", ["deleted", "taken off"])
    def test_records_that_wait_while_their_log_is_deleted_or_taken_off_are_not_sent(self, grid, happens):
        first, second = pilot(1, "vo.beta.org"), pilot(2)
        grid.vos = (VO, "vo.beta.org")
        for who in (first, second):
            grid.purge(who)
        grid.request(FromDate=grid.began)
        replayer = grid.replayer()
        replayer.text_of = during_text_of(second, grid.copies, lambda: grid.lose(first, happens))
        grid.replay(replayer)
        assert {each.pilot for each in grid.again.records} == {second}
        progress = grid.listed().progress
        assert (grid.listed().state, progress.logs, progress.unreadable) == (ReplayState.DONE, 1, 0)
        assert progress.records == len(grid.again.records)

    def test_long_log_that_is_deleted_midway_is_sent_and_read_no_further(self, grid):
        grid.send("".join(f"line {number}\n" for number in range(50)).encode(), pilot(1))
        for number in (1, 2):
            grid.purge(pilot(number))
        grid.request()
        blocks = len(list(grid.copies(grid.log(pilot(1)))))
        read, waiting = [], [lambda: grid.delete(pilot(1))]

        def text_of(log):
            for chunk in grid.copies(log):
                read.append(log.pilot)
                yield chunk

        grid.again.before = lambda: waiting.pop()() if waiting else None
        replayer = grid.replayer(forward_records=10)
        replayer.text_of = text_of
        grid.replay(replayer)
        sent = [each.pilot for each in grid.again.records]
        assert sent.count(pilot(1)) == 10
        assert read.count(pilot(1)) < blocks
        assert pilot(2) in sent
        assert (grid.listed().state, grid.listed().progress.logs) == (ReplayState.DONE, 1)

    def test_log_that_is_purged_during_a_step_is_sent_from_its_copy(self, grid):
        for number in (1, 2):
            grid.finish(pilot(number))
            grid.archive(pilot(number))
            grid.copies.keep(pilot(number))
        grid.run()
        grid.request()
        replayer, ids = grid.replayer(), [grid.log(pilot(2)).id]
        replayer.text_of = during_first(grid.copies, lambda: grid.custody.purge(ids, grid.clock()))
        grid.replay(replayer)
        assert grid.log(pilot(2)).state is State.PURGED
        assert (grid.again.identities, grid.unreadable) == (grid.broker.identities, [])

    def test_replay_that_is_over_is_forgotten(self, grid, clock):
        grid.request()
        grid.replays.forget(clock() + timedelta(days=1))
        assert len(grid.replays.listed()) == 1
        grid.replay()
        grid.replays.forget(clock() + timedelta(days=1))
        assert grid.replays.listed() == []
