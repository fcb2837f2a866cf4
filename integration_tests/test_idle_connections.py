"""Connections to MariaDB that the server ended: each path of reading and writing works on, without an alarm."""

import uuid
from contextlib import contextmanager
from datetime import timedelta

import pytest

from PilotLoggingDIRAC.adapters.database import LogDatabase, utc_now
from PilotLoggingDIRAC.adapters.pilot_agents import PilotAgents
from PilotLoggingDIRAC.adapters.pilot_records import PilotRecords
from PilotLoggingDIRAC.pilotlog.model import Batch, Numbered, PilotId, State
from PilotLoggingDIRAC.pilotlog.settings import StoreSettings
from PilotLoggingDIRAC.pilotlog.text import limits

from . import grid, rpc
from .pilot import pilot_line
from .stack import world
from .test_agent import Logs, cycle
from .test_metrics import get, scrape, value
from .test_stopping import spooled
from .waiting import stored, until

SECONDS = 3
#: Services that keep connections to the databases of pilots and their logs.
SERVICES = ("tornado", "PilotLogging", "PilotManager", "WebApp")
PATIENT = StoreSettings(connect_seconds=30, read_seconds=30)
_CONNECTIONS = "SELECT ID FROM information_schema.PROCESSLIST WHERE USER = 'Dirac' AND DB IN %s"
_DATABASES = ("PilotLoggingDB", "PilotAgentsDB")


def connections(stack):
    """Return the numbers of connections that the components have to the databases of pilots and their logs."""
    return {number for (number,) in stack.sql(None, _CONNECTIONS, (_DATABASES,))}


def wait_until_ended(stack):
    """Return when the server has ended all connections that are there now; services look regularly, on new ones."""
    there = connections(stack)
    until(lambda: not there & connections(stack), seen=lambda: there & connections(stack))


@pytest.fixture
def short(stack):
    """The server ends a connection that was idle for some seconds; those that began before have another limit."""
    before = stack.sql(None, "SELECT @@GLOBAL.wait_timeout")[0][0]
    stack.sql(None, f"SET GLOBAL wait_timeout = {SECONDS}")
    for (number,) in stack.sql(None, "SELECT ID FROM information_schema.PROCESSLIST WHERE USER = 'Dirac'"):
        stack.sql(None, f"KILL {number}")
    yield
    stack.sql(None, f"SET GLOBAL wait_timeout = {before}")


@pytest.fixture
def pilot(stack, connect):
    """A pilot that is known to DIRAC and has sent a line."""
    found = grid.add_pilot(stack)
    assert connect(found.vo.pilot).send("a line\n", found.stamp)["OK"]
    return found


class Store:
    """All that components do with the databases, over connections of this process."""

    def __init__(self, stack):
        made_before = limits.default()  # while it is made, for seconds on a busy machine, a transaction would be idle
        self.db = LogDatabase(stack.engine_url("PilotLoggingDB"), PATIENT, text_filter=made_before)
        self.records = PilotRecords(stack.engine_url("PilotAgentsDB"), PATIENT)
        self.agents = PilotAgents(PATIENT, stack.engine_url("PilotAgentsDB"))
        self._epoch, self._number = uuid.uuid4().hex, 0

    def send(self, who):
        """Store a batch as a writer does."""
        self._number += 1
        return self.db.appender.append(self._epoch, [Numbered(self._number, Batch(who, utc_now(), b"more\n"))])

    def paths(self, pilot):
        """Each path, by name; it raises where a connection fails."""
        who = PilotId(pilot.vo.name, pilot.stamp)
        return {
            "writer": lambda: self.send(who),
            "reader": lambda: self.db.reader.find(who),
            "page": lambda: self.db.views.heads([who]),
            "agent": lambda: self.db.custody.draining(utc_now()),
            "pilot's record": lambda: self.records.record(pilot.reference),
            "agent's pilots": lambda: self.agents.by_stamp([who]),
        }

    def close(self):
        self.db.close()
        self.agents.close()


@pytest.fixture
def store(stack):
    found = Store(stack)
    yield found
    found.close()


def failing(paths):
    """The paths that fail, by name."""
    failed = {}
    for name, path in paths.items():
        try:
            path()
        except Exception as error:
            failed[name] = repr(error)
    return failed


def test_every_adapter_works_on_a_connection_that_the_server_ended(stack, short, pilot, store):
    for name, path in store.paths(pilot).items():
        path()
        wait_until_ended(stack)
        assert failing({name: path}) == {}


def test_every_adapter_works_after_a_restart_of_the_server(stack, pilot, store):
    assert failing(store.paths(pilot)) == {}
    stack.restart("mariadb")
    assert failing(store.paths(pilot)) == {}


class Readers:
    """The questions of people and services to the running components."""

    def __init__(self, stack, connect, pilot):
        self._stack, self._pilot = stack, pilot
        self._operator, self._sender = connect("opal"), connect(pilot.vo.pilot, waits=False)

    def _said(self, answer):
        assert answer["OK"], answer
        return answer["Value"]

    def get_log(self):
        assert self._said(self._operator.call("getLog", self._pilot.vo.name, self._pilot.stamp, "", 0))["Text"]

    def get_pilot_logs(self):
        assert self._said(self._operator.call("getPilotLogs", {"PilotStamp": self._pilot.stamp}))["TotalRecords"] == 1

    def get_status(self):
        assert self._said(self._operator.call("getStatus"))["Database"] == "available"

    def get_usage(self):
        self._said(self._operator.call("getUsage"))

    def pilot_output(self, service):
        answer = rpc.call(self._stack, "opal", service, "getPilotOutput", self._pilot.reference)
        assert "a line" in self._said(answer)["StdOut"]

    def page(self, path):
        status, text = get(self._stack, "opal", f"/pilotlogs/api/{path}")
        assert status == 200, (path, status, text)

    def metrics(self):
        assert value(scrape(self._stack)[1], "pilotlog_database_up") == 1

    def send(self):
        """A message that is acknowledged is in the database at once: it took no way round by the spool."""
        text = pilot_line(uuid.uuid4().hex)
        assert self._said(self._sender.send(text, self._pilot.stamp)) is not None
        statement = "SELECT SUM(NumberOfBytes) FROM PilotLogs WHERE PilotStamp = %s"
        found = self._stack.sql("PilotLoggingDB", statement, (self._pilot.stamp,))[0][0]
        self.sent = getattr(self, "sent", len("a line\n")) + len(text)
        assert found == self.sent

    def paths(self):
        log = f"log/{self._pilot.vo.name}/{self._pilot.stamp}"
        return {
            "send": self.send,
            "getLog": self.get_log,
            "getPilotLogs": self.get_pilot_logs,
            "getStatus": self.get_status,
            "getUsage": self.get_usage,
            "getPilotOutput": lambda: self.pilot_output("Monitoring/WebApp"),
            "getPilotOutput of PilotManager": lambda: self.pilot_output("WorkloadManagement/PilotManager"),
            "metrics": self.metrics,
            "page's list": lambda: self.page("logs"),
            "page's log": lambda: self.page(f"{log}/log"),
            "page's lines": lambda: self.page(f"{log}/lines"),
        }


@contextmanager
def no_alarm(stack):
    """No component raises an alarm, nor tells of a database that is not there."""
    before = {name: len(stack.log(name).read_text()) for name in SERVICES}
    yield
    for name in SERVICES:
        told = stack.log(name).read_text()[before[name] :]
        raised = told.replace("Alarm is over", "")  # one of the restart before may end only now
        assert "Alarm" not in raised and "not available" not in raised, told


def test_every_call_works_on_connections_that_the_server_ended(stack, connect, short, pilot):
    paths = Readers(stack, connect, pilot).paths()
    assert failing(paths) == {}
    with no_alarm(stack):
        for _ in range(2):
            wait_until_ended(stack)
            assert failing(paths) == {}
    assert spooled(connect("opal")) == 0


def test_every_call_works_after_a_restart_of_the_server(stack, connect, pilot):
    paths = Readers(stack, connect, pilot).paths()
    assert failing(paths) == {}
    stack.restart("mariadb")
    with no_alarm(stack):
        assert failing(paths) == {}


def marks(stack):
    """The epochs that are marked as having a backlog."""
    return stack.sql("PilotLoggingDB", "SELECT Epoch FROM WriterEpochs WHERE Draining <> 0")


def seals_the_silent(stack):
    """Return whether the agent seals a log that was silent for three days."""
    logs, who = Logs(stack), PilotId(world.ALPHA.name, uuid.uuid4().hex)
    logs.send(who, b"a line\n", ago=timedelta(days=3))
    output = cycle(stack)
    assert "sealing put off" not in output, output
    return logs.log(who).state is not State.RECEIVING


@pytest.mark.parametrize("killed", [False, True], ids=["drained", "of a collector that was killed"])
def test_silent_log_is_sealed_after_a_spool_was_drained(stack, connect, stamp, killed):
    """Nobody sends after that, so no later message clears the mark."""
    pilot = connect("pila", waits=False)
    stack.kill("mariadb")
    assert pilot.send("to the spool\n", stamp)["OK"]
    if killed:
        stack.kill("tornado")
    stack.start("mariadb")
    if killed:
        stack.start("tornado")
    stored(stack)
    until(lambda: marks(stack) == [], seen=lambda: marks(stack))
    assert seals_the_silent(stack)
