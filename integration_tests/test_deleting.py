"""Deleting on request on a real DIRAC: database, storage element, catalogue, command, both protocols."""

import random
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest

from PilotLoggingDIRAC.pilotlog.errors import LeaseLost
from PilotLoggingDIRAC.pilotlog.model import Batch, Numbered, State
from PilotLoggingDIRAC.pilotlog.sql.write.appender import SqlAppender
from tests.conftest import batch, clock, line  # noqa: F401  (clock is a fixture)
from tests.custody_contract import VO, pilot
from tests.deleting_contract import DeletingContract

from . import grid, rpc
from .stack import world
from .test_agent import cycle, logs, now  # noqa: F401  (fixtures)
from .waiting import until

SERVICES = ("WorkloadManagement/TornadoPilotLogging", "WorkloadManagement/PilotLogging")


class TestDeletingOnMariaDB(DeletingContract):
    """See ``deleting_contract``; and races, which need a database with locks of rows."""

    def test_deleting_one_log_waits_for_no_other(self, world, transactions):
        for number in range(50):
            world.finish(pilot(number))
        with transactions.engine.connect() as other:
            lock = f"SELECT * FROM PilotLogs WHERE PilotStamp = '{pilot(2).stamp}' FOR UPDATE"
            assert len(other.exec_driver_sql(lock).all()) == 1
            assert self.delete(world, pilot(1)).logs == 1

    def test_while_pilots_send_and_agents_archive_nothing_of_a_deleted_log_is_left(self, world, transactions, rows):
        pilots, stop = [pilot(number) for number in range(12)], threading.Event()

        def send(epoch):
            appender, chance, number = SqlAppender(transactions, world.clock), random.Random(epoch), 0
            while not stop.is_set():
                group = []
                for who in chance.sample(pilots, 4):
                    text = line(f"{epoch} {number} {len(group)}")
                    group.append(Numbered(number := number + 1, batch(text, who, world.clock())))
                    if chance.random() < 0.3:
                        group.append(Numbered(number := number + 1, batch(b"", who, world.clock(), "0")))
                appender.append(epoch, group)

        def archive():
            while not stop.is_set():
                for claim in world.custody.claim("agent", [1 + n for n in range(60)], world.later(minutes=15)):
                    try:
                        world.custody.archived(claim, world.record(claim)[0])
                    except LeaseLost:
                        world.custody.release(claim, None)

        with ThreadPoolExecutor(4) as pool:
            workers = [pool.submit(send, "one"), pool.submit(send, "two"), pool.submit(archive)]
            chance = random.Random(7)
            try:
                deleted = sum(self.delete(world, chance.choice(pilots)).logs for _ in range(200))
            finally:
                stop.set()
            for worker in workers:
                worker.result()
        for who in pilots:
            self.delete(world, who)
        assert deleted > 10
        assert rows("PilotLogBatches") == []
        assert {row["State"] for row in rows("PilotLogs")} == {"Deleted"}
        world.clock.forward(hours=1)
        due = {key.log_id for key, _ in world.custody.deleted_copies(VO, world.clock(), 10_000)}
        assert due == {row["LogID"] for row in rows("PilotLogFiles")}


def delete(stack, selection, dry_run=False, user="admin", service=SERVICES[0]):
    return rpc.call(stack, user, service, "deleteLogs", selection, dry_run)


def named(*pilots):
    return {"VO": pilots[0].vo, "PilotStamp": [who.stamp for who in pilots]}


def remains(stack, logs, who):
    """Return what is left of a pilot's log: on storage elements, in the catalogue, in the database."""
    of_log = "JOIN PilotLogs USING (LogID) WHERE PilotStamp = %s"
    tables = [stack.sql("PilotLoggingDB", f"SELECT 1 FROM {table} {of_log}", (who.stamp,))
              for table in ("PilotLogBatches", "PilotLogFiles")]  # fmt: skip
    return [logs.files(who), logs.catalogued(who), *map(list, tables), logs.reader.find(who)]


def output(stack, reference):
    answer = rpc.call(stack, "opal", "Monitoring/WebApp", "getPilotOutput", reference)
    return answer["Value"]["StdOut"] if answer["OK"] else answer["Message"]


@pytest.mark.parametrize("service", SERVICES)
def test_after_deleting_and_one_cycle_nothing_is_left_anywhere(stack, logs, service):
    known = grid.add_pilot(stack, status="Done")
    who, other = type(pilot(1))(known.vo.name, known.stamp), logs.finished(b"another\n")
    logs.send(who, b"first\n", return_code="0")
    cycle(stack)
    logs.send(who, b"late\n", ago=timedelta(minutes=5))
    cycle(stack)
    assert logs.log(who).generation == 2
    assert output(stack, known.reference) == "first\nlate\n"
    answer = delete(stack, named(who), True, service=service)
    assert answer["Value"].pop("Copies") in (1, 2), "the superseded one may have been removed by now"
    assert answer["Value"] == {"Logs": 1, "Bytes": 11, "More": False, "Draining": False}
    assert output(stack, known.reference) == "first\nlate\n"
    assert delete(stack, named(who), service=service)["Value"]["Logs"] == 1
    assert "first" not in output(stack, known.reference)
    assert rpc.call(stack, "opal", SERVICES[0], "getLogs", who.stamp, who.vo)["OK"] is False
    cycle(stack)
    assert remains(stack, logs, who) == [[], [], [], [], []]
    logs.assert_archived_once(other, b"another\n")
    retention = f"/Operations/{world.ALPHA.name}/PilotLogging/DeletedSeconds"
    stack.set_option(retention, 3600)
    logs.age(who)

    def row_is_gone():
        """A row that somebody has locked at that moment is left for the next cycle."""
        cycle(stack)
        return stack.sql("PilotLoggingDB", "SELECT LogID FROM PilotLogs WHERE PilotStamp = %s", (who.stamp,)) == []

    until(row_is_gone)
    stack.remove_option(retention)


def test_a_log_that_is_deleted_while_it_is_uploaded_leaves_no_copy(stack, logs):
    who = logs.finished(random.Random(1).randbytes(1_500_000).hex("\n", 60).encode())
    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(cycle, stack)
        until(lambda: stack.sql("PilotLoggingDB", "SELECT 1 FROM PilotLogFiles JOIN PilotLogs USING (LogID)"
                                " WHERE PilotStamp = %s", (who.stamp,)))  # fmt: skip
        assert delete(stack, named(who))["OK"]
        running.result()
    for _ in range(2):  # what was never verified may come after its removal: it is removed once more
        logs.age(who)
        cycle(stack)
        assert remains(stack, logs, who)[:3] == [[], [], []]
    assert remains(stack, logs, who) == [[], [], [], [], []]


def test_while_the_storage_element_is_down_copies_are_remembered_and_alarmed_of(stack, logs):
    who = logs.finished(b"secret\n")
    cycle(stack)
    assert delete(stack, named(who))["Value"]["Copies"] == 1
    with grid.storage_down(stack):
        assert f"ERROR: Alarm: removing deleted files of {world.ALPHA.name}" in cycle(stack)
    time.sleep(1)  # until it is tried again
    output = cycle(stack)
    assert "removed deleted 1" in output
    assert "Alarm" not in output
    assert remains(stack, logs, who) == [[], [], [], [], []]


def test_copies_go_where_the_vo_has_no_archive_any_more(stack, logs):
    who = logs.finished(b"secret\n")
    cycle(stack)
    delete(stack, named(who))
    option = f"/Operations/{world.ALPHA.name}/Pilot/UploadSE"
    stack.remove_option(option)
    try:
        assert "removed deleted 1" in cycle(stack)
    finally:
        stack.set_option(option, world.ALPHA.storage_element)
    assert remains(stack, logs, who) == [[], [], [], [], []]


@pytest.mark.parametrize("service", SERVICES)
@pytest.mark.parametrize("user", ["alice", "joan", "opbert", "pila", "sid", "shifta"])
def test_only_operators_of_the_vo_and_administrators_delete(stack, logs, user, service):
    who = logs.finished()
    for dry_run in (True, False):
        assert not delete(stack, named(who), dry_run, user, service)["OK"]
    assert logs.log(who).state is State.COMPLETE


@pytest.mark.parametrize(
    "selection",
    [
        {},
        {"VO": VO},
        {"VO": VO, "Site": "TEST.Alpha.zz"},
        {"VO": VO, "PilotReference": ""},
        {"PilotStamp": "x"},
        {"VO": VO, "ToDate": "2999-01-01"},
    ],
)
def test_too_little_named_deletes_nothing(stack, logs, selection):
    who = logs.finished()
    for dry_run in (True, False):
        assert not delete(stack, selection, dry_run)["OK"]
    assert logs.log(who).state is State.COMPLETE


@pytest.mark.parametrize("by", ["admin@dirac_admin", "opal@alpha_operator"])
def test_who_deleted_what_is_in_the_service_log(stack, logs, by):
    who = logs.finished(b"secret\n")
    assert delete(stack, named(who), user=by.partition("@")[0])["Value"]["Logs"] == 1
    assert logs.reader.find(who) == []
    log = stack.log("tornado").read_text()
    [said] = [text for text in log.splitlines() if "Deleted logs" in text and who.stamp in text]
    assert f"{by}: 1 logs, 7 bytes, 0 copies to be removed" in said
    assert f"VO={who.vo}, PilotStamp={who.stamp}" in said
    assert "secret" not in log


def command(stack, *arguments, input="", user="admin"):
    return stack.run(["dirac-admin-pilot-logs-delete", *arguments], user=user, input=input)


def test_the_command_deletes_what_is_named_after_it_was_confirmed(stack, logs):
    one, two, stays = (logs.finished(f"log {number}\n".encode()) for number in range(3))
    asked = command(stack, "--VO", one.vo, one.stamp, two.stamp, input="n\n")
    assert asked.returncode == 3, asked.stdout + asked.stderr
    assert "2 logs, 12 B" in asked.stdout
    assert logs.log(one).state is State.COMPLETE
    done = command(stack, "--VO", one.vo, one.stamp, two.stamp, input="y\n")
    assert done.returncode == 0, done.stdout + done.stderr
    assert (logs.reader.find(one), logs.reader.find(two)) == ([], [])
    assert logs.log(stays).state is State.COMPLETE
    assert command(stack, "--VO", one.vo, one.stamp, "--Yes").returncode == 2


@pytest.mark.parametrize("user", ["alice", "opbert"])
def test_who_may_not_delete_is_told_whom_to_ask(stack, logs, user):
    who = logs.finished()
    done = command(stack, "--VO", who.vo, who.stamp, "--Yes", user=user)
    assert done.returncode == 1 and "Ask opal@alpha_operator, " in done.stderr and "serge@services" in done.stderr
    assert logs.log(who).state is State.COMPLETE


def test_the_command_deletes_what_is_older_than_a_date_in_bounded_calls(stack, logs):
    old = datetime(2020, 1, 1)
    pilots = [pilot(random.getrandbits(128)) for _ in range(1200)]
    logs.send_all([Batch(who, old, b"old\n") for who in pilots])
    recent, count = logs.finished(), "SELECT COUNT(*) FROM PilotLogs WHERE LastSeen < '2020-01-02'"
    assert stack.sql("PilotLoggingDB", count) == [(1200,)]
    done = command(stack, "--VO", VO, "--Before", "2020-01-02", "--Yes")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "1,000 of 1,200" in done.stdout
    assert stack.sql("PilotLoggingDB", count) == [(0,)]
    assert logs.log(recent).state is State.COMPLETE


def test_the_command_takes_references(stack, logs):
    known = grid.add_pilot(stack, status="Done")
    who = type(pilot(1))(known.vo.name, known.stamp)
    logs.send(who, b"text\n", return_code="0")
    cycle(stack)
    done = command(stack, "--VO", who.vo, "--Yes", known.reference)
    assert done.returncode == 0, done.stdout + done.stderr
    assert logs.reader.find(who) == []


@pytest.mark.parametrize(
    "arguments",
    [
        ["--Yes"],
        ["--VO", VO, "--Yes"],
        ["--VO", VO, "--Before", "tomorrow", "--Yes"],
        ["--VO", VO, "--Before", "2020-01-02", "x", "--Yes"],
        ["0" * 32, "--Yes"],
    ],
)
def test_the_command_refuses_what_names_too_little_or_contradicts_itself(stack, logs, arguments):
    assert command(stack, *arguments).returncode == 1


def test_without_a_terminal_nothing_is_confirmed(stack, logs):
    who = logs.finished()
    assert command(stack, "--VO", who.vo, who.stamp, input="").returncode == 3
    assert logs.log(who).state is State.COMPLETE
