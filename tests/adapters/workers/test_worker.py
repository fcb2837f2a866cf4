"""Workers: child processes of one identity each, under a time limit. Real processes, no server."""

import contextlib
import os
import resource
import signal
import stat
import subprocess
import sys
import textwrap
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest

from PilotLoggingDIRAC.adapters.workers import pool as worker_pools
from PilotLoggingDIRAC.adapters.workers.pool import WorkerPool, look_after
from PilotLoggingDIRAC.adapters.workers.proxies import HOST, Identity
from PilotLoggingDIRAC.adapters.workers.worker import NoWorker, Worker, _Child
from PilotLoggingDIRAC.pilotlog.errors import ArchiveError
from tests.programs import called, has_ended
from tests.waiting import PATIENCE_SECONDS, until

#: A child imports DIRAC first.
START_SECONDS = 120
SHIFTER = Identity("shifter", "alpha_data", "vo.alpha.org")
OTHER = Identity("another", "beta_data", "beta_vo")


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """Nothing of the machine's DIRAC, and a temporary folder to look into."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("DIRAC_NO_CFG", "1")
    monkeypatch.setattr("tempfile.tempdir", None)
    return tmp_path


def fetch(identity, path):
    path.write_text(str(identity))
    path.chmod(0o600)
    return time.time() + 7200


@pytest.fixture
def worker():
    worker = Worker(SHIFTER, fetch)
    yield worker
    worker.close()


@pytest.fixture
def unkillable(monkeypatch):
    """A context in which no process ends, as in a call to the kernel on a hung mount; the waits for one."""

    @contextlib.contextmanager
    def patched():
        waits = []

        def wait(process, timeout=None):
            waits.append(timeout)
            raise subprocess.TimeoutExpired(process.args, timeout or 0)

        with monkeypatch.context() as hung:
            hung.setattr(subprocess.Popen, "wait", wait)
            hung.setattr(subprocess.Popen, "poll", lambda process: None)
            yield waits

    return patched


def test_large_answers_are_looked_through_once(monkeypatch):
    """Else one of hundreds of megabytes, which comes in pieces of a pipe, takes minutes of the whole process."""
    looked_through = []

    class Buffer(bytearray):
        def find(self, wanted, begin=0):
            looked_through.append(len(self) - begin)
            return super().find(wanted, begin)

    class Child(_Child):
        def __init__(self, pieces):
            self._buffer, self._pieces = Buffer(), pieces

        def _read(self, until):
            self._buffer += next(self._pieces)

    pieces = [b'{"value": "', *([b"x" * 1000] * 1000), b'"}\n{"value":', b" 2}\n"]
    child = Child(iter(pieces))
    assert child._answer(0) == {"value": "x" * 1_000_000}
    assert sum(looked_through) < 2_000_000
    assert child._answer(0) == {"value": 2}


def children():
    return called("workers.child", psutil.Process().children())


class TestWorker:
    def test_a_child_serves_many_calls_with_its_own_proxy_and_leaves_nothing_behind(self, worker, folder):
        assert [worker.call("ping", START_SECONDS) for _ in range(3)] == ["pong"] * 3
        [child] = children()
        proxy = child.environ()["X509_USER_PROXY"]
        assert stat.S_IMODE(Path(proxy).stat().st_mode) == 0o600
        assert stat.S_IMODE(Path(proxy).parent.stat().st_mode) == 0o700
        assert os.environ.get("X509_USER_PROXY") != proxy
        worker.close()
        assert has_ended(child)
        assert list(folder.glob("pilotlog-worker-*")) == []

    def test_an_unknown_operation_is_an_error_and_the_child_lives_on(self, worker):
        with pytest.raises(ArchiveError, match="KeyError"):
            worker.call("no_such_thing", START_SECONDS)
        [child] = children()
        assert worker.call("ping", START_SECONDS) == "pong"
        assert children() == [child]

    @pytest.mark.parametrize("error", [MemoryError, KeyboardInterrupt])
    def test_an_answer_that_could_not_be_read_is_not_taken_for_that_of_the_next_call(self, worker, monkeypatch, error):
        worker.call("ping", START_SECONDS)
        [child] = children()

        def read(descriptor, size):
            raise error

        with monkeypatch.context() as failing:
            failing.setattr(os, "read", read)
            with pytest.raises(error):
                worker.call("ping", START_SECONDS)
        with pytest.raises(ArchiveError, match="KeyError"):
            worker.call("no_such_thing", START_SECONDS)
        assert has_ended(child)

    def test_a_call_that_takes_too_long_ends_its_child_and_the_next_one_gets_another(self, worker):
        worker.call("ping", START_SECONDS)
        [child] = children()
        child.suspend()
        started = time.monotonic()
        with pytest.raises(ArchiveError, match="too long"):
            worker.call("ping", 0.5)
        assert time.monotonic() - started < START_SECONDS / 2
        assert has_ended(child)
        assert worker.call("ping", START_SECONDS) == "pong"

    def test_a_child_that_can_not_be_killed_keeps_nobody_waiting(self, worker, folder, unkillable):
        worker.call("ping", START_SECONDS)
        [child] = children()
        child.suspend()
        with unkillable() as waits, pytest.raises(ArchiveError, match="too long"):
            worker.call("ping", 0.5)
        assert waits
        assert None not in waits, "a wait without a limit"
        assert list(folder.glob("pilotlog-worker-*")) == []
        os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
        assert worker.call("ping", START_SECONDS) == "pong"
        assert not psutil.pid_exists(child.pid)

    @pytest.mark.parametrize(
        ("bound", "identity"),
        [("MAX_HANGING", SHIFTER), ("MAX_HANGING_OF_ALL", SHIFTER), ("MAX_HANGING_OF_ALL", OTHER)],
    )
    def test_while_many_children_can_not_be_killed_there_are_no_others(
        self, worker, unkillable, monkeypatch, bound, identity
    ):
        monkeypatch.setattr(f"PilotLoggingDIRAC.adapters.workers.worker.{bound}", 1)
        worker.call("ping", START_SECONDS)
        [child] = children()
        with unkillable():
            worker.close()
            with pytest.raises(ArchiveError, match="hang in the kernel"):
                Worker(identity, fetch).call("ping", START_SECONDS)
        os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
        assert worker.call("ping", START_SECONDS) == "pong"

    def test_children_of_one_identity_that_can_not_be_killed_end_no_worker_of_another(
        self, worker, unkillable, monkeypatch
    ):
        monkeypatch.setattr("PilotLoggingDIRAC.adapters.workers.worker.MAX_HANGING", 1)
        worker.call("ping", START_SECONDS)
        [child] = children()
        other = Worker(OTHER, fetch)
        with unkillable():
            worker.close()
            assert other.call("ping", START_SECONDS) == "pong"
        other.close()
        os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)

    def test_children_of_all_that_can_not_be_killed_do_not_keep_the_server_itself_from_its_work(
        self, worker, unkillable, monkeypatch
    ):
        monkeypatch.setattr("PilotLoggingDIRAC.adapters.workers.worker.MAX_HANGING_OF_ALL", 1)
        worker.call("ping", START_SECONDS)
        [child] = children()
        host, other = Worker(HOST), Worker(OTHER, fetch)
        with unkillable():
            worker.close()
            assert host.call("ping", START_SECONDS) == "pong"
            with pytest.raises(NoWorker):
                other.call("ping", START_SECONDS)
        host.close()
        os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)

    def test_the_server_itself_may_have_more_of_them(self, unkillable, monkeypatch):
        monkeypatch.setattr("PilotLoggingDIRAC.adapters.workers.worker.MAX_HANGING", 1)
        host = Worker(HOST)
        host.call("ping", START_SECONDS)
        [child] = children()
        with unkillable():
            host.close()
            assert host.call("ping", START_SECONDS) == "pong"
        host.close()
        os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)

    def test_without_a_temporary_folder_no_worker_is_started(self, worker, folder, monkeypatch):
        (folder / "file").touch()
        monkeypatch.setattr("tempfile.tempdir", str(folder / "file" / "below"))
        with pytest.raises(NoWorker, match="shifter"):
            worker.call("ping", START_SECONDS)

    def test_a_child_that_died_is_replaced(self, worker):
        worker.call("ping", START_SECONDS)
        [child] = children()
        child.kill()
        child.wait()
        assert worker.call("ping", START_SECONDS) == "pong"

    def test_a_child_that_dies_right_before_a_request_is_an_error_and_leaves_nothing_behind(
        self, worker, folder, monkeypatch
    ):
        worker.call("ping", START_SECONDS)
        [child] = children()
        child.kill()
        os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)  # with all of its threads, which have its input open
        monkeypatch.setattr(subprocess.Popen, "poll", lambda process: None)  # it ran a moment ago
        with pytest.raises(ArchiveError, match="died"):
            worker.call("ping", START_SECONDS)
        assert list(folder.glob("pilotlog-worker-*")) == []

    def test_a_process_with_many_open_files_has_workers(self, worker):
        limits = resource.getrlimit(resource.RLIMIT_NOFILE)
        with contextlib.ExitStack() as files:
            files.callback(resource.setrlimit, resource.RLIMIT_NOFILE, limits)
            resource.setrlimit(resource.RLIMIT_NOFILE, (2048, limits[1]))
            for _ in range(1100):
                files.enter_context(Path(os.devnull).open("rb"))
            assert worker.call("ping", START_SECONDS) == "pong"

    def test_without_a_proxy_there_is_no_worker(self, folder):
        def refuse(identity, path):
            raise ArchiveError("No proxy of shifter")

        with pytest.raises(ArchiveError, match="No proxy of shifter"):
            Worker(SHIFTER, refuse).call("ping", START_SECONDS)
        assert children() == []
        assert list(folder.glob("pilotlog-worker-*")) == []

    def test_a_proxy_near_its_end_is_replaced_before_a_call(self):
        given = []

        def short(identity, path):
            given.append(path)
            return fetch(identity, path) - 7200 + (100 if len(given) == 1 else 7200)

        worker = Worker(SHIFTER, short)
        worker.call("ping", START_SECONDS)
        worker.call("ping", START_SECONDS)
        worker.call("ping", START_SECONDS)
        worker.close()
        assert len(given) == 2

    def test_the_servers_own_worker_has_no_proxy(self):
        worker = Worker(HOST, fetch)
        assert worker.call("ping", START_SECONDS) == "pong"
        assert "X509_USER_PROXY" not in children()[0].environ()
        worker.close()

    def test_a_child_ends_with_a_parent_that_is_killed_and_takes_the_proxy_with_it(self, folder):
        parent = subprocess.Popen(
            [sys.executable, "-c", textwrap.dedent("""
                import time
                from tests.adapters.workers.test_worker import SHIFTER, START_SECONDS, fetch
                from PilotLoggingDIRAC.adapters.workers.worker import Worker
                worker = Worker(SHIFTER, fetch)
                print(worker.call("ping", START_SECONDS), flush=True)
                time.sleep(60)
            """)],
            stdout=subprocess.PIPE,
        )  # fmt: skip
        assert parent.stdout.readline() == b"pong\n"
        [child] = psutil.Process(parent.pid).children()
        parent.send_signal(signal.SIGKILL)
        parent.wait()
        parent.stdout.close()
        until(lambda: has_ended(child))
        assert list(folder.glob("pilotlog-worker-*")) == []

    def test_a_child_ends_when_its_input_breaks_off_within_a_request(self, folder):
        private = folder / "pilotlog-worker-private"
        private.mkdir()
        (private / "dirac.cfg").touch()
        (private / "proxy").write_text("secret")
        child = subprocess.Popen(
            [sys.executable, "-m", "PilotLoggingDIRAC.adapters.workers.child", str(private), "user"],
            stdin=subprocess.PIPE,
            start_new_session=True,
        )
        try:
            child.communicate(b'{"oper', timeout=START_SECONDS)
        finally:
            child.kill()
            child.wait()
        assert not private.exists()

    def test_what_a_killed_process_left_is_removed_by_the_next(self, worker, folder):
        left = folder / "pilotlog-worker-left"
        left.mkdir()
        (left / "lock").touch()
        (left / "proxy").write_text("secret")
        worker.call("ping", START_SECONDS)
        assert not left.exists()
        assert worker.call("ping", START_SECONDS) == "pong"


class Fake:
    """A worker without a process."""

    def __init__(self, identity):
        self.identity = identity
        self.closed = False
        self.release = threading.Event()
        self.release.set()

    def call(self, operation, seconds, **arguments):
        assert self.release.wait(seconds)
        return self.identity

    def close(self):
        self.closed = True


class TestPool:
    def test_calls_go_to_workers_of_their_identity_which_are_kept(self):
        made = []
        pool = WorkerPool(2, make=lambda identity: made.append(Fake(identity)) or made[-1])
        for identity in (SHIFTER, HOST, SHIFTER, HOST):
            assert pool.of(identity).call("x", 1) == identity
        assert len(made) == 2

    def test_idle_workers_give_way_so_that_there_are_never_more_than_allowed(self):
        made = []
        pool = WorkerPool(2, make=lambda identity: made.append(Fake(identity)) or made[-1])
        for number in range(5):
            pool.of(Identity(f"user{number}", "g")).call("x", 1)
            assert len([fake for fake in made if not fake.closed]) <= 2
        pool.close()
        assert all(fake.closed for fake in made)

    def test_identities_that_take_turns_keep_their_workers_where_some_may_be_spare(self):
        made = []
        pool = WorkerPool(2, make=lambda identity: made.append(Fake(identity)) or made[-1], spare=2)
        for _ in range(3):
            for identity in (SHIFTER, HOST):
                with pool.worker(identity, 1), pool.worker(identity, 1):
                    pass
        assert len(made) == 4
        for number in range(5):
            pool.of(Identity(f"user{number}", "g")).call("x", 1)
            assert len([fake for fake in made if not fake.closed]) <= 4

    def test_who_finds_all_workers_busy_waits_and_then_gives_up(self):
        fakes = []

        def make(identity):
            fakes.append(Fake(identity))
            fakes[-1].release.clear()
            return fakes[-1]

        pool = WorkerPool(1, make=make)
        with ThreadPoolExecutor(1) as threads:
            busy = threads.submit(pool.of(SHIFTER).call, "x", 10)
            until(lambda: fakes)
            with pytest.raises(ArchiveError, match="busy"):
                pool.of(SHIFTER).call("x", 0.1)
            fakes[0].release.set()
            assert busy.result() == SHIFTER
        assert pool.of(SHIFTER).call("x", 1) == SHIFTER

    def test_workers_that_are_idle_for_long_are_ended(self):
        made = []
        pool = WorkerPool(2, idle_seconds=0, make=lambda identity: made.append(Fake(identity)) or made[-1])
        pool.of(SHIFTER).call("x", 1)
        pool.drop_idle()
        assert made[0].closed

    def test_a_worker_that_can_t_be_ended_costs_no_place_and_keeps_no_other_from_its_end(self):
        made = []

        class Stuck(Fake):
            def close(self):
                raise PermissionError("a process of another user")

        def make(identity):
            made.append(Stuck(identity) if identity == SHIFTER else Fake(identity))
            return made[-1]

        pool = WorkerPool(1, idle_seconds=0, make=make)
        for _ in range(2):
            assert pool.of(SHIFTER).call("x", 1) == SHIFTER
            assert pool.of(HOST).call("x", 1) == HOST
        pool = WorkerPool(2, idle_seconds=0, make=make)
        for end in (pool.drop_idle, pool.close):
            with pool.worker(SHIFTER, 1), pool.worker(OTHER, 1):
                pass
            end()
            assert made[-1].closed

    def test_a_worker_that_can_t_be_made_costs_no_place(self):
        made = []

        def make(identity):
            made.append(identity)
            if len(made) == 1:
                raise MemoryError
            return Fake(identity)

        pool = WorkerPool(1, make=make)
        with pytest.raises(MemoryError):
            pool.of(SHIFTER).call("x", 1)
        assert pool.of(SHIFTER).call("x", 1) == SHIFTER

    def test_a_worker_that_can_t_be_made_leaves_its_place_to_the_next_who_waits(self):
        made, waits, woken = [], [], []

        class Changed(threading.Condition):
            def wait(self, timeout=None):
                waits.append(1)
                woken.append(super().wait(timeout))
                return woken[-1]

        def make(identity):
            made.append(identity)
            if made == [SHIFTER, OTHER]:
                raise MemoryError
            return Fake(identity)

        pool = WorkerPool(1, make=make)
        pool._changed = Changed()
        with ThreadPoolExecutor(2) as callers:
            with pool.worker(SHIFTER, 1):
                calls = [callers.submit(pool.of(OTHER).call, "x", PATIENCE_SECONDS) for _ in range(2)]
                until(lambda: len(waits) == 2)
            errors = [call.exception() for call in calls]
        assert sorted(type(error).__name__ for error in errors) == ["MemoryError", "NoneType"]
        assert woken == [True, True], "nobody waits for a place that is free"

    def test_who_looks_after_pools_goes_on_behind_one_that_fails(self):
        pool, tries = WorkerPool(1, idle_seconds=0, make=Fake), []

        class Failing:
            def drop_idle(self):
                tries.append(1)
                raise RuntimeError("no more descriptors")

        ended = look_after("test-workers", Failing(), pool, seconds=0.01)
        for _ in range(2):
            with pool.worker(SHIFTER, 1) as worker:
                pass
            until(lambda worker=worker: worker.closed)
        ended.set()
        assert len(tries) > 1

    def test_a_lasting_fault_of_a_pool_is_logged_once(self, monkeypatch):
        logged, faults = [], ["sockets", "sockets", "sockets", "memory", None, "memory"]
        done, keep = threading.Event(), lambda *words, **error: logged.append(str(error["lException"]))
        monkeypatch.setattr(worker_pools._log, "exception", keep)

        class Failing:
            def drop_idle(self):
                if not faults:
                    done.set()
                elif fault := faults.pop(0):
                    raise RuntimeError(fault)

        class Lasting:
            def drop_idle(self):
                raise RuntimeError("descriptors")

        ended = look_after("test-workers", Lasting(), Failing(), seconds=0.01)
        assert done.wait(PATIENCE_SECONDS)
        ended.set()
        assert logged == ["descriptors", "sockets", "memory", "memory"], "one that comes back is logged again"
