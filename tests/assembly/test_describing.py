"""The thread that describes running pilots: its pace, its duty, and that nothing waits for DIRAC's databases."""

import threading
from datetime import datetime

import pytest
from sqlalchemy import delete

from PilotLoggingDIRAC.adapters.database import LogDatabase
from PilotLoggingDIRAC.adapters.job_owners import JobOwners
from PilotLoggingDIRAC.assembly import describing
from PilotLoggingDIRAC.assembly.describing import DescribingWatch, pause_after
from PilotLoggingDIRAC.pilotlog.describe.settings import DescribeSettings
from PilotLoggingDIRAC.pilotlog.model import Numbered, PilotId
from PilotLoggingDIRAC.pilotlog.settings import StoreSettings
from PilotLoggingDIRAC.pilotlog.sql.schema.tables import batches, identity, logs, unsettled
from tests.conftest import PILOT, batch
from tests.described import Dirac
from tests.empty_store import empty_store
from tests.waiting import until

OTHER = PilotId(PILOT.vo, "b" * 32)
HOST = b"2026-11-21T08:10:01.5Z INFO [PilotParams] Host FQDN  = wn17.alpha.org\n"


@pytest.fixture
def dirac(tmp_path, monkeypatch):
    """DIRAC's databases, which the configuration names."""
    found = Dirac(tmp_path / "dirac.db")
    for module in ("pilot_agents", "job_owners"):
        monkeypatch.setattr(f"PilotLoggingDIRAC.adapters.{module}.database_url", lambda name: found.url)
    yield found
    found.close()


@pytest.fixture
def watch(tmp_path):
    """``watch(...)``: a started watch over the one store, with some options."""
    started, options = [], {"DescribeSeconds": 0.02, "DescribeAgainSeconds": 0.02}
    empty_store(tmp_path).dispose()

    def start(**more):
        db = LogDatabase(f"sqlite:///{tmp_path}/logs.db")
        found = DescribingWatch(db, lambda name, default: (options | more).get(name, default), StoreSettings())
        started.append((found, db))
        found.start()
        return found, db

    yield start
    for found, db in started:
        found.stop()
        db.close()


def send(db, pilot, number, text=b"hello\n"):
    now = datetime(2026, 11, 26, 8)
    db.appender.append("e", [Numbered(number, batch(text, pilot, now))])


def restore(db):
    """Bring back a database that knows no log, under a new name, as an administrator gives it one afterwards."""

    def step(connection):
        for table in (identity, unsettled, batches, logs):
            connection.execute(delete(table))

    db.unsettled.transactions.run(step)


def site(db, pilot):
    return db.reader.find(pilot)[0].site


def owners_of(db, pilot):
    log_id = db.reader.find(pilot)[0].id
    return [job.owner for job in db.pilot_jobs.of([log_id]).get(log_id, ())]


def test_running_pilots_get_their_site_and_another_collector_goes_on_when_one_ends(watch, dirac):
    first, db = watch()
    dirac.submit(PILOT, 1)
    send(db, PILOT, 1)
    until(lambda: site(db, PILOT) == "LCG.Alpha.org")
    watch()
    first.stop()
    dirac.submit(OTHER, 2)
    send(db, OTHER, 2)
    until(lambda: site(db, OTHER) == "LCG.Alpha.org")


def test_a_log_with_an_id_of_before_the_database_was_restored_is_described(watch, dirac):
    _, db = watch()
    ids = []
    for number, pilot in enumerate((PILOT, OTHER), start=1):
        dirac.submit(pilot, number)
        send(db, pilot, number, HOST)
        until(lambda pilot=pilot: db.reader.find(pilot)[0].host == "wn17.alpha.org")
        ids.append(db.reader.find(pilot)[0].id)
        restore(db)
    assert ids == [1, 1]


def test_dirac_that_can_t_be_asked_is_told_once_and_asked_again(watch, dirac, monkeypatch):
    told = []
    monkeypatch.setattr(describing._log, "warn", lambda *words: told.append(words))
    dirac.run("ALTER TABLE PilotAgents RENAME TO Away")
    _, db = watch()
    send(db, PILOT, 1)
    until(lambda: told)
    dirac.run("ALTER TABLE Away RENAME TO PilotAgents")
    dirac.submit(PILOT, 1)
    until(lambda: site(db, PILOT) == "LCG.Alpha.org")
    assert len(told) == 1


def test_each_outage_of_the_owners_of_jobs_is_told_once(watch, dirac, monkeypatch):
    """Between two questions for owners there are looks without one, which say nothing of the outage."""
    told, asked, owners = [], [], JobOwners.owners
    monkeypatch.setattr(describing._log, "warn", lambda *words: told.append(words))
    monkeypatch.setattr(JobOwners, "owners", lambda self, jobs: asked.append(jobs) or owners(self, jobs))
    dirac.submit(PILOT, 1)
    dirac.match(1, 7, "alice")
    _, db = watch(DescribeAgainSeconds=0.2, DescribeLoadPercent=100)
    for outage in (1, 2):
        dirac.run("ALTER TABLE Jobs RENAME TO Away")
        send(db, PILOT, outage)
        until(lambda outage=outage: len(told) >= outage)
        several = len(asked) + 4
        until(lambda several=several: len(asked) >= several)
        assert len(told) == outage
        assert "owners of jobs" in told[-1][0]
        dirac.run("ALTER TABLE Away RENAME TO Jobs", f"UPDATE Jobs SET Owner = 'owner {outage}'")
        until(lambda outage=outage: owners_of(db, PILOT) == [f"owner {outage}"])


def test_a_collector_goes_on_after_a_rest_while_it_has_the_duty_and_the_database(watch, dirac):
    first, db = watch(DescribeSeconds="0")
    second, _ = watch(DescribeSeconds="0")
    assert first._rest(0.0)
    assert not second._rest(0.0)
    restore(db)
    assert not first._rest(0.0)
    assert first._rest(0.0)
    first.stop()
    assert not first._rest(0.0)


def test_without_an_interval_nothing_is_looked_up(watch, dirac):
    before = {thread.name for thread in threading.enumerate()}
    watch(DescribeSeconds="0")
    assert {thread.name for thread in threading.enumerate()} <= before


@pytest.mark.parametrize(("took", "pause"), [(0.0, 5.0), (0.1, 5.0), (2.0, 18.0)])
def test_look_ups_take_a_tenth_of_the_time_at_most(took, pause):
    assert pause_after(took, DescribeSettings()) == pytest.approx(pause)
