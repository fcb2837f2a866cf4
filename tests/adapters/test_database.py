"""PilotLoggingDB before its first step: on a host whose configuration says nothing of it, and while it is prepared."""

import socket
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import pytest

from PilotLoggingDIRAC.adapters import database
from PilotLoggingDIRAC.adapters.database import LogDatabase
from PilotLoggingDIRAC.pilotlog.errors import StoreUnavailable
from PilotLoggingDIRAC.pilotlog.model import Numbered
from PilotLoggingDIRAC.pilotlog.settings import StoreSettings
from PilotLoggingDIRAC.pilotlog.sql.schema.migrations import migrate
from tests.conftest import PILOT, batch
from tests.waiting import PATIENCE_SECONDS, until

PROGRAM = """
import DIRAC
DIRAC.initialize(require_auth=False)
from PilotLoggingDIRAC.pilotlog.errors import StoreUnavailable
from PilotLoggingDIRAC.pilotlog.model import PilotId
from PilotLoggingDIRAC.adapters.database import LogDatabase

db = LogDatabase()
for _ in range(2):
    try:
        db.reader.find(PilotId("vo", "a" * 32))
    except StoreUnavailable as error:
        assert "where PilotLoggingDB is" in str(error)
        continue
    raise AssertionError("it was found")
db.close()
"""


def test_a_host_without_the_database_starts_and_gets_a_named_error_at_each_step(tmp_path):
    (tmp_path / "dirac.cfg").write_text("DIRAC\n{\n  Configuration\n  {\n    Name = none\n  }\n}\n")
    environment = {"DIRACSYSCONFIG": str(tmp_path / "dirac.cfg"), "HOME": str(tmp_path), "PATH": "/usr/bin:/bin"}
    done = subprocess.run([sys.executable, "-c", PROGRAM], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture
def migrating(monkeypatch):
    """Events: a migration has begun; it may go on."""
    begun, may_go_on = threading.Event(), threading.Event()

    def slow(*words):
        begun.set()
        assert may_go_on.wait(PATIENCE_SECONDS)
        return migrate(*words)

    monkeypatch.setattr(database, "migrate", slow)
    yield begun, may_go_on
    may_go_on.set()


@pytest.fixture
def pool():
    with ThreadPoolExecutor(8) as pool:
        yield pool


def test_while_one_thread_prepares_the_database_others_are_refused_in_time_and_lose_nothing(tmp_path, migrating, pool):
    begun, may_go_on = migrating
    db = LogDatabase(f"sqlite:///{tmp_path}/logs.db", StoreSettings(prepare_seconds=0.1))
    message = [Numbered(1, batch(b"text\n", PILOT, datetime(2026, 11, 21)))]
    first = pool.submit(db.reader.find, PILOT)
    assert begun.wait(PATIENCE_SECONDS)
    others = [pool.submit(db.reader.find, PILOT), pool.submit(db.usage.server), pool.submit(db.clock)]
    others.append(pool.submit(db.appender.append, "e", message))
    until(lambda: all(other.done() for other in others), seconds=PATIENCE_SECONDS / 2)
    for other in others:
        with pytest.raises(StoreUnavailable, match="The database is being prepared"):
            other.result()
    may_go_on.set()
    assert first.result(PATIENCE_SECONDS) == []
    db.appender.append("e", message)
    assert db.reader.find(PILOT)[-1].bytes == 5
    db.close()


@pytest.fixture
def hanging():
    """A database that accepts connections and says nothing, and its URL."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server, f"mysql+mysqldb://user:password@127.0.0.1:{server.getsockname()[1]}/PilotLoggingDB"


def test_no_thread_waits_long_for_one_that_meets_a_database_that_hangs(hanging, pool):
    server, url = hanging
    db = LogDatabase(url, StoreSettings(connect_seconds=60, read_seconds=60, prepare_seconds=0.1))
    waiting = [pool.submit(db.reader.find, PILOT) for _ in range(4)]
    until(lambda: sum(one.done() for one in waiting) == 3, seconds=PATIENCE_SECONDS / 2)
    server.close()
    for one in waiting:
        with pytest.raises(StoreUnavailable):
            one.result(PATIENCE_SECONDS)
    db.close()
