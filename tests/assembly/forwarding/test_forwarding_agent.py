"""The forwarding agent: as it ends, destinations that hang keep it no longer than one of them; what it forgets."""

import itertools
import sys
import threading
import time
import types
from datetime import UTC, datetime, timedelta
from typing import ClassVar

import pytest

from PilotLoggingDIRAC.adapters.database import LogDatabase
from PilotLoggingDIRAC.assembly.forwarding import agent
from PilotLoggingDIRAC.pilotlog.model import Numbered, PilotId
from tests.conftest import PILOT, batch, line
from tests.empty_store import empty_store
from tests.waiting import until

NAMES = [f"Hanging{number}" for number in range(8)]
PLUGINS = "PilotLoggingDIRAC.WorkloadManagementSystem.Client.PilotLoggingPlugins"


class HangingDestination:
    """A destination that answers nothing until ``released``; ``called`` are those that wait for it."""

    called: ClassVar[list[str]] = []
    released = threading.Event()

    def __init__(self, name, options):
        self.name = name

    def send(self, records):
        self.called.append(self.name)
        self.released.wait()
        return []

    def close(self):
        pass


class ListDestination:
    """A destination that has a list of all messages."""

    messages: ClassVar[list[str]] = []

    def __init__(self, name, options):
        pass

    def send(self, records):
        self.messages += [each.message for each in records if not each.kind.is_event]
        return []

    def close(self):
        pass


@pytest.fixture
def listed(monkeypatch):
    """The messages that a ``ListDestination`` was sent."""
    monkeypatch.setattr(ListDestination, "messages", [])
    module = types.SimpleNamespace(ListDestination=ListDestination, __file__=__file__)
    monkeypatch.setitem(sys.modules, f"{PLUGINS}.ListDestination", module)
    return ListDestination.messages


@pytest.fixture
def hanging(monkeypatch):
    monkeypatch.setattr(HangingDestination, "called", [])
    monkeypatch.setattr(HangingDestination, "released", threading.Event())
    module = types.SimpleNamespace(HangingDestination=HangingDestination, __file__=__file__)
    monkeypatch.setitem(sys.modules, f"{PLUGINS}.HangingDestination", module)
    yield HangingDestination
    HangingDestination.released.set()


@pytest.fixture
def name_destinations(configure):
    """``name_destinations(*names, **options)``: destinations of one VO in the CS, and the agent's options."""

    def name(*names, **options):
        configure(
            {
                "Registry": {"VO": {PILOT.vo: {}}},
                "Operations": {PILOT.vo: {"PilotLogging": {"Destinations": ", ".join(names)}}},
                "Resources": {"PilotLogDestinations": {name: {"Plugin": "HangingDestination"} for name in NAMES}},
                "Systems": {"WorkloadManagement": {"Agents": {"X": options}}},
            }
        )

    return name


@pytest.fixture
def configured(tmp_path, monkeypatch, name_destinations):
    """All destinations in the CS, and the database that it names, on sqlite."""
    name_destinations(*NAMES)
    empty_store(tmp_path).dispose()
    monkeypatch.setattr("PilotLoggingDIRAC.adapters.database.database_url", lambda: f"sqlite:///{tmp_path}/logs.db")


def send(db, number, pilot=PILOT):
    now = datetime.now(UTC).replace(tzinfo=None)
    db.appender.append("e", [Numbered(number, batch(line(f"text {number}"), pilot, received=now))])


@pytest.mark.usefixtures("configured")
def test_agent_that_ends_waits_for_all_destinations_that_hang_as_long_as_for_one(hanging, monkeypatch):
    monkeypatch.setattr(agent, "_STOP_SECONDS", 1.0)
    forwarding, db, numbers = agent.ForwardingAgent("WorkloadManagement/X"), LogDatabase(), itertools.count(1)
    forwarding.cycle()

    def all_hang():  # a log is sent to destinations that began before it was heard of
        send(db, next(numbers))
        return sorted(hanging.called) == NAMES

    until(all_hang, lambda: hanging.called)
    db.close()
    began = time.monotonic()
    forwarding.close()
    assert time.monotonic() - began < len(NAMES) / 2


@pytest.mark.usefixtures("configured")
def test_destination_without_a_thread_is_a_problem_and_tried_again(hanging, monkeypatch, name_destinations, no_threads):
    name_destinations(NAMES[0])
    forwarding, db, numbers = agent.ForwardingAgent("WorkloadManagement/X"), LogDatabase(), itertools.count(1)
    told = {}
    with no_threads(), monkeypatch.context() as patch:
        patch.setattr(agent.Tally, "problem", lambda _, subject, text: told.update({subject: text}))
        forwarding.cycle()
    assert told == {f"destination {NAMES[0]}": "can't start new thread"}
    forwarding.cycle()

    def is_sent():
        send(db, next(numbers))
        return hanging.called

    until(is_sent)
    hanging.released.set()
    db.close()
    forwarding.close()


@pytest.fixture
def progress(configured, hanging):
    """``progress()`` of a destination that was last up to date eight days ago, while no VO names one; None without."""
    db, name = LogDatabase(), NAMES[0]
    db.destinations.begin(name)
    db.destinations.caught_up(name, db.clock() - timedelta(days=8))
    yield lambda: next((found for found in db.destinations.progress() if found.name == name), None)
    db.close()


def test_destination_that_was_away_is_not_forgotten_when_it_is_unnamed_for_a_cycle(progress, name_destinations):
    before = progress()
    name_destinations()
    forwarding = agent.ForwardingAgent("WorkloadManagement/X")
    try:
        forwarding.cycle()
        forwarding.cycle()
        assert progress() == before
        name_destinations(NAMES[0])
        forwarding.cycle()
        assert progress().began == before.began
    finally:
        forwarding.close()


def test_destination_that_no_vo_names_is_forgotten(progress, name_destinations):
    name_destinations(ForwardForgetSeconds="0.5")
    forwarding = agent.ForwardingAgent("WorkloadManagement/X")
    try:
        until(lambda: forwarding.cycle() is not None and progress() is None, progress)
    finally:
        forwarding.close()


@pytest.fixture
def name_vos(configured, configure):
    """``name_vos(*vos, **sections)``: VOs that name the destination Lines, and the sections of destinations."""

    def name(*vos, **sections):
        configure(
            {
                "Registry": {"VO": {vo: {} for vo in VOS}},
                "Operations": {vo: {"PilotLogging": {"Destinations": "Lines" if vo in vos else ""}} for vo in VOS},
                "Resources": {"PilotLogDestinations": sections},
            }
        )

    return name


VOS = (PILOT.vo, "vo.beta.org")
LINES = {"Plugin": "ListDestination"}


class Sent:
    """Logs that are sent to the database one after the other."""

    def __init__(self, listed):
        self.db, self.listed, self.numbers = LogDatabase(), listed, itertools.count(1)

    def send(self, vo):
        number = next(self.numbers)
        send(self.db, number, PilotId(vo, f"{number:032x}"))
        return lambda: any(f"text {number}" in each for each in self.listed)

    def goes_on(self):
        """A log of the first VO goes to the destination; one that was heard of before it began does not."""
        seen = []
        until(lambda: seen.append(self.send(VOS[0])) or any(is_sent() for is_sent in seen))


def test_text_of_a_vo_that_was_taken_off_is_not_sent_while_the_section_is_wrong(name_vos, listed):
    name_vos(*VOS, Lines=LINES)
    forwarding, sent = agent.ForwardingAgent("WorkloadManagement/X"), Sent(listed)
    try:
        forwarding.cycle()
        sent.goes_on()
        name_vos(VOS[0], Lines={"Content": "all"})
        forwarding.cycle()
        for _ in range(2):  # the look in which the second one is found began after the change
            until(sent.send(VOS[0]))
        is_sent = sent.send(VOS[1])
        until(sent.send(VOS[0]))
        assert not is_sent()
    finally:
        forwarding.close()
        sent.db.close()


def test_destination_whose_section_is_gone_is_sent_nothing_more(name_vos, listed):
    name_vos(*VOS, Lines=LINES)
    forwarding, sent = agent.ForwardingAgent("WorkloadManagement/X"), Sent(listed)
    try:
        forwarding.cycle()
        sent.goes_on()
        name_vos(*VOS)
        forwarding.cycle()
        assert "pilotlog-forward-Lines" not in {thread.name for thread in threading.enumerate()}
    finally:
        forwarding.close()
        sent.db.close()
