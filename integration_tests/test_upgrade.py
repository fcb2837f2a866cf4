"""A database that the version before dictionaries, bundles and forwarding filled: all is read, archived and deleted."""

import base64
import gzip
import json
from pathlib import Path

import pytest

from PilotLoggingDIRAC.pilotlog.model import State
from PilotLoggingDIRAC.pilotlog.sql.schema.migrations import MIGRATIONS, migrate
from tests.bundles_contract import BundleFolder, Field
from tests.conftest import clock  # noqa: F401  (a fixture)
from tests.custody_contract import VO, World, pilot

from .upgrade.fill import WHAT, text

FOLDER = Path(__file__).parent / "upgrade"
TEXTS = {
    what: b"".join(text(number, place) for place in range(10 if what == "archived again" else 5))
    for what, number in WHAT.items()
} | {"reopened": b"".join(text(WHAT["reopened"], place) for place in range(6))}


@pytest.fixture
def upgraded(transactions, clock, tmp_path):
    """The field of an agent whose database was filled by that version; its clock is an hour behind the last text."""
    name = transactions.engine.url.database
    with transactions.engine.begin() as connection:
        connection.exec_driver_sql(f"DROP DATABASE {name}")
        connection.exec_driver_sql(f"CREATE DATABASE {name}")
        connection.exec_driver_sql(f"USE {name}")
        for statement in (FOLDER / "version_15.sql").read_text().splitlines():
            connection.exec_driver_sql(statement.replace("%", "%%"))
    transactions.engine.dispose()
    clock.forward(days=8, hours=1)
    assert migrate(transactions.engine, clock) == [step for version, step, _ in MIGRATIONS if version > 15]
    archive = BundleFolder(tmp_path / "archive")
    for file, content in json.loads((FOLDER / "version_15.json").read_text()).items():
        (archive.folder / file).write_bytes(base64.b64decode(content))
    return Field(World(transactions, clock, "another epoch"), archive, tmp_path)


def copy(field, what):
    path = field.folder / "copy"
    field.archive.get(field.log(WHAT[what]).file, path)
    return gzip.decompress(path.read_bytes())


def test_text_and_copies_are_read_as_they_were(upgraded):
    for what in ("archived", "archived again", "complete", "receiving", "reopened"):
        assert upgraded.world.text(pilot(WHAT[what])) == TEXTS[what]
    for what in ("archived", "archived again", "purged"):
        assert upgraded.log(WHAT[what]).state is (State.PURGED if what == "purged" else State.ARCHIVED)
        assert copy(upgraded, what) == TEXTS[what]
    assert upgraded.world.reader.find(pilot(WHAT["deleted"])) == []


def test_what_waits_and_what_is_sent_more_goes_into_a_bundle(upgraded, clock):
    who = pilot(WHAT["receiving"])
    clock.forward(days=2)  # old enough for the dictionary
    upgraded.world.send(text(WHAT["receiving"], 5), who)
    upgraded.world.send(b"", who, return_code="0")
    upgraded.world.send(b"", pilot(WHAT["reopened"]), return_code="0")
    upgraded.agent.archive_logs()
    for what in ("complete", "receiving", "reopened"):
        assert upgraded.log(WHAT[what]).file.member
    assert copy(upgraded, "complete") == TEXTS["complete"]
    assert copy(upgraded, "receiving") == TEXTS["receiving"] + text(WHAT["receiving"], 5)
    assert copy(upgraded, "reopened") == TEXTS["reopened"]


def test_what_is_due_is_purged_and_what_is_deleted_leaves_the_archive(upgraded, clock):
    upgraded.agent.archive_logs()
    clock.forward(days=8)
    upgraded.agent.retain()
    upgraded.agent.scrub()
    purged = ("archived", "archived again", "complete")
    assert {upgraded.log(WHAT[what]).state for what in purged} == {State.PURGED}
    upgraded.delete(*(number for what, number in WHAT.items() if what != "deleted"))
    upgraded.agent.clear()
    assert upgraded.archive.names() == []
    assert upgraded.world.custody.unremoved(VO, clock())[0] == 0
