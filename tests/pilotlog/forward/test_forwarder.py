"""The memory that sending takes: it depends on how much is sent at once, not on how many lines a message has."""

import tracemalloc

import pytest

from PilotLoggingDIRAC.pilotlog.errors import DestinationUnavailable
from tests.conftest import PILOT
from tests.forward_contract import Broker
from tests.replay_contract import Replaying

#: Each line is a record of some 250 bytes.
MANY_LINES = b"\n" * (1024 * 1024)
MOST_BYTES = 50e6


class Measuring(Broker):
    """A broker that fails after its first calls; ``peak`` is the most memory that was taken until then."""

    def send(self, records):
        self.peak = tracemalloc.get_traced_memory()[1]
        if len(self.records) >= 3000:
            raise DestinationUnavailable("away")
        return super().send(records)

    @property
    def lines(self):
        return [each.line for each in self.records if not each.kind.is_event]


@pytest.fixture
def grid(transactions, clock):
    grid = Replaying(transactions, clock)
    grid.send(MANY_LINES, PILOT)
    return grid


@pytest.fixture
def memory():
    tracemalloc.start()
    yield
    tracemalloc.stop()


@pytest.mark.usefixtures("memory")
def test_message_of_very_many_lines_takes_no_memory_for_each_and_the_cursor_moves_within_it(grid):
    broker = Measuring()
    with pytest.raises(DestinationUnavailable):
        grid.step(grid.begin(broker=broker))
    assert broker.peak < MOST_BYTES
    broker.records, sent = [], broker.lines
    with pytest.raises(DestinationUnavailable):
        grid.step(grid.begin(broker=broker))
    assert sent + broker.lines == list(range(1, len(sent + broker.lines) + 1))


@pytest.mark.usefixtures("memory")
def test_message_of_very_many_lines_that_is_sent_again_takes_no_memory_for_each(grid):
    broker = Measuring()
    grid.request()
    with pytest.raises(DestinationUnavailable):
        grid.replay(grid.replayer(broker=broker))
    assert broker.peak < MOST_BYTES
    assert broker.lines == list(range(1, len(broker.lines) + 1))
