"""Sends cases over TLS and tells what came back: one kept-alive connection for each user, and one for each odd case."""

import gzip
import socket
import ssl
import struct
import time
from dataclasses import dataclass

from .cast import ANONYMOUS, HOST, USERS

ANSWER_SECONDS = 40
#: How long to listen where no answer is owed; then the server is told that no more comes, and has to close in time.
LISTEN_SECONDS = 0.25
CLOSING_SECONDS = 5
RAW = b"\0raw"
_RESET = struct.pack("ii", 1, 0)
_MAX_ANSWER_BYTES = 200_000_000


@dataclass(frozen=True)
class Answer:
    """``status`` None: the connection was closed, or broke, without one; ``late``: nothing came in time."""

    status: int | None
    body: bytes = b""
    seconds: float = 0.0
    late: bool = False
    error: str = ""


class NoAnswer(Exception):
    """The answer is no HTTP answer, or the connection ended."""


def contexts(stack):
    """A TLS context for each user."""
    found = {}
    for user in USERS:
        context = ssl.create_default_context(capath=str(stack.pki.certificates))
        if user == HOST:
            folder = stack.pki.host_folder()
            context.load_cert_chain(f"{folder}/hostcert.pem", f"{folder}/hostkey.pem")
        elif user != ANONYMOUS:
            context.load_cert_chain(str(stack.proxy(user)))
        found[user] = context
    return found


class Client:
    """One thread's connections to the collector."""

    def __init__(self, port, tls_contexts):
        self._port = port
        self._contexts = tls_contexts
        self._kept = {}

    def close(self):
        """Close all."""
        for connection in self._kept.values():
            connection.close()
        self._kept.clear()

    def send(self, case):
        """The answers to a case, in their order; for one that no answer is owed to, what came or a bare closing."""
        if not case.verbs or len(case.verbs) > 1 or len(case.chunks) > 2:
            return self._alone(case)
        try:
            return [self._over(self._connection(case.user), case)]
        except (OSError, NoAnswer) as error:
            # the answer before may have closed the connection; only a fresh one shows that there is no answer
            self._drop(case.user)
            first = f"{type(error).__name__}: {error}"
        began = time.monotonic()
        try:
            return [self._over(self._connection(case.user), case)]
        except (OSError, NoAnswer) as error:
            self._drop(case.user)
            late = isinstance(error, TimeoutError)
            return [Answer(None, b"", time.monotonic() - began, late, f"{first}; {type(error).__name__}: {error}")]

    def _over(self, connection, case):
        began = time.monotonic()
        connection.sock.sendall(b"".join(case.chunks))
        answer, keep = connection.read(case.verbs[0], began)
        if not keep:
            self._drop(case.user)
        return answer

    def _connection(self, user):
        if user not in self._kept:
            self._kept[user] = Connection(self._port, self._contexts[user])
        return self._kept[user]

    def _drop(self, user):
        if user in self._kept:
            self._kept.pop(user).close()

    def _alone(self, case):
        began, answers = time.monotonic(), []
        try:
            connection = Connection(self._port, self._contexts[case.user])
        except OSError as error:
            return [
                Answer(None, b"", time.monotonic() - began, isinstance(error, TimeoutError), f"connecting: {error}")
            ]
        try:
            if case.number % 2:
                connection.greet()
            connection.write(case.chunks)
            if not case.verbs:
                return [connection.listen(case.end, began)]
            for verb in case.verbs:
                answers.append(connection.read(verb, began)[0])
        except (OSError, NoAnswer) as error:
            late = isinstance(error, TimeoutError)
            answers.append(Answer(None, b"", time.monotonic() - began, late, f"{type(error).__name__}: {error}"))
        finally:
            connection.close()
        return answers


class Connection:
    """One TLS connection and the answers on it."""

    def __init__(self, port, context):
        raw = socket.create_connection(("127.0.0.1", port), timeout=ANSWER_SECONDS)
        raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            self.sock = context.wrap_socket(raw, server_hostname="localhost")
        except BaseException:
            raw.close()
            raise
        self._file = self.sock.makefile("rb")

    def close(self):
        """Close it, without a word."""
        self._file.close()
        self.sock.close()

    def greet(self):
        """Send one proper request, so that the server is known to listen: later failures are the handshake's."""
        self.sock.sendall(b"OPTIONS / HTTP/1.1\r\nHost: x\r\n\r\n")
        self.read("OPTIONS", time.monotonic())

    def write(self, chunks):
        """Send the pieces; those that begin with ``RAW`` go past TLS."""
        for chunk in chunks:
            if chunk.startswith(RAW):
                with socket.socket(fileno=socket.dup(self.sock.fileno())) as below:
                    below.sendall(chunk.removeprefix(RAW))
            elif chunk:
                self.sock.sendall(chunk)

    def listen(self, end, began):
        """Return what comes where no answer is owed, and then the end."""
        if end == "reset":
            self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        if end != "read":
            return Answer(None, b"", time.monotonic() - began)
        for seconds in (LISTEN_SECONDS, CLOSING_SECONDS):
            self.sock.settimeout(seconds)
            try:
                return self.read("POST", began)[0]
            except TimeoutError:
                self._say_no_more()
            except (OSError, NoAnswer) as error:
                return Answer(None, b"", time.monotonic() - began, error=str(error))
        return Answer(None, b"", time.monotonic() - began, late=True)

    def _say_no_more(self):
        # a file that has run into its time limit reads no more
        self._file = self.sock.makefile("rb")
        with socket.socket(fileno=socket.dup(self.sock.fileno())) as below:
            below.shutdown(socket.SHUT_WR)

    def read(self, verb, began):
        """(the next answer, whether the connection may be used again); raises NoAnswer, and OSError."""
        status, headers = self._head()
        while status == 100:
            status, headers = self._head()
        in_pieces = headers.get("transfer-encoding") == "chunked"
        if in_pieces and verb != "HEAD":
            body = b"".join(iter(self._piece, b""))
        else:
            body = self._exactly(0 if verb == "HEAD" else int(headers.get("content-length", 0)))
        if headers.get("content-encoding") == "gzip":
            body = gzip.decompress(body)
        keep = headers.get("connection", "").lower() != "close" and (in_pieces or "content-length" in headers)
        return Answer(status, body, time.monotonic() - began), keep

    def _piece(self):
        piece = self._exactly(int(self._file.readline(20), 16))
        self._exactly(2)
        return piece

    def _exactly(self, length):
        if length > _MAX_ANSWER_BYTES:
            raise NoAnswer(f"an answer of {length} bytes")
        body = self._file.read(length)
        if len(body) < length:
            raise NoAnswer("the answer was cut")
        return body

    def _head(self):
        line = self._file.readline(1000).decode("latin-1")
        parts = line.split(None, 2)
        if len(parts) < 2 or not parts[0].startswith("HTTP/1.") or not parts[1].isdigit():
            raise NoAnswer(f"not an answer: {line[:60]!r}" if line else "closed")
        headers = {}
        while line := self._file.readline(10_000).decode("latin-1").strip():
            name, _, value = line.partition(":")
            headers[name.lower()] = value.strip()
        return int(parts[1]), headers
