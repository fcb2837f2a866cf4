"""The contract of forwarding with the store. ``tests`` runs it on sqlite, ``integration_tests`` on MariaDB."""

import contextlib
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from threading import Barrier, Thread

import pytest
import zstandard
from sqlalchemy import select, update

from PilotLoggingDIRAC.pilotlog.errors import DestinationUnavailable, LeaseLost, StoreUnavailable
from PilotLoggingDIRAC.pilotlog.forward.cursor import Move, WantedLogs
from PilotLoggingDIRAC.pilotlog.forward.destination import Rejected
from PilotLoggingDIRAC.pilotlog.forward.finder import LogFinder
from PilotLoggingDIRAC.pilotlog.forward.forwarder import Forwarder
from PilotLoggingDIRAC.pilotlog.forward.settings import ForwardSettings, SentContent
from PilotLoggingDIRAC.pilotlog.model import Selection
from PilotLoggingDIRAC.pilotlog.sql.forward import cursors
from PilotLoggingDIRAC.pilotlog.sql.forward.cursors import SqlForwardedLogs
from PilotLoggingDIRAC.pilotlog.sql.forward.destinations import SqlDestinations
from PilotLoggingDIRAC.pilotlog.sql.schema.dictionaries import standard
from PilotLoggingDIRAC.pilotlog.sql.schema.forward_tables import forwards
from PilotLoggingDIRAC.pilotlog.sql.schema.tables import batches

from .conftest import PILOT, line
from .custody_contract import VO, World, pilot
from .diagnoses_contract import Agents

NAME = "Broker"
#: A lease that runs out while its logs are still those that were heard of lately.
SHORT_SECONDS = 5
WARNING = line("disk is nearly full").replace(b"INFO", b"WARN")
NUMBER = standard().number.to_bytes(4, "little")
UNKNOWN_DICTIONARY = standard().pack(b"text").replace(NUMBER, b"none")
PHASE = line("Command InstallDIRAC instantiated from pilotCommands")


class Broker:
    """A destination in memory. ``fails_after`` so many calls; ``before`` is called at each."""

    def __init__(self):
        self.records, self.calls, self.error = [], 0, None
        self.before, self.refused = lambda: None, ()

    def send(self, records):
        self.calls += 1
        self.before()
        if self.error:
            raise self.error
        self.records += records
        return [Rejected(each.identity, "too odd") for each in records if each.message in self.refused]

    def close(self):
        pass

    @property
    def messages(self):
        return [each.message for each in self.records if not each.kind.is_event]

    @property
    def events(self):
        return [each.kind.value for each in self.records if each.kind.is_event]

    @property
    def identities(self):
        return Counter(each.identity for each in self.records)


class Forwarding(World):
    """A store whose logs are forwarded to a broker by agents."""

    vos = (VO,)

    def __init__(self, transactions, clock):
        super().__init__(transactions, clock)
        self.transactions = transactions
        self.logs = SqlForwardedLogs(transactions, clock)
        self.destinations = SqlDestinations(transactions, clock)
        self.broker = Broker()
        self.began = self.destinations.begin(NAME).began
        self.agent = self.begin()

    def begin(self, owner="agent", broker=None, content=SentContent.ALL, name=NAME, **bounds):
        """Another agent begins."""
        settings = ForwardSettings(**bounds)
        parts = (broker or self.broker, content, self.logs, self.destinations, settings, self.clock, owner)
        return Forwarder(name, *parts)

    def step(self, agent=None, caught_up_at=None):
        agent = agent or self.agent
        return agent.step(WantedLogs(agent.name, self.vos, self.began, caught_up_at))

    def killed_in_send(self):
        """An agent is killed while it sends; its leases stay."""
        self.broker.before = lambda: (_ for _ in ()).throw(KeyboardInterrupt)
        dead = self.begin("dead")
        dead.logs = Unreleasing(self.logs)
        with pytest.raises(KeyboardInterrupt):
            self.step(dead)
        self.broker.before = lambda: None

    def run(self, agent=None, steps=6):
        """Take as many looks as it takes to walk all logs."""
        return sum(self.step(agent) for _ in range(steps))

    def damage(self, sequence, payload):
        """Put something else in the place of a batch's payload."""
        row = update(batches).where(batches.c.LogID == self.log().id, batches.c.Sequence == sequence)
        self.transactions.run(lambda connection: connection.execute(row.values(Payload=payload)).rowcount)

    def killed_at(self, place, is_done_before, broker, name):
        """Let an agent die at a call of its step; return whether it came that far."""
        fate = Fate(place, is_done_before)
        bounds = {"forward_records": 3, "forward_lease_seconds": SHORT_SECONDS}
        agent = self.begin("dead", Mortal(broker, fate), name=name, **bounds)
        agent.logs = Mortal(self.logs, fate, "release")
        agent.destinations = Mortal(self.destinations, fate)
        agent.finder = LogFinder(agent.logs, agent.settings, self.clock)
        try:
            self.step(agent)
        except Death:
            return True
        return False

    def waits_for(self, who=PILOT, *names):
        return self.logs.unsent(names or (NAME,), [self.log(who).id])


class ForwardContract:
    """Tests that take ``transactions`` of the store under test."""

    @pytest.fixture
    def grid(self, transactions, clock):
        return Forwarding(transactions, clock)

    def test_text_is_sent_once_line_by_line(self, grid):
        grid.send(line("one") + line("two"))
        assert grid.run() == 3
        grid.send(line("three"))
        grid.run()
        assert grid.broker.messages == [line(text).decode().strip() for text in ("one", "two", "three")]
        assert grid.broker.events == ["started"]
        assert set(grid.broker.identities.values()) == {1}

    def test_record_tells_where_its_line_stands(self, grid):
        grid.send(PHASE + line("one", 7))
        grid.send(b"output of a program\n")
        grid.run()
        phase, first, output = grid.broker.records[1:]
        assert (phase.kind, phase.phase, phase.line, phase.sequence) == ("phase", "InstallDIRAC", 1, 0)
        assert (first.level, first.source, first.phase, first.line) == ("INFO", "CheckWorkerNode", "InstallDIRAC", 2)
        assert first.time.isoformat() == "2026-11-21T08:10:07.123456"
        assert (output.level, output.source, output.time) == ("", "", first.time)
        assert (output.sequence, output.line, output.phase) == (1, 3, "InstallDIRAC")

    def test_line_over_several_messages_is_sent_when_it_ends(self, grid):
        grid.send(b"one\ntw")
        grid.run()
        assert grid.broker.messages == ["one"]
        grid.send(b"o and")
        grid.run()
        assert grid.broker.messages == ["one"]
        grid.send(b" more\nthree\n")
        grid.run()
        assert grid.broker.messages == ["one", "two and more", "three"]
        assert [each.line for each in grid.broker.records[1:]] == [1, 2, 3]

    def test_line_over_messages_that_do_not_fit_into_one_reading_is_sent_when_it_ends(self, grid):
        agent = grid.begin(forward_bytes=64)
        for text in (b"a" * 40 + b"\n" + b"b" * 23, b"c", b"d\n" + b"e" * 61 + b"\n"):
            grid.send(text)
        agent.is_stopped = Patience(looks=20)
        grid.run(agent)
        assert grid.broker.messages == ["a" * 40, "b" * 23 + "cd", "e" * 61]

    def test_step_that_finds_nothing_to_send_ends_with_its_lease(self, grid, clock):
        grid.send(b"no end")
        grid.run()
        grid.send(b" yet")
        agent = grid.begin(forward_lease_seconds=SHORT_SECONDS)
        agent.logs = Slow(grid.logs, clock, SHORT_SECONDS)
        place = select(forwards.c.NextSequence)
        before = grid.transactions.run(lambda connection: connection.execute(place).all())
        grid.step(agent)
        assert grid.transactions.run(lambda connection: connection.execute(place).all()) == before

    def test_line_without_end_is_sent_when_its_log_has_ended_and_goes_on_in_a_further_piece(self, grid):
        grid.send(b"one\ntwo")
        grid.send(return_code="0", text=b"")
        grid.run()
        grid.send(b" goes on\nthree\n")
        grid.run()
        places = [(each.line, each.piece, each.message) for each in grid.broker.records if not each.kind.is_event]
        assert places == [(1, 0, "one"), (2, 0, "two"), (2, 1, " goes on"), (3, 0, "three")]

    def test_summary_has_phases_warnings_errors_and_events_alone(self, grid):
        agent = grid.begin(content=SentContent.SUMMARY)
        error = line("it failed").replace(b"INFO", b"ERROR")
        grid.send(line("nothing") + PHASE + WARNING + b"output\n" + error)
        grid.send(return_code="1", text=b"")
        grid.run(agent)
        assert grid.broker.messages == [text.decode().strip() for text in (PHASE, WARNING, error)]
        assert [each.line for each in grid.broker.records if not each.kind.is_event] == [2, 3, 5]
        assert grid.broker.events == ["started", "sealed"]

    def test_events_tell_of_the_end_and_of_the_archive(self, grid):
        grid.send(b"text\n")
        grid.run()
        grid.send(return_code="7", text=b"")
        grid.run()
        grid.archive()
        grid.run()
        assert grid.broker.events == ["started", "sealed", "archived"]
        sealed, archived = grid.broker.records[-2:]
        assert sealed.details == {"complete": "yes", "return_code": "7"}
        assert archived.details["lfn"].startswith(f"/{VO}/logs/")

    def test_log_that_goes_on_is_sealed_again_with_another_identity(self, grid):
        grid.finish()
        grid.run()
        grid.go_on()
        grid.run()
        assert grid.broker.events == ["started", "sealed", "sealed"]
        assert set(grid.broker.identities.values()) == {1}

    def test_cause_is_told_once(self, transactions, clock):
        agents, grid = Agents(transactions, clock), Forwarding(transactions, clock)
        agents.fail()
        agents.diagnose()
        grid.run()
        grid.run()
        causes = [each for each in grid.broker.records if each.kind == "cause"]
        assert [each.details["cause"] for each in causes] == [agents.found().cause]

    def test_nothing_is_missing_whatever_call_fails(self, grid):
        """The oracle: all lines in their order, repeats with the same identity."""
        agent = grid.begin(forward_records=3, forward_bytes=64)
        texts = [f"{log} {number}" for number in range(20) for log in range(4)]
        for text in texts:
            grid.send(f"{text}\n".encode(), pilot(int(text[0])))
        for failing in range(60):
            grid.broker.error = DestinationUnavailable("away") if failing % 3 == 0 else None
            calls = grid.broker.calls

            def fail(calls=calls):
                grid.broker.error = DestinationUnavailable("away") if grid.broker.calls > calls + 1 else None

            grid.broker.before = fail
            with contextlib.suppress(DestinationUnavailable):
                grid.step(agent)
        grid.broker.before, grid.broker.error = lambda: None, None
        grid.run(agent)
        first = list({each.identity: each for each in grid.broker.records}.values())
        for log in range(4):
            mine = [each.message for each in first if each.pilot == pilot(log) and not each.kind.is_event]
            assert mine == [text for text in texts if text[0] == str(log)]
        assert len({each.identity for each in grid.broker.records}) == len(texts) + 4

    def test_cursor_moves_within_a_message_so_that_a_slow_destination_gets_on(self, grid):
        agent = grid.begin(forward_records=3)
        texts = [f"line {number}" for number in range(100)]
        grid.send("\n".join(texts).encode())
        while set(texts[:-1]) - set(grid.broker.messages):
            calls, before = grid.broker.calls, len(grid.broker.identities)

            def fail(calls=calls):
                grid.broker.error = DestinationUnavailable("too slow") if grid.broker.calls > calls + 2 else None

            grid.broker.before = fail
            with contextlib.suppress(DestinationUnavailable):
                grid.step(agent)
            assert len(grid.broker.identities) > before
        assert grid.broker.messages == texts[:-1]

    @pytest.mark.parametrize("is_done_before", [False, True])
    def test_nothing_is_missing_at_whatever_call_an_agent_dies(self, grid, clock, is_done_before):
        """An agent dies at its n-th call of the store or the destination, which was done before or was not."""
        place, died = 0, True
        while died:
            place, broker, name = place + 1, Broker(), f"Broker{place + 1}"
            grid.began = grid.destinations.begin(name).began
            who = pilot(place)
            grid.send(b"one\ntwo\nthree\nend", who)
            grid.send(b"", who, return_code="0")
            died = grid.killed_at(place, is_done_before, broker, name)
            clock.forward(seconds=SHORT_SECONDS)
            grid.step(grid.begin(broker=broker, name=name, forward_records=3))
            found = {each.identity: each for each in broker.records if each.pilot == who}.values()
            assert [each.message for each in found if not each.kind.is_event] == ["one", "two", "three", "end"]
            assert [each.kind for each in found if each.kind.is_event] == ["started", "sealed"]
        assert place > 10

    def test_failure_is_noted_until_something_is_sent(self, grid, clock):
        grid.send(b"text\n")
        grid.broker.error = DestinationUnavailable("away")
        for _ in range(2):
            clock.forward(seconds=5)
            with pytest.raises(DestinationUnavailable):
                grid.step()
        found = grid.destinations.progress()[0]
        assert (found.error, clock() - found.failing_since) == ("away", timedelta(seconds=5))
        grid.broker.error = None
        grid.run()
        found = grid.destinations.progress()[0]
        assert (found.error, found.failing_since, found.records, found.sent_at) == ("", None, 2, clock())
        assert found.caught_up_at == clock()

    def test_agent_that_is_killed_leaves_its_logs_to_the_next_one(self, grid, clock):
        grid.send(b"text\n")
        grid.killed_in_send()
        assert grid.run() == 0
        clock.forward(seconds=ForwardSettings().forward_lease_seconds)
        assert grid.run() == 2

    @pytest.mark.parametrize("limit", [1, 200])
    def test_logs_that_another_agent_leases_are_looked_for_until_they_are_sent(self, grid, clock, limit):
        """Without the walk, which would find them at some time."""
        for number in range(3):
            grid.send(b"text\n", pilot(number))
        clock.forward(seconds=60)
        grid.killed_in_send()
        grid.send(b"other\n", pilot(3))
        grid.send(b"other\n", pilot(4))
        agent = grid.begin(forward_logs=limit)
        agent.finder = LogFinder(Unwalked(grid.logs), agent.settings, clock)
        grid.run(agent)
        assert grid.broker.messages == ["other", "other"]
        assert grid.destinations.progress()[0].caught_up_at is None
        clock.forward(seconds=ForwardSettings().forward_lease_seconds)
        grid.run(agent)
        assert Counter(grid.broker.messages) == {"text": 3, "other": 2}
        assert grid.destinations.progress()[0].caught_up_at == clock()

    def test_log_that_another_agent_claims_before_it_does_is_not_sent_as_far_as_one_knows(self, grid):
        grid.send(b"text\n")
        ids, until = [grid.log().id], grid.later(minutes=1)
        grid.agent.logs = Before(grid.logs, "claim", lambda: grid.logs.claim(NAME, "other", ids, until))
        grid.step()
        assert grid.destinations.progress()[0].caught_up_at is None

    @pytest.mark.parametrize("error", [StoreUnavailable("away"), LeaseLost("too late"), ValueError("odd")])
    def test_log_that_the_walk_alone_finds_is_sent_by_the_step_after_one_that_failed(self, grid, clock, error):
        grid.send(b"text\n")
        clock.forward(hours=1)
        failing = grid.agent.logs = Without(grid.logs, "texts", error)
        with contextlib.suppress(StoreUnavailable, ValueError):
            grid.step(caught_up_at=clock())
        failing.error = None
        grid.step()
        assert grid.broker.messages == ["text"]

    def test_agent_that_was_stalled_moves_no_cursor_of_another(self, grid, clock):
        grid.send(b"one\n")
        stalled = grid.begin("stalled", Broker())

        def overtaken():
            clock.forward(seconds=ForwardSettings().forward_lease_seconds + 1)
            stalled.destination.before = lambda: None
            grid.run()
            grid.send(b"two\n")
            grid.run()

        stalled.destination.before = overtaken
        grid.step(stalled)
        grid.run()
        assert grid.broker.messages == ["one", "two"]

    def test_agents_share_the_work(self, grid):
        for number in range(40):
            grid.send(b"text\n", pilot(number))
        brokers = [Broker() for _ in range(3)]
        agents = [
            grid.begin(f"agent {number}", broker, forward_logs=5, forward_walk_logs=5)
            for number, broker in enumerate(brokers)
        ]
        barrier = Barrier(3)

        def work(agent):
            barrier.wait()
            grid.run(agent, 40)

        threads = [Thread(target=work, args=(agent,)) for agent in agents]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        found = Counter(each.identity for broker in brokers for each in broker.records)
        assert (len(found), set(found.values())) == (80, {1})

    def test_text_that_is_stored_long_after_it_came_is_sent(self, grid, clock):
        clock.forward(hours=2)
        grid.run()
        clock.now -= timedelta(hours=1)
        grid.send(b"late\n", backlog=True)
        clock.now += timedelta(hours=1)
        grid.run()
        assert grid.broker.messages == ["late"]

    def test_look_at_recent_logs_is_bounded_and_the_next_ones_go_on_behind_it(self, grid, clock, monkeypatch):
        """Of six logs three were last heard of at the same moment, more than a look takes; two were sent before."""
        monkeypatch.setattr(cursors, "_LOOKED_AT", 2)
        for number, pause in enumerate((1, 0, 0, 1, 1, 1)):
            grid.send(b"text\n", pilot(number))
            clock.forward(seconds=pause)
        for number in (0, 4):
            grid.logs.claim(NAME, "other", [grid.log(pilot(number)).id], clock())
            (claim,) = grid.logs.claim(NAME, "agent", [grid.log(pilot(number)).id], clock())
            after = replace(claim.cursor, next_sequence=claim.log.next_sequence, state=claim.log.state)
            assert grid.logs.advance(NAME, "agent", [Move(claim.cursor, after, is_done=True)]) == 1
        looks, since, wanted = [], grid.began, WantedLogs(NAME, (VO,), grid.began)
        while since:
            found = grid.logs.recent(wanted, since, 100)
            looks.append(found.ids)
            since = found.next_since
        waiting = [grid.log(pilot(number)).id for number in (1, 2, 3, 5)]
        assert [log_id for found in looks for log_id in found] == waiting
        assert max(map(len, looks)) == 3

    def test_log_of_before_the_destination_is_not_sent_until_it_is_heard_of(self, grid, clock):
        grid.send(b"one\n")
        clock.forward(seconds=5)
        other = grid.begin(name="Other")
        grid.began = grid.destinations.begin("Other").began
        assert grid.run(other) == 0
        clock.forward(seconds=5)
        grid.send(b"two\n")
        grid.run(other)
        assert grid.broker.messages == ["one", "two"]

    def test_logs_of_other_vos_are_not_sent(self, grid):
        grid.send(b"text\n", pilot(1, "vo.beta.org"))
        assert grid.run() == 0
        grid.vos = ()
        grid.send(b"text\n")
        assert grid.run() == 0

    def test_log_that_was_found_before_its_vo_was_taken_off_is_not_sent(self, grid, clock):
        grid.vos = (VO, "vo.beta.org")
        for number in range(4):
            grid.send(b"text\n", pilot(number, "vo.beta.org"))
        clock.forward(hours=1)
        agent = grid.begin(forward_logs=2)
        grid.run(agent, 1)
        grid.vos = (VO,)
        sent = len(grid.broker.messages)
        grid.send(b"mine\n")
        grid.run(agent)
        assert grid.broker.messages[sent:] == ["mine"]
        assert sent < 4
        grid.vos = (VO, "vo.beta.org")
        grid.run(agent)
        assert Counter(grid.broker.messages) == {"text": 4, "mine": 1}

    def test_rejected_record_is_counted_and_not_sent_again(self, grid):
        grid.broker.refused, told = ("odd",), []
        grid.agent.on_rejected = told.append
        grid.send(b"one\nodd\ntwo\n")
        grid.run()
        grid.run()
        found = grid.destinations.progress()[0]
        assert (found.records, found.rejected, found.reason, len(told)) == (4, 1, "too odd", 1)
        assert grid.broker.messages == ["one", "odd", "two"]

    @pytest.mark.parametrize("damage", [b"", b"no frame", zstandard.compress(b"text " * 99)[:-5], UNKNOWN_DICTIONARY])
    def test_batch_that_is_damaged_is_set_aside_and_all_others_are_sent(self, grid, damage):
        told = []
        grid.agent.on_unreadable = told.append
        for text in (b"one\ntw", b"o\n", b"three\nfo", b"damaged\n", b"five\n"):
            grid.send(text)
        grid.send(b"other\n", pilot(1))
        grid.damage(3, damage)
        grid.run()
        grid.send(b"six\n")
        grid.run()
        mine = [each.message for each in grid.broker.records if each.pilot == PILOT and not each.kind.is_event]
        assert mine == ["one", "two", "three", "fo", "five", "six"]
        assert "other" in grid.broker.messages
        found = grid.destinations.progress()[0]
        assert ([each.identity for each in told], found.rejected) == ([f"{PILOT.stamp}.1.batch-3"], 1)
        assert found.reason == told[0].reason
        assert set(grid.broker.identities.values()) == {1}

    def test_many_small_messages_that_were_put_together_are_sent_once(self, grid):
        for number in range(300):
            grid.send(f"line {number}\n".encode())
            if number == 100:
                grid.run()
        grid.run()
        assert grid.broker.messages == [f"line {number}" for number in range(300)]

    def test_log_waits_for_each_destination(self, grid):
        grid.finish()
        grid.archive()
        assert set(grid.waits_for(PILOT)) == {grid.log().id}
        grid.run()
        assert grid.waits_for(PILOT) == {}
        grid.destinations.begin("Other")
        assert grid.waits_for(PILOT, NAME, "Other") == {grid.log().id: ["Other"]}
        assert grid.waits_for(PILOT, NAME, "Unknown") == {grid.log().id: ["Unknown"]}

    def test_deleted_log_has_no_cursor(self, grid, transactions):
        grid.send(b"text\n")
        grid.run()
        number = select(forwards.c.LogID)
        assert transactions.run(lambda connection: len(connection.execute(number).all())) == 1
        grid.deleting.delete([grid.log()], Selection(vos=(VO,), stamps=(PILOT.stamp,)))
        assert transactions.run(lambda connection: len(connection.execute(number).all())) == 0
        assert grid.run() == 0

    def test_log_that_is_deleted_while_others_of_its_step_are_sent_is_not_sent(self, grid):
        """Its text has been read by then."""
        for number in range(3):
            grid.send(b"text\n", pilot(number))
        deleted = pilot(1)

        def delete():
            grid.broker.before = lambda: None
            grid.deleting.delete([grid.log(deleted)], Selection(vos=(VO,), stamps=(deleted.stamp,)))

        grid.broker.before = delete
        grid.run(grid.begin(forward_records=1))
        assert {each.pilot for each in grid.broker.records} == {pilot(0), pilot(2)}

    def test_destination_is_forgotten_with_its_cursors(self, grid):
        grid.send(b"text\n")
        grid.run()
        grid.destinations.forget(NAME)
        assert grid.destinations.progress() == []
        grid.destinations.begin(NAME)
        assert grid.run() == 2


class Death(BaseException):
    """The agent's process is no more."""


class Fate:
    """The call at which an agent dies; ``is_done_before``: it is done all the same."""

    def __init__(self, place, is_done_before):
        self.place, self.is_done_before = place, is_done_before

    def meet(self, call):
        """Do a call, or die."""
        self.place -= 1
        if self.place > 0:
            return call()
        if self.place == 0 and self.is_done_before:
            call()
        raise Death


class Mortal:
    """A store or a destination for an agent that dies; its methods but those that the dead don't call any more."""

    def __init__(self, whole, fate, *never):
        self._whole, self._fate, self._never = whole, fate, never

    def __getattr__(self, name):
        method = getattr(self._whole, name)
        if name in self._never:
            return lambda *arguments: None if self._fate.place <= 0 else method(*arguments)
        return lambda *arguments, **named: self._fate.meet(lambda: method(*arguments, **named))


class Unwalked:
    """The store for a finder that finds nothing by walking."""

    def __init__(self, logs):
        self._logs = logs

    def __getattr__(self, name):
        return getattr(self._logs, name)

    def walk(self, *_):
        return [], None


class Patience:
    """A ``is_stopped`` that is True after so many looks: a step that would never end does."""

    def __init__(self, looks):
        self._looks = looks

    def __call__(self):
        self._looks -= 1
        return self._looks < 0


class Slow:
    """The store for an agent; reading texts takes so many seconds."""

    def __init__(self, logs, clock, seconds):
        self._logs, self._clock, self._seconds = logs, clock, seconds

    def __getattr__(self, name):
        return getattr(self._logs, name)

    def texts(self, *arguments):
        self._clock.forward(seconds=self._seconds)
        return self._logs.texts(*arguments)


class Without:
    """A store one of whose methods fails, while ``error`` is not None."""

    def __init__(self, store, name, error):
        self._store, self._name, self.error = store, name, error

    def __getattr__(self, name):
        if name == self._name and self.error is not None:
            return self._fail
        return getattr(self._store, name)

    def _fail(self, *_, **__):
        raise self.error


class Before:
    """Something with a method before whose first call something else happens."""

    def __init__(self, whole, name, meanwhile):
        self._whole, self._name, self._meanwhile = whole, name, meanwhile

    def __getattr__(self, name):
        if name == self._name and self._meanwhile is not None:
            self._meanwhile, meanwhile = None, self._meanwhile
            meanwhile()
        return getattr(self._whole, name)


class Unreleasing:
    """The store for an agent that is killed: it ends no lease."""

    def __init__(self, logs):
        self._logs = logs

    def __getattr__(self, name):
        return getattr(self._logs, name)

    def release(self, *_):
        pass
