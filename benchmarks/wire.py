"""The stock pilot's message on the wire, made once, with places for what changes from one message to the next."""

import json
import random
import re
from urllib.parse import urlencode

from .plan import LINE_BYTES

_COUNTER = "0000000000"
_STAMP = "0" * 31 + "f"
_COMMANDS = ("CheckWorkerNode", "InstallDIRAC", "ConfigureBasics", "CheckCECapabilities", "LaunchAgent")
_WORDS = [
    "Setting",
    "Executing",
    "Command",
    "configuration",
    "value",
    "LocalSite",
    "SiteName",
    "CPUTimeLeft",
    "Installed",
    "version",
    "architecture",
    "x86_64",
    "platform",
    "Linux",
    "el9",
    "job",
    "agent",
    "matching",
    "request",
    "answer",
    "queue",
    "proxy",
    "uploaded",
    "directory",
    "environment",
    "variable",
    "PATH=/usr/bin:/bin",
    "python3.11",
    "retrieved",
    "parameters",
    "CVMFS",
    "available",
    "mount",
    "processors",
    "memory",
    "MB",
    "software",
]
_LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)


def pilot_text(lines, seed=1):
    """Return ``lines`` lines as a pilot writes them, ``LINE_BYTES`` each; the first begins with the counter's place."""
    draw = random.Random(seed)
    return "".join(_line(number, draw) for number in range(lines))


def _line(number, draw):
    clock = f"08:{number // 60 % 60:02d}:{number % 60:02d}.{draw.randrange(10**6):06d}"
    head = f"2026-11-21T{clock}Z INFO [{draw.choice(_COMMANDS)}] "
    text = head + (f"message {_COUNTER} " if number == 0 else "")
    while len(text) < LINE_BYTES:
        text += draw.choice((*_WORDS, str(draw.randrange(10**6)), f"{draw.randrange(16**8):08x}")) + " "
    return text[: LINE_BYTES - 1] + "\n"


class Request:
    """A pilot's POST as urllib sends it: head and body, with a place for the stamp."""

    def __init__(self, netloc, path, method, arguments, keep):
        self.body = bytearray(urlencode({"method": method, "args": json.dumps(arguments)}).encode())
        self._stamp = self.body.index(_STAMP.encode())
        connection = "keep-alive" if keep else "close"
        self.head = (
            f"POST {path} HTTP/1.1\r\nAccept-Encoding: identity\r\nContent-Type: application/x-www-form-urlencoded\r\n"
            f"Content-Length: {len(self.body)}\r\nHost: {netloc}\r\nUser-Agent: Python-urllib/3.9\r\n"
            f"Connection: {connection}\r\n\r\n"
        ).encode()

    def fill(self, number, stamp):
        """Make it that of the pilot with this stamp, 32 hex digits; a number is of no meaning here."""
        self.body[self._stamp : self._stamp + len(_STAMP)] = stamp.encode()


class Mark(Request):
    """A ``finaliseLogs``."""

    def __init__(self, netloc, path, vo, keep):
        super().__init__(netloc, path, "finaliseLogs", (json.dumps({"retCode": "0"}), _STAMP, vo), keep)


class TextMessage(Request):
    """A ``sendMessage`` with a text."""

    def __init__(self, netloc, path, vo, text, keep):
        super().__init__(netloc, path, "sendMessage", (json.dumps(text), _STAMP, vo), keep)


class Message(TextMessage):
    """A ``sendMessage`` with random words; ``fill`` makes it the next one, cheaply."""

    def __init__(self, netloc, path, vo, lines, keep, seed=1):
        super().__init__(netloc, path, vo, pilot_text(lines, seed), keep)
        self._counter = self.body.index(_COUNTER.encode())

    def fill(self, number, stamp):
        """Make it the message of this number for the pilot of this stamp, 32 hex digits."""
        super().fill(number, stamp)
        self.body[self._counter : self._counter + len(_COUNTER)] = b"%010d" % number


def read_answer(sock):
    """The body of an HTTP answer. Raises OSError unless it is a whole one with status 200."""
    data = sock.recv(65536)
    while data and b"\r\n\r\n" not in data:
        data += _more(sock)
    head, _, body = data.partition(b"\r\n\r\n")
    if not head.startswith(b"HTTP/1.1 200"):
        raise OSError(f"answered {head[:40]!r}")
    missing = int(_LENGTH.search(head)[1]) - len(body)
    parts = [body]
    while missing > 0:
        parts.append(_more(sock))
        missing -= len(parts[-1])
    return b"".join(parts)


def _more(sock):
    data = sock.recv(262144)
    if not data:
        raise OSError("the connection ended in the middle of an answer")
    return data
