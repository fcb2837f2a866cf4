"""The queue before the writer: how long it gathers."""

import time

import pytest

from PilotLoggingDIRAC.pilotlog.model import PilotId
from PilotLoggingDIRAC.pilotlog.settings import IngestSettings
from PilotLoggingDIRAC.pilotlog.write.queue import WaitingQueue
from tests.conftest import PILOT, batch

WAIT = IngestSettings().group_wait_seconds


@pytest.fixture
def waited(monkeypatch):
    """The seconds of each wait."""
    seconds = []
    monkeypatch.setattr(time, "sleep", seconds.append)
    return seconds


def gather(queue, *stamps):
    """Gather a group after a batch of each of these pilots came."""
    for stamp in stamps:
        queue.put(batch(b"text\n", PilotId(PILOT.vo, f"{stamp:032x}")))
    return [int(waiting.batch.pilot.stamp, 16) for waiting in queue.gather(0)]


def test_more_batches_are_waited_for_only_after_a_group_of_several(waited):
    queue = WaitingQueue(IngestSettings())
    assert gather(queue, 1) == [1]
    assert gather(queue, 2, 3) == [2, 3]
    assert waited == []
    gather(queue, 4)
    assert waited == [WAIT]
    gather(queue, 5)
    assert waited == [WAIT]


def test_while_a_pilot_sends_one_batch_after_the_other_the_wait_is_a_quarter(waited):
    queue = WaitingQueue(IngestSettings())
    gather(queue, 1, 2)
    gather(queue, 3, 2)
    gather(queue, 4, 5)
    assert waited == [WAIT, WAIT / 4]


def test_a_pilot_that_sends_again_much_later_shortens_no_wait(waited):
    queue = WaitingQueue(IngestSettings())
    gather(queue, *range(17))
    gather(queue, 0, 17)
    gather(queue, 18)
    assert waited == [WAIT, WAIT]
