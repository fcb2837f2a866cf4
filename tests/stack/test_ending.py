"""Processes that a program started for itself end with it, however it ends; those that it lets stay stay."""

import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import psutil
import pytest

from integration_tests.stack.processes import Processes
from tests.programs import has_ended, programs
from tests.waiting import PATIENCE_SECONDS, until

TOP = Path(__file__).parents[2]
#: Each starts a component, which has a child of its own as most have, and prints "ready"; then it waits.
COMPONENT = "sleep 1000 & exec sleep 1000"
STARTER = f"""
    import os, sys
    from pathlib import Path
    from integration_tests.stack.processes import Processes

    processes = Processes(Path(sys.argv[1]))
    {{before}}
    for name in ("one", "two"):
        environment = {{{{**os.environ, "OF": sys.argv[1]}}}}
        processes.start(name, ["/bin/sh", "-c", "{COMPONENT}"], environment, Path(sys.argv[1]))
    {{after}}
    print("ready", flush=True)
    {{waits}}
"""
WAITS = "sys.stdin.read()"
ALL = 4
"""Processes of the components."""


def program(text):
    return [sys.executable, "-c", textwrap.dedent(text)]


@pytest.fixture
def starter(tmp_path):
    """Start a program that starts components; it is ready."""
    with programs("ready\n", cwd=TOP) as start:
        yield lambda before="", after="", waits=WAITS: start(
            [*program(STARTER.format(before=before, after=after, waits=waits)), str(tmp_path)]
        )
    processes = Processes(tmp_path, watched=False)
    for name in processes.names():
        processes.stop(name)


def members(folder):
    """The ids of all processes of the components in a folder."""
    leaders = [int(path.read_text().split()[0]) for path in (folder / "pid").glob("*.pid")]
    return [each.pid for each in psutil.process_iter() if _session(each.pid) in leaders and not has_ended(each)]


def _session(pid):
    try:
        return os.getsid(pid)
    except ProcessLookupError:
        return None


def all_members(folder):
    """Wait until all processes of the components have started, and return their ids."""
    until(lambda: len(members(folder)) == ALL, seen=lambda: members(folder))
    return members(folder)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM], ids=lambda n: n.name)
def test_components_end_with_the_program_that_a_signal_ends(starter, tmp_path, number):
    process = starter()
    pids = all_members(tmp_path)
    process.send_signal(number)
    until(lambda: not any(map(psutil.pid_exists, pids)), seen=lambda: members(tmp_path))


def test_components_end_with_the_program_that_ends_without_stopping_them(starter, tmp_path):
    process = starter(waits="")
    pids = members(tmp_path)
    process.wait()
    until(lambda: not any(map(psutil.pid_exists, pids)))


def test_components_end_although_the_program_removed_their_folder(starter, tmp_path):
    """As one whose folder is a temporary one does when it is terminated."""
    process = starter(after="import shutil; shutil.rmtree(sys.argv[1])", waits="")
    process.wait()
    until(lambda: not watchdogs(tmp_path), seen=lambda: watchdogs(tmp_path))
    marked = [each for each in psutil.process_iter(["environ"]) if str(tmp_path) in str(each.info["environ"])]
    assert marked == []


def test_signal_to_the_whole_group_of_the_program_does_not_reach_the_watchdog(tmp_path):
    argv = [*program(STARTER.format(before="", after="", waits=WAITS)), str(tmp_path)]
    process = subprocess.Popen(
        argv, cwd=TOP, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    assert process.stdout.readline() == "ready\n"
    pids = all_members(tmp_path)
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    until(lambda: not any(map(psutil.pid_exists, pids)))


@pytest.mark.parametrize("where", ["before", "after"])
def test_components_that_are_to_stay_outlive_the_program(starter, tmp_path, where):
    process = starter(**{where: "processes.stay()"})
    pids = all_members(tmp_path)
    process.kill()
    process.wait()
    until(lambda: not watchdogs(tmp_path), seen=lambda: watchdogs(tmp_path))
    assert members(tmp_path) == pids


def watchdogs(folder):
    """The watchdogs of a folder."""
    found = (process.info["cmdline"] or [] for process in psutil.process_iter(["cmdline"]))
    return [words for words in found if words[-1:] == [str(folder)] and any("watchdog.py" in word for word in words)]


def test_no_watchdog_is_left_when_the_program_has_ended(starter, tmp_path):
    process = starter()
    assert len(watchdogs(tmp_path)) == 1
    process.kill()
    process.wait()
    until(lambda: not watchdogs(tmp_path), seen=lambda: watchdogs(tmp_path))


TIED = """
    import subprocess, sys
    from integration_tests.stack import ending

    child = subprocess.Popen(ending.tied(["sleep", "1000"]))
    print(child.pid, flush=True)
    sys.stdin.read()
"""


def test_command_that_is_tied_ends_with_the_program_that_started_it():
    with subprocess.Popen(program(TIED), cwd=TOP, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        child = int(process.stdout.readline())
        until(lambda: psutil.Process(child).name() == "sleep")
        process.kill()
    until(lambda: not psutil.pid_exists(child))


FORKED = """
    import os, signal, sys, time
    from integration_tests.stack import ending

    parent, child = os.getpid(), os.fork()
    if child == 0:
        ending.end_with(parent, signal.SIGKILL)
        print(os.getpid(), flush=True)
        time.sleep(1000)
    sys.stdin.read()
"""


def test_forked_process_can_end_with_its_parent():
    with subprocess.Popen(
        program(FORKED), cwd=TOP, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        child = int(process.stdout.readline())
        process.kill()
    until(lambda: not psutil.pid_exists(child))


ORPHAN = """
    import os, time
    from types import SimpleNamespace
    from integration_tests import conftest
    from integration_tests.stack import ending

    parent, cleanups = os.getpid(), []
    {before}
    if os.fork():
        os._exit(0)
    while os.getppid() == parent:
        time.sleep(0.01)
    print("alone", flush=True)
    {then}
    print("lives", flush=True)
"""
#: What is done before the fork, and by the child, which is alone then.
TIES = {
    "itself": ("pass", "ending.end_with(parent)"),
    "command": ("argv = ending.tied(['echo', 'lives'])", "os.execv(argv[0], argv)"),
    "tests": (
        "conftest.pytest_configure(SimpleNamespace(add_cleanup=cleanups.append)); cleanups[0]()",
        "os.environ.update(PYTEST_XDIST_WORKER='gw0', PYTEST_XDIST_WORKER_COUNT='1'); conftest.pytest_configure(None)",
    ),
}


@pytest.mark.parametrize("tie", TIES)
def test_process_ends_when_its_parent_has_ended_before_it_was_tied(tie):
    before, then = TIES[tie]
    argv = program(ORPHAN.format(before=before, then=then))
    env = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_XDIST")}
    told = subprocess.run(argv, cwd=TOP, env=env, stdout=subprocess.PIPE, check=False, timeout=PATIENCE_SECONDS)
    assert told.stdout == b"alone\n"


#: A signal that comes right before a blocking call waits for its end, so this one waits in steps.
CLEAN = """
    import time
    from integration_tests.stack import ending

    ending.clean_up_when_terminated()
    try:
        print("ready", flush=True)
        while True:
            time.sleep(0.1)
    finally:
        print("cleaned up", flush=True)
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP], ids=lambda n: n.name)
def test_program_that_is_terminated_cleans_up(number):
    with subprocess.Popen(program(CLEAN), cwd=TOP, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "ready\n"
        process.send_signal(number)
        assert process.stdout.readline() == "cleaned up\n"
        assert process.wait() == 128 + number


def test_dev_terminates_its_tests_when_it_is_killed(tmp_path):
    """Real `./dev`, with a test that waits: the parent of pytest is killed, and pytest ends."""
    (tmp_path / "test_waits.py").write_text(
        "import os, pathlib, time\n"
        "def test_waits():\n"
        f"    pathlib.Path({str(tmp_path)!r}, 'pid').write_text(str(os.getpid()))\n"
        "    time.sleep(1000)\n"
    )
    file = os.path.relpath(tmp_path / "test_waits.py", TOP / "tests")
    argv = [str(TOP / "dev"), "unit", "-q", "-p", "no:cacheprovider", f"tests/{file}"]
    with subprocess.Popen(argv, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            until(lambda: (tmp_path / "pid").exists() and (tmp_path / "pid").read_text())
        finally:
            process.kill()
        pid = int((tmp_path / "pid").read_text())
    until(lambda: not psutil.pid_exists(pid))
