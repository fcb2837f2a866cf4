"""Storage elements that are down, and bundles that can't be removed: what keeps nobody else waiting."""

from dataclasses import replace

import pytest

from PilotLoggingDIRAC.pilotlog.errors import ArchiveError
from PilotLoggingDIRAC.pilotlog.model import State
from tests.bundles_contract import BundleAgent, BundleFolder, Field
from tests.custody_contract import TARGET, VO, World

OLD = "OLD-SE"


@pytest.fixture
def field(transactions, clock, tmp_path):
    """Eight bundles of a log each, five of them on ``OLD``, which is down, and three on another storage element."""
    world = World(transactions, clock)
    field = Field(world, BundleFolder(tmp_path / "archive"), tmp_path)
    for number in range(8):
        field.archive_all([number], replace(TARGET, se=OLD if number < 5 else TARGET.se))
        clock.forward(hours=2)
    field.archive.down = {OLD}
    field.archive.tried.clear()
    return field


def retire_all(transactions):
    with transactions.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE PilotLogBundles SET Retired = 1")
        connection.exec_driver_sql("DELETE FROM PilotLogFiles")


def with_bounds(field, **bounds):
    field.agent = BundleAgent(field.world, field.archive, field.folder, **bounds)
    return field.agent


def test_no_removal_from_another_storage_element_waits(field, transactions):
    retire_all(transactions)
    agent = with_bounds(field, bundles_removed=4)
    for _ in range(2):
        agent.clear()
    assert len(field.archive.names()) == 5


def test_a_storage_element_that_is_down_gets_three_tries_in_a_cycle(field, transactions):
    retire_all(transactions)
    with_bounds(field).clear()
    assert field.archive.tried.count(OLD) == 3
    assert len(field.archive.names()) == 5


def test_bundles_that_can_not_be_removed_block_no_other(field, transactions):
    retire_all(transactions)
    field.archive.down = set()
    stuck, remove = field.archive.names()[:4], field.archive.remove

    def refuse(file):
        if field.archive.path(file).name in stuck:
            raise ArchiveError("not this one")
        remove(file)

    field.archive.remove = refuse
    agent = with_bounds(field)
    for _ in range(2):
        agent.clear()
    assert field.archive.names() == stuck


def test_no_bundle_on_another_storage_element_waits_to_be_rewritten(field):
    field.delete(*range(8))
    with_bounds(field, bundles_rewritten=6).clear()
    assert len(field.archive.names()) == 5


def test_no_text_on_another_storage_element_waits_to_be_purged(field, clock):
    clock.forward(days=8)
    agent = with_bounds(field)
    for _ in range(2):
        agent.retain(logs_per_step=1, max_steps=4)
    assert [field.log(number).state for number in range(8)] == [State.ARCHIVED] * 5 + [State.PURGED] * 3


def test_bundles_that_are_to_be_removed_and_can_not_be_reached_are_told(field, transactions):
    field.archive = None
    agent = with_bounds(field)
    agent.clear()
    assert agent.tally.problems == {}
    retire_all(transactions)
    agent.clear()
    assert "no proxy" in agent.tally.problems[f"removing bundles of {VO}"]
