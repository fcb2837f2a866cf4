"""An empty store on sqlite. Its schema is made once a process, and copied for each test."""

import functools
import tempfile
from datetime import datetime
from pathlib import Path

from sqlalchemy import Engine

from PilotLoggingDIRAC.pilotlog.settings import StoreSettings
from PilotLoggingDIRAC.pilotlog.sql.connection.engine import make_engine
from PilotLoggingDIRAC.pilotlog.sql.schema.migrations import migrate

#: When the schema was made: when the tests' clock begins.
BEGINNING = datetime(2026, 11, 21, 8, 0, 0)


def empty_store(folder: Path) -> Engine:
    """Return an engine for a new, migrated database in the folder."""
    path = Path(folder) / "logs.db"
    path.write_bytes(_migrated())
    return _engine(path)


@functools.cache
def _migrated() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "logs.db"
        engine = _engine(path)
        migrate(engine, lambda: BEGINNING)
        engine.dispose()
        return path.read_bytes()


def _engine(path: Path) -> Engine:
    return make_engine(f"sqlite:///{path}", StoreSettings())
