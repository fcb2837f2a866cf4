"""The step of a VO without an archive: its sealed logs become Kept and stay in the database."""

from __future__ import annotations

from dataclasses import dataclass

from ..ports import Clock
from .custody import UnarchivedLogs
from .describer import Describer, patient_since
from .tally import Tally


@dataclass(frozen=True, slots=True)
class Keeper:
    """The step that makes a VO's sealed logs Kept."""

    vo: str
    store: UnarchivedLogs
    describer: Describer
    clock: Clock
    tally: Tally

    def run(self) -> None:
        """Make the sealed logs Kept, once their pilots have been looked up."""
        while logs := self.store.unarchived(self.vo):
            if not self.describer.describe(logs):
                patient = patient_since(self.clock)
                logs = [log for log in logs if log.reference or log.last_seen <= patient]
            kept = self.store.keep([log.id for log in logs]) if logs else 0
            self.tally.add("kept", kept)
            if not kept:
                return
