"""A collector's folder, and an importer and a reader over a store on sqlite."""

import pytest

from PilotLoggingDIRAC.pilotlog.sql.importer import SqlImporter
from PilotLoggingDIRAC.pilotlog.sql.reader import SqlReader
from tests.conftest import PILOT


@pytest.fixture
def importer(transactions, clock):
    return SqlImporter(transactions, clock)


@pytest.fixture
def reader(transactions):
    return SqlReader(transactions)


@pytest.fixture
def folder(tmp_path):
    place = tmp_path / "pilotlogs"
    (place / PILOT.vo).mkdir(parents=True)
    return place
