"""Receivers of notices and records: servers of mail, of a webhook and of lines, all real, that also hang or refuse."""

import hashlib
import hmac
import json
import socket
import threading
from contextlib import contextmanager
from email import message_from_bytes
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import StreamRequestHandler, ThreadingTCPServer


class _Smtp(StreamRequestHandler):
    """One conversation of SMTP (RFC 5321), as far as sending a mail needs it."""

    def handle(self):
        """Take mails until the other side quits; say nothing while the server hangs."""
        if self.server.hangs.is_set():
            self.server.hanging.set()
            self.server.ended.wait(600)
            return
        self._say("220 here")
        for line in self.rfile:
            word = line.split()[0].upper() if line.split() else b""
            if word == b"QUIT":
                self._say("221 bye")
                return
            if word == b"DATA":
                self._say("354 go on")
                self.server.mails.append(message_from_bytes(self._text()))
            self._say("250 good")

    def _text(self):
        lines = []
        for line in self.rfile:
            if line == b".\r\n":
                break
            lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
        return b"".join(lines)

    def _say(self, text):
        self.wfile.write(f"{text}\r\n".encode())


class _Hook(BaseHTTPRequestHandler):
    """A webhook that answers with its server's next status, and takes what is signed with the server's secret."""

    def do_POST(self):
        """Check the signature as the guide says it, and keep the JSON."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        signed = self.headers["X-PilotLogs-Timestamp"].encode() + b"." + body
        expected = "sha256=" + hmac.new(self.server.secret, signed, hashlib.sha256).hexdigest()
        if not hmac.compare_digest(expected, self.headers["X-PilotLogs-Signature"]):
            status = 401
        else:
            status = self.server.refusals.pop() if self.server.refusals else 200
        if self.server.hangs.is_set():
            self.server.hanging.set()
            self.server.ended.wait(600)
            return
        if status == 200:
            self.server.calls.append(json.loads(body))
        self.server.statuses.append(status)
        self.send_response(status)
        self.end_headers()

    def log_message(self, *_):
        """Say nothing."""


class _Lines(StreamRequestHandler):
    """A connection with lines of JSON; while the server hangs it reads nothing."""

    def handle(self):
        """Keep each whole line."""
        for line in self.rfile:
            if self.server.hangs.is_set():
                self.server.hanging.set()
                self.server.released.wait(600)
            if line.endswith(b"\n"):
                self.server.records.append(json.loads(line))


@contextmanager
def serving(server):
    """Serve in a thread; ``hangs`` makes the server answer nothing, ``hanging`` says that somebody waits in vain."""
    server.hangs, server.hanging, server.ended = threading.Event(), threading.Event(), threading.Event()
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1})
    thread.start()
    try:
        yield server
    finally:
        server.ended.set()
        server.shutdown()
        thread.join(20)
        server.server_close()


def mail_server():
    """Return a mail server on a free port; ``mails`` is what it took."""
    server = ThreadingTCPServer(("127.0.0.1", 0), _Smtp)
    server.mails = []
    return serving(server)


def hook_server(secret):
    """Return a webhook's server on a free port; ``calls`` are what it took, ``refusals`` are answered first."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Hook)
    server.secret, server.calls, server.refusals, server.statuses = secret, [], [], []
    return serving(server)


def lines_server():
    """Return a server of lines of JSON on a free port; ``records`` is what it took. ``released`` ends its hanging."""
    server = ThreadingTCPServer(("127.0.0.1", 0), _Lines)
    server.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    server.records, server.released = [], threading.Event()
    return serving(server)
