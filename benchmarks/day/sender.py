"""Some of the day's pilots, as a process: each message is sent when it is due, over a new connection or a kept one.

Reads a line of JSON that says what to do, answers ``ready``, reads the moment of the start (of the monotonic clock),
and writes a line of JSON every second: answers' seconds, how late messages were sent, what failed. Threads take what
is due from one heap; a pilot's next message comes after the answer to the one before.
"""

import heapq
import json
import socket
import sys
import threading
import time
from urllib.parse import urlsplit

from ..sender import tls_context
from ..wire import Mark, TextMessage, read_answer
from . import life
from .texts import line_counts, texts

MAX_ERRORS_TOLD = 5


class Schedule:
    """The messages and their times; ``take`` waits for the next one."""

    def __init__(self):
        self._heap = []
        self._condition = threading.Condition()
        self.left = 0

    def add(self, due, pilot, message):
        """Note that a pilot's message is due at that moment."""
        with self._condition:
            heapq.heappush(self._heap, (due, pilot.number, message, pilot))
            self._condition.notify()

    def take(self):
        """(due, pilot, message) when it is due; None when no pilot is left."""
        with self._condition:
            while self.left and not (self._heap and self._heap[0][0] <= time.monotonic()):
                self._condition.wait(max(0.0, self._heap[0][0] - time.monotonic()) if self._heap else 1.0)
            if not self.left:
                return None
            due, _, message, pilot = heapq.heappop(self._heap)
            return due, pilot, message

    def end(self):
        """A pilot has ended."""
        with self._condition:
            self.left -= 1
            if not self.left:
                self._condition.notify_all()


class Tally:
    """The work done since the last look."""

    def __init__(self):
        self._lock = threading.Lock()
        self._reset()
        self.errors = []
        self._cpu = 0.0

    def _reset(self):
        self.seconds, self.late, self.lines, self.failed = [], 0.0, 0, 0

    def begin(self):
        """Making the messages is over: CPU counts from here on."""
        self._cpu = time.process_time()

    def note(self, seconds, late, lines, error):
        """One message was answered, or failed."""
        with self._lock:
            self.seconds.append(seconds)
            self.late = max(self.late, late)
            self.lines += 0 if error else lines
            if error:
                self.failed += 1
                self.errors = [*self.errors, error][:MAX_ERRORS_TOLD]

    def take(self):
        """It as a dictionary; then begin anew."""
        with self._lock:
            taken = {"seconds": self.seconds, "late": self.late, "lines": self.lines, "failed": self.failed}
            self._reset()
        return taken | {"errors": self.errors, "cpu": time.process_time() - self._cpu}


class Way:
    """One thread's messages of one VO, and how they are sent from an address."""

    def __init__(self, order, vo, context):
        self._url = urlsplit(order["url"])
        self._context = context
        place = (self._url.netloc, self._url.path, vo)
        self._messages = {
            (number, keep): TextMessage(*place, text, keep) if text else Mark(*place, keep)
            for number, text in enumerate(texts())
            for keep in (False, True)
        }

    def send(self, pilot, number, stamp, connection):
        """(answer, connection): the connection is None when it was not kept."""
        message = self._messages[number, pilot.keeps]
        message.fill(pilot.number, stamp)
        connection = connection or self._connect(pilot.number)
        connection.sendall(message.head)
        connection.sendall(message.body)
        answer = read_answer(connection)
        if pilot.keeps:
            return answer, connection
        connection.close()
        return answer, None

    def _connect(self, number):
        source = f"127.0.{1 + number % 250}.{1 + number // 250 % 250}"
        plain = socket.create_connection(("127.0.0.1", self._url.port), timeout=60, source_address=(source, 0))
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return self._context.wrap_socket(plain, server_hostname=self._url.hostname)


class Worker(threading.Thread):
    """Sends what is due."""

    def __init__(self, order, schedule, tally, contexts, connections):
        super().__init__(daemon=True)
        self._prefix, self._life = order["prefix"], order["load"]["life_seconds"]
        self._schedule, self._tally, self._connections = schedule, tally, connections
        self._ways = [Way(order, vo, contexts[vo]) for vo in order["proxies"]]
        self.start_at = 0.0

    def run(self):
        while due := self._schedule.take():
            self._one(*due)

    def _one(self, due, pilot, message):
        began, error, answer = time.monotonic(), "", b""
        way = self._ways[pilot.number % len(self._ways)]
        stamp = life.stamp(self._prefix, pilot.number)
        try:
            answer, kept = way.send(pilot, message, stamp, self._connections.pop(pilot.number, None))
        except OSError as problem:
            error, kept = repr(problem), None
        if not error and b'"OK": true' not in answer:
            error = answer[:200].decode(errors="replace")
        self._tally.note(time.monotonic() - began, began - due, line_counts()[message], error)
        if message + 1 < pilot.messages:
            if kept:
                self._connections[pilot.number] = kept
            self._schedule.add(self.start_at + pilot.due(message + 1, self._life), pilot, message + 1)
            return
        if kept:
            kept.close()
        self._schedule.end()


def main():
    """Follow the order on standard input."""
    order = json.loads(sys.stdin.readline())
    contexts = {vo: tls_context(order["authorities"], proxy) for vo, proxy in order["proxies"].items()}
    every = life.pilots(life.Load(**order["load"]), order["seconds"])
    mine = [pilot for pilot in every if pilot.number % order["of"] == order["share"]]
    schedule, tally, connections = Schedule(), Tally(), {}
    schedule.left = len(mine)
    workers = [Worker(order, schedule, tally, contexts, connections) for _ in range(order["threads"])]
    print("ready", flush=True)
    start_at = float(sys.stdin.readline())
    tally.begin()
    for pilot in mine:
        schedule.add(start_at + pilot.starts, pilot, 0)
    for worker in workers:
        worker.start_at = start_at
        worker.start()
    while schedule.left:
        time.sleep(1)
        print(json.dumps(tally.take()), flush=True)


if __name__ == "__main__":
    main()
