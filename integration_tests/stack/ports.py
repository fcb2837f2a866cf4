"""Chooses free ports on the loopback, so that several stacks run side by side."""

import random
import socket

# below the range that the kernel takes the ports of outgoing connections from
FIRST, LAST = 10_000, 30_000


def is_free(port):
    """Whether a server could listen on the port, on loopback and on all interfaces alike."""
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
    start = random.randrange(FIRST, LAST - 20 * len(names))
    free = (port for port in range(start, LAST) if is_free(port))
    return {name: next(free) for name in names}
