"""A collector's folder, and an importer and a reader over a store on sqlite."""

import pytest

from tests.conftest import PILOT
from tests.stored import importer, reader  # noqa: F401


@pytest.fixture
def folder(tmp_path):
    place = tmp_path / "pilotlogs"
    (place / PILOT.vo).mkdir(parents=True)
    return place
