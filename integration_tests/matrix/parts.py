"""The platforms, and the tests that each has to pass."""

import os
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ..stack.environment import TOP
from ..stack.mariadb import SERVER
from . import environments
from .servers import SERVERS
from .unavailable import Unavailable

FOLDER = TOP / ".matrix"
_I = "integration_tests"
STORE_TESTS = (
    f"{_I}/test_installer_sql.py",
    f"{_I}/test_query_plans.py",
    f"{_I}/test_agent.py::TestCustodyOnMariaDB",
    f"{_I}/test_agent.py::TestStoreOnMariaDB",
    f"{_I}/test_deleting.py::TestDeletingOnMariaDB",
    f"{_I}/test_small_messages.py",
)
DIRAC_TESTS = tuple(
    f"{_I}/test_{name}.py"
    for name in ("collector", "sources", "download_plugin", "job_pilot_output", "agent", "commands")
)
UNIT_TESTS = ("tests",)
#: What has no part of DIRAC's Tornado, whose version 5 is not even installed on a Python after 3.11.
TORNADO = ("tornado", "tornado-m2crypto")
WITHOUT_TORNADO = tuple(f"tests/{room}" for room in ("pilotlog", "commands", "assembly", "adapters"))


@dataclass(frozen=True)
class Part:
    """One row of the table: what makes the platform, as (folder of its programs, more environment), and its tests."""

    platform: str
    what: str
    prepare: Callable[[], tuple[Path, dict[str, str]]]
    tests: tuple[str, ...]

    def run(self, log: Path):
        """Return the process of its tests, whose output goes into the file. Raise Unavailable."""
        programs, more = self.prepare()
        environment = os.environ | more | {
            "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
            "VIRTUAL_ENV": str(programs.parent),
            "PYTHONPATH": str(TOP),
        }  # fmt: skip
        argv = [programs / "python", "-m", "pytest", "-q", "-p", "no:cacheprovider", *self.tests]
        with log.open("wb") as output:
            return subprocess.run(argv, cwd=TOP, env=environment, stdout=output, stderr=output, check=False)


def _own():
    return TOP / ".venv" / "bin"


def _debian_server():
    return _own(), {}


def _server(name):
    def prepare():
        return _own(), {SERVER: str(SERVERS[name].unpack(FOLDER / name.lower().replace(" ", "-")))}

    return prepare


def _nowhere(why):
    def prepare():
        raise Unavailable(why)

    return prepare


def _environment(folder, **how):
    return lambda: (environments.locked(FOLDER / folder, **how), {})


def _client(python):
    return _environment(f"python-{python}", python=python, without=TORNADO)


def _wheel(resolution):
    def prepare():
        return environments.resolved(FOLDER / f"wheel-{resolution}", _built(), resolution), {}

    return prepare


def _built():
    subprocess.run([_own() / "python", "-m", "build", "-q", "--wheel", "--no-isolation", "-o", FOLDER / "dist", TOP],
                   check=True)  # fmt: skip
    return max((FOLDER / "dist").glob("*.whl"), key=lambda wheel: wheel.stat().st_mtime)


#: With DIRACOS2's libraries of its time: its installer calls a function that mysqlclient 2.1 has no more, and its
#: DISET servers read an attribute that M2Crypto 0.46 has no more.
_DIRAC_9_1_2 = {"DIRAC": "9.1.2", "DIRACCommon": "9.1.2", "mysqlclient": "2.0.3", "m2crypto": "0.40.1"}
STORE, SERVICES, LOGIC = "the store and its queries", "collector, readers, agent, commands", "all without a server"
PARTS = (
    Part("MariaDB 10.11", STORE, _debian_server, STORE_TESTS),
    Part("MariaDB 11.8", STORE, _server("MariaDB 11.8"), STORE_TESTS),
    Part("MySQL 8.4", STORE, _nowhere("Debian has no MySQL 8.4"), STORE_TESTS),
    Part("MySQL 9", STORE, _server("MySQL 9"), STORE_TESTS),
    Part("DIRAC 9.0.28", SERVICES, _environment("dirac-9.0.28", DIRAC="9.0.28", DIRACCommon="9.0.28"), DIRAC_TESTS),
    Part("DIRAC 9.1.2", SERVICES, _environment("dirac-9.1.2", **_DIRAC_9_1_2), DIRAC_TESTS),
    Part("DIRAC 9.1.22", SERVICES, _debian_server, DIRAC_TESTS),
    Part("CPython 3.11", LOGIC, _debian_server, UNIT_TESTS),
    Part("CPython 3.12", "logic, commands", _client("3.12"), WITHOUT_TORNADO),
    Part("CPython 3.13", "logic, commands", _client("3.13"), WITHOUT_TORNADO),
    Part("the wheel, lowest versions", LOGIC, _wheel("lowest-direct"), UNIT_TESTS),
    Part("the wheel, highest versions", LOGIC, _wheel("highest"), UNIT_TESTS),
)
