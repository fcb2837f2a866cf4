"""Bundles on a stack: logs that go into one, files on the storage elements, and one log read from its place."""

import json
import statistics
import sys
import tempfile
import time
import zipfile
from contextlib import contextmanager
from pathlib import Path

from .stack import world

AGENT = "/Systems/WorkloadManagement/Agents/PilotLoggingAgent"
MODULE = "integration_tests.bundles"


@contextmanager
def bundling(stack, logs=10):
    """Bundles of this many logs meanwhile."""
    for name, value in {"BundleLogs": logs, "BundleSeconds": 0}.items():
        stack.set_option(f"{AGENT}/{name}", value)
    try:
        yield
    finally:
        for name in ("BundleLogs", "BundleSeconds"):
            stack.remove_option(f"{AGENT}/{name}")


def files(stack):
    """All bundles on the storage elements that are folders."""
    return sorted((stack.root / "se").rglob("*.zip"))


def catalogued(stack):
    """The names of the bundles in the catalogue."""
    return [name for (name,) in stack.sql("FileCatalogDB", "SELECT FileName FROM FC_Files WHERE FileName LIKE '%.zip'")]


def age(stack):
    """Move the times of all bundles and leases back by two hours."""
    for change in ("PilotLogBundles SET RecordedAt = RecordedAt", "PilotLogs SET LeaseUntil = LeaseUntil"):
        stack.sql("PilotLoggingDB", f"UPDATE {change} - INTERVAL 2 HOUR")


def members(path):
    """The contents of a bundle's members by their names, as Python's zipfile reads them."""
    with zipfile.ZipFile(path) as file:
        assert file.testzip() is None
        return {name: file.read(name) for name in file.namelist()}


def read(stack, log, times=20):
    """Read a log's copy from its place in its bundle, as the VO's shifter and as a worker does it.

    Return the copy, and the times (ms) of the first read of a process, and of the median and the fastest one.
    """
    file, vo = log.file, next(vo for vo in world.VOS if vo.name == log.pilot.vo)
    arguments = [file.se, vo.name, file.lfn, file.size, file.checksum, file.member.offset, file.member.size, times]
    for _ in range(3):  # on a busy machine a storage element may be too late
        done = stack.run([sys.executable, "-m", MODULE, *map(str, arguments)], user=vo.shifter)
        if done.returncode == 0:
            break
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout.splitlines()[-1])
    return bytes.fromhex(found["copy"]), found["ms"]


def main():
    """Print the copy and the times of reading it as JSON."""
    import DIRAC

    DIRAC.initialize(require_auth=False)
    from PilotLoggingDIRAC.adapters.storage.operations import get_part

    se, vo, lfn, size, checksum, offset, length, times = sys.argv[1:]
    took, whole = [], {"size": int(size), "checksum": checksum}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "copy"
        for _ in range(int(times)):
            begin = time.perf_counter()
            part = {"offset": int(offset), "length": int(length), "wanted": False}
            assert not get_part(vo=vo, se=se, lfn=lfn, path=str(path), **whole, **part), "it was fetched as a whole"
            took.append(1e3 * (time.perf_counter() - begin))
        found = [took[0], statistics.median(took), min(took)]
        print(json.dumps({"copy": path.read_bytes().hex(), "ms": found}))


if __name__ == "__main__":
    main()
