"""HAProxy in front of the collectors of a stack, with the very configuration that the administrator guide shows."""

import re
import socket
import tempfile
from dataclasses import dataclass
from pathlib import Path

from . import environment
from .components import BALANCER, SECOND_TORNADO, TORNADO

GUIDE = environment.TOP / "docs" / "administrator" / "haproxy.cfg"
PROGRAM = "/usr/sbin/haproxy"
SPOOL_PATH = "/Systems/WorkloadManagement/Services/TornadoPilotLogging/SpoolPath"
#: What stands in the place of the guide's lines; those that are left out begin with nothing.
_YOURS = re.compile(r"^ +(\w+).*# yours\n", re.MULTILINE)


@dataclass(frozen=True)
class Balancer:
    """HAProxy in a folder of its own; ``servers`` are the collectors' ports by name. It logs to standard output."""

    folder: Path
    port: int
    servers: dict[str, int]

    @property
    def control(self) -> Path:
        """The socket for commands such as ``set server collectors/tornado state drain``; short, as sockets must be."""
        return Path(tempfile.gettempdir()) / f"haproxy-{self.port}.sock"

    def prepare(self):
        """Write the configuration; safe to repeat."""
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / "haproxy.cfg").write_text(self.configuration())

    def configuration(self):
        """The guide's file with this stack's addresses in it."""
        servers = [f"    server {name} 127.0.0.1:{port}\n" for name, port in self.servers.items()]
        ours = {
            "user": [""],
            "group": [""],
            "log": ["    log stdout format raw local0\n"],
            "stats": [f"    stats socket {self.control} mode 600 level admin\n"],
            "maxconn": ["    maxconn 1000\n"],
            "bind": [f"    bind 127.0.0.1:{self.port}\n"],
            "server": ["".join(servers)],
        }
        return _YOURS.sub(lambda line: ours[line[1]].pop(0) if ours[line[1]] else "", GUIDE.read_text())

    def command(self):
        """The argv; it stays in the foreground."""
        return [PROGRAM, "-db", "-f", str(self.folder / "haproxy.cfg")]

    def order(self, words):
        """Give HAProxy a command by its control socket and return what it answers."""
        with socket.socket(socket.AF_UNIX) as control:
            control.connect(str(self.control))
            control.sendall(f"{words}\n".encode())
            return b"".join(iter(lambda: control.recv(65536), b"")).decode()

    def is_up(self, name):
        """Return whether HAProxy sends pilots to this collector."""
        rows = (row.split() for row in self.order("show servers state collectors").splitlines())
        return any(len(row) > 5 and row[3] == name and row[5] == "2" for row in rows)


class Front:
    """The front of a stack, to which pilots talk: one collector, or both behind the balancer."""

    def __init__(self, stack, collectors):
        self._stack = stack
        self.is_balanced = collectors > 1

    @property
    def names(self):
        """The components that are started with the stack."""
        return [TORNADO, SECOND_TORNADO, BALANCER] if self.is_balanced else [TORNADO]

    @property
    def balancer(self):
        """HAProxy in front of both collectors."""
        ports = self._stack.ports
        servers = {name: ports[name] for name in (TORNADO, SECOND_TORNADO)}
        return Balancer(self._stack.root / BALANCER, ports[BALANCER], servers)

    @property
    def url(self):
        """The URL that pilots use."""
        return self._url(BALANCER if self.is_balanced else TORNADO)

    def _url(self, name):
        return f"https://localhost:{self._stack.ports[name]}/WorkloadManagement/TornadoPilotLogging"

    def configuration(self):
        """Return more of DIRAC's configuration: pilots are sent to the balancer, readers know each collector."""
        if not self.is_balanced:
            return ()
        urls = [self._url(name) for name in (TORNADO, SECOND_TORNADO)]
        pilots = {"Operations": {"Defaults": {"Pilot": {"RemoteLoggerURL": self.url}}}}
        return pilots, {"Systems": {"WorkloadManagement": {"URLs": {"TornadoPilotLogging": urls}}}}

    def options(self, name):
        """The options that a collector has for itself: the second one's port and spool."""
        if name != SECOND_TORNADO:
            return {}
        spool = self._stack.root / "spool" / SECOND_TORNADO
        return {"/Systems/Tornado/Port": self._stack.ports[name], SPOOL_PATH: spool}
