"""What the servers of destinations have in common: a folder, a port, the stack's certificates, a user."""

from dataclasses import dataclass
from pathlib import Path

from ..processes import is_listening


@dataclass(frozen=True, kw_only=True)
class Server:
    """A server on the loopback; it stays in the foreground, and listens when it is ready."""

    folder: Path
    port: int

    def environment(self):
        """Return what the command needs in its environment."""
        return {}

    def ready(self):
        """Return whether it answers."""
        return is_listening(self.port)


@dataclass(frozen=True, kw_only=True)
class TLSServer(Server):
    """A server with the stack's host certificate, which knows the stack's authority."""

    certificate: Path
    key: Path
    authority: Path


@dataclass(frozen=True, kw_only=True)
class LoginServer(TLSServer):
    """A server that lets a user in by a password, too."""

    user: str
    password: str
