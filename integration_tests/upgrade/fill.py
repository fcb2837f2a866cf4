"""Write a filled database as statements, and its archive's files: ``python -m integration_tests.upgrade.fill NAME``.

It is for the sources of a version whose layout is to be tested later; run it with these on PYTHONPATH. Pilots have
numbers, see ``WHAT``.
"""

import base64
import json
import sys
import tempfile
from pathlib import Path

from benchmarks.growth.server import NAME, server
from PilotLoggingDIRAC.pilotlog.model import Selection
from PilotLoggingDIRAC.pilotlog.settings import StoreSettings
from PilotLoggingDIRAC.pilotlog.sql.connection.engine import Transactions, make_engine
from PilotLoggingDIRAC.pilotlog.sql.schema.migrations import migrate
from tests.conftest import Clock
from tests.custody_contract import VO, World, pilot
from tests.pilotlog.archive.test_archiver import Agent, FolderArchive, PilotTable

#: What became of each pilot's log.
WHAT = {
    "archived": 0, "purged": 1, "archived again": 2, "complete": 3, "receiving": 4, "deleted": 5, "reopened": 6,
}  # fmt: skip


def text(number, place):
    """A message of a pilot, small as most are."""
    return f"2026-11-21T08:00:{place:02d}.000000Z INFO [CheckWorkerNode] pilot {number} says {place}\n".encode()


def fill(transactions, clock, folder):
    """Fill an empty store; the archive's files are in the folder."""
    world, archive = World(transactions, clock), FolderArchive(folder / "archive")
    agent = Agent(world, archive, PilotTable(), folder)
    _finish(world, "purged")
    agent.archive_logs()
    clock.forward(days=8)
    agent.retention().run(purge_kept=False)
    for what in ("archived", "archived again", "deleted", "reopened"):
        _finish(world, what)
    agent.archive_logs()
    _finish(world, "archived again", 5)
    agent.archive_logs()
    world.send(text(WHAT["reopened"], 5), pilot(WHAT["reopened"]))
    wanted = Selection(vos=(VO,), stamps=(pilot(WHAT["deleted"]).stamp,))
    world.deleting.delete(world.deleting.page(wanted, 10), wanted)
    _finish(world, "complete")
    for place in range(5):
        world.send(text(WHAT["receiving"], place), pilot(WHAT["receiving"]))
    return archive


def _finish(world, what, first=0):
    who = pilot(WHAT[what])
    for place in range(first, first + 5):
        world.send(text(WHAT[what], place), who)
    world.send(b"", who, return_code="0")


def statements(running):
    """Yield the statements that make the database again, a line each."""
    tables = [name for (name,) in running.sql(NAME, "SHOW TABLES")]
    yield "SET FOREIGN_KEY_CHECKS = 0"
    for table in tables:
        [[_, made]] = running.sql(NAME, f"SHOW CREATE TABLE {table}")
        yield " ".join(made.split())
        for row in running.sql(NAME, f"SELECT * FROM {table}"):
            yield f"INSERT INTO `{table}` VALUES ({', '.join(map(_literal, row))})"
    yield "SET FOREIGN_KEY_CHECKS = 1"


def _literal(value):
    if value is None:
        return "NULL"
    if isinstance(value, bytes):
        return f"x'{value.hex()}'" if value else "''"
    if isinstance(value, int):
        return str(value)
    return "'" + str(value).replace("\\", "\\\\").replace("'", "\\'").replace("\n", "\\n") + "'"


def main():
    """Write ``NAME.sql`` and ``NAME.json``."""
    with server() as running, tempfile.TemporaryDirectory() as folder:
        engine, clock = make_engine(running.new(), StoreSettings()), Clock()
        migrate(engine, clock)
        archive = fill(Transactions(engine, StoreSettings()), clock, Path(folder))
        files = {name: base64.b64encode((archive.folder / name).read_bytes()).decode() for name in archive.names()}
        Path(f"{sys.argv[1]}.json").write_text(json.dumps(files, indent=1) + "\n")
        Path(f"{sys.argv[1]}.sql").write_text("".join(f"{line}\n" for line in statements(running)))
        engine.dispose()


if __name__ == "__main__":
    main()
