"""Small real parts that the unit tests share: a store on sqlite, a clock that stands until it is moved."""

import copy
import sqlite3
import threading
import tracemalloc
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, event

from PilotLoggingDIRAC.pilotlog.model import Batch, Delivery, PilotId
from PilotLoggingDIRAC.pilotlog.settings import StoreSettings
from PilotLoggingDIRAC.pilotlog.sql.connection.engine import Transactions
from PilotLoggingDIRAC.pilotlog.text.resend import REMEMBERED

from .empty_store import BEGINNING, empty_store

#: What a property costs is no property: a busy neighbour slows examples down.
settings.register_profile("busy machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("busy machine")


@event.listens_for(Engine, "connect")
def never_sync(connection, _):
    """Let no store on sqlite wait for the disk or keep its journal there: no test cuts the power, and a schema is a
    hundred syncs, seconds where the disk is slow.
    """
    if isinstance(connection, sqlite3.Connection):
        connection.execute("PRAGMA synchronous=OFF")
        connection.execute("PRAGMA journal_mode=MEMORY")


class Clock:
    """A clock that is moved by hand."""

    def __init__(self):
        self.now = BEGINNING

    def __call__(self):
        return self.now

    def forward(self, **delta):
        self.now += timedelta(**delta)


@pytest.fixture
def clock():
    return Clock()


class SecondsClock:
    """A clock of seconds, moved by hand."""

    def __init__(self):
        self.now = 1000.0

    def __call__(self):
        return self.now


@pytest.fixture
def seconds():
    return SecondsClock()


@pytest.fixture
def transactions(tmp_path):
    """Transactions on an empty sqlite store."""
    engine = empty_store(tmp_path)
    yield Transactions(engine, StoreSettings())
    engine.dispose()


PILOT = PilotId("vo.alpha.org", "0123456789abcdef0123456789abcdef")


@pytest.fixture
def configure():
    """``configure(tree, *options)``: DIRAC's configuration of this process, meanwhile; options are (path, value)."""
    from DIRAC.ConfigurationSystem.private.ConfigurationClient import gConfigurationData
    from diraccfg import CFG

    def use(tree, *options):
        gConfigurationData.localCFG = CFG().loadFromDict(copy.deepcopy(tree))
        for path, value in options:
            gConfigurationData.setOptionInCFG(path, value)
        gConfigurationData.generateNewVersion()  # what is below /Operations is remembered by it
        gConfigurationData.sync()

    before = gConfigurationData.localCFG
    yield use
    gConfigurationData.localCFG = before
    gConfigurationData.sync()


@pytest.fixture
def no_threads(monkeypatch):
    """A context in which no thread can be started, as at a process's limit; given a name, none that begins with it."""
    start = threading.Thread.start

    @contextmanager
    def limited(name=""):
        def start_other(thread):
            if thread.name.startswith(name):
                raise RuntimeError("can't start new thread")
            start(thread)

        with monkeypatch.context() as patch:
            patch.setattr(threading.Thread, "start", start_other)
            yield

    return limited


def line(text, second=0):
    """A line as a pilot writes it."""
    return f"2026-11-21T08:10:{second:02d}.123456Z INFO [CheckWorkerNode] {text}\n".encode()


def batch(text=b"", pilot=PILOT, received=datetime(2026, 11, 21, 8, 0, 0), return_code=None):
    """A batch as ``validation`` makes it."""
    return Batch(pilot, received, text, return_code)


def answered(item, number):
    """Return a batch as a collector makes the message of this number whose sender has had all answers before it."""
    before = range(max(1, number - REMEMBERED), number)
    return replace(item, name=number, answers=tuple((earlier, Delivery.ARRIVED) for earlier in before))


#: Whatever can be JSON, lone surrogates and numbers that are none included.
ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(exclude_categories=())),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@pytest.fixture
def peak_bytes():
    """A context that fails when more is allocated in it at a time than is said."""

    @contextmanager
    def limited(below):
        tracemalloc.start()
        try:
            yield
            assert tracemalloc.get_traced_memory()[1] < below
        finally:
            tracemalloc.stop()

    return limited
