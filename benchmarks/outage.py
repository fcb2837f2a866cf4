"""The database away while messages keep coming: answers, spool, memory of the collector, and the time to drain.

    python -m benchmarks.outage --minutes 10 --rate 200

Senders keep their connections alive and pace themselves; each message is 20 lines of a pilot. At the end every
acknowledged line is looked for in the database, once and in order.
"""

import argparse
import http.client
import json
import ssl
import statistics
import tempfile
import threading
import time
import uuid
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import psutil

from integration_tests.pilot import Connection, pilot_line
from integration_tests.stack import Stack, ending

VO = "vo.alpha.org"
SENDERS = 8
LINES = 20


class Sender(threading.Thread):
    """One pilot: sends at its rate over one connection until it is told to stop."""

    def __init__(self, stack, rate):
        super().__init__()
        context = ssl.create_default_context(capath=str(stack.pki.certificates))
        context.load_cert_chain(str(stack.proxy("pila")))
        self.url = urlsplit(stack.url("WorkloadManagement", "TornadoPilotLogging"))
        self.connection = http.client.HTTPSConnection(self.url.netloc, context=context, timeout=30)
        self.stamp, self.interval = uuid.uuid4().hex, 1 / rate
        self.sent, self.seconds, self.errors = 0, [], []
        self.ended = threading.Event()

    def run(self):
        due = time.monotonic()
        while not self.ended.is_set():
            due += self.interval
            self.send()
            self.ended.wait(max(0.0, due - time.monotonic()))

    def text(self):
        """The next message."""
        return "".join(pilot_line(f"message {self.sent} line {line} " + "x" * 60) for line in range(LINES))

    def send(self):
        text = self.text()
        body = urlencode({"method": "sendMessage", "args": json.dumps([json.dumps(text), self.stamp, VO])})
        started = time.monotonic()
        try:
            self.connection.request("POST", self.url.path, body, {"Content-Type": "application/x-www-form-urlencoded"})
            answer = json.loads(self.connection.getresponse().read())
            if not answer["OK"]:
                self.errors.append(answer["Message"])
        except (OSError, ValueError, http.client.HTTPException) as error:
            self.errors.append(repr(error))
            self.connection.close()
        self.seconds.append(time.monotonic() - started)
        self.sent += 1


def status(operator):
    """Return what the collector says of itself."""
    return operator.call("getStatus")["Value"]["Collector"]


def verify(operator, senders):
    """Return how many of the messages are not there once and in order."""
    wrong = 0
    for sender in senders:
        found, cursor = [], ""
        while True:
            page = operator.call("getLog", VO, sender.stamp, cursor, 4 * 1024 * 1024)["Value"]
            found += [
                line.split("message ")[1].split(" ")[0] for line in page["Text"].splitlines() if " line 0 " in line
            ]
            cursor = page["Cursor"]
            if page["AtEnd"]:
                break
        wrong += found != [str(number) for number in range(sender.sent)]
    return wrong


def percentile(values, share):
    """Return the value below which that share (in percent, below 100) of the values lies."""
    return statistics.quantiles(values, n=1000)[int(share * 10) - 1]


def main():
    """Print the figures."""
    ending.clean_up_when_terminated()
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--rate", type=float, default=200)
    options = parser.parse_args()
    with Stack(Path(tempfile.mkdtemp())) as stack:
        stack.up()
        measure(stack, options.minutes, options.rate)
    stack.purge()


def measure(stack, minutes, rate):
    """One outage."""
    credentials = stack.proxy("opal")
    url = stack.url("WorkloadManagement", "TornadoPilotLogging")
    operator = Connection(url, stack.pki.certificates, credentials)
    collector = psutil.Process(stack.pid("tornado"))
    senders = [Sender(stack, rate / SENDERS) for _ in range(SENDERS)]
    for sender in senders:
        sender.start()
    time.sleep(5)
    before, peak = collector.memory_info().rss, 0
    stack.kill("mariadb")
    ends = time.monotonic() + 60 * minutes
    while time.monotonic() < ends:
        time.sleep(1)
        peak = max(peak, collector.memory_info().rss)
    spool = status(operator)["Spool"]
    stack.start("mariadb")
    back = time.monotonic()
    while status(operator)["Spool"]["Batches"]:
        time.sleep(0.2)
        peak = max(peak, collector.memory_info().rss)
    drained = time.monotonic() - back
    for sender in senders:
        sender.ended.set()
        sender.join()
    report(senders, operator, spool, drained, before, peak, minutes)


def report(senders, operator, spool, drained, before, peak, minutes):
    """The figures, a line each."""
    seconds = sorted(value for sender in senders for value in sender.seconds)
    sent = sum(sender.sent for sender in senders)
    print(f"database away for {minutes:g} minutes; {sent} messages sent")
    print(f"errors to senders: {sum(len(sender.errors) for sender in senders)}")
    print(f"answers: p50 {1000 * percentile(seconds, 50):.1f} ms, p99 {1000 * percentile(seconds, 99):.1f} ms, "
          f"slowest {seconds[-1]:.2f} s")  # fmt: skip
    print(f"spool when the database came back: {spool['Batches']} messages, {spool['Bytes'] / 1e6:.1f} MB")
    print(f"drained in {drained:.1f} s while messages kept coming: {spool['Batches'] / drained:.0f} messages/s")
    print(f"collector's memory: {before / 1e6:.0f} MB before, {peak / 1e6:.0f} MB at most")
    print(f"logs that are not there once and in order: {verify(operator, senders)}")


if __name__ == "__main__":
    main()
