"""Lists cost what their bound says: counting ends, sorting is of the newest, and each log is there once."""

from datetime import timedelta

import pytest

from PilotLoggingDIRAC.commands.logs.listing import Listing
from PilotLoggingDIRAC.pilotlog.access import Scope
from PilotLoggingDIRAC.pilotlog.errors import InvalidInput
from PilotLoggingDIRAC.pilotlog.model import Numbered, PilotId, PilotInfo, Selection, State
from PilotLoggingDIRAC.pilotlog.ports import Total
from PilotLoggingDIRAC.pilotlog.sql.archive.custody import SqlCustody
from PilotLoggingDIRAC.pilotlog.sql.read.page_queries import SqlPageQueries
from PilotLoggingDIRAC.pilotlog.sql.write.appender import SqlAppender
from tests.conftest import batch
from tests.stored import reader  # noqa: F401

ALL = Scope(everything=True)
SITE = "LCG.Here.org"


@pytest.fixture
def six(transactions, clock, reader):
    """Six logs, ``s0`` heard of first and ``s5`` last; the older, the longer.

    ``s1`` and ``s4`` are of another VO, ``s4`` and ``s5`` of the site; ``s0`` is complete.
    """
    appender = SqlAppender(transactions, clock)
    for number in range(6):
        clock.now += timedelta(minutes=1)
        pilot = PilotId("beta_vo" if number in (1, 4) else "alpha_vo", f"s{number}")
        appender.append("e", [Numbered(number + 1, batch(b"x\n" * (9 - number), pilot, clock.now))])
    appender.append(
        "e", [Numbered(9, batch(b"", PilotId("alpha_vo", "s0"), clock.now - timedelta(hours=1), return_code="0"))]
    )
    there = {log.id: PilotInfo("ref", SITE) for log in reader.find_stamps(["s4", "s5"])}
    SqlCustody(transactions, clock).describe(there)
    return reader


EVERYTHING = Selection()


def listed(reader, scope=ALL, wanted=EVERYTHING, order="LastSeen", descending=True, start=0, limit=9, most=9):
    total, logs = reader.select(scope, wanted, order, descending, start, limit, most)
    return total, "".join(log.pilot.stamp[1] for log in logs)


def test_counting_ends_at_the_bound_and_says_so(six):
    assert listed(six, most=6)[0] == Total(6)
    assert listed(six, most=5)[0] == Total(5, more=True)


@pytest.mark.parametrize("descending", [True, False])
@pytest.mark.parametrize("order", ["LastSeen", "LogID"])
def test_by_time_and_number_the_list_is_whole_however_little_is_counted(six, order, descending):
    assert listed(six, order=order, descending=descending, most=2) == (
        Total(2, True),
        "543210" if descending else "012345",
    )


def test_another_order_sorts_the_newest(six):
    assert listed(six, order="NumberOfBytes", most=6)[1] == "012345"
    assert listed(six, order="NumberOfBytes", most=3)[1] == "345"
    assert listed(six, order="NumberOfBytes", descending=False, most=3)[1] == "543"


def test_pages_follow_each_other(six):
    pages = [listed(six, start=start, limit=2, most=4)[1] for start in (0, 2, 4)]
    assert pages == ["54", "32", "10"]


def test_a_page_beyond_what_is_counted_is_refused(six):
    with pytest.raises(InvalidInput):
        listed(six, start=5, most=4)


BOTH = Scope(vos=frozenset({"beta_vo"}), sites=frozenset({SITE}))


@pytest.mark.parametrize("most", [1, 9])
def test_a_log_that_is_in_the_scope_twice_is_there_once(six, most):
    total, stamps = listed(six, BOTH, most=most)
    assert (total, stamps) == (Total(1, True) if most == 1 else Total(3), "541")


@pytest.mark.parametrize("wanted", [{"vos": ("alpha_vo", "beta_vo")}, {"states": (State.RECEIVING, State.COMPLETE)}])
@pytest.mark.parametrize("most", [2, 9])
def test_several_values_of_a_field_make_one_list(six, wanted, most):
    assert listed(six, wanted=Selection(**wanted), most=most)[1] == "543210"


def test_more_values_than_are_looked_up_one_by_one_do_too(six):
    many = (*tuple(f"vo{number}" for number in range(50)), "alpha_vo", "beta_vo")
    assert listed(six, wanted=Selection(vos=many), most=2)[1] == "543210"


def test_a_scope_of_nothing_lists_nothing(six):
    assert listed(six, Scope()) == (Total(0), "")


def test_states_are_counted_in_the_newest(six, transactions):
    views = SqlPageQueries(transactions)
    assert views.states(ALL, Selection(), 9) == {State.RECEIVING: 5, State.COMPLETE: 1}
    assert views.states(ALL, Selection(), 5) == {State.RECEIVING: 5}
    assert views.states(BOTH, Selection(), 2) == {State.RECEIVING: 2}


@pytest.mark.parametrize("more, words", [(True, "1 to 2 of more than 5 logs"), (False, "1 to 2 of 5 logs")])
def test_the_command_says_when_there_are_more_than_were_counted(more, words):
    assert Listing(5, [{}, {}], 0, more).place(1).startswith(words)
