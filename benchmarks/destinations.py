"""Speeds of destinations, by real brokers and engines on this machine: records a second, answers, CPU, disk.

    python -m benchmarks.destinations [opensearch kafka activemq rabbitmq rsyslog] [--records 100000] [--keep]

One thread sends portions of 1000 records, as the agent does, to one server over TLS on the same two cores. The lines
are much like a pilot's, 50 of each log in turn. `--keep` writes the table that the guide shows.
"""

import argparse
import csv
import random
import statistics
import tempfile
import time
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path

import psutil

from integration_tests.stack import Stack, ending, environment
from integration_tests.stack.destinations import NAMES, PASSWORD, USER, Missing
from integration_tests.stack.destinations.servers import PARTS
from PilotLoggingDIRAC.adapters.destinations.kafka import KafkaDestination
from PilotLoggingDIRAC.adapters.destinations.opensearch import OpenSearchDestination
from PilotLoggingDIRAC.adapters.destinations.opensearch_server import OpenSearchServer
from PilotLoggingDIRAC.adapters.destinations.stomp import StompDestination
from PilotLoggingDIRAC.adapters.destinations.syslog import SyslogDestination
from PilotLoggingDIRAC.pilotlog.forward.record import Kind, Record
from PilotLoggingDIRAC.pilotlog.model import PilotId

TABLE = environment.TOP / "docs" / "administrator" / "destinations-figures.csv"
PORTION = 1000
WARM_UP = 5000
LOG_LINES = 50
SOURCE = random.Random(1)
WORDS = ("checking", "installing", "worker", "node", "proxy", "certificate", "queue", "payload", "matched", "python")
SITES = [f"LCG.Site{number}.org" for number in range(40)]
PHASES = ("CheckWorkerNode", "InstallDIRAC", "ConfigureBasics", "LaunchAgent")
BEGAN = datetime(2026, 11, 21, 8)


@dataclass(frozen=True)
class Figures:
    """A row of the table: CPU in seconds for a million records, times in milliseconds, disk in bytes a record."""

    destination: str
    records_a_second: int
    portion_ms_median: int
    portion_ms_worst: int
    single_ms_median: float
    sender_cpu: float
    server_cpu: float
    disk_bytes: float


def records(number):
    """Records of so many lines, 50 of each log."""
    made = []
    while len(made) < number:
        pilot, site = PilotId("vo.alpha.org", f"{SOURCE.getrandbits(128):032x}"), SOURCE.choice(SITES)
        made += [_record(pilot, site, line) for line in range(1, LOG_LINES + 1)]
    return made[:number]


def portions(whole):
    """The records in portions."""
    rest = iter(whole)
    return iter(lambda: list(islice(rest, PORTION)), [])


def _record(pilot, site, line):
    phase = SOURCE.choice(PHASES)
    moment = BEGAN + timedelta(microseconds=SOURCE.randrange(10**10))
    text = f"{' '.join(SOURCE.choices(WORDS, k=6))} {SOURCE.getrandbits(48):x}"
    message = f"{moment:%Y-%m-%dT%H:%M:%S.%fZ} INFO [{phase}] {text}"
    place = {"sequence": line // LOG_LINES, "line": line, "site": site, "ce": f"ce.{site}", "began": BEGAN}
    return Record(Kind.LINE, pilot, moment, message, level="INFO", source=phase, phase=phase, **place)


def destination(stack, name):
    """The adapter for a server of the stack."""
    port, authority = stack.ports[name], str(stack.pki.certificate("ca"))
    login = {"User": USER, "Password": PASSWORD, "SendSeconds": "60"}
    files = {"HostCertificate": str(stack.pki.certificate("host")), "HostKey": str(stack.pki.key("host"))}
    broker = login | {"MQ": "broker::Queues::logs", "Host": "localhost", "Port": port, "SSL": "yes", "CA": authority}
    make = {
        "opensearch": lambda: OpenSearchDestination(name, _search(stack, login)),
        "kafka": lambda: KafkaDestination(name, files | {"Host": f"localhost:{port}", "CA": authority}),
        "activemq": lambda: StompDestination(name, broker),
        "rabbitmq": lambda: StompDestination(name, broker | {"VHost": "/"}),
        "rsyslog": lambda: SyslogDestination(name, {"Host": "localhost", "Port": port, "CA": authority}),
    }
    return make[name]()


def _search(stack, login):
    place = {"Host": "localhost", "Port": stack.ports["opensearch"], "ca_certs": stack.pki.certificate("ca")}
    return login | {key: str(value) for key, value in place.items()} | {"Replicas": "0"}


def cpu_seconds(stack, name):
    """The CPU time that a server has used so far, in all of its processes."""
    spent = 0.0
    for part in PARTS[name]:
        leader = psutil.Process(stack.pid(part))
        for process in (leader, *leader.children(recursive=True)):
            times = process.cpu_times()
            spent += times.user + times.system
    return spent


def disk_bytes(stack, name):
    """The bytes in a server's folder; an index's once it is merged, as it will be soon."""
    if name == "opensearch":
        with OpenSearchServer.of(name, _search(stack, {"User": USER, "Password": PASSWORD})).client() as client:
            client.indices.forcemerge(index="pilotlogs-*", params={"max_num_segments": 1, "request_timeout": 600})
            client.indices.flush(index="pilotlogs-*")
            return client.indices.stats(index="pilotlogs-*")["_all"]["primaries"]["store"]["size_in_bytes"]
    return sum(path.stat().st_blocks * 512 for path in (stack.root / name).rglob("*") if path.is_file())


@contextmanager
def running(stack, name):
    """A server's adapter, warm."""
    stack.destinations.start(name)
    sender = destination(stack, name)
    for portion in portions(records(WARM_UP)):
        sender.send(portion)
    yield sender
    sender.close()
    stack.destinations.stop(name)


def timed(send, calls):
    """The milliseconds of each call."""
    spent = []
    for portion in calls:
        began = time.perf_counter()
        rejected = send(portion)
        spent.append((time.perf_counter() - began) * 1000)
        assert not list(rejected), "the receiver refuses what a benchmark sends"
    return spent


def measured(stack, name, number):
    """The figures of one destination."""
    sent = records(number)
    with running(stack, name) as sender:
        disk, server, own = disk_bytes(stack, name), cpu_seconds(stack, name), time.process_time()
        spent = timed(sender.send, portions(sent))
        own, server = time.process_time() - own, cpu_seconds(stack, name) - server
        used = disk_bytes(stack, name) - disk
        singles = timed(sender.send, ([record] for record in records(200)))
    million = 1e6 / number
    return Figures(
        name, round(number / sum(spent) * 1000), round(statistics.median(spent)), round(max(spent)),
        round(statistics.median(singles), 1), round(own * million, 1), round(server * million, 1), round(used / number),
    )  # fmt: skip


def keep(rows):
    """Write the table of the guide."""
    with TABLE.open("w", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow([column.name for column in fields(Figures)])
        table.writerows([getattr(row, column.name) for column in fields(Figures)] for row in rows)


def main():
    """Measure what is asked for."""
    grammar = argparse.ArgumentParser(prog="python -m benchmarks.destinations", description=__doc__.splitlines()[0])
    grammar.add_argument("names", nargs="*", default=NAMES)
    grammar.add_argument("--records", type=int, default=100_000)
    grammar.add_argument("--keep", action="store_true", help="write the guide's table")
    options = grammar.parse_args()
    ending.clean_up_when_terminated()
    rows = []
    with ExitStack() as used:
        folder = used.enter_context(tempfile.TemporaryDirectory(dir="/var/tmp", prefix="bench-"))
        stack = used.enter_context(Stack(Path(folder) / "stack"))
        stack.build()
        for name in options.names:
            try:
                rows.append(measured(stack, name, options.records))
            except Missing as missing:
                print(f"without {name}: {missing}")
            else:
                print(rows[-1], flush=True)
    if options.keep:
        keep(rows)


if __name__ == "__main__":
    main()
