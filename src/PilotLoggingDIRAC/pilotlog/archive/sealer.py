"""Sealing the logs of pilots that ended without saying so."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from .. import lifecycle
from ..errors import StoreUnavailable
from ..model import Log, PilotId, PilotInfo
from ..ports import Clock
from ..settings import SealSettings
from .custody import SilentLogs
from .describer import Describer
from .tally import Tally
from .walk import Walk

#: Time after which a collector that has drained nothing has an empty spool, or is dead.
DRAINING_SECONDS = 600


@dataclass(frozen=True, slots=True)
class Sealer:
    """The step that makes logs Incomplete whose pilots have ended or fallen silent."""

    store: SilentLogs
    describer: Describer
    settings: SealSettings
    clock: Clock
    tally: Tally

    def run(self, walk: Walk) -> None:
        """Look through the silent logs, at most ``max_logs`` of them; the next run goes on from there.

        Silence means nothing while collectors drain their spools after an outage: then no log is sealed. Times from the
        future, which a collector with a wrong clock stored before it was told the database's, are brought back.
        """
        self.tally.add("brought back", self.store.bring_back(self.clock(), self.settings.page_logs))
        if self.store.draining(self.clock() - timedelta(seconds=DRAINING_SECONDS)):
            self.tally.add("sealing put off")
            return
        settings, limit = self.settings, self.settings.page_logs
        before = self.clock() - timedelta(seconds=settings.shortest_silence)
        for _ in range(-(-settings.max_logs // limit)):
            page = self.store.silent(before, walk.after, limit)
            self._seal(page)
            if not walk.move(page, limit):
                return

    def _seal(self, page: Sequence[Log]) -> None:
        infos, now = self._infos(page), self.clock()
        ended = [log for log in page if lifecycle.is_to_be_sealed(log, infos.get(log.pilot), now, self.settings)]
        if ended:
            self.tally.add("sealed", self.store.seal(ended))

    def _infos(self, page: Sequence[Log]) -> Mapping[PilotId, PilotInfo]:
        """Return what DIRAC knows; while PilotAgentsDB is unavailable, all pilots count as unknown."""
        try:
            return self.describer.known(page)
        except StoreUnavailable as error:
            self.tally.problem("PilotAgentsDB", str(error))
            return {}
