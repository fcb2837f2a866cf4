"""Chooses free ports on the loopback, so that several stacks run side by side.

Ports are chosen some seconds before anybody listens on them. Whoever builds stacks at the same time in several
processes gives each a range of its own in the environment: ``STACK_PORTS=10000-20000``.
"""

import os
import random
import socket
import time

from .processes import is_listening

# below the range that the kernel takes the ports of outgoing connections from
FIRST, LAST = 10_000, 30_000
RANGE = "STACK_PORTS"


def part(number, parts):
    """Return one of ``parts`` equal parts of the range, as `RANGE` in the environment has it."""
    size = (LAST - FIRST) // parts
    return f"{FIRST + number * size}-{FIRST + (number + 1) * size}"


def is_free(port):
    """Return whether a server could listen on the port, on loopback and on all interfaces alike."""
    for address in ("127.0.0.1", ""):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((address, port))
            except OSError:
                return False
    return True


def choose(names):
    """Return a free port for each name."""
    first, last = map(int, os.environ.get(RANGE, f"{FIRST}-{LAST}").split("-"))
    start = random.randrange(first, last - 20 * len(names))
    free = (port for port in range(start, last) if is_free(port))
    return {name: next(free) for name in names}


def becomes_silent(port, patience_seconds):
    """Return whether nobody listens on the port any more, or soon: threads of a killed process end a moment later."""
    deadline = time.monotonic() + patience_seconds
    while is_listening(port):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True
