"""Lists by outcome find the logs whose pilots fared so, and no others."""

from datetime import timedelta
from itertools import product

import pytest
from sqlalchemy import insert

from PilotLoggingDIRAC.pilotlog.access import Scope
from PilotLoggingDIRAC.pilotlog.errors import InvalidInput
from PilotLoggingDIRAC.pilotlog.model import Outcome, Selection, State
from PilotLoggingDIRAC.pilotlog.outcome import Fates, outcome
from PilotLoggingDIRAC.pilotlog.settings import StatusSettings
from PilotLoggingDIRAC.pilotlog.sql.read.page_queries import SqlPageQueries
from PilotLoggingDIRAC.pilotlog.sql.read.searcher import SqlSearcher
from PilotLoggingDIRAC.pilotlog.sql.schema.tables import logs
from tests.stored import reader  # noqa: F401

EVERYTHING = Scope(everything=True)
SITES = ("LCG.Alpha.org", "LCG.Beta.org")
STATES = [state for state in State if state is not State.DELETED]
CODES = (None, "", "0", "1", "77")
STATUSES = ("", "Running", "Done", "Aborted", "Deleted", "Failed")
AGES = (timedelta(minutes=1), timedelta(minutes=5), timedelta(hours=1))


@pytest.fixture
def fates(clock):
    return Fates(StatusSettings(), clock)


@pytest.fixture
def all_kinds(transactions, clock):
    """One log of each state, code, status and age, at one of two sites, and as many that were deleted."""
    kinds = product([*STATES, State.DELETED], CODES, STATUSES, AGES)
    found = [
        {
            "VO": "vo.alpha.org",
            "PilotStamp": f"{number:032x}",
            "Part": 1,
            "State": state.value,
            "FirstSeen": clock() - age,
            "LastSeen": clock() - age,
            "Resend": b"",
            "ReturnCode": code,
            "PilotStatus": status,
            "Site": SITES[number % 2],
        }
        for number, (state, code, status, age) in enumerate(kinds)
    ]
    transactions.run(lambda connection: connection.execute(insert(logs), found))


def select(reader, fates, scope=EVERYTHING, **fields):
    wanted = fates.resolved(Selection(**fields))
    total, found = reader.select(scope, wanted, "LastSeen", True, 0, 1000)
    assert total.number == len(found) == len({log.id for log in found})
    return found


@pytest.mark.parametrize("wanted", list(Outcome))
def test_a_list_by_outcome_has_all_and_only_logs_of_pilots_that_fared_so(all_kinds, reader, fates, wanted):
    everything = select(reader, fates)
    alike = {log.id for log in everything if outcome(log, fates.of(log)) is wanted}
    assert alike and {log.id for log in select(reader, fates, outcomes=(wanted,))} == alike


def test_several_outcomes_at_a_site_are_those_of_each(all_kinds, reader, fates):
    several = (Outcome.FAILED, Outcome.KILLED)
    alike = {log.id for one in several for log in select(reader, fates, outcomes=(one,)) if log.site == SITES[0]}
    assert {log.id for log in select(reader, fates, outcomes=several, sites=SITES[:1])} == alike
    for scope in (Scope(sites=frozenset(SITES[:1])), Scope(vos=frozenset({"x"}), sites=frozenset(SITES[:1]))):
        assert {log.id for log in select(reader, fates, scope, outcomes=several)} == alike


def test_a_search_looks_at_the_same_logs(all_kinds, transactions, reader, fates):
    wanted = fates.resolved(Selection(outcomes=(Outcome.KILLED,)))
    found = SqlSearcher(transactions).next(EVERYTHING, wanted, None, False, 1000)
    here = {log.id for log in select(reader, fates, outcomes=(Outcome.KILLED,)) if log.state is not State.PURGED}
    assert {log.id for log in found} == here


def test_outcomes_are_counted_as_they_are_listed_whichever_are_chosen(all_kinds, transactions, reader, fates):
    wanted = fates.resolved(Selection(sites=SITES[1:], outcomes=(Outcome.KILLED,)))
    counted = SqlPageQueries(transactions).outcomes(EVERYTHING, wanted, 4000, fates.silent_before())
    assert counted == {one: len(select(reader, fates, outcomes=(one,), sites=SITES[1:])) for one in Outcome}


def test_codes_that_are_not_wanted_leave_those_that_reported_another(all_kinds, reader, fates):
    found = {log.return_code for log in select(reader, fates, other_codes=("0", ""))}
    assert found == {"1", "77"}


def test_pilots_that_ended_without_saying_so_are_found_by_their_silence_or_by_dirac_s_word(all_kinds, reader, fates):
    everything = select(reader, fates)
    dead = {log.id for log in everything if fates.of(log).dead}
    ended = {log.id for log in everything if log.state is not State.RECEIVING}
    silent = {log.id for log in everything if log.return_code is None}
    assert {log.id for log in select(reader, fates, incomplete=True)} == silent & (ended | dead)
    assert {log.id for log in select(reader, fates, dead=True)} == dead
    assert {log.id for log in select(reader, fates, dead=True, incomplete=True)} == dead & silent


def test_outcomes_of_no_moment_are_refused(reader):
    with pytest.raises(InvalidInput):
        reader.select(EVERYTHING, Selection(outcomes=(Outcome.SILENT,)), "LastSeen", True, 0, 10)
