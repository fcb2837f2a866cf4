"""The queue before the writer: how long it gathers."""

import itertools
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


@pytest.mark.parametrize("pilots, wait", [(1, WAIT / 4), (8, WAIT / 4), (48, WAIT / 4), (49, WAIT), (1000, WAIT)])
def test_where_few_pilots_send_one_batch_after_the_other_the_wait_is_a_quarter(waited, pilots, wait):
    queue, stamps = WaitingQueue(IngestSettings()), itertools.cycle(range(pilots))
    for _ in range(33):
        gather(queue, next(stamps), next(stamps))
    assert waited[-1] == wait


def test_the_text_and_the_end_of_some_pilots_shorten_no_wait(waited):
    queue = WaitingQueue(IngestSettings())
    for number in range(33):
        gather(queue, number, number if number % 4 == 0 else 1000 + number)
    assert set(waited) == {WAIT}


def test_pilots_that_sent_much_before_shorten_no_wait(waited):
    queue = WaitingQueue(IngestSettings())
    for number in (*[0] * 40, *range(1, 66, 2)):
        gather(queue, number, number + 1)
    assert (waited[39], waited[-1]) == (WAIT / 4, WAIT)
