"""Some of a case's clients, as a process: sends when told to, and reports what came of it.

Reads a line of JSON that says what to send, answers ``ready``; reads the seconds, sends for so long, and answers a
line of JSON. TLS context and message are made once, so that the figures are the server's.
"""

import json
import socket
import ssl
import sys
import threading
import time
from urllib.parse import urlsplit

from .plan import Case
from .wire import Message, read_answer


class Client(threading.Thread):
    """One client: a pilot, and when its log is full the next one."""

    def __init__(self, order, number, context, begin):
        super().__init__(daemon=True)
        self._case = Case.parse(order["case"])
        self._url = urlsplit(order["url"])
        self._message = Message(self._url.netloc, self._url.path, order["vo"], self._case.lines, self._case.keep)
        self._prefix = f"{order['prefix']}{number:08x}"
        self._context = context
        self._begin = begin
        self._socket = None
        self._sent = 0
        self._source = (f"127.0.1.{number + 2}", 0) if order["spread"] else None
        self.ready = threading.Event()
        self.seconds = []
        self.errors = []
        self.deadline = 0.0

    @property
    def sent(self):
        """Return how many messages were acknowledged, the one for warming up included."""
        return self._sent

    def run(self):
        self._send()
        self.seconds.clear()
        self.ready.set()
        self._begin.wait()
        while time.monotonic() < self.deadline and len(self.errors) < 10:
            self._send()

    def _send(self):
        number = self._sent
        self._message.fill(number, f"{self._prefix}{number // self._case.messages_of_a_log:08x}")
        started = time.monotonic()
        try:
            answer = self._exchange()
        except OSError as error:
            self.errors.append(repr(error))
            self._close()
            return
        self.seconds.append(time.monotonic() - started)
        if b'"OK": true' not in answer:
            self.errors.append(answer[:200].decode(errors="replace"))
        self._sent += 1

    def _exchange(self):
        if self._socket is None:
            self._connect()
        self._socket.sendall(self._message.head)
        self._socket.sendall(self._message.body)
        answer = read_answer(self._socket)
        if not self._case.keep:
            self._close()
        return answer

    def _connect(self):
        host = "127.0.0.1" if self._source else self._url.hostname
        plain = socket.create_connection((host, self._url.port), timeout=60, source_address=self._source)
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket = self._context.wrap_socket(plain, server_hostname=self._url.hostname)

    def _close(self):
        if self._socket:
            self._socket.close()
        self._socket = None


def tls_context(authorities, proxy):
    """A client's TLS context with a proxy."""
    context = ssl.create_default_context(capath=authorities)
    context.load_cert_chain(proxy)
    return context


def main():
    """Follow the orders on standard input."""
    order = json.loads(sys.stdin.readline())
    begin = threading.Event()
    context = tls_context(order["authorities"], order["proxy"])
    clients = [Client(order, number, context, begin) for number in order["numbers"]]
    for client in clients:
        client.start()
    for client in clients:
        client.ready.wait()
    print("ready", flush=True)
    seconds = float(sys.stdin.readline())
    cpu, started = time.process_time(), time.monotonic()
    for client in clients:
        client.deadline = started + seconds
    begin.set()
    for client in clients:
        client.join()
    report = {
        "elapsed": time.monotonic() - started,
        "cpu": time.process_time() - cpu,
        "seconds": [value for client in clients for value in client.seconds],
        "errors": [error for client in clients for error in client.errors],
        "sent": sum(client.sent for client in clients),
    }
    print(json.dumps(report), flush=True)


if __name__ == "__main__":
    main()
