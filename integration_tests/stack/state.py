"""The state that is drawn once for a stack: its ports and its passwords, in a file for its owner's eyes."""

import json
import secrets
from dataclasses import asdict, dataclass
from pathlib import Path

from . import components, ports
from .configuration import write_private


@dataclass(frozen=True)
class State:
    """The ports by component, and the passwords of MariaDB's accounts."""

    ports: dict[str, int]
    database_password: str
    database_root_password: str


def load(path: Path):
    """Return the state, None when there is none yet."""
    return State(**json.loads(path.read_text())) if path.exists() else None


def create(path: Path, before=None):
    """Draw ports, and passwords unless there was a state before; keep and return them."""
    state = State(
        ports=ports.choose(components.port_names()),
        database_password=before.database_password if before else secrets.token_hex(16),
        database_root_password=before.database_root_password if before else secrets.token_hex(16),
    )
    write_private(path, json.dumps(asdict(state), indent=1))
    return state
