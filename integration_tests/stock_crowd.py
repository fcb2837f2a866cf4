"""Senders as stock pilots are: a new TLS connection for each message, from addresses of their own, at a steady rate."""

import http.client
import json
import socket
import ssl
import threading
import time
import uuid
from urllib.parse import urlsplit

from .forms import urlencoded
from .pilot import Connection, pilot_line

_SENDERS = 10
_TIMEOUT_SECONDS = 60


class StockCrowd:
    """Ten senders that send while they are entered; what went wrong is in ``failures``, what was taken in ``sent``."""

    def __init__(self, url, ca_folder, proxy, vo, messages_per_second):
        self._url, self._vo = urlsplit(url), vo
        self._context = ssl.create_default_context(capath=str(ca_folder))
        self._context.load_cert_chain(str(proxy))
        self._pause = _SENDERS / messages_per_second
        self._done = threading.Event()
        self._threads = [threading.Thread(target=self._work, args=(number,)) for number in range(_SENDERS)]
        self.sent = {uuid.uuid4().hex: 0 for _ in range(_SENDERS)}
        self.failures = []
        self.seconds = 0.0

    @property
    def rate(self):
        """Messages a second that were sent in fact."""
        return sum(self.sent.values()) / self.seconds

    def __enter__(self):
        self._began = time.monotonic()
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self._done.set()
        for thread in self._threads:
            thread.join()
        self.seconds = time.monotonic() - self._began

    def _work(self, number):
        stamp, due = list(self.sent)[number], time.monotonic() + number * self._pause / _SENDERS
        while not self._done.wait(max(due - time.monotonic(), 0)):
            due += self._pause
            try:
                answer = self._post(f"127.0.1.{number + 1}", stamp, pilot_line(f"message {self.sent[stamp]}"))
            except Exception as error:  # a stock pilot ends with any of them
                self.failures.append(f"{type(error).__name__}: {error}")
                continue
            if answer[0] != 200 or not answer[1]["OK"]:
                self.failures.append(str(answer))
            self.sent[stamp] += 1

    def _post(self, source, stamp, text):
        plain = socket.create_connection(("127.0.0.1", self._url.port), _TIMEOUT_SECONDS, (source, 0))
        with self._context.wrap_socket(plain, server_hostname=self._url.hostname) as way:
            connection = http.client.HTTPConnection(self._url.netloc)
            connection.sock = way
            body = urlencoded(Connection.message(text, stamp, self._vo))
            connection.request("POST", self._url.path, body, {"Content-Type": "application/x-www-form-urlencoded"})
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read())
