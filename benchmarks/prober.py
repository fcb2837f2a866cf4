"""Somebody else: a caller that pings every 10 ms over a connection of its own, and says how long it had to wait.

Reads a line of JSON, answers ``ready`` after a first ping, goes on until another line comes, and answers the seconds
of each ping. A ping counts from when it was due, so that those which could not be sent in time count too.
"""

import json
import select
import socket
import subprocess
import sys
import time
from urllib.parse import urlsplit

from integration_tests.stack import ending, environment

from .sender import tls_context
from .wire import read_answer

_INTERVAL = 0.01


class Prober:
    """Such a caller beside what is measured."""

    def __init__(self, stack, url, user="opal"):
        order = {"url": url, "authorities": str(stack.pki.certificates), "proxy": str(stack.proxy(user))}
        argv = ending.tied([sys.executable, "-m", "benchmarks.prober"])
        self._process = subprocess.Popen(
            argv, cwd=environment.TOP, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self._tell(json.dumps(order))
        self._process.stdout.readline()

    def finish(self):
        """The seconds that each ping took, in rising order."""
        self._tell("")
        seconds = json.loads(self._process.stdout.readline())
        self._process.wait(30)
        return sorted(seconds)

    def _tell(self, line):
        self._process.stdin.write(f"{line}\n")
        self._process.stdin.flush()


def main():
    """Ping as told on standard input."""
    order = json.loads(sys.stdin.readline())
    url = urlsplit(order["url"])
    context = tls_context(order["authorities"], order["proxy"])
    plain = socket.create_connection((url.hostname, url.port), timeout=60)
    plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    sock = context.wrap_socket(plain, server_hostname=url.hostname)
    request = _request(url)
    _ping(sock, request)
    print("ready", flush=True)
    seconds, due = [], time.monotonic()
    while not select.select([sys.stdin], [], [], max(0.0, due - time.monotonic()))[0]:
        _ping(sock, request)
        now = time.monotonic()
        seconds.append(now - due)
        due = max(due + _INTERVAL, now)
    print(json.dumps(seconds), flush=True)


def _request(url):
    body = b"method=ping&args=%5B%5D"
    head = f"POST {url.path} HTTP/1.1\r\nHost: {url.netloc}\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


def _ping(sock, request):
    sock.sendall(request)
    read_answer(sock)


if __name__ == "__main__":
    main()
