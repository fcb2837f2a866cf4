"""Archiving the sealed logs of one VO, several at a time.

The steps for a log: claim it, pack it, record the file, upload and verify it, mark the log Archived. The mark is a
compare-and-set, so text that arrives meanwhile, another agent, or a stall of any length costs a repetition and never a
log. A failure is stored in the log's row and puts the log off; ``Gate`` bounds the failures of a run.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from .. import lifecycle
from ..errors import LeaseLost, PilotLogError, StoreUnavailable
from ..ports import Archive, Clock
from ..settings import ArchiveSettings
from ..stored_file import StoredFile
from .custody import Claim, CopyKey, Leases
from .describer import Describer, patient_since
from .gate import Gate
from .packing import Target, Texts, pack
from .tally import Tally

#: Logs that are claimed, and whose pilots are looked up, together; per worker.
_CLAIMS_PER_WORKER = 8
#: Claiming skips rows that are locked, even for a moment by a scan; after this time they are tried once more.
LOCKED_SECONDS = 0.2


@dataclass(frozen=True, slots=True)
class Workspace:
    """The agent's name as an owner of leases, its private folder, and the slots that all its VOs share."""

    owner: str
    folder: Path
    slots: AbstractContextManager[Any] = field(default_factory=nullcontext)


@dataclass(frozen=True, slots=True)
class Archiver:
    """The step that archives one VO's logs."""

    vo: str
    leases: Leases
    texts: Texts
    archive: Archive
    target: Target
    describer: Describer
    settings: ArchiveSettings
    clock: Clock
    workspace: Workspace
    gate: Gate
    tally: Tally

    def run(self) -> None:
        """Archive the logs that are due, at most ``max_logs_per_cycle``. Raise StoreUnavailable; no log is lost."""
        self.gate.begin()
        settled = self.clock() - timedelta(seconds=self.settings.settle_seconds)
        ids = self.leases.due(self.vo, settled, self.settings.max_logs_per_cycle)
        with ThreadPoolExecutor(self.settings.workers, thread_name_prefix=f"archive-{self.vo}") as pool:
            skipped = self._archive_all(pool, ids)
            if skipped:
                time.sleep(LOCKED_SECONDS)
                self._archive_all(pool, skipped)
        if self.gate.error:
            self.tally.problem(f"archive of {self.vo}", self.gate.error)

    def _archive_all(self, pool: ThreadPoolExecutor, ids: list[int]) -> list[int]:
        """Archive logs until the gate closes. Return those that could not be claimed."""
        unclaimed: list[int] = []
        while ids and not self.gate.closed:
            count = 1 if self.gate.probing else _CLAIMS_PER_WORKER * self.settings.workers
            claims = self.claim(ids[:count])
            unclaimed += sorted(set(ids[:count]) - {claim.log.id for claim in claims})
            list(pool.map(self._archive_one, claims))
            ids = ids[count:]
        return unclaimed

    def claim(self, ids: Sequence[int]) -> list[Claim]:
        """Claim logs; while PilotAgentsDB is unavailable, put off those that lack their reference."""
        claims = self.leases.claim(self.workspace.owner, ids, self.lease_end())
        if self.describer.describe([claim.log for claim in claims]):
            return claims
        patient = patient_since(self.clock)
        waiting = [claim for claim in claims if not claim.log.reference and claim.log.last_seen > patient]
        for claim in waiting:
            self.leases.release(claim, self.clock() + timedelta(seconds=self.settings.retry_seconds))
            self.tally.add("put off")
        return [claim for claim in claims if claim not in waiting]

    def lease_end(self) -> datetime:
        """Return the end of a lease that begins now."""
        return self.clock() + timedelta(seconds=self.settings.lease_seconds)

    def _archive_one(self, claim: Claim) -> None:
        """Archive one log. Raise StoreUnavailable; any other failure is counted in the log's row."""
        if self.gate.closed:
            self.leases.release(claim, None)
            return
        try:
            with self.workspace.slots:
                if self.gate.closed:  # the wait may have been long
                    self.leases.release(claim, None)
                    return
                self._upload(claim)
        except LeaseLost:
            self.tally.add("changed meanwhile")
            self.leases.release(claim, None)
        except StoreUnavailable:
            raise
        except PilotLogError as error:
            self._failed(claim, str(error))
        except Exception as error:  # one log must never stop the others
            self._failed(claim, f"{type(error).__name__}: {error}")
        else:
            self.gate.succeeded()
            self.tally.add("archived")

    def _upload(self, claim: Claim) -> None:
        with tempfile.TemporaryDirectory(dir=self.workspace.folder) as folder:
            path = Path(folder) / "log.gz"
            content = pack(claim.log, self.texts, path)
            generation, file = self.leases.record(
                claim, content, lambda generation: self.target.file(claim.log, generation, content), self.lease_end()
            )
            self.archive.put(file, path)
        try:
            self.leases.archived(claim, generation)
        except LeaseLost:
            self._remove_unrecorded(CopyKey(claim.log.id, generation), file)
            raise

    def _remove_unrecorded(self, key: CopyKey, file: StoredFile) -> None:
        """Remove a copy whose record was deleted during a long stall of this agent: no other agent knows of it."""
        if not self.leases.is_recorded(key):
            self.archive.remove(file)

    def _failed(self, claim: Claim, error: str) -> None:
        """Count a failure; a log that was deleted or taken over meanwhile is no failure of the archive."""
        later = lifecycle.retry_after(claim.log.attempts + 1, self.clock(), self.settings)
        if not self.leases.failed(claim, error, later):
            self.tally.add("changed meanwhile")
            return
        self.gate.failed(error)
        self.tally.add("failed")
