"""The contract of destinations' transactions. A test class of an adapter inherits ``TransactionsContract``, and has its
fixtures. ``tests`` runs it on those in memory, ``integration_tests`` on real brokers.
"""

import pytest

from PilotLoggingDIRAC.pilotlog.errors import DestinationUnavailable

from .destination_contract import line
from .waiting import until

SENDER, OTHER = "agent-1", "agent-2"


class TransactionsContract:
    """``connect()`` returns the transactions of another connection to one outside system, which has no records in the
    beginning; ``received()`` returns the records that readers see, as dictionaries of ``Record.fields``.
    """

    @pytest.fixture
    def connect(self):
        raise NotImplementedError

    @pytest.fixture
    def received(self):
        raise NotImplementedError

    @pytest.fixture
    def seen(self, connect, received):
        """``seen()``: the lines that readers see; those of one more parcel, committed last, say that no more come."""
        number = 1000

        def lines():
            nonlocal number
            number += 1
            last = connect()
            last.prepare("reader", number, [line(number, log=log) for log in range(1, 6)])
            last.commit()
            last.close()
            until(lambda: sum(record["line"] == number for record in received()) == 5, received)
            return [record["line"] for record in received() if record["line"] <= 1000]

        return lines

    def test_records_are_seen_when_they_are_committed(self, connect, received):
        agent, sent = connect(), [line(number) for number in range(1, 101)]
        assert list(agent.prepare(SENDER, 7, sent)) == []
        assert received() == []
        agent.commit()
        until(lambda: len(received()) >= 100, received)
        assert received() == [record.fields() for record in sent]

    def test_parcels_of_a_sender_come_in_their_order(self, connect, seen):
        agent = connect()
        for number in range(1, 21):
            agent.prepare(SENDER, number, [line(2 * number), line(2 * number + 1)])
            agent.commit()
        assert seen() == list(range(2, 42))

    def test_what_is_aborted_is_not_seen_and_the_next_parcel_is(self, connect, seen):
        agent = connect()
        agent.abort()
        agent.prepare(SENDER, 7, [line(1)])
        agent.abort()
        agent.prepare(SENDER, 8, [line(2)])
        agent.commit()
        agent.abort()
        assert seen() == [2]
        assert not connect().is_committed(SENDER, 7)
        assert connect().is_committed(SENDER, 8)

    def test_whoever_asks_hears_the_last_number_of_each_sender(self, connect):
        one, two = connect(), connect()
        one.prepare(SENDER, 2**62, [line(1)])
        two.prepare(OTHER, 3, [line(2)])
        one.commit()
        two.commit()
        asks = connect()
        assert not asks.is_committed("nobody", 3)
        assert (asks.is_committed(SENDER, 2**62), asks.is_committed(SENDER, 3)) == (True, False)
        assert (asks.is_committed(OTHER, 2**62), asks.is_committed(OTHER, 3)) == (False, True)
        one = connect()
        one.prepare(SENDER, 4, [line(3)])
        one.commit()
        assert (asks.is_committed(SENDER, 2**62), asks.is_committed(SENDER, 4)) == (False, True)

    def test_commit_after_somebody_has_asked_fails_and_nothing_of_it_is_seen(self, connect, seen):
        """A sender was halted, and another has taken its logs."""
        halted = connect()
        halted.prepare(SENDER, 7, [line(1)])
        assert not connect().is_committed(SENDER, 7)
        with pytest.raises(DestinationUnavailable):
            halted.commit()
        assert not connect().is_committed(SENDER, 7)
        halted.prepare(SENDER, 8, [line(2)])
        halted.commit()
        assert connect().is_committed(SENDER, 8)
        assert seen() == [2]

    def test_sender_that_begins_again_ends_what_it_has_left(self, connect, seen):
        dead, alive = connect(), connect()
        dead.prepare(SENDER, 7, [line(1)])
        alive.prepare(SENDER, 8, [line(1)])
        with pytest.raises(DestinationUnavailable):
            dead.commit()
        alive.commit()
        assert seen() == [1]
        assert connect().is_committed(SENDER, 8)

    def test_sender_may_ask_for_its_own_parcel_and_goes_on(self, connect, seen):
        agent = connect()
        assert not agent.is_committed(SENDER, 7)
        agent.prepare(SENDER, 7, [line(1)])
        agent.commit()
        assert agent.is_committed(SENDER, 7)
        agent.prepare(SENDER, 8, [line(2)])
        assert not agent.is_committed(SENDER, 8)
        agent.prepare(SENDER, 9, [line(2)])
        agent.commit()
        assert seen() == [1, 2]

    def test_senders_do_not_wait_for_each_other(self, connect, seen):
        one, two = connect(), connect()
        one.prepare(SENDER, 7, [line(1)])
        two.prepare(OTHER, 7, [line(2, log=2)])
        two.commit()
        one.commit()
        assert sorted(seen()) == [1, 2]
