"""Steps about pilots that run leave the writer's rows alone, or lock few of them in a moment. On MariaDB."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from PilotLoggingDIRAC.pilotlog.archive.running.received import Seen
from PilotLoggingDIRAC.pilotlog.describe.unsettled import Description
from PilotLoggingDIRAC.pilotlog.diagnosed import Diagnosed
from PilotLoggingDIRAC.pilotlog.errors import StoreRefused
from PilotLoggingDIRAC.pilotlog.model import PilotInfo, PilotJob
from PilotLoggingDIRAC.pilotlog.sql.archive.sealing import SqlSealing
from PilotLoggingDIRAC.pilotlog.sql.connection.changes import change
from PilotLoggingDIRAC.pilotlog.sql.connection.engine import Transactions
from PilotLoggingDIRAC.pilotlog.sql.describe.pilot_jobs import SqlPilotJobs
from PilotLoggingDIRAC.pilotlog.sql.describe.unsettled import SqlUnsettled
from PilotLoggingDIRAC.pilotlog.sql.diagnose.diagnoses import SqlDiagnoses
from PilotLoggingDIRAC.pilotlog.sql.diagnose.running import SqlReceivedLogs
from PilotLoggingDIRAC.pilotlog.sql.forward.cursors import SqlForwardedLogs
from PilotLoggingDIRAC.pilotlog.sql.schema.tables import logs, unsettled
from tests.conftest import clock  # noqa: F401  (a fixture)
from tests.custody_contract import pilot
from tests.stored import reader, store  # noqa: F401  (fixtures)

LOGS = 120
JOB = PilotJob(4711, "ada")


class Looked(Transactions):
    """Transactions; before each is committed, ``locked`` notes how many logs a writer would wait for."""

    def __init__(self, inner):
        super().__init__(inner.engine, inner.settings)
        self.locked = []

    def run(self, step, *args):
        """See ``Transactions.run``."""

        def looked(connection):
            result = step(connection, *args)
            self.locked.append(self._locked())
            return result

        return super().run(looked)

    def _locked(self):
        with self.engine.connect() as writer, writer.begin():
            free = select(logs.c.LogID).with_for_update(skip_locked=True)
            return LOGS - len(writer.execute(free).all())


@pytest.fixture
def steps(transactions):
    return Looked(transactions)


@pytest.fixture
def received(store, reader):
    """Return logs that are received, in the order of their ids."""
    for number in range(LOGS):
        store(b"hello\n", pilot=pilot(number))
    return [reader.find(pilot(number))[0] for number in range(LOGS)]


def test_storing_diagnoses_locks_no_log(received, steps, clock):
    diagnosing = SqlReceivedLogs(steps, clock)
    diagnosing.begin(received, alone=False)
    steps.locked.clear()
    found = Diagnosed("disk-full", "The disk is full", "Site", 7, details="[]")
    said = [Seen(log, found if log.id % 2 else None) for log in received]
    assert diagnosing.store(said) == {log.id for log in received}
    assert steps.locked == [0]
    stored = SqlDiagnoses(steps, clock).of([log.id for log in received])
    assert {stored[log.id].cause for log in received if log.id % 2} == {"disk-full"}


def test_describing_locks_some_logs_at_a_time(received, steps, reader):
    describing = SqlUnsettled(steps)
    describing.take(0, LOGS)
    steps.locked.clear()
    infos = {log.id: PilotInfo(f"ref{log.id}", "LCG.Alpha.org", "ce", False, "Running", log.id) for log in received}
    told = [Description(log, infos[log.id], (JOB,), "wn17") for log in received]
    assert describing.describe(told) == LOGS
    assert len(steps.locked) > 2 and max(steps.locked) <= 50
    described = [reader.find(log.pilot)[0] for log in received]
    assert {(log.reference == f"ref{log.id}", log.pilot_status, log.host) for log in described} == {
        (True, "Running", "wn17")
    }
    assert SqlPilotJobs(steps).of([received[-1].id]) == {received[-1].id: (JOB,)}
    assert [one.pilot_id for one in describing.page(True, 0, LOGS)] == [log.id for log in received]
    _describe_again(describing, steps, described, infos)


def _describe_again(describing, steps, described, infos):
    """What is known already locks nothing, with a job whose owner is known as well."""
    steps.locked.clear()
    same = [Description(log, infos[log.id], (JOB,), "", pilot_id=log.id) for log in described]
    assert describing.describe(same) == 0
    assert set(steps.locked) == {0}


def test_jobs_get_owners_later(received, steps):
    describing, log = SqlUnsettled(steps), received[0]
    info = PilotInfo("ref", "LCG.Alpha.org", "ce", False, "Running", 7)
    for owner in ("", "ada", ""):
        describing.describe([Description(log, info, (replace(JOB, owner=owner), PilotJob(1)))])
    assert SqlPilotJobs(steps).of([log.id]) == {log.id: (PilotJob(1), JOB)}


def test_a_row_that_is_not_there_is_not_made(received, transactions):
    log = received[0]
    transactions.run(change, unsettled, [{"LogID": log.id, "PilotID": 7}])
    assert transactions.run(lambda connection: connection.execute(select(unsettled)).all()) == []


def test_an_error_in_the_midst_of_a_trip_undoes_all_of_it(received, transactions):
    rows = [{"LogID": log.id, "Site": "LCG.Beta.org", "State": "Receiving"} for log in received[:3]]
    rows[1]["State"] = "longer than the column"
    with pytest.raises(StoreRefused):
        transactions.run(change, logs, rows)
    found = transactions.run(lambda connection: connection.execute(select(logs.c.Site).distinct()).scalars().all())
    assert found == [""]


def test_many_logs_are_sealed_some_at_a_time(received, steps, clock):
    gone_on = replace(received[7], next_sequence=0)
    assert SqlSealing(steps).seal([*received[:7], gone_on, *received[8:]]) == LOGS - 1
    assert len(steps.locked) > 2 and max(steps.locked) <= 50


def test_new_logs_are_taken_some_at_a_time(received, steps):
    assert SqlUnsettled(steps).take(0, LOGS) == LOGS
    assert len(steps.locked) > 3 and max(steps.locked) <= 50


def test_claims_of_logs_to_forward_lock_only_the_new_ones_for_a_moment(received, steps, clock):
    forwarded, ids = SqlForwardedLogs(steps, clock), [log.id for log in received]
    until = clock() + timedelta(seconds=60)
    steps.locked.clear()
    assert len(forwarded.claim("engine", "agent", ids[:100], until)) == 100
    assert steps.locked == [50, 50, 0]
    forwarded.release("engine", "agent", ids[:100])
    steps.locked.clear()
    claimed = forwarded.claim("engine", "agent", ids, until)
    assert [one.log.id for one in claimed] == ids
    assert steps.locked == [0, 0, LOGS - 100, 0]
    assert forwarded.claim("engine", "another", ids, until) == []
