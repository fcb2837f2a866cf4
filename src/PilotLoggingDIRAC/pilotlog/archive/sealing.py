"""Sealing the logs of pilots that ended without saying so, and learning which pilot a log is of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from .. import lifecycle
from ..errors import StoreUnavailable
from ..model import Log, PilotId, PilotInfo
from ..ports import Clock, Pilots
from ..settings import SealSettings
from .custody import Custody, Place
from .tally import Tally

#: A collector that has drained nothing for so long has nothing more to drain, or is dead.
DRAINING_SECONDS = 600


@dataclass(slots=True)
class Walk:
    """How far a walk over many logs has come; None at its beginning. It goes on in the next cycle."""

    after: Place | None = None

    def move(self, page: Sequence[Log], limit: int) -> bool:
        """Go behind a page; back to the beginning, and False, when it was the last one."""
        self.after = Place.of(page[-1]) if len(page) == limit else None
        return self.after is not None


class Describer:
    """Copies what DIRAC knows of pilots into their logs, before DIRAC forgets it."""

    def __init__(self, custody: Custody, pilots: Pilots, tally: Tally):
        self._custody = custody
        self._pilots = pilots
        self._tally = tally

    def known(self, logs: Sequence[Log]) -> Mapping[PilotId, PilotInfo]:
        """What DIRAC knows of the logs' pilots, written into those logs that lack it. Raises StoreUnavailable."""
        infos = self._pilots.by_stamp([log.pilot for log in logs]) if logs else {}
        lacking = {log.id: infos[log.pilot] for log in logs if log.pilot in infos and not log.reference}
        if lacking:
            self._tally.add("described", self._custody.describe(lacking))
        return infos

    def describe(self, logs: Sequence[Log]) -> bool:
        """Look up the pilots of logs that lack a reference; False when that can't be done now."""
        try:
            self.known([log for log in logs if not log.reference])
        except StoreUnavailable as error:
            self._tally.problem("PilotAgentsDB", str(error))
            return False
        return True

    def walk(self, walk: Walk, limit: int) -> None:
        """Look up one page of the sealed logs that lack a reference: those of a VO that can't archive wait for long."""
        page = self._custody.undescribed(walk.after, limit)
        self.describe(page)
        walk.move(page, limit)


class Sealer:
    """Makes logs Incomplete whose pilots have ended or fallen silent."""

    def __init__(self, custody: Custody, describer: Describer, settings: SealSettings, clock: Clock, tally: Tally):
        self._custody = custody
        self._describer = describer
        self._settings = settings
        self._clock = clock
        self._tally = tally

    def run(self, walk: Walk) -> None:
        """Look through the silent logs, at most ``max_logs`` of them; the walk goes on there the next time.

        While collectors bring in what they took when the store was away, silence means nothing: nobody is sealed.
        """
        if self._custody.draining(self._clock() - timedelta(seconds=DRAINING_SECONDS)):
            self._tally.add("sealing put off")
            return
        settings, limit = self._settings, self._settings.page_logs
        shortest = min(settings.silent_final_seconds, settings.silent_unknown_seconds, settings.silent_running_seconds)
        before = self._clock() - timedelta(seconds=shortest)
        for _ in range(-(-settings.max_logs // limit)):
            page = self._custody.silent(before, walk.after, limit)
            self._seal(page)
            if not walk.move(page, limit):
                return

    def _seal(self, page: Sequence[Log]) -> None:
        infos, now = self._infos(page), self._clock()
        ended = [log for log in page if lifecycle.has_ended(log, infos.get(log.pilot), now, self._settings)]
        if ended:
            self._tally.add("sealed", self._custody.seal(ended))

    def _infos(self, page: Sequence[Log]) -> Mapping[PilotId, PilotInfo]:
        """What DIRAC knows; while it can't be asked, pilots count as unknown."""
        try:
            return self._describer.known(page)
        except StoreUnavailable as error:
            self._tally.problem("PilotAgentsDB", str(error))
            return {}
