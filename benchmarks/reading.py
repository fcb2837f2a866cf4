"""Reading a log of 50 MB while others write: time, memory, and how long other callers have to wait."""

import json
import secrets
import socket
import threading
import time
from dataclasses import dataclass
from http.client import HTTPSConnection
from urllib.parse import urlencode, urlsplit

from integration_tests.stack import world

from . import usage
from .crowd import BenchmarkFailed, Crowd
from .plan import LINE_BYTES, Case
from .prober import Prober
from .sender import tls_context
from .wire import Message, read_answer

LOG_MB = 50
_LINES = 1000
_WRITERS = Case(lines=50, clients=2, keep=True)


@dataclass(frozen=True)
class Reading:
    """The cost of a reading; ``text_bytes`` of the log came; ``waits`` are the seconds of other callers' pings."""

    elapsed: float
    text_bytes: int
    grown_bytes: int
    waits: list[float]


class Reader:
    """A connection of an operator."""

    def __init__(self, side):
        url = urlsplit(side.url)
        context = tls_context(str(side.stack.pki.certificates), str(side.stack.proxy("opal")))
        self._path = url.path
        self._connection = HTTPSConnection(url.hostname, url.port, context=context, timeout=300)
        self._connection.connect()

    def call(self, method, *arguments):
        """The answer's value. Raises BenchmarkFailed unless it is S_OK."""
        body = urlencode({"method": method, "args": json.dumps(arguments)})
        self._connection.request("POST", self._path, body, {"Content-Type": "application/x-www-form-urlencoded"})
        answer = json.load(self._connection.getresponse())
        if not answer["OK"]:
            raise BenchmarkFailed(f"{method}: {answer['Message']}")
        return answer["Value"]

    def whole(self, stamp):
        """Read a log at once, as stock callers do; how many bytes came."""
        return len(self.call("getLogs", stamp, world.ALPHA.name)["StdOut"])

    def by_page(self, stamp):
        """Read a log page by page; how many bytes came."""
        size, cursor, at_end = 0, "", False
        while not at_end:
            page = self.call("getLog", world.ALPHA.name, stamp, cursor)
            size, cursor, at_end = size + len(page["Text"]), page["Cursor"], page["AtEnd"]
        return size


def fill(side):
    """Send a log of ``LOG_MB``; its stamp."""
    stamp, url = secrets.token_hex(16), urlsplit(side.url)
    context = tls_context(str(side.stack.pki.certificates), str(side.stack.proxy(world.ALPHA.pilot)))
    message = Message(url.netloc, url.path, world.ALPHA.name, _LINES, keep=True)
    with context.wrap_socket(socket.create_connection((url.hostname, url.port)), server_hostname=url.hostname) as sock:
        for number in range(LOG_MB * 10**6 // (_LINES * LINE_BYTES)):
            message.fill(number, stamp)
            sock.sendall(message.head)
            sock.sendall(message.body)
            if b'"OK": true' not in (answer := read_answer(sock)):
                raise BenchmarkFailed(answer[:200].decode())
    return stamp


def measure(side, action, writing_seconds):
    """One ``action(reader)``, or nothing for so long, beside writers and somebody who pings."""
    crowd, reader, prober = Crowd(side.stack, side.url, _WRITERS), Reader(side), Prober(side.stack, side.url)
    writers = threading.Thread(target=crowd.run, args=(writing_seconds,))
    usage.forget_peak(side.pid)
    before = usage.resident_bytes(side.pid)
    writers.start()
    time.sleep(0.2)
    started = time.monotonic()
    size = action(reader)
    elapsed = time.monotonic() - started
    waits = prober.finish()
    grown = usage.peak_bytes(side.pid) - before
    writers.join()
    return Reading(elapsed, size, grown, waits)


def idle(seconds):
    """Nobody reads: what others wait anyway."""

    def action(reader):
        time.sleep(seconds)
        return 0

    return action


def compare(arena, times, progress=print):
    """Readings by name: of both sides at rest and whole, of ours by page; each so many times."""
    stamps = {side: fill(side) for side in arena.sides}
    found = {}
    for side in arena.sides:
        stamp = stamps[side]
        actions = {"nobody reads": idle(3), "whole (getLogs)": lambda reader, stamp=stamp: reader.whole(stamp)}
        if side is arena.ours:
            actions["by page (getLog)"] = lambda reader, stamp=stamp: reader.by_page(stamp)
        for name, action in actions.items():
            found[side.name, name] = [measure(side, action, writing_seconds=4) for _ in range(times)]
            worst = max(reading.waits[-1] for reading in found[side.name, name])
            progress(f"{arena.tls} {side.name}, {name}: longest wait of others {1000 * worst:.0f} ms")
    for side in arena.sides:
        side.clean()
    return found
