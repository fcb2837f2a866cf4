"""Figures of causes through the methods of the collector: what they cover is told."""

from types import SimpleNamespace

import pytest

from PilotLoggingDIRAC.pilotlog.access import Caller
from PilotLoggingDIRAC.pilotlog.outcome import Fates
from PilotLoggingDIRAC.pilotlog.read.audit import Audit
from PilotLoggingDIRAC.pilotlog.read.reader import LogReader
from PilotLoggingDIRAC.pilotlog.settings import AuditSettings, ReadSettings, StatusSettings
from PilotLoggingDIRAC.transport.causes import CausesMixin
from tests.custody_contract import VO, pilot
from tests.diagnoses_contract import ODD, Agents

BEGINNING = pilot(0).stamp[:8]


class Handler(CausesMixin):
    """A handler of a collector that takes the stamps of two pilots at most."""

    def __init__(self, agents):
        query, fates = LogReader(agents.reader, ReadSettings(max_rows=2)), Fates(StatusSettings(), agents.clock)
        self.collector = SimpleNamespace(query=query, fates=fates, db=SimpleNamespace(diagnoses=agents.diagnoses))
        self.who = Caller("op", "op_group", VO, frozenset({"Operator"}))
        self.audit = Audit(lambda event, facts: None, AuditSettings())


@pytest.fixture
def agents(transactions, clock):
    return Agents(transactions, clock)


def fail(agents, number):
    for each in range(number):
        agents.fail(pilot(each), ODD % each)
    agents.diagnose()


def wanted(agents):
    return {"Name": BEGINNING, "FromDate": str(agents.later(days=-1))}


@pytest.mark.parametrize(("number", "more"), [(1, False), (3, True)])
def test_that_more_pilots_have_a_part_of_a_name_than_are_counted_is_told(agents, number, more):
    fail(agents, number)
    found = Handler(agents).export_getCauses(wanted(agents))["Value"]
    assert (found["Logs"], found["More"]) == (min(number, 2), more)


def test_groups_of_some_of_the_pilots_with_a_part_of_a_name_are_refused(agents):
    fail(agents, 2)
    assert [group["Logs"] for group in Handler(agents).export_getUnknownFailures(wanted(agents))["Value"]] == [2]
    fail(agents, 3)
    found = Handler(agents).export_getUnknownFailures(wanted(agents))
    assert not found["OK"] and "More than 2 pilots" in found["Message"]
