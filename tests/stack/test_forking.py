"""A program that a fork server starts is as one that is started by itself, and ends as that does."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from integration_tests.stack import environment, forking
from tests.programs import called, has_ended
from tests.waiting import PATIENCE_SECONDS, until

TELL = (
    "import json, os, sys, DIRAC\n"
    "os.environ['OPENSSL_ALLOW_PROXY_CERTS'] = 'set by DIRAC, and by M2Crypto to another value'\n"
    "print(json.dumps([sys.argv, sys.path, os.getcwd(), dict(os.environ), sorted(os.listdir('/proc/self/fd')),"
    " __name__, sys.stdout.seekable()]))"
)
STARTER = (
    "import os, signal, sys\n"
    "from integration_tests.stack import forking\n"
    "argv = [sys.executable, '-c', 'import signal; signal.pause()']\n"
    "print(forking.popen(argv, dict(os.environ), '/').pid, flush=True)\n"
    "signal.pause()"
)
#: What DIRAC's configuration is asked, told by a program that imports what fork servers import.
READS = (
    "import DIRAC\n"
    "from DIRAC.ConfigurationSystem.Client.ConfigurationData import gConfigurationData\n"
    "from integration_tests.stack import fork_server\n"
    "type(gConfigurationData).extractOptionFromCFG = lambda self, *asked, **_: print(asked)\n"
    "fork_server.preload(fork_server.modules('libraries') + fork_server.modules('dirac'))"
)


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    """Let fork servers start programs."""
    monkeypatch.setenv(environment.QUICK_START, "yes")


def env(**more):
    return {"PATH": os.environ["PATH"], "PYTHONPATH": str(environment.TOP), **more}


def run(*words, folder="/", **more):
    return forking.run([sys.executable, *words], env(**more), folder, 60)


def test_a_forked_program_sees_what_it_would_see_by_itself(monkeypatch, tmp_path):
    words = ("-c", TELL, "one", "two words")
    forked = run(*words, folder=tmp_path, X509_USER_PROXY="/tmp/proxy")
    monkeypatch.setenv(forking.SWITCH, "no")
    alone = run(*words, folder=tmp_path, X509_USER_PROXY="/tmp/proxy")
    assert alone.args != forked.args, "the one was forked, the other not"
    found = [json.loads(done.stdout) for done in (forked, alone)]
    descriptors = [len(told.pop(4)) for told in found]
    assert descriptors[0] == descriptors[1] + 1, "it has a socket to request siblings by"
    assert found[0] == found[1]


@pytest.mark.parametrize("variable", ["X509_USER_PROXY", "ANOTHER"])
def test_each_program_has_the_environment_that_it_was_started_with(variable):
    tell = f"import os; print(os.environ.get({variable!r}))"
    assert [run("-c", tell, **more).stdout for more in ({variable: "1"}, {}, {variable: "2"})] == [
        "1\n",
        "None\n",
        "2\n",
    ]


@pytest.mark.parametrize(("program", "code"), [
    ("pass", 0), ("import sys; sys.exit(7)", 7), ("import sys; sys.exit('why')", 1), ("1 / 0", 1),
    ("import os; os._exit(3)", 3), ("import os; os.kill(os.getpid(), 9)", -signal.SIGKILL),
])  # fmt: skip
def test_codes_and_signals_reach_the_starter(program, code):
    assert run("-c", program).returncode == code


def test_what_is_registered_for_the_end_is_done_and_threads_are_awaited():
    program = (
        "import atexit, threading, time; atexit.register(print, 'at exit')\n"
        "threading.Thread(target=lambda: (time.sleep(0.1), print('thread'))).start(); print('main')"
    )
    assert run("-c", program).stdout == "main\nthread\nat exit\n"


def test_modules_and_scripts_run_as_main():
    assert "usage: python -m json.tool" in run("-m", "json.tool", "--help").stdout
    script = forking.run(["dirac-admin-pilot-logs-list", "--help"], env(), "/", 60)
    assert script.returncode == 0 and "Exit code" in script.stdout


def test_a_session_of_its_own_is_given():
    tell = "import os; print(os.getsid(0) == os.getpid())"
    pipes = {"stdout": subprocess.PIPE, "text": True}
    for wanted in (True, False):
        process = forking.forked([sys.executable, "-c", tell], env(), "/", start_new_session=wanted, **pipes)
        assert process.communicate(timeout=60)[0].strip() == str(wanted)


#: Starts a worker as ``Worker`` does, and lets its input end.
START_WORKER = """
import os, subprocess, sys
argv = [sys.executable, "-P", "-m", "PilotLoggingDIRAC.adapters.workers.child", sys.argv[1], "host"]
pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
worker = subprocess.Popen(argv, env=dict(os.environ), start_new_session=True, **pipes)
print(type(worker).__name__, worker.stdout.readline(), os.getsid(worker.pid) == worker.pid, flush=True)
worker.stdin.close()
print(worker.wait(60), flush=True)
"""


def test_a_worker_of_a_forked_program_is_forked_too_and_ends_with_its_input(tmp_path):
    folder = tmp_path / "private"
    folder.mkdir()
    (folder / "dirac.cfg").touch()
    told = run("-c", START_WORKER, str(folder), DIRAC_NO_CFG="1")
    assert told.stdout.splitlines() == ['Forked b\'{"value": "ready"}\\n\' True', str(-signal.SIGKILL)], told.stderr
    assert not folder.exists()


def test_a_program_that_takes_too_long_is_ended():
    with pytest.raises(subprocess.TimeoutExpired):
        forking.run([sys.executable, "-c", "import signal; signal.pause()"], env(), "/", 0.5)


def test_servers_and_tied_programs_end_with_a_starter_that_is_killed():
    words = [sys.executable, "-c", STARTER]
    more = {environment.QUICK_START: "yes"}
    starter = subprocess.Popen(words, env=env(**more), stdout=subprocess.PIPE, text=True, start_new_session=True)
    assert starter.stdout.readline().strip().isdigit()
    starter.kill()
    starter.communicate(timeout=PATIENCE_SECONDS)
    until(lambda: not members(starter.pid))


def members(session):
    told = subprocess.run(["ps", "-o", "pid=,stat=", "-s", str(session)], capture_output=True, text=True, check=False)
    return [line for line in told.stdout.splitlines() if " Z" not in line]


def test_nothing_that_servers_import_reads_the_configuration():
    done = subprocess.run([sys.executable, "-c", READS], env=env(), capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, ""), done.stderr


@pytest.fixture(params=[["libraries"], ["dirac"], ["libraries", "dirac"]], ids=" and ".join)
def kill(request):
    """``kill()``: fork servers that have served are killed."""

    def kill():
        servers = called("fork_server", psutil.Process().children(recursive=True))
        kinds = {each: "libraries" if each.ppid() == os.getpid() else "dirac" for each in servers}
        chosen = [each for each, kind in kinds.items() if kind in request.param]
        for server in chosen:
            server.kill()
        until(lambda: all(map(has_ended, chosen)))

    return kill


def test_another_server_takes_the_place_of_one_that_has_died(kill):
    assert run("-c", "print('first')").stdout == "first\n"
    kill()
    assert [run("-c", f"print({number})").stdout for number in range(2)] == ["0\n", "1\n"]


def descriptors():
    return len(list(Path("/proc/self/fd").iterdir()))


def test_a_server_that_has_died_leaves_no_descriptors(kill):
    run("-c", "pass")
    before = descriptors()
    for _ in range(2):
        kill()
        run("-c", "pass")
    until(lambda: descriptors() <= before, seen=lambda: (before, descriptors()))


def test_a_server_that_cannot_import_says_why(tmp_path):
    (tmp_path / "DIRAC").mkdir()
    (tmp_path / "DIRAC" / "__init__.py").write_text("raise ImportError('not this one')")
    with pytest.raises(forking.ServerEnded, match="not this one"):
        run("-c", "pass", PYTHONPATH=f"{environment.TOP}:{tmp_path}")
    (tmp_path / "DIRAC" / "__init__.py").write_text("raise ImportError('nor this one')")
    with pytest.raises(forking.ServerEnded, match=r"status 1(.|\n)*nor this one"):
        run("-c", "pass", PYTHONPATH=f"{environment.TOP}:{tmp_path}")
