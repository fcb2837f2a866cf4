"""Owners of stamps: one that DIRAC knows as a pilot of other VOs only is refused from then on.

DIRAC is asked apart from ingest, in bulk and rarely, as its table has no index for stamps. Until it was asked, and
while it can't be, a stamp is taken as it is.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from cachetools import LRUCache

from ..errors import ForeignStamp
from ..model import PilotId
from ..settings import OwnershipSettings

Owners = Callable[[Sequence[str]], Mapping[str, frozenset[str]]]
"""The VOs of the known ones among many stamps. Raises whatever hinders it."""


@dataclass(slots=True)
class _Entry:
    """VOs of a stamp, none for an unknown one, and the time until which they count."""

    vos: frozenset[str]
    until: float


class StampOwners:
    """Remembers the VOs of stamps, a bounded number of them; those heard of longest ago are forgotten first."""

    def __init__(self, owners: Owners, settings: OwnershipSettings, monotonic: Callable[[], float] = time.monotonic):
        self._owners = owners
        self._settings = settings
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._known: LRUCache[str, _Entry] = LRUCache(settings.owner_max_stamps)
        self._wanted: dict[str, None] = {}
        self._refused: dict[str, PilotId] = {}

    def check(self, pilot: PilotId) -> None:
        """Raise ForeignStamp when the stamp is that of other VOs' pilots only. Asks nobody and never waits."""
        with self._lock:
            entry = self._known.get(pilot.stamp)
            if entry is None or entry.until <= self._monotonic():
                self._want(pilot.stamp)
            if entry is None:
                return
            if not entry.vos or pilot.vo in entry.vos:
                return
            self._refused[pilot.vo] = pilot
        raise ForeignStamp("This stamp is that of another VO's pilot")

    def _want(self, stamp: str) -> None:
        if len(self._wanted) < self._settings.owner_max_stamps:
            self._wanted[stamp] = None

    def look_up(self) -> int:
        """Ask for the stamps that wait longest, as many as one question may hold; how many there were.

        Raises what the question raises; then they wait on.
        """
        with self._lock:
            stamps = list(islice(self._wanted, self._settings.owner_lookup_stamps))
        found = self._owners(stamps) if stamps else {}
        with self._lock:
            for stamp in stamps:
                self._remember(stamp, found.get(stamp, frozenset()))
        return len(stamps)

    def _remember(self, stamp: str, vos: frozenset[str]) -> None:
        seconds = self._settings.owner_known_seconds if vos else self._settings.owner_unknown_seconds
        self._wanted.pop(stamp, None)
        self._known[stamp] = _Entry(vos, self._monotonic() + seconds)

    def refused(self) -> dict[str, PilotId]:
        """Return the last pilot refused of each VO since this was asked before."""
        with self._lock:
            refused, self._refused = self._refused, {}
        return refused
