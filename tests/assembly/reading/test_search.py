"""A search that reads archived copies, on a host whose temporary folder takes no more files."""

import pytest
from sqlalchemy import delete, update

from PilotLoggingDIRAC.adapters.storage.bundle_cache import BundleCache
from PilotLoggingDIRAC.assembly.reading.search import ArchivedTexts
from PilotLoggingDIRAC.pilotlog.access import Scope
from PilotLoggingDIRAC.pilotlog.archive.bundles.settings import BundleReadSettings
from PilotLoggingDIRAC.pilotlog.model import PilotId, Selection, State
from PilotLoggingDIRAC.pilotlog.read import selection
from PilotLoggingDIRAC.pilotlog.search.search import LogSearch
from PilotLoggingDIRAC.pilotlog.settings import SearchSettings
from PilotLoggingDIRAC.pilotlog.sql.read.searcher import SqlSearcher
from PilotLoggingDIRAC.pilotlog.sql.schema.tables import batches, logs
from tests.conftest import PILOT
from tests.custody_contract import World

OTHER = PilotId(PILOT.vo, "b" * 32)


@pytest.fixture
def world(transactions, clock):
    return World(transactions, clock)


@pytest.fixture
def archived(configure):
    """The texts of archived copies, of a VO whose files have an owner."""
    shifter = {"User": "shifter", "Group": "alpha_data"}
    configure(
        {
            "Registry": {"Groups": {"alpha_data": {"VO": PILOT.vo}}},
            "Operations": {"Defaults": {"Shifter": {"DataManager": shifter}}},
        }
    )
    texts = ArchivedTexts(1, 1.0, BundleCache(BundleReadSettings()))
    yield texts
    texts.close()


def test_a_full_disk_costs_the_archived_log_alone(world, archived, transactions, tmp_path, monkeypatch):
    for pilot in (PILOT, OTHER):
        world.send(b"the disk is full\n", who=pilot)
    world.finish()
    world.archive()
    purged = world.log().id
    for change in (
        update(logs).where(logs.c.LogID == purged).values(State=State.PURGED.value),
        delete(batches).where(batches.c.LogID == purged),
    ):
        transactions.run(lambda connection, change=change: connection.execute(change) and None)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "gone"))
    search = LogSearch(SqlSearcher(transactions), SearchSettings(), archived)
    query = selection.search_query("disk", {"Archive": True}, 20)
    found = search.search(Scope(everything=True), Selection(), query)
    assert [log.pilot for log, _ in found.hits] == [OTHER]
    assert [(log.pilot, text) for log, text in found.unreadable] == [
        (PILOT, "This host can't store an archived copy: No such file or directory")
    ]
