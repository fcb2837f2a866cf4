"""Running pilots get their reference, site, CE, status, jobs and host from DIRAC and from what they send."""

from dataclasses import replace

import pytest
from sqlalchemy import delete, select, update

from PilotLoggingDIRAC.pilotlog.access import Scope
from PilotLoggingDIRAC.pilotlog.describe import hosts, running
from PilotLoggingDIRAC.pilotlog.describe.hosts import HostFinder, host_in
from PilotLoggingDIRAC.pilotlog.describe.running import RunningDescriber
from PilotLoggingDIRAC.pilotlog.describe.settings import DescribeSettings
from PilotLoggingDIRAC.pilotlog.describe.unsettled import Description
from PilotLoggingDIRAC.pilotlog.errors import StoreUnavailable
from PilotLoggingDIRAC.pilotlog.model import PilotId, PilotInfo, PilotJob, Selection
from PilotLoggingDIRAC.pilotlog.sql.describe.pilot_jobs import SqlPilotJobs
from PilotLoggingDIRAC.pilotlog.sql.describe.unsettled import SqlUnsettled
from PilotLoggingDIRAC.pilotlog.sql.schema.tables import batches, logs, unsettled
from tests.conftest import PILOT
from tests.described import dirac  # noqa: F401
from tests.stored import alter, reader, store  # noqa: F401

EVERYTHING = Scope(everything=True)
OTHER = PilotId(PILOT.vo, "b" * 32)
SETTINGS = DescribeSettings()


@pytest.fixture
def describer(transactions, clock, dirac, seconds):
    def make(settings=SETTINGS, owners=dirac.owners, told=lambda subject, error: None):
        return RunningDescriber(
            SqlUnsettled(transactions), dirac.pilots, owners, settings, clock, told, monotonic=seconds
        )

    return make


@pytest.fixture
def jobs(transactions, reader):
    return lambda pilot=PILOT: SqlPilotJobs(transactions).of([reader.find(pilot)[-1].id])


@pytest.fixture
def later(clock, seconds):
    """Let some seconds pass, on both clocks."""

    def forward(span):
        clock.forward(seconds=span)
        seconds.now += span

    return forward


def unsettled_ids(transactions):
    return transactions.run(lambda connection: list(connection.execute(select(unsettled.c.LogID)).scalars()))


def facts(reader, pilot=PILOT):
    log = reader.find(pilot)[-1]
    return log.reference, log.site, log.ce, log.pilot_status


def test_a_running_pilot_is_found_by_its_site_and_reference_in_the_next_step(store, reader, dirac, describer):
    dirac.submit(PILOT, 7, "Running")
    steps = describer()
    steps.run()
    store(b"hello\n")
    assert steps.run() == 1
    assert facts(reader) == ("htcondorce://ce.alpha.org/7", "LCG.Alpha.org", "ce.alpha.org", "Running")
    for wanted in (Selection(sites=("LCG.Alpha.org",)), Selection(references=("htcondorce://ce.alpha.org/7",))):
        total, _ = reader.select(EVERYTHING, wanted, "LastSeen", True, 0, 10)
        assert total.number == 1


@pytest.fixture
def restore(transactions):
    """Bring back a database that knows no log: ids are given again."""

    def step(connection):
        for table in (unsettled, batches, logs):
            connection.execute(delete(table))

    return lambda: transactions.run(step)


def test_ids_that_are_given_again_are_described_after_all_was_forgotten(
    store, reader, dirac, describer, restore, later
):
    """Site and host both: what was taken and what was looked at are remembered by the id."""
    steps = describer()
    for pilot, number in ((OTHER, 6), (PILOT, 7)):
        dirac.submit(pilot, number, "Running")
        store(f"2026-11-21T08:10:01.5Z INFO [PilotParams] Host FQDN  = wn{number}.alpha.org\n".encode(), pilot=pilot)
        steps.run()
        later(90)  # then it is no late one any more
        steps.run()
        log = reader.find(pilot)[-1]
        assert (log.id, log.site, log.host) == (1, "LCG.Alpha.org", f"wn{number}.alpha.org")
        restore()
        steps.forget()


def test_logs_that_were_received_before_the_first_step_are_described(store, reader, dirac, describer):
    dirac.submit(PILOT, 7)
    store(b"hello\n")
    store(b"done\n", return_code="0", pilot=OTHER)
    describer().run()
    assert facts(reader)[1] == "LCG.Alpha.org"


def test_status_and_jobs_are_looked_up_again_while_the_pilot_runs(store, reader, dirac, describer, later, jobs):
    dirac.submit(PILOT, 7)
    store(b"hello\n")
    steps = describer()
    steps.run()
    dirac.set(7, Status="Running", GridSite="LCG.Beta.org")
    dirac.match(7, 4711, "ada")
    dirac.match(7, 4712)
    assert steps.run() == 0  # not before its time
    later(SETTINGS.describe_again_seconds)
    assert steps.run() == 1
    assert (facts(reader)[1], facts(reader)[3]) == ("LCG.Beta.org", "Running")
    assert list(jobs().values()) == [(PilotJob(4711, "ada"), PilotJob(4712))]


def test_what_dirac_does_not_know_takes_nothing_away(store, reader, dirac, describer, later):
    dirac.submit(PILOT, 7)
    store(b"hello\n")
    steps = describer()
    steps.run()
    dirac.set(7, GridSite="Unknown", DestinationSite="NotAssigned")
    later(SETTINGS.describe_again_seconds)
    assert steps.run() == 0
    assert facts(reader)[1:3] == ("LCG.Alpha.org", "ce.alpha.org")


def test_a_stamp_of_another_vo_s_pilot_describes_nothing(store, reader, dirac, describer):
    dirac.submit(replace(PILOT, vo="beta_vo"), 7)
    store(b"hello\n")
    describer().run()
    assert facts(reader) == ("", "", "", "")


def test_a_pilot_that_ended_before_its_log_came_is_found_later(store, reader, dirac, describer, later):
    dirac.submit(PILOT, 7, "Failed")
    store(b"hello\n")
    steps = describer()
    steps.run()
    assert facts(reader)[3] == ""
    later(SETTINGS.describe_whole_seconds)
    steps.run()
    assert facts(reader)[3] == "Failed"


def test_a_log_is_settled_when_it_has_ended_and_dirac_s_word_is_final(
    store, reader, dirac, describer, later, transactions, jobs
):
    dirac.submit(PILOT, 7)
    store(b"hello\n")
    steps = describer()
    steps.run()
    store(b"", return_code="0")
    dirac.match(7, 4711)
    later(SETTINGS.describe_again_seconds)
    steps.run()
    assert unsettled_ids(transactions)  # DIRAC has not noticed yet
    dirac.set(7, Status="Done")
    later(SETTINGS.describe_again_seconds)
    steps.run()
    assert unsettled_ids(transactions) == []
    assert (facts(reader)[3], list(jobs().values())) == ("Done", [(PilotJob(4711),)])
    later(3600)
    steps.run()
    assert unsettled_ids(transactions) == []


def test_a_log_that_is_received_stays_unsettled_whatever_dirac_says(
    store, reader, dirac, describer, later, transactions
):
    dirac.submit(PILOT, 7)
    store(b"hello\n")
    steps = describer()
    steps.run()
    dirac.set(7, Status="Done")
    later(SETTINGS.describe_again_seconds)
    steps.run()
    assert facts(reader)[3] == "Done" and unsettled_ids(transactions)


def test_a_log_that_came_late_is_looked_up_before_it_is_given_up(store, reader, dirac, describer, later):
    dirac.submit(PILOT, 7, "Done")
    store(b"hello\n", return_code="0")
    later(2 * SETTINGS.describe_patience_seconds)
    steps = describer()
    steps.run()
    later(SETTINGS.describe_whole_seconds)
    steps.run()
    assert facts(reader)[3] == "Done"


def test_nobody_waits_for_ever_for_dirac_s_word(store, describer, later, transactions):
    store(b"hello\n", return_code="0")
    steps = describer()
    steps.run()
    assert unsettled_ids(transactions)
    later(SETTINGS.describe_patience_seconds)
    steps.run()
    assert unsettled_ids(transactions) == []


def test_many_logs_are_looked_up_a_bounded_number_at_a_time(store, reader, dirac, describer, later):
    pilots = [PilotId(PILOT.vo, f"{number:032x}") for number in range(1, 8)]
    for number, pilot in enumerate(pilots, 1):
        dirac.submit(pilot, number)
        store(b"hello\n", pilot=pilot)
    steps = describer(replace(SETTINGS, describe_pilots=3))
    assert [steps.run() for _ in range(4)] == [3, 3, 1, 0]
    assert {facts(reader, pilot)[1] for pilot in pilots} == {"LCG.Alpha.org"}
    for number in range(1, 8):
        dirac.set(number, Status="Running")
    later(SETTINGS.describe_again_seconds)
    assert sum(steps.run() for _ in range(3)) == 7


@pytest.fixture
def seven(store, dirac, transactions, clock, seconds, monkeypatch):
    """``seven(rest)``: the steps of a describer that looks at two logs a piece, and the pilots of seven new logs."""
    monkeypatch.setattr(running, "_LOGS_PER_PIECE", 2)
    pilots = [PilotId(PILOT.vo, f"{number:032x}") for number in range(1, 8)]

    def make(rest, **bounds):
        known = (dirac.pilots, dirac.owners, replace(SETTINGS, **bounds), clock)
        steps = RunningDescriber(SqlUnsettled(transactions), *known, monotonic=seconds, rest=rest)
        steps.run()
        for number, pilot in enumerate(pilots, 1):
            store(
                f"2026-11-21T08:10:01.5Z INFO [PilotParams] Host FQDN  = wn{number}.alpha.org\n".encode(), pilot=pilot
            )
        return steps, pilots

    return make


def test_after_each_piece_of_many_logs_others_have_their_turn(seven, reader, dirac, later):
    """New ones, those that DIRAC does not know, and those that are looked up again: seven of each, two a piece."""
    rests = []
    steps, pilots = seven(lambda took: rests.append(took) or True)
    assert (steps.run(), len(rests)) == (7, 6)  # read and written
    later(SETTINGS.describe_whole_seconds)
    for number, pilot in enumerate(pilots, 1):
        dirac.submit(pilot, number, "Running")
    assert (steps.run(), len(rests)) == (7, 15)
    later(max(SETTINGS.describe_again_seconds, SETTINGS.describe_whole_seconds))
    for number in range(1, 8):
        dirac.set(number, Status="Done")
    assert (steps.run(), len(rests)) == (7, 18)
    assert {facts(reader, pilot)[3] for pilot in pilots} == {"Done"}


def test_a_component_that_ends_while_it_rests_looks_at_no_more(seven, dirac, later):
    ends = []
    steps, pilots = seven(lambda took: not ends)
    for number, pilot in enumerate(pilots, 1):
        dirac.submit(pilot, number, "Running")
    ends.append(True)
    assert steps.run() == 0
    ends.clear()
    assert steps.run() == 7
    for number in range(1, 8):
        dirac.set(number, Status="Done")
    later(SETTINGS.describe_again_seconds)
    ends.append(True)
    assert [steps.run() for _ in range(5)] == [2, 2, 2, 1, 0]


def test_new_pilots_have_their_turn_while_many_are_looked_up_again(seven, dirac, later):
    steps, pilots = seven(lambda took: later(SETTINGS.describe_seconds / 2) or True)
    for number, pilot in enumerate(pilots, 1):
        dirac.submit(pilot, number, "Running")
    assert steps.run() == 7
    for number in range(1, 8):
        dirac.set(number, Status="Done")
    later(SETTINGS.describe_again_seconds)
    assert [steps.run() for _ in range(3)] == [4, 3, 0]


def test_beginnings_are_read_of_a_bounded_number_of_logs_at_a_time(seven, reader):
    steps, pilots = seven(lambda took: True, describe_hosts=3)
    for known in (3, 6, 7):
        steps.run()
        assert len([pilot for pilot in pilots if reader.find(pilot)[0].host]) == known


def test_a_status_that_others_wrote_meanwhile_stays_when_only_the_host_is_news(store, reader, transactions, alter):
    store(b"hello\n")
    log, store_of = reader.find(PILOT)[0], SqlUnsettled(transactions)
    alter(update(logs).values(PilotStatus="Running"))
    before = reader.find(PILOT)[0]
    alter(update(logs).values(PilotStatus="Done"))
    store_of.describe([Description(before, PilotInfo("", "", "", False, "Running", 0), (), "wn17")])
    assert (facts(reader)[3], reader.find(PILOT)[0].host) == ("Done", "wn17")
    assert log.host == ""


def test_a_backlog_is_taken_whole_however_long_it_lasts(store, reader, dirac, describer, later):
    pilots = [PilotId(PILOT.vo, f"{number:032x}") for number in range(1, 8)]
    for number, pilot in enumerate(pilots, 1):
        dirac.submit(pilot, number)
        store(b"hello\n", pilot=pilot)
    steps = describer(replace(SETTINGS, describe_pilots=2))
    for _ in range(5):
        steps.run()
        later(300)
    assert {facts(reader, pilot)[1] for pilot in pilots} == {"LCG.Alpha.org"}


def test_owners_that_can_t_be_told_delay_nothing_and_are_told_later(store, dirac, describer, later, jobs):
    class Away:
        gone = True

        def owners(self, numbers):
            if self.gone:
                raise StoreUnavailable("away")
            return dirac.owners.owners(numbers)

    away, told = Away(), []
    dirac.submit(PILOT, 7)
    dirac.match(7, 4711, "ada")
    store(b"hello\n")
    steps = describer(owners=away, told=lambda subject, error: told.append(subject))
    steps.run()
    assert (list(jobs().values()), told) == ([(PilotJob(4711),)], ["owners of jobs"])
    away.gone = False
    later(SETTINGS.describe_again_seconds)
    steps.run()
    assert list(jobs().values()) == [(PilotJob(4711, "ada"),)]


def test_the_host_is_what_the_pilot_says_at_its_beginning(store, reader, describer):
    steps = describer()
    store(b"hello\n")
    steps.run()
    assert reader.find(PILOT)[0].host == ""
    store(b"2026-11-21T08:10:01.5Z INFO [PilotParams] Host FQDN  = wn17.alpha.org\n")
    steps.run()
    assert reader.find(PILOT)[0].host == "wn17.alpha.org"


def test_a_host_is_written_although_the_store_was_away_when_it_was_found(store, reader, describer, monkeypatch):
    def away(*_):
        raise StoreUnavailable("away")

    steps = describer()
    store(b"2026-11-21T08:10:01.5Z INFO [PilotParams] Host FQDN  = wn17.alpha.org\n")
    with monkeypatch.context() as patch:
        patch.setattr(SqlUnsettled, "describe", away)
        with pytest.raises(StoreUnavailable):
            steps.run()
    steps.run()
    assert reader.find(PILOT)[0].host == "wn17.alpha.org"


def test_the_memory_of_logs_without_a_host_is_bounded(store, reader, monkeypatch):
    monkeypatch.setattr(hosts, "_MAX_LOGS", 2)
    pilots = [PilotId(PILOT.vo, f"{number:032x}") for number in range(1, 4)]
    for pilot in pilots:
        store(b"hello\n", pilot=pilot)
    read = []
    finder = HostFinder(lambda ids, chunks: read.extend(ids) or dict.fromkeys(ids, b""), 1)
    found = [reader.find(pilot)[0] for pilot in pilots]
    for log in [*found, found[2], found[0]]:
        finder.begin()
        finder.of([log])
    assert read == [log.id for log in [*found, found[0]]]


@pytest.mark.parametrize("words", [b"wn17 ; rm -rf", b"<b>", b"x" * 200, "\u202ewn".encode(), b"../../etc"])
def test_what_can_be_no_name_is_no_host(words):
    assert host_in(b"Host FQDN  = " + words + b"\n") in ("", "wn17")


def test_a_log_that_was_deleted_stays_empty(store, reader, dirac, describer, alter, transactions):
    dirac.submit(PILOT, 7)
    dirac.match(7, 4711)
    store(b"hello\n")
    log = reader.find(PILOT)[0]
    store_of = SqlUnsettled(transactions)
    store_of.take(0, 10)
    page = store_of.page(False, 0, 10)
    alter(update(logs).values(State="Deleted"))
    info = dirac.pilots.by_stamp([PILOT])[PILOT]
    store_of.describe([Description(page[0].log, info, (PilotJob(4711),))])
    found = transactions.run(lambda connection: connection.execute(select(logs.c.Site, logs.c.PilotStatus)).all())
    assert found == [("", "")] and SqlPilotJobs(transactions).of([log.id]) == {}
