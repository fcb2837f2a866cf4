"""The speed of searching logs: over the wire from the database, and what zstd and finding alone can do.

    python -m benchmarks.search --megabytes 1000

The logs are like pilots': most of 500 kB in messages of 50 lines, some large ones in messages of 1000 lines.
"""

import argparse
import random
import tempfile
import time
import uuid
from datetime import UTC, datetime
from pathlib import Path

import psutil
import zstandard

from integration_tests import rpc
from integration_tests.stack import Stack, ending
from PilotLoggingDIRAC.adapters.database import LogDatabase, utc_now
from PilotLoggingDIRAC.pilotlog.model import Batch, Numbered, PilotId
from PilotLoggingDIRAC.pilotlog.search.line_finder import LineFinder
from PilotLoggingDIRAC.pilotlog.search.pattern import finder
from PilotLoggingDIRAC.pilotlog.settings import StoreSettings

VO = "vo.alpha.org"
NEEDLE = "No space left on device"
SMALL, LARGE = (500_000, 50), (20_000_000, 1000)
SOURCE = random.Random(1)
WORDS = [
    "checking",
    "installing",
    "worker",
    "node",
    "/cvmfs/dirac.egi.eu",
    "proxy",
    "certificate",
    "queue",
    "payload",
    "matched",
    "job",
    "status",
    "python",
]
COMMANDS = ("CheckWorkerNode", "InstallDIRAC", "ConfigureBasics", "LaunchAgent")


def line():
    """A line much like a pilot's; one in a hundred thousand has what is searched for."""
    text = NEEDLE if SOURCE.random() < 1e-5 else " ".join(SOURCE.choices(WORDS, k=6))
    number = SOURCE.getrandbits(48)
    return f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S.%fZ} INFO [{SOURCE.choice(COMMANDS)}] {text} {number:x}\n"


def fill(db, megabytes):
    """Store logs; how many bytes they have."""
    number = size = 0
    while size < megabytes * 1e6:
        log_bytes, lines = LARGE if SOURCE.random() < 0.02 else SMALL
        pilot, written = PilotId(VO, uuid.uuid4().hex), 0
        while written < log_bytes:
            group = []
            while written < log_bytes and sum(item.batch.size for item in group) < 2e6:
                number += 1
                text = "".join(line() for _ in range(lines)).encode()
                written += len(text)
                group.append(Numbered(number, Batch(pilot, utc_now(), text)))
            db.appender.append("benchmark", group)
        size += written
    return size


def over_the_wire(stack, options, pattern):
    """One search as the command makes it: seconds, hits, calls."""
    began, cursor, hits, calls, found = time.monotonic(), "", 0, 0, 0
    client = rpc_client(stack)
    servers = [psutil.Process(stack.pid(name)) for name in ("tornado", "mariadb")]
    before = [sum(server.cpu_times()[:2]) for server in servers]
    while calls == 0 or cursor:
        answer = client.call("searchLogs", {}, pattern, options, cursor)["Value"]
        cursor, hits, calls, found = answer["Cursor"], hits + len(answer["Hits"]), calls + 1, found + answer["Bytes"]
    seconds = time.monotonic() - began
    collector, database = (sum(server.cpu_times()[:2]) - start for server, start in zip(servers, before, strict=True))
    print(
        f"searchLogs {options or 'literal'!s:20} {found / 1e6:6.0f} MB in {seconds:5.1f} s: "
        f"{found / seconds / 1e6:4.0f} MB/s; CPU of collector {collector:.1f} s, of database {database:.1f} s; "
        f"{hits} hits, {calls} calls"
    )


def rpc_client(stack):
    """An administrator's connection."""
    from integration_tests.pilot import Connection

    return Connection(
        stack.url("WorkloadManagement", "TornadoPilotLogging"), stack.pki.certificates, stack.proxy("admin")
    )


def alone(lines, pattern, regular):
    """Unpacking and finding without database and wire."""
    text = "".join(line() for _ in range(lines)).encode()
    chunks = [zstandard.compress(text)] * max(1, int(200e6 / len(text)))
    unpack, search = zstandard.ZstdDecompressor().decompress, LineFinder(finder(pattern, regular), 0, 2**20)
    began = time.process_time()
    for sequence, chunk in enumerate(chunks):
        search.feed(sequence, unpack(chunk))
        if search.waiting_bytes > 2**21:
            list(search.hits())
    list(search.hits(last=True))
    seconds = time.process_time() - began
    total = len(text) * len(chunks)
    kind = "RE2" if regular else "literal"
    print(f"zstd and {kind} finding, messages of {lines} lines: {total / seconds / 1e6:.0f} MB a CPU second "
          f"(compressed to {100 * len(chunks[0]) / len(text):.0f} %)")  # fmt: skip


def main():
    """Print the figures."""
    ending.clean_up_when_terminated()
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--megabytes", type=float, default=1000)
    options = parser.parse_args()
    for lines in (50, 1000):
        alone(lines, NEEDLE, False)
        alone(lines, "No (space|room) left", True)
    with Stack(Path(tempfile.mkdtemp())) as stack:
        stack.up()
        rpc.value(stack, "admin", "WorkloadManagement/TornadoPilotLogging", "getStatus")
        db = LogDatabase(stack.engine_url("PilotLoggingDB"), StoreSettings(read_seconds=60))
        fill(db, options.megabytes)
        for asked, pattern in (
            ({}, NEEDLE),
            ({"Context": 2}, NEEDLE),
            ({"IgnoreCase": True}, NEEDLE.lower()),
            ({"Regex": True}, "No (space|room) left"),
        ):
            over_the_wire(stack, asked, pattern)
    stack.purge()


if __name__ == "__main__":
    main()
