"""The life of a log in any order of events: nothing is lost, nothing doubled, nothing purged that is not archived."""

import tempfile
from datetime import timedelta
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from PilotLoggingDIRAC.pilotlog.archive.custody import Content
from PilotLoggingDIRAC.pilotlog.errors import LeaseLost
from PilotLoggingDIRAC.pilotlog.model import Numbered, State
from PilotLoggingDIRAC.pilotlog.settings import StoreSettings
from PilotLoggingDIRAC.pilotlog.sql.connection.engine import Transactions
from PilotLoggingDIRAC.pilotlog.sql.write.appender import SqlAppender
from tests.conftest import PILOT, Clock, batch, line
from tests.custody_contract import VO, World
from tests.empty_store import empty_store


class Life(RuleBasedStateMachine):
    """One pilot that sends, repeats and ends, and two agents that may stall at any point."""

    def __init__(self):
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        clock = Clock()
        engine = empty_store(Path(self.folder.name))
        transactions = Transactions(engine, StoreSettings())
        self.world = World(transactions, clock)
        self.appender = SqlAppender(transactions, clock)
        self.engine = engine
        self.expected, self.last, self.number, self.lines = b"", b"", 0, 0
        self.codes = []
        self.stalled = {}
        self.archived = {}

    def teardown(self):
        self.engine.dispose()
        self.folder.cleanup()

    def offer(self, item):
        self.number += 1
        self.appender.append("e", [Numbered(self.number, item)])

    @rule()
    def say(self):
        self.lines += 1
        self.last = line(f"line {self.lines}")
        self.expected += self.last
        self.offer(batch(self.last, received=self.world.clock()))

    @precondition(lambda self: self.last)
    @rule(more=st.booleans())
    def say_again(self, more: bool):
        if more:
            self.lines += 1
            self.last += line(f"line {self.lines}")
            self.expected += line(f"line {self.lines}")
        self.offer(batch(self.last, received=self.world.clock()))

    @precondition(lambda self: self.last)
    @rule()
    def offer_again(self):
        """The commit's answer was lost: the same number comes once more."""
        self.appender.append("e", [Numbered(self.number, batch(self.last, received=self.world.clock()))])

    @precondition(lambda self: self.last)
    @rule()
    def finish(self):
        code = str(len(self.codes))
        self.codes.append(code)
        self.offer(batch(return_code=code, received=self.world.clock()))

    @rule()
    def time_passes(self):
        self.world.clock.forward(minutes=20)

    @rule()
    def seal_after_silence(self):
        self.world.clock.forward(hours=2)
        silent = self.world.custody.silent(self.world.clock() - timedelta(hours=1), None, 10)
        if silent:
            self.world.custody.seal(silent)

    @precondition(lambda self: self.last)
    @rule(agent=st.booleans())
    def begin_to_archive(self, agent: bool):
        claim = self.world.claim(owner=f"agent{agent}")
        if claim:
            text = b"".join(chunk for _, chunk in self.world.reader.chunks(claim.log))
            generation, _ = self.world.record(claim, Content(len(text), f"{hash(text) & 0xFFFFFFFF:08x}"))
            self.stalled[agent] = (claim, generation, text)

    @precondition(lambda self: self.stalled)
    @rule(agent=st.booleans())
    def end_of_archiving(self, agent: bool):
        claim, generation, text = self.stalled.pop(agent, (None, None, None))
        if claim:
            try:
                self.world.custody.archived(claim, generation)
            except LeaseLost:
                return
            self.archived[claim.log.part] = text

    @rule()
    def purge(self):
        later = self.world.clock() + timedelta(seconds=1)
        ids = [log.id for log in self.world.custody.purgeable(VO, later, 10)]
        if ids:
            self.world.custody.purge(ids, later)

    @invariant()
    def every_line_is_there_once_and_in_order(self):
        parts = self.world.reader.find(PILOT)
        assert b"".join(map(self.text_of, parts)) == self.expected

    @invariant()
    def an_archived_log_has_its_text_in_the_archive(self):
        for part in self.world.reader.find(PILOT):
            if part.state is State.ARCHIVED:
                assert self.archived[part.part] == b"".join(text for _, text in self.world.reader.chunks(part))

    def text_of(self, part):
        if part.state is State.PURGED:
            return self.archived[part.part]
        return b"".join(text for _, text in self.world.reader.chunks(part))


Life.TestCase.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
TestLife = Life.TestCase
