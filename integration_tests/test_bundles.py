"""Bundles on a real DIRAC: MariaDB, and agents that are killed at each step."""

import gzip
import os

import pytest

from PilotLoggingDIRAC.pilotlog.model import State
from tests.bundles_contract import BundlesContract
from tests.conftest import clock  # noqa: F401  (a fixture)

from . import bundles
from .stack import world
from .test_agent import cycle, kill_agent_at, logs  # noqa: F401  (fixtures)

LOGS = 6


class TestBundlesOnMariaDB(BundlesContract):
    """See ``bundles_contract``."""

    def test_logs_that_are_locked_for_a_moment_go_into_the_same_bundle(self, field, transactions):
        field.finish(*range(10))
        locked = tuple(field.log(number).id for number in (3, 7))
        with transactions.engine.connect() as another:
            another.exec_driver_sql(f"SELECT 1 FROM PilotLogs WHERE LogID IN {locked} LOCK IN SHARE MODE")
            field.agent.pause = lambda seconds: another.rollback()
            field.agent.archive_logs()
        field.require_whole(*range(10))
        assert len(field.archive.names()) == 1


def packing(stack, logs, who):
    return any(stack.root.glob("dirac/work/WorkloadManagement/PilotLoggingAgent/packing/**/bundle.zip"))


def file_is_there(stack, logs, who):
    return bool(bundles.files(stack))


def file_is_catalogued(stack, logs, who):
    return bool(bundles.catalogued(stack))


def wipe(stack):
    """Remove all bundles, so that a test meets only its own."""
    for path in bundles.files(stack):
        path.unlink()
    stack.sql("FileCatalogDB", "DELETE FROM FC_Files WHERE FileName LIKE '%.zip'")
    for table in ("PilotLogFiles", "PilotLogBatches", "PilotLogs", "PilotLogBundles"):
        stack.sql("PilotLoggingDB", f"DELETE FROM {table}")


@pytest.mark.parametrize("moment", [packing, file_is_there, file_is_catalogued])
def test_a_killed_agents_logs_are_archived_in_one_bundle_and_nothing_is_left_over(stack, logs, moment):
    with bundles.bundling(stack, LOGS):
        for _ in range(5):  # on a busy machine the agent may be done before it is killed
            wipe(stack)
            texts = {logs.finished(text): text for text in (os.urandom(300_000).hex().encode() for _ in range(LOGS))}
            kill_agent_at(stack, logs, next(iter(texts)), moment)
            if all(logs.log(who).state is State.COMPLETE for who in texts):
                break
        assert all(logs.log(who).state is State.COMPLETE for who in texts), "the agent was too fast to be killed"
        bundles.age(stack)
        cycle(stack)
        bundles.age(stack)
        cycle(stack)
        [path] = bundles.files(stack)
        assert bundles.catalogued(stack) == [path.name]
        copies = {name.partition(".")[0]: gzip.decompress(copy) for name, copy in bundles.members(path).items()}
        assert copies == {who.stamp: text for who, text in texts.items()}
        for who in texts:
            assert logs.log(who).state is State.ARCHIVED
            assert logs.log(who).file.lfn.endswith(path.name)
        assert stack.storage_path(world.ALPHA.storage_element) in path.parents
    wipe(stack)
