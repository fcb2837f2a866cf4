"""Credentials remembered by certificate chain: a client sends the same chain with each request.

DIRAC writes the chain as PEM, parses it again and looks through its extensions at every request: a quarter of the cost
of a short message. The TLS handshake has verified the chain of each connection before; only what the chain's bytes say
is remembered.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable

from cachetools import TLRUCache
from DIRAC.ConfigurationSystem.Client.Helpers import Registry

#: Number of chains to remember; about 20 kB each.
_MAX_CHAINS = 1000


class KnownChains:
    """Credentials by the bytes of their chain: a bounded number, each no longer than the chain is valid."""

    def __init__(self, max_chains: int = _MAX_CHAINS, clock: Callable[[], float] = time.time):
        self._clock = clock
        self._lock = threading.Lock()
        # a second early, as ``secondsLeft`` is whole seconds
        self._known: TLRUCache = TLRUCache(max_chains, lambda chain, known, now: known[0] - 1, clock)

    def add(self, chain: tuple[bytes, ...], credentials: dict) -> None:
        """Remember the credentials that DIRAC read from a chain, for their ``secondsLeft``. Credentials that depend on
        the Registry are not remembered: the default group of a proxy that names none.
        """
        if credentials["isProxy"] and not _names_its_group(credentials):
            return
        remembered = {key: value for key, value in credentials.items() if key != "VO"}
        with self._lock:
            self._known[chain] = (self._clock() + credentials["secondsLeft"], remembered)

    def has(self, chain: tuple[bytes, ...]) -> bool:
        """Return True if ``get`` would most likely return credentials."""
        with self._lock:
            return chain in self._known

    def get(self, chain: tuple[bytes, ...]) -> dict | None:
        """Return a copy of the credentials, for AuthManager to complete; None for a chain that is unknown or expired.
        The group's VO is looked up in the Registry each time.
        """
        with self._lock:
            known = self._known.get(chain)
        if known is None:
            return None
        ends, remembered = known
        credentials = remembered | {"secondsLeft": int(ends - self._clock())}
        if "group" in credentials:
            credentials["VO"] = Registry.getVOForGroup(credentials["group"])
        return credentials


def _names_its_group(credentials: dict) -> bool:
    found = credentials["x509Chain"].getDIRACGroup(ignoreDefault=True)
    return found["OK"] and bool(found["Value"]) and found["Value"] == credentials.get("group")


def chain_bytes(certificates: Iterable) -> tuple[bytes, ...]:
    """Return the chain as a key: each certificate as it was sent."""
    return tuple(_bytes(certificate) for certificate in certificates)


def _bytes(certificate) -> bytes:
    return certificate.as_der() if hasattr(certificate, "as_der") else certificate.as_pem()
