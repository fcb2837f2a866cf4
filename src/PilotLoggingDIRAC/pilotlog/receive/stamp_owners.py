"""Owners of stamps: a stamp that DIRAC knows only for pilots of other VOs is refused.

DIRAC is asked in the background, rarely and for many stamps at once, because its table has no index for stamps. A stamp
is accepted until DIRAC was asked, and while DIRAC cannot be asked.
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
"""Return the VOs of many stamps; unknown stamps are left out. May raise any error."""


@dataclass(slots=True)
class _Entry:
    """The VOs of a stamp, none if it is unknown, and the time until which they are valid."""

    vos: frozenset[str]
    until: float


class StampOwners:
    """Memory of stamps and their VOs. It is bounded: the stamps used longest ago are forgotten first."""

    def __init__(self, owners: Owners, settings: OwnershipSettings, monotonic: Callable[[], float] = time.monotonic):
        self._owners = owners
        self._settings = settings
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._known: LRUCache[str, _Entry] = LRUCache(settings.owner_max_stamps)
        self._wanted: dict[str, None] = {}
        self._refused: dict[str, PilotId] = {}

    def check(self, pilot: PilotId) -> None:
        """Raise ForeignStamp when the stamp is known only for other VOs' pilots. Never waits."""
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
        """Look up the stamps that have waited longest, at most ``owner_lookup_stamps``, and return their number.

        Raise the error of a lookup that fails; its stamps keep waiting.
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
        """Return by VO the pilot refused last since the previous call."""
        with self._lock:
            refused, self._refused = self._refused, {}
        return refused
