"""Forwarding, measured on a real stack: from a pilot's POST to Kafka, and catching up with what an outage has left.

    python -m benchmarks.forwarding live [--rate 200] [--seconds 60] [--lines 20] [--agents 1]
    python -m benchmarks.forwarding behind [--batches 12000] [--lines 50] [--agents 1] [--transactions yes,no]

`live`: senders, a process of their own, POST to the collector at that rate; a consumer notes when the last line of each
message arrives. `behind`: the database is filled while no agent runs, then agents send it all; 12000 batches are a
minute's at 200 a second. It is done once for each word of `--transactions`. All is on the same machine, whose load is
told.
"""

import argparse
import multiprocessing
import os
import statistics
import tempfile
import time
import uuid
from datetime import timedelta
from itertools import cycle
from pathlib import Path

import psutil
from confluent_kafka import Consumer

from integration_tests.faults.destinations.readers import kafka_options
from integration_tests.pilot import pilot_line
from integration_tests.stack import Stack, ending
from integration_tests.stack.components import MARIADB, TORNADO
from PilotLoggingDIRAC.adapters.database import LogDatabase, utc_now
from PilotLoggingDIRAC.pilotlog.model import Batch, Numbered, PilotId

from .outage import SENDERS, VO, Sender

AGENT = "PilotLogForwardingAgent"
STREAM = "/Resources/PilotLogDestinations/Stream"
RECORDS = "SELECT COALESCE(SUM(Records), 0) FROM PilotLogDestinations"
BEGUN = "SELECT COUNT(*) FROM PilotLogDestinations"
DATABASE = "PilotLoggingDB"
TOPIC = "pilotlogs"
PILOTS = 2000
GROUP = 50
#: Kafka makes its own topics at first, and lets a new consumer wait: what is sent meanwhile is not counted.
WARM_SECONDS = 10
#: What arrives later than this is not waited for.
LATEST_SECONDS = 60


class TimedSender(Sender):
    """A sender of messages of many pilots, each of which says when it was sent."""

    def __init__(self, stack, rate, lines):
        super().__init__(stack, rate)
        self._lines = lines
        self._stamps = cycle([uuid.uuid4().hex for _ in range(PILOTS // SENDERS)])

    def text(self):
        """A message, and the time of its sending in its last line."""
        self.stamp = next(self._stamps)
        lines = [pilot_line(f"message {self.sent} line {line} " + "x" * 60) for line in range(self._lines - 1)]
        return "".join(lines) + pilot_line(f"posted {time.time():.6f} at")


def send(stack, rate, seconds, lines, result):
    """Send for so long; put (number of messages, their seconds, errors) into a queue."""
    senders = [TimedSender(stack, rate / SENDERS, lines) for _ in range(SENDERS)]
    for sender in senders:
        sender.start()
    time.sleep(seconds)
    for sender in senders:
        sender.ended.set()
    for sender in senders:
        sender.join()
    spent = [value for sender in senders for value in sender.seconds]
    result.put((len(spent), spent, [error for sender in senders for error in sender.errors]))


class Usage:
    """The CPU that components use from now on."""

    def __init__(self, stack, names):
        self._stack, self._names = stack, names
        self._before = self._seconds()

    def _seconds(self):
        spent = {}
        for name in self._names:
            leader = psutil.Process(self._stack.pid(name))
            times = [process.cpu_times() for process in (leader, *leader.children(recursive=True))]
            spent[name] = sum(each.user + each.system for each in times)
        return spent

    def words(self, lines):
        """The seconds since then, for a million lines."""
        now = self._seconds()
        return ", ".join(f"{name} {(now[name] - self._before[name]) * 1e6 / lines:.0f}" for name in self._names)


def live(stack, options):
    """Print how long messages take from POST to a consumer."""
    stack.up()
    agents = begun(stack, options.agents)
    context = multiprocessing.get_context("fork")
    result = context.Queue()
    process = context.Process(target=send, args=(stack, options.rate, options.seconds, options.lines, result))
    usage = Usage(stack, (TORNADO, MARIADB, *agents, "kafka"))
    process.start()
    took, lines = consumed(stack, result, options.lines)
    process.join()
    print(f"cpu seconds for a million lines: {usage.words(lines)}")
    first = min(posted for posted, _ in took)
    told("POST to a consumer of Kafka", [seconds for posted, seconds in took if posted - first >= WARM_SECONDS])


def consumed(stack, result, lines):
    """Return ((time of POST, seconds to arrival) of all messages of the senders, number of lines)."""
    settings = {"group.id": "benchmark", "auto.offset.reset": "earliest", "topic.metadata.refresh.interval.ms": 500}
    consumer = Consumer(kafka_options(stack) | settings)
    consumer.subscribe([TOPIC])
    took, sent, deadline = [], None, float("inf")
    while (sent is None or len(took) < sent) and time.monotonic() < deadline:
        for message in consumer.consume(1000, timeout=0.02):
            _, found, rest = (message.value() or b"").partition(b"posted ")
            if found and message.error() is None:
                posted = float(rest.split(b" ", 1)[0])
                took.append((posted, time.time() - posted))
        if sent is None and not result.empty():
            sent, spent, errors = result.get()
            deadline = time.monotonic() + LATEST_SECONDS
            print(f"{sent} messages of {lines} lines, {len(errors)} errors {errors[:1]}")
            told("answers", spent)
    consumer.close()
    print(f"arrived {len(took)}")
    return took, len(took) * lines


def behind(stack, options):
    """Print how fast agents catch up."""
    stack.up()
    agents = begun(stack, options.agents)
    for transactions in options.transactions:
        stack.stop(*agents)
        stack.set_option(f"{STREAM}/Transactions", transactions)
        print(f"transactions: {transactions}")
        catch_up(stack, agents, options)


def catch_up(stack, agents, options):
    """Store text while agents rest, and print how fast they send it."""
    db = LogDatabase(stack.engine_url(DATABASE))
    began = stack.sql(DATABASE, RECORDS)[0][0]
    lines = fill(db, options.batches, options.lines)
    db.close()
    started = time.monotonic()
    stack.start(*agents)
    usage = Usage(stack, (MARIADB, *agents, "kafka"))
    while (sent := stack.sql(DATABASE, RECORDS)[0][0] - began) < lines:
        time.sleep(1)
    spent = time.monotonic() - started
    print(f"{sent} records; cpu seconds for a million lines: {usage.words(lines)}")
    rate, comes = lines / spent, 200 * options.lines
    print(f"{lines} lines in {spent:.0f} s: {rate:.0f}/s, {rate / options.lines:.0f} batches/s", flush=True)
    hour = f"{3600 * comes / (rate - comes) / 60:.0f} minutes" if rate > comes else "never"
    print(f"an hour at 200 batches/s of {options.lines} lines is made up for, beside what comes meanwhile, in {hour}")


def fill(db, batches, lines):
    """Store batches of many pilots, as a collector does; the number of their lines. No two batches are the same."""
    pilots = cycle([PilotId(VO, uuid.uuid4().hex) for _ in range(PILOTS)])
    text = "".join(pilot_line(f"line {line} of %d " + "x" * 60) for line in range(lines)).encode()
    epoch, now = uuid.uuid4().hex, utc_now() + timedelta(seconds=1)
    for first in range(0, batches, GROUP):
        numbers = range(first + 1, first + GROUP + 1)
        group = [Numbered(number, Batch(next(pilots), now, text.replace(b"%d", b"%d" % number))) for number in numbers]
        db.appender.append(epoch, group)
    return batches * lines


def begun(stack, number):
    """Start Kafka and agents; return the agents' names when the destination has begun."""
    place = {"Plugin": "KafkaDestination", "Host": f"localhost:{stack.ports['kafka']}"}
    place |= {"CA": stack.pki.certificate("ca"), "Content": "all"}
    for name, value in place.items():
        stack.set_option(f"{STREAM}/{name}", value)
    stack.set_option(f"/Operations/{VO}/PilotLogging/Destinations", "Stream")
    stack.destinations.start("kafka")
    agents = [AGENT, *(f"{AGENT}-{more}" for more in range(2, number + 1))]
    stack.start(*agents)
    while not stack.sql(DATABASE, BEGUN)[0][0]:
        time.sleep(0.2)
    return agents


def told(what, seconds):
    """Print the median and the slow ones."""
    shares = statistics.quantiles(seconds, n=100)
    places = ", ".join(f"p{place} {shares[place - 1]:.2f}" for place in (50, 95, 99))
    print(f"{what}: {places}, worst {max(seconds):.2f} s")


def main():
    """Measure what is asked for."""
    grammar = argparse.ArgumentParser(prog="python -m benchmarks.forwarding", description=__doc__.splitlines()[0])
    grammar.add_argument("what", choices=("live", "behind"))
    grammar.add_argument("--rate", type=float, default=200)
    grammar.add_argument("--seconds", type=float, default=60)
    grammar.add_argument("--lines", type=int, default=20)
    grammar.add_argument("--batches", type=int, default=12_000)
    grammar.add_argument("--agents", type=int, default=1)
    grammar.add_argument("--transactions", type=lambda words: words.split(","), default=["yes"])
    options = grammar.parse_args()
    ending.clean_up_when_terminated()
    print(f"load of the machine: {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors")
    with tempfile.TemporaryDirectory(dir="/var/tmp", prefix="bench-") as folder, Stack(Path(folder) / "stack") as stack:
        {"live": live, "behind": behind}[options.what](stack, options)
    print(f"load of the machine: {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
