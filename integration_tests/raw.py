"""Requests that no client makes: any bytes, in any pieces, over a TLS connection of their own; and their cost."""

import json
import os
import socket
import ssl
from pathlib import Path

PATH = "/WorkloadManagement/TornadoPilotLogging"
FORM = "application/x-www-form-urlencoded"


class Raw:
    """A TLS connection to the stack's Tornado, as a user, as the host, or (user None) without a certificate."""

    def __init__(self, stack, user, timeout=60):
        context = ssl.create_default_context(capath=str(stack.pki.certificates))
        if user == "host":
            folder = stack.pki.host_folder()
            context.load_cert_chain(f"{folder}/hostcert.pem", f"{folder}/hostkey.pem")
        elif user:
            context.load_cert_chain(str(stack.proxy(user)))
        raw = socket.create_connection(("localhost", stack.ports["tornado"]), timeout=timeout)
        self.socket = context.wrap_socket(raw, server_hostname="localhost")

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.socket.close()

    def head(self, length, path=PATH, content_type=FORM, **headers):
        """Send a request's header; ``length`` None announces a body in chunks."""
        size = {"Transfer-Encoding": "chunked"} if length is None else {"Content-Length": length}
        named = {"Host": "localhost", "Content-Type": content_type, **size}
        named |= {name.replace("_", "-"): value for name, value in headers.items()}
        lines = [f"POST {path} HTTP/1.1", *(f"{name}: {value}" for name, value in named.items() if value is not None)]
        self.socket.sendall("\r\n".join([*lines, "", ""]).encode())

    def post(self, body, **head):
        """Send a request and return (status, answer)."""
        self.head(len(body), **head)
        self.socket.sendall(body)
        return self.answer()

    def chunk(self, data):
        """Send a chunk; an empty one is the last."""
        self.socket.sendall(f"{len(data):x}\r\n".encode() + data + b"\r\n")

    def is_read(self):
        """Return whether the server has read all that was sent: the kernel's buffers, which are large, are empty."""
        own, other = (name[1] for name in (self.socket.getsockname(), self.socket.getpeername()))
        for table in ("tcp", "tcp6"):
            for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]:
                here, there, _, queues = line.split()[1:5]
                ports, (sent, received) = [int(end.split(":")[1], 16) for end in (here, there)], queues.split(":")
                if (ports == [own, other] and int(sent, 16)) or (ports == [other, own] and int(received, 16)):
                    return False
        return True

    def answer(self):
        """Return (status, answer) of a request: JSON, or text where it is none; (0, "") for a closed connection."""
        with self.socket.makefile("rb") as file:
            line = file.readline()
            if not line:
                return 0, ""
            length = 0
            while (header := file.readline().strip().lower()) != b"":
                if header.startswith(b"content-length:"):
                    length = int(header.split(b":")[1])
            content = file.read(length)
        status = int(line.split()[1])
        return status, json.loads(content) if status == 200 else content.decode(errors="replace")


class Usage:
    """The CPU and memory that a process uses more, from here on; sizes in MB (10⁶ bytes)."""

    def __init__(self, pid):
        self._folder = Path(f"/proc/{pid}")
        (self._folder / "clear_refs").write_text("5")
        self._resident = self._status("VmRSS")
        self._cpu = self._ticks()

    def _status(self, name):
        lines = (self._folder / "status").read_text().splitlines()
        return next(int(line.split()[1]) * 1024 / 1e6 for line in lines if line.startswith(name + ":"))

    def _ticks(self):
        fields = (self._folder / "stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    @property
    def growth(self):
        """By how much the highest resident size since then is above that of then."""
        return self._status("VmHWM") - self._resident

    @property
    def cpu_seconds(self):
        """CPU time used since then."""
        return self._ticks() - self._cpu
