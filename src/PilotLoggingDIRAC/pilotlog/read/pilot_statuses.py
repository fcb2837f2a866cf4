"""DIRAC's word on pilots, looked up beside the path: in bulk, by one thread, and remembered for a short while.

A log without a finalise mark waits for its sealing, by silence. What is shown of its pilot doesn't wait: DIRAC may know
already that the pilot has ended. While DIRAC can't be asked, pilots count as unknown, which is not dead.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

from cachetools import LRUCache

from ..errors import StoreUnavailable
from ..model import Log, PilotId, PilotInfo, Selection, State
from ..ports import Clock
from ..settings import StatusSettings

LookUp = Callable[[Sequence[PilotId]], Mapping[PilotId, PilotInfo]]
"""What DIRAC knows of the known ones among many pilots. Raise whatever hinders it."""


class PilotStatuses:
    """The statuses of pilots, a bounded number of them; those asked for longest ago are forgotten first."""

    def __init__(
        self,
        look_up: LookUp,
        settings: StatusSettings,
        on_error: Callable[[Exception], None] = lambda error: None,
        monotonic: Callable[[], float] = time.monotonic,
    ):
        """Make it; ``on_error`` is called with the first error of a series of failures."""
        self.settings = settings
        self._look_up = look_up
        self._on_error = on_error
        self._monotonic = monotonic
        self._changed = threading.Condition()
        self._known: LRUCache[PilotId, tuple[PilotInfo | None, float]] = LRUCache(settings.status_max_pilots)
        self._wanted: dict[PilotId, None] = {}
        self._running = False
        self._failed_until = 0.0
        self._failing = False

    def of(self, pilots: Iterable[PilotId], seconds: float | None = None) -> dict[PilotId, PilotInfo]:
        """Return what DIRAC says of the known ones among some pilots; wait at most ``seconds`` for a look-up, by
        default ``status_wait_seconds``. What is not known by then is left out.
        """
        pilots = list(dict.fromkeys(pilots))
        until = self._monotonic() + (self.settings.status_wait_seconds if seconds is None else seconds)
        with self._changed:
            self._want(pilots)
            while self._wanted.keys() & pilots and (left := until - self._monotonic()) > 0 and self._running:
                self._changed.wait(left)
            found = {pilot: self._known[pilot][0] for pilot in pilots if pilot in self._known}
            return {pilot: info for pilot, info in found.items() if info}

    @property
    def failing(self) -> bool:
        """True while DIRAC can't be asked."""
        return self._failing

    def _want(self, pilots: Iterable[PilotId]) -> None:
        """Have those looked up whose time is over, unless the last look-up has just failed."""
        now = self._monotonic()
        if now < self._failed_until:
            return
        due = [pilot for pilot in pilots if pilot not in self._known or self._known[pilot][1] <= now]
        room = self.settings.status_max_pilots - len(self._wanted)
        self._wanted.update(dict.fromkeys(due[:room]))
        if self._wanted and not self._running:
            self._running = True
            threading.Thread(target=self._run, name="pilotlog-statuses", daemon=True).start()

    def _run(self) -> None:
        while True:
            with self._changed:
                pilots = list(self._wanted)[: self.settings.status_pilots]
                if not pilots:
                    self._running = False
                    self._changed.notify_all()
                    return
            try:
                found = self._look_up(pilots)
            except Exception as error:  # whoever asked gets what is known
                self._fail(error)
            else:
                self._remember(pilots, found)

    def _fail(self, error: Exception) -> None:
        with self._changed:
            first, self._failing = not self._failing, True
            self._wanted.clear()
            self._failed_until = self._monotonic() + self.settings.status_known_seconds
        if first:
            self._on_error(error)

    def _remember(self, pilots: Sequence[PilotId], found: Mapping[PilotId, PilotInfo]) -> None:
        with self._changed:
            self._failing = False
            until = self._monotonic() + self.settings.status_known_seconds
            for pilot in pilots:
                self._known[pilot] = found.get(pilot), until
                self._wanted.pop(pilot, None)
            self._changed.notify_all()


class OpenLogs(Protocol):
    """The store's logs without an end; see ``sql.reader``."""

    def silent_since(self, before: datetime, limit: int) -> list[tuple[int, PilotId]]:
        """Return (id, pilot) of receiving logs that were last heard of before a time, those heard of last first."""


@dataclass(frozen=True, slots=True)
class Fate:
    """The present state of a log without an end: DIRAC's word on its pilot, and its silence in seconds.

    ``over``: DIRAC says that the pilot has ended, and nothing has come for a while.
    """

    status: str = ""
    dead: bool = False
    silent_seconds: float = 0.0
    over: bool = False


class LogFates:
    """The fates of logs whose pilots have not reported their end."""

    def __init__(self, statuses: PilotStatuses, open_logs: OpenLogs, clock: Clock):
        self._statuses = statuses
        self._settings = statuses.settings
        self._open = open_logs
        self._clock = clock

    def of(self, logs: Sequence[Log], seconds: float | None = None) -> dict[int, Fate]:
        """Return the fates of the receiving ones among some logs, by their ids; ``seconds`` as of ``PilotStatuses``."""
        receiving = [log for log in logs if log.state is State.RECEIVING]
        infos = self._statuses.of((log.pilot for log in receiving), seconds) if receiving else {}
        return {log.id: self._fate(log, infos.get(log.pilot)) for log in receiving}

    def of_log(self, parts: Sequence[Log], seconds: float | None = None) -> Fate:
        """Return the fate of a log by its parts; the last one tells."""
        return self.of(parts[-1:], seconds).get(parts[-1].id, Fate()) if parts else Fate()

    def _fate(self, log: Log, info: PilotInfo | None) -> Fate:
        silent = max((self._clock() - log.last_seen).total_seconds(), 0.0)
        if info is None:
            return Fate(silent_seconds=silent)
        return Fate(info.status, info.final, silent, info.final and silent >= self._settings.status_over_seconds)

    def resolved(self, wanted: Selection) -> Selection:
        """Return a selection with the ids of the logs that its fields ``dead`` and ``incomplete`` mean besides those
        that are sealed. Raise StoreUnavailable for ``dead`` while DIRAC can't be asked.
        """
        if not (wanted.dead or wanted.incomplete):
            return wanted
        ids = self._dead()
        if wanted.dead and self._statuses.failing:
            raise StoreUnavailable("PilotAgentsDB is not available: nobody can tell which pilots have ended")
        return replace(wanted, ids=ids)

    def _dead(self) -> tuple[int, ...]:
        before = self._clock() - timedelta(seconds=self._settings.status_over_seconds)
        silent = self._open.silent_since(before, self._settings.status_max_pilots)
        infos = self._statuses.of((pilot for _, pilot in silent), self._settings.status_list_seconds)
        return tuple(log_id for log_id, pilot in silent if pilot in infos and infos[pilot].final)
