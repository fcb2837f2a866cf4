"""The contract of parcels with the store. ``tests`` runs it on sqlite, ``integration_tests`` on MariaDB.

The destination in memory has transactions as Kafka has them: it remembers one number for each sender, and whoever takes
a sender's name ends what that has not committed.
"""

import contextlib

import pytest
from sqlalchemy import delete, func, select

from PilotLoggingDIRAC.pilotlog.errors import DestinationUnavailable, LeaseLost, StoreUnavailable
from PilotLoggingDIRAC.pilotlog.forward.cursor import WALKED, Move
from PilotLoggingDIRAC.pilotlog.forward.destination import Rejected
from PilotLoggingDIRAC.pilotlog.forward.forwarder import Forwarder
from PilotLoggingDIRAC.pilotlog.forward.parcel import Parcel
from PilotLoggingDIRAC.pilotlog.forward.settings import ForwardSettings, SentContent
from PilotLoggingDIRAC.pilotlog.model import Selection, State
from PilotLoggingDIRAC.pilotlog.sql.forward.parcels import SqlParcels
from PilotLoggingDIRAC.pilotlog.sql.schema.forward_tables import forwards, parcels

from .conftest import PILOT
from .custody_contract import VO, pilot
from .forward_contract import NAME, SHORT_SECONDS, Before, Broker, Death, Fate, Forwarding, Mortal, Without

OTHERS = ("sender", "other")
TEXTS = ["one", "two", "three", "end"]


class Cluster:
    """What is committed: records, and the last number of each sender. ``users`` counts who took a sender's name."""

    def __init__(self):
        self.records, self.numbers, self.users = [], {}, {}
        self.error, self.refused = None, ()

    def taken(self, sender):
        if self.error:
            raise self.error
        self.users[sender] = self.users.get(sender, 0) + 1
        return self.users[sender]


class Transactional:
    """A connection to the cluster: a destination whose transactions are itself."""

    def __init__(self, cluster):
        self.cluster, self.transactions = cluster, self
        self.user, self.prepared = None, None

    def send(self, records):
        raise AssertionError("records come in parcels")

    def prepare(self, sender, number, records):
        self.user = self.user or (sender, self.cluster.taken(sender))
        refused = [each for each in records if each.message in self.cluster.refused]
        self.prepared = number, [each for each in records if each not in refused]
        return [Rejected(each.identity, "too odd") for each in refused]

    def commit(self):
        (sender, count), (number, records) = self.user, self.prepared
        self.prepared = None
        if self.cluster.users[sender] != count:
            self.user = None
            raise DestinationUnavailable("another has this sender's name")
        self.cluster.records += records
        self.cluster.numbers[sender] = number

    def abort(self):
        self.prepared = None

    def is_committed(self, sender, number):
        if self.user and self.user[0] == sender:
            self.user = None
        self.cluster.taken(sender)
        return self.cluster.numbers.get(sender) == number

    def close(self):
        self.user = None


class Parcelling(Forwarding):
    """A store whose logs are forwarded to a cluster."""

    def __init__(self, transactions, clock, connect=None):
        """``connect()`` returns a destination with transactions; to the cluster in memory, if it is not given."""
        self.parcels, self.cluster = SqlParcels(transactions), Cluster()
        self.connect = connect or (lambda: Transactional(self.cluster))
        super().__init__(transactions, clock)

    def begin(
        self, owner="agent", broker=None, content=SentContent.ALL, name=NAME, sender="sender", parts=None, **bounds
    ):
        """See ``Forwarding.begin``. ``parts`` are the store's (logs, destinations, parcels), if not those of before."""
        logs, destinations, parcels = parts or (self.logs, self.destinations, self.parcels)
        settings = ForwardSettings(**{"forward_records": 3, "forward_lease_seconds": SHORT_SECONDS} | bounds)
        broker = broker or self.connect()
        return Forwarder(name, broker, content, logs, destinations, settings, self.clock, owner, parcels, sender)

    def meets(self, fate, *never):
        """An agent takes a step, and meets its fate at one of its calls of the store or the destination."""
        broker = self.connect()
        broker.transactions = Away(Mortal(broker.transactions, fate))
        mortal = Mortal(self.logs, fate, *never), Mortal(self.destinations, fate), Mortal(self.parcels, fate)
        agent = self.begin("first", broker, parts=mortal)
        with contextlib.suppress(Death, DestinationUnavailable, StoreUnavailable):
            self.step(agent)
        return agent

    def dies_before_cursors_move(self):
        """An agent dies when its first parcel is committed."""
        store = Without(self.parcels, "settle", Death()), Without(self.logs, "release", Death())
        agent = self.begin("first", parts=(store[1], self.destinations, store[0]))
        with pytest.raises(Death):
            self.step(agent)

    def dies_before_commit(self):
        """An agent dies when its first parcel is stored, before it is committed."""
        broker = self.connect()
        broker.transactions = Without(broker.transactions, "commit", Death())
        agent = self.begin(
            "first", broker, parts=(Without(self.logs, "release", Death()), self.destinations, self.parcels)
        )
        with pytest.raises(Death):
            self.step(agent)

    def halted_before_commit(self, meanwhile):
        """An agent that is halted before its first commit, while something else happens."""
        broker = self.connect()
        broker.transactions = Before(broker.transactions, "commit", meanwhile)
        return self.begin("first", broker)

    def count(self, column):
        return self.transactions.run(lambda connection: connection.execute(select(func.count(column))).scalar())

    def has(self, texts, who=PILOT):
        """Whether the cluster has these lines of a log, each once, in their order; and each event once."""
        found = [each for each in self.cluster.records if each.pilot == who]
        lines = [each.message for each in found if not each.kind.is_event]
        events = [each.kind for each in found if each.kind.is_event]
        return lines == texts and len(events) == len(set(events))


class Unanswered:
    """Something with a method that does what it does, and then fails."""

    def __init__(self, whole, name):
        self._whole, self._name = whole, name

    def __getattr__(self, name):
        method = getattr(self._whole, name)

        def call(*arguments):
            method(*arguments)
            raise StoreUnavailable("no answer")

        return call if name == self._name else method


class Stall(Fate):
    """The call before which an agent is halted, while something else happens."""

    def __init__(self, place, meanwhile):
        super().__init__(place, is_done_before=False)
        self.meanwhile, self.is_over = meanwhile, False

    def meet(self, call):
        self.place -= 1
        if self.place == 0:
            self.is_over = True
            self.meanwhile()
        return call()


class Lost(Fate):
    """The call whose answer is lost, though it is done."""

    def meet(self, call):
        self.place -= 1
        answer = call()
        if self.place == 0:
            raise StoreUnavailable("no answer")
        return answer


class Away:
    """A destination's transactions that say in their own words that there is no answer."""

    def __init__(self, transactions):
        self._transactions = transactions

    def __getattr__(self, name):
        def call(*arguments):
            try:
                return getattr(self._transactions, name)(*arguments)
            except StoreUnavailable as error:
                raise DestinationUnavailable(str(error)) from None

        return call


class ParcelContract:
    """Tests that take ``transactions`` of the store under test."""

    @pytest.fixture
    def grid(self, transactions, clock):
        return Parcelling(transactions, clock)

    @pytest.fixture
    def sends(self, grid):
        """``sends(number)``: a pilot's whole log."""

        def send(number):
            grid.send(b"one\ntwo\nthree\nend", pilot(number))
            grid.send(b"", pilot(number), return_code="0")
            return pilot(number)

        return send

    def test_what_is_sent_leaves_no_parcel(self, grid, sends):
        who, agent = sends(1), grid.begin()
        assert grid.step(agent) == 6
        assert grid.has(TEXTS, who)
        assert (grid.count(parcels.c.Number), grid.count(forwards.c.Parcel)) == (0, 0)
        assert grid.waits_for(who) == {}
        assert grid.destinations.progress()[0].records == 6

    @pytest.mark.parametrize("sender", OTHERS)
    def test_failure_is_over_when_the_destination_tells_that_it_has_all(self, grid, sends, sender):
        sends(1)
        broker = grid.connect()
        broker.transactions = Away(Unanswered(broker.transactions, "commit"))
        with pytest.raises(DestinationUnavailable):
            grid.step(grid.begin("first", broker, forward_records=100))
        assert grid.destinations.progress()[0].failing_since is not None
        grid.run(grid.begin(sender=sender, forward_records=100))
        found = grid.destinations.progress()[0]
        assert (found.failing_since, found.error) == (None, "")

    @pytest.mark.parametrize("sender", OTHERS)
    @pytest.mark.parametrize("is_done_before", [False, True])
    def test_nothing_is_missing_nor_twice_at_whatever_call_an_agent_dies(
        self, grid, clock, sends, sender, is_done_before
    ):
        """It is followed by one of its own name, or by another."""
        place, fate = 0, None
        while fate is None or fate.place <= 0:
            place, fate = place + 1, Fate(place + 1, is_done_before)
            who = sends(place)
            grid.meets(fate, "release")
            clock.forward(seconds=SHORT_SECONDS)
            grid.run(grid.begin(sender=sender))
            assert grid.has(TEXTS, who), place
        assert place > 15
        grid.run(grid.begin("third"))
        assert grid.count(forwards.c.Parcel) == 0

    @pytest.mark.parametrize("sender", OTHERS)
    def test_nothing_is_missing_nor_twice_at_whatever_call_an_agent_is_halted(self, grid, clock, sends, sender):
        """Another one, or one of its own name, takes its logs meanwhile, and sends them; then it wakes up."""
        other, place, fate = grid.begin("second", sender=sender), 0, None

        def meanwhile():
            clock.forward(seconds=SHORT_SECONDS)
            with contextlib.suppress(DestinationUnavailable):
                grid.run(other)

        while fate is None or fate.is_over:
            place += 1
            who, fate = sends(place), Stall(place, meanwhile)
            agent = grid.meets(fate)
            clock.forward(seconds=SHORT_SECONDS)
            for each in (agent, other, agent, other):
                with contextlib.suppress(DestinationUnavailable):
                    grid.step(each)
            assert grid.has(TEXTS, who), place
        assert place > 15
        assert (grid.count(parcels.c.Number), grid.count(forwards.c.Parcel)) == (0, 0)

    def test_nothing_is_missing_nor_twice_at_whatever_call_an_answer_is_lost(self, grid, clock, sends):
        place, was_lost = 0, True
        while was_lost:
            place += 1
            who, fate = sends(place), Lost(place, is_done_before=True)
            agent = grid.meets(fate)
            was_lost, fate.place = fate.place <= 0, 0
            clock.forward(seconds=SHORT_SECONDS)
            grid.run(agent)
            assert grid.has(TEXTS, who), place
        assert place > 15

    def test_parcel_of_before_is_settled_before_another_one_is_sent(self, grid, sends):
        """The destination remembers only the last number of a sender."""
        who, away = sends(1), Without(grid.parcels, "settle", StoreUnavailable("away"))
        agent = grid.begin(parts=(grid.logs, grid.destinations, away))
        with pytest.raises(StoreUnavailable):
            grid.step(agent)
        away.error = None
        claimed = grid.logs.claim(NAME, "another", [grid.log(who).id], grid.later(seconds=1))
        assert len(claimed) == 1
        other = sends(2)
        grid.run(agent)
        assert grid.has(TEXTS, other)
        grid.logs.release(NAME, "another", [grid.log(who).id])
        grid.run(agent)
        assert grid.has(TEXTS, who)

    def test_sender_has_one_parcel_that_is_not_settled(self, grid, sends):
        ids = [grid.log(sends(number)).id for number in (1, 2)]
        claims = grid.logs.claim(NAME, "agent", ids, grid.later(seconds=SHORT_SECONDS))
        one, two = (Parcel(7 + each.log.id, NAME, "sender", [Move(each.cursor, each.cursor, True)]) for each in claims)
        grid.parcels.store(one, "agent")
        with pytest.raises(LeaseLost, match="not settled"):
            grid.parcels.store(two, "agent")
        assert grid.parcels.of_sender(NAME, "sender") == grid.parcels.numbered(NAME, [one.number, two.number]) == [one]
        grid.parcels.settle(one, is_committed=False)
        grid.parcels.store(two, "agent")
        assert grid.parcels.of_sender(NAME, "sender") == [two]

    def test_what_can_not_be_stored_with_its_cursors_is_aborted(self, grid, sends):
        """Readers wait for nothing that is left open."""
        sends(1)
        away, connection = Without(grid.parcels, "store", StoreUnavailable("away")), grid.connect()
        agent = grid.begin(broker=connection, parts=(grid.logs, grid.destinations, away))
        with pytest.raises(StoreUnavailable):
            grid.step(agent)
        assert connection.prepared is None
        assert grid.cluster.records == []

    def test_parcel_waits_while_the_destination_can_not_be_asked(self, grid, clock, sends):
        who = sends(1)
        grid.dies_before_cursors_move()
        clock.forward(seconds=SHORT_SECONDS)
        other, grid.cluster.error = grid.begin("second", sender="other"), DestinationUnavailable("away")
        for _ in range(3):
            with pytest.raises(DestinationUnavailable):
                grid.step(other)
        assert (grid.count(parcels.c.Number), grid.destinations.progress()[0].error) == (1, "away")
        grid.cluster.error = None
        grid.run(other)
        assert grid.has(TEXTS, who)
        assert grid.count(parcels.c.Number) == 0

    def test_rejected_record_is_told_counted_and_not_sent_again(self, grid):
        agent, told = grid.begin(), []
        grid.cluster.refused, agent.on_rejected = ("odd",), told.append
        grid.send(b"one\nodd\ntwo\n")
        grid.run(agent)
        found = grid.destinations.progress()[0]
        assert (found.rejected, found.reason, len(told)) == (1, "too odd", 1)
        assert grid.has(["one", "two"])

    def test_destination_without_transactions_is_sent_to_without_parcels(self, grid, sends):
        who, broker = sends(1), Broker()
        fails = Mortal(grid.parcels, Fate(1, is_done_before=False))
        grid.run(grid.begin(broker=broker, parts=(grid.logs, grid.destinations, fails)))
        assert [each.message for each in broker.records if each.pilot == who and not each.kind.is_event] == TEXTS

    def test_log_may_be_deleted_while_it_is_in_a_parcel(self, grid, clock, sends):
        who, other = sends(1), sends(2)
        grid.dies_before_cursors_move()
        grid.deleting.delete([grid.log(who)], Selection(vos=(VO,), stamps=(who.stamp,)))
        clock.forward(seconds=SHORT_SECONDS)
        grid.run(grid.begin())
        assert grid.has(TEXTS, other)
        assert grid.count(parcels.c.Number) == 0

    def test_log_that_the_walk_alone_finds_is_sent_after_its_parcel_was_settled(self, grid, clock, sends):
        who = sends(1)
        grid.dies_before_commit()
        clock.forward(hours=1)
        agent, settles = grid.begin(sender="other"), WALKED.index(State.COMPLETE) + 1
        for _ in range(settles + 1):
            grid.step(agent, caught_up_at=clock())
        assert grid.has(TEXTS, who)

    def test_log_goes_on_though_its_parcel_is_lost(self, grid, clock, sends):
        """A database that was restored may lack it: what nobody knows counts as not committed."""
        who = sends(1)
        grid.dies_before_commit()
        grid.transactions.run(lambda connection: connection.execute(delete(parcels)).rowcount)
        clock.forward(seconds=SHORT_SECONDS)
        grid.run(grid.begin())
        assert grid.has(TEXTS, who)

    def test_destination_is_forgotten_with_its_parcels(self, grid, sends):
        sends(1)
        grid.dies_before_cursors_move()
        assert grid.count(parcels.c.Number) == 1
        grid.destinations.forget(NAME)
        assert grid.count(parcels.c.Number) == 0
