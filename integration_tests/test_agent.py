"""The archiving agent on a real DIRAC: proxies, storage elements, catalogue, processes that are killed."""

import contextlib
import gzip
import os
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import psutil
import pytest
import zstandard

from PilotLoggingDIRAC.pilotlog.model import Batch, Numbered, PilotId, State
from PilotLoggingDIRAC.pilotlog.sql.connection.engine import Transactions, make_engine
from PilotLoggingDIRAC.pilotlog.sql.read.reader import SqlReader
from PilotLoggingDIRAC.pilotlog.sql.schema.migrations import migrate
from PilotLoggingDIRAC.pilotlog.sql.write.appender import SqlAppender
from tests.conftest import clock  # noqa: F401  (a fixture)
from tests.custody_contract import CustodyContract
from tests.store_contract import StoreContract

from . import grid
from .stack import siblings, world
from .store import PATIENT, now
from .waiting import PATIENCE_SECONDS, until

AGENT = "PilotLoggingAgent"
AUTOGROUP = Path("/proc/self/autogroup")
OPTIONS = {
    "SettleSeconds": 0,
    "RetrySeconds": 1,
    "SilentFinalSeconds": 60,
    "SilentReopenedSeconds": 60,
}


class Logs:
    """Logs in the stack's database, written as a collector does."""

    def __init__(self, stack):
        self.stack = stack
        engine = make_engine(stack.engine_url("PilotLoggingDB"), PATIENT)
        migrate(engine, now)
        self.transactions = Transactions(engine, PATIENT)
        self.reader = SqlReader(self.transactions)
        self._appender = SqlAppender(self.transactions, now)

    def send(self, who, text, return_code=None, ago=timedelta(minutes=10)):
        """Text of a pilot, received some time ago; its end too with a return code."""
        batches = [Batch(who, now() - ago, text)]
        if return_code is not None:
            batches.append(Batch(who, now() - ago, return_code=return_code))
        self.send_all(batches)

    def send_all(self, batches):
        """Batches of any pilots, in one group."""
        self._appender.append(uuid.uuid4().hex, [Numbered(number, item) for number, item in enumerate(batches, 1)])

    def finished(self, text=b"first\nlast\n", vo=world.ALPHA):
        """A pilot that has sent its text and ended."""
        who = PilotId(vo.name, uuid.uuid4().hex)
        self.send(who, text, return_code="0")
        return who

    def log(self, who):
        return self.reader.find(who)[-1]

    def age(self, who):
        """Move all times of a pilot's log back by two hours: leases end, and uploads have had their time."""
        past = "{0} = {0} - INTERVAL 2 HOUR"
        for table, times in (
            ("PilotLogs", ("FirstSeen", "LastSeen", "VerifiedAt", "LeaseUntil")),
            ("PilotLogFiles JOIN PilotLogs USING (LogID)", ("RecordedAt", "PilotLogFiles.VerifiedAt")),
        ):
            changes = ", ".join(map(past.format, times))
            self.stack.sql("PilotLoggingDB", f"UPDATE {table} SET {changes} WHERE PilotStamp = %s", (who.stamp,))

    def files(self, who):
        """The files of a pilot on all storage elements."""
        return sorted((self.stack.root / "se").rglob(f"{who.stamp}.*"))

    def catalogued(self, who):
        """The names of a pilot's files in the catalogue."""
        rows = self.stack.sql(
            "FileCatalogDB", "SELECT FileName FROM FC_Files WHERE FileName LIKE %s", (f"{who.stamp}.%",)
        )
        return [name for (name,) in rows]

    def assert_archived_once(self, who, text):
        """Archived, with one file on the storage element, one in the catalogue, and all of the text in it."""
        log = self.log(who)
        assert log.state is State.ARCHIVED, log
        [path] = self.files(who)
        assert gzip.decompress(path.read_bytes()) == text
        assert self.catalogued(who) == [path.name]
        assert log.file.lfn.endswith(path.name)


@pytest.fixture(scope="module")
def logs(stack):
    for name, value in OPTIONS.items():
        stack.set_option(f"/Systems/WorkloadManagement/Agents/{AGENT}/{name}", value)
    yield Logs(stack)
    stack.reset_options()


def cycle(stack):
    """One cycle of the agent; its output."""
    done = stack.run_agent_once()
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def test_logs_of_two_vos_are_archived_with_each_ones_own_proxy_and_nothing_is_left_behind(stack, logs):
    alpha, beta = logs.finished(b"alpha\n"), logs.finished(b"beta\n", world.BETA)
    output = cycle(stack)
    logs.assert_archived_once(alpha, b"alpha\n")
    logs.assert_archived_once(beta, b"beta\n")
    owners = stack.sql(
        "FileCatalogDB",
        "SELECT FileName, UserName, Mode FROM FC_FileInfo JOIN FC_Files USING (FileID) JOIN FC_Users USING (UID)"
        " WHERE FileName LIKE %s OR FileName LIKE %s",
        (f"{alpha.stamp}.%", f"{beta.stamp}.%"),
    )
    found = {name[:32]: (owner, mode & 0o777) for name, owner, mode in owners}
    assert found == {alpha.stamp: ("shifta", 0o640), beta.stamp: ("shiftb", 0o640)}
    assert "archived 2" in output
    assert list((stack.root / "tmp").glob("pilotlog-*")) == []


def test_a_killed_pilots_log_is_archived_as_incomplete_with_its_reference_site_and_ce(stack, logs):
    known = grid.add_pilot(stack, status="Failed")
    who = PilotId(known.vo.name, known.stamp)
    logs.send(who, b"and then\n")
    running = grid.add_pilot(stack, status="Running")
    silent = PilotId(running.vo.name, running.stamp)
    logs.send(silent, b"still there\n")
    cycle(stack)
    logs.assert_archived_once(who, b"and then\n")
    log = logs.log(who)
    assert (log.return_code, log.reference, log.site, log.ce) == (None, known.reference, known.vo.site, known.vo.ce)
    assert logs.log(silent).state is State.RECEIVING
    assert logs.log(silent).reference == running.reference


def test_while_a_storage_element_is_down_nothing_is_lost_and_afterwards_it_is_archived_once(stack, logs):
    alpha, beta = logs.finished(b"alpha\n"), logs.finished(b"beta\n", world.BETA)
    with grid.storage_down(stack):
        output = cycle(stack)
        assert logs.log(alpha).state is State.COMPLETE
        assert (logs.log(alpha).attempts, logs.catalogued(alpha)) == (1, [])
        assert logs.log(alpha).last_error
        assert f"ERROR: Alarm: archive of {world.ALPHA.name}" in output
        logs.assert_archived_once(beta, b"beta\n")
    cycle(stack)
    logs.assert_archived_once(alpha, b"alpha\n")


def test_a_half_written_file_in_the_way_is_replaced_and_a_whole_one_adopted(stack, logs):
    who = logs.finished(os.urandom(100_000).hex().encode())
    half = stack.storage_path(world.ALPHA.storage_element) / f"{world.ALPHA.log_path[1:]}/{now():%Y/%m/%d}"
    half = half / f"{who.stamp}.1.1.log.gz"
    half.parent.mkdir(parents=True, exist_ok=True)
    half.write_bytes(b"\x1f\x8bhalf")
    cycle(stack)
    log = logs.log(who)
    assert log.state is State.ARCHIVED
    before = half.stat()
    stack.sql("PilotLoggingDB", "UPDATE PilotLogs SET State = 'Complete', Generation = 0 WHERE LogID = %s", (log.id,))
    cycle(stack)
    assert logs.log(who).file == log.file
    assert half.stat().st_ino == before.st_ino
    assert half.stat().st_mtime_ns == before.st_mtime_ns


def test_a_restored_database_that_knows_less_costs_no_archived_file(stack, logs):
    who = logs.finished(b"first\n" + os.urandom(1000).hex().encode())
    cycle(stack)
    log = logs.log(who)
    path = stack.storage_path(world.ALPHA.storage_element) / log.file.lfn[1:]
    archived = path.read_bytes()
    less = zstandard.compress(b"first\n")
    stack.sql("PilotLoggingDB", "DELETE FROM PilotLogFiles WHERE LogID = %s", (log.id,))
    stack.sql("PilotLoggingDB", "UPDATE PilotLogBatches SET Payload = %s WHERE LogID = %s", (less, log.id))
    stack.sql("PilotLoggingDB", "UPDATE PilotLogs SET State = 'Complete', Generation = 0, "
              "NumberOfBytes = 6 WHERE LogID = %s", (log.id,))  # fmt: skip
    cycle(stack)
    assert path.read_bytes() == archived
    assert logs.log(who).state is State.COMPLETE
    assert "left alone" in logs.log(who).last_error
    for table in ("PilotLogFiles", "PilotLogBatches", "PilotLogs"):
        stack.sql("PilotLoggingDB", f"DELETE FROM {table} WHERE LogID = %s", (log.id,))


def packing(stack, logs, who):
    return any(stack.root.glob("dirac/work/WorkloadManagement/PilotLoggingAgent/packing/**/log.gz"))


def worker_is_up(stack, logs, who):
    return any((stack.root / "tmp").glob("pilotlog-worker-*/proxy"))


def file_is_there(stack, logs, who):
    return bool(logs.files(who))


def file_is_catalogued(stack, logs, who):
    return bool(logs.catalogued(who))


def kill_agent_at(stack, logs, who, moment):
    """Start the agent and kill it as soon as the moment has come."""
    stack.start(AGENT)
    try:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not moment(stack, logs, who):
            assert time.monotonic() < deadline, "the moment to kill the agent never came"
            time.sleep(0.002)
        stack.kill(AGENT)
    finally:
        stack.stop(AGENT)


def nicenesses(process):
    """Return that of a process, and of its session where the kernel shares processors among sessions."""
    session = Path(f"/proc/{process.pid}/autogroup")
    words = session.read_text().split() if AUTOGROUP.exists() else []  # empty after booting with noautogroup
    return {process.nice(), *map(int, words[-1:])}


def test_agent_and_workers_let_other_processes_come_first(stack, logs):
    stack.set_option(f"/Systems/WorkloadManagement/Agents/{AGENT}/Niceness", 7)
    stack.component_environment[AGENT] = {siblings.SWITCH: "no"}
    logs.finished(os.urandom(1_500_000).hex("\n", 60).encode())

    def workers():
        found = set()
        for process in agent.children():
            with contextlib.suppress(psutil.NoSuchProcess, ProcessLookupError, FileNotFoundError):  # one that has ended
                found |= nicenesses(process)
        return found

    stack.start(AGENT)
    try:
        agent = psutil.Process(stack.pid(AGENT))
        until(lambda: workers() == {7})
        assert nicenesses(agent) == {7}
    finally:
        stack.stop(AGENT)
        del stack.component_environment[AGENT]
        stack.set_option(f"/Systems/WorkloadManagement/Agents/{AGENT}/Niceness", 0)


@pytest.mark.parametrize("moment", [packing, worker_is_up, file_is_there, file_is_catalogued])
def test_an_agent_that_is_killed_is_taken_over_and_the_log_archived_once(stack, logs, moment):
    text = os.urandom(1_500_000).hex("\n", 60).encode()
    for _ in range(5):  # on a busy machine the agent may be done before it is killed
        who = logs.finished(text)
        kill_agent_at(stack, logs, who, moment)
        if logs.log(who).state is State.COMPLETE:
            break
    assert logs.log(who).state is State.COMPLETE, "the agent was too fast to be killed"
    logs.age(who)
    cycle(stack)
    logs.assert_archived_once(who, text)
    assert list((stack.root / "tmp").glob("pilotlog-*")) == [], "proxies were left behind"
    assert list(stack.root.glob("dirac/work/WorkloadManagement/PilotLoggingAgent/packing/*")) == [], "logs too"


def test_two_agents_at_once_archive_each_log_once(stack, logs):
    pilots = [logs.finished(f"log {number}\n".encode()) for number in range(8)]
    with ThreadPoolExecutor(2) as pool:
        outputs = list(pool.map(cycle, [stack, stack]))
    for number, who in enumerate(pilots):
        logs.assert_archived_once(who, f"log {number}\n".encode())
    assert not any("failed" in output.split("Done:")[1] for output in outputs)


def test_a_vo_without_upload_se_keeps_its_logs_and_one_without_path_alarms(stack, logs):
    alpha, beta = logs.finished(b"alpha\n"), logs.finished(b"beta\n", world.BETA)
    stack.remove_option(f"/Operations/{world.ALPHA.name}/Pilot/UploadSE")
    stack.set_option(f"/Operations/{world.BETA.name}/Pilot/UploadPath", "/somebody_else/logs")
    try:
        output = cycle(stack)
        assert logs.log(alpha).state is State.KEPT
        assert logs.log(beta).state is State.COMPLETE
        assert f"ERROR: Alarm: archive of {world.BETA.name}" in output
        assert f"archive of {world.ALPHA.name}" not in output
    finally:
        stack.set_option(f"/Operations/{world.ALPHA.name}/Pilot/UploadSE", world.ALPHA.storage_element)
        stack.set_option(f"/Operations/{world.BETA.name}/Pilot/UploadPath", world.BETA.log_path)
    cycle(stack)
    logs.assert_archived_once(alpha, b"alpha\n")
    logs.assert_archived_once(beta, b"beta\n")


def test_logs_of_a_vo_that_has_left_the_registry_are_an_alarm(stack, logs):
    who = PilotId("gone.vo", uuid.uuid4().hex)
    logs.send(who, b"text\n")
    logs.send(who, b"", return_code="0")
    try:
        assert "ERROR: Alarm: archive of gone.vo" in cycle(stack)
    finally:
        for table in ("PilotLogBatches", "PilotLogs"):
            stack.sql("PilotLoggingDB", f"DELETE FROM {table} WHERE LogID = %s", (logs.log(who).id,))


def test_late_text_replaces_the_file_and_retention_purges_and_removes(stack, logs):
    who = logs.finished(b"first\n")
    cycle(stack)
    logs.send(who, b"second\n", ago=timedelta(minutes=5))
    cycle(stack)
    assert logs.log(who).generation == 2
    retention = f"/Operations/{world.ALPHA.name}/PilotLogging"
    stack.set_option(f"{retention}/BatchesSeconds", 3600)
    logs.age(who)
    cycle(stack)
    [path] = logs.files(who)
    assert gzip.decompress(path.read_bytes()) == b"first\nsecond\n"
    assert logs.catalogued(who) == [path.name]
    assert logs.log(who).state is State.PURGED
    assert list(logs.reader.chunks(logs.log(who))) == []
    for name, value in {"FilesSeconds": 3600, "RowsSeconds": 3600}.items():
        stack.set_option(f"{retention}/{name}", value)
    cycle(stack)
    assert (logs.files(who), logs.catalogued(who), logs.reader.find(who)) == ([], [], [])
    for name in ("BatchesSeconds", "FilesSeconds", "RowsSeconds"):
        stack.remove_option(f"{retention}/{name}")


DAMAGES = {
    "truncated": lambda path: path.write_bytes(path.read_bytes()[:-1]),
    "swapped": lambda path: path.write_bytes(bytes(reversed(path.read_bytes()))),
    "removed": lambda path: path.unlink(),
}


def cycles_until(stack, is_done, prepare=lambda: None):
    """Run cycles until one's output, or what it left, is as wanted: on a busy machine a worker may be too late."""
    for _ in range(6):
        prepare()
        if is_done(output := cycle(stack)):
            return
    raise AssertionError(output)


def test_copies_that_are_not_good_any_more_are_found_before_and_after_purging(stack, logs):
    texts = {kind: f"{kind}\n".encode() for kind in [*DAMAGES, "good"]}
    pilots = {kind: logs.finished(text) for kind, text in texts.items()}
    states = lambda *kinds: {logs.log(pilots[kind]).state for kind in kinds or pilots}  # noqa: E731
    cycles_until(stack, lambda output: states() == {State.ARCHIVED})
    retention = f"/Operations/{world.ALPHA.name}/PilotLogging"
    stack.set_option(f"{retention}/BatchesSeconds", 3600)
    for kind, who in pilots.items():
        DAMAGES.get(kind, lambda path: None)(*logs.files(who))
        logs.age(who)
    cycles_until(stack, lambda output: f"Alarm: archived copies of {world.ALPHA.name}" in output)
    assert (states(*DAMAGES), states("good")) == ({State.COMPLETE}, {State.PURGED})
    cycles_until(stack, lambda output: states(*DAMAGES) == {State.ARCHIVED})
    for kind in DAMAGES:
        logs.assert_archived_once(pilots[kind], texts[kind])
    stack.remove_option(f"{retention}/BatchesSeconds")
    (path,) = logs.files(pilots["good"])
    whole = path.read_bytes()
    due = "UPDATE PilotLogFiles JOIN PilotLogs USING (LogID) SET CheckedAt = NULL WHERE PilotStamp = %s"
    look_again = lambda: stack.sql("PilotLoggingDB", due, (pilots["good"].stamp,))  # noqa: E731
    alarm = f"lost copies of {world.ALPHA.name}"
    DAMAGES["swapped"](path)
    cycles_until(stack, lambda output: alarm in output, look_again)
    path.write_bytes(whole)
    cycles_until(stack, lambda output: alarm not in output, look_again)


class TestCustodyOnMariaDB(CustodyContract):
    """See ``custody_contract``."""


class TestStoreOnMariaDB(StoreContract):
    """See ``store_contract``."""
