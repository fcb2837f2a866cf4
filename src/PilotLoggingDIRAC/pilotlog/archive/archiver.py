"""Bringing one VO's sealed logs to its archive, several at a time.

A log's way: claim, pack, record the file, upload and verify, mark. The mark is a compare-and-set, so text that arrives
meanwhile, another agent, or a stall of any length costs a repetition and never a log. A failure is written into the
log's row and puts it off; after some failures in a row the VO is left alone until the next run, which begins with a
single log, so that a storage element that is down costs one upload a cycle.
"""

from __future__ import annotations

import tempfile
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from .. import lifecycle
from ..errors import LeaseLost, PilotLogError, StoreUnavailable
from ..model import Claim, StoredFile
from ..ports import Archive, Clock
from ..settings import ArchiveSettings
from .custody import Custody, FileKey
from .packing import Target, Texts, pack
from .sealing import Describer
from .tally import Tally

#: After as many failures in a row a VO is left alone until the next run.
MAX_FAILURES = 3
#: Logs that are claimed, and whose pilots are looked up, at once; per worker.
_CLAIMS_PER_WORKER = 8
#: Claiming passes over rows that are locked, be it for a moment by somebody's scan: those are tried once more.
_RETRY_SECONDS = 0.2
#: How long a log waits for PilotAgentsDB, so that it is not archived without its reference.
_DESCRIBE_SECONDS = 48 * 3600


class Gate:
    """Whether it makes sense to go on with a VO's archive; it outlives a cycle.

    ``error`` is the last failure, and empty since the last success.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._failures = 0
        self._stopped = False
        self.probing = False
        self.error = ""

    def stop(self) -> None:
        """Begin nothing more: the agent ends."""
        self._stopped = True

    def begin(self) -> None:
        """A new run: try again."""
        self._failures = 0

    def succeeded(self) -> None:
        """A log was archived."""
        with self._lock:
            self._failures, self.probing, self.error = 0, False, ""

    def failed(self, error: str) -> None:
        """A log could not be archived."""
        with self._lock:
            self._failures += 1
            self.error = error
            self.probing = self.probing or self._failures >= MAX_FAILURES

    @property
    def closed(self) -> bool:
        """Whether to stop: too many failures in a row, or the one log that was tried failed, or the agent ends."""
        return self._stopped or self._failures >= MAX_FAILURES or (self.probing and self._failures > 0)


@dataclass(frozen=True, slots=True)
class Bench:
    """Where the work is done: who works, in which private folder, and who may work at the same time."""

    owner: str
    folder: Path
    slots: AbstractContextManager = nullcontext()


class Archiver:
    """One VO's way to its archive."""

    def __init__(
        self,
        vo: str,
        custody: Custody,
        texts: Texts,
        archive: Archive,
        target: Target,
        describer: Describer,
        settings: ArchiveSettings,
        clock: Clock,
        bench: Bench,
        gate: Gate,
        tally: Tally,
    ):
        self._vo = vo
        self._custody = custody
        self._texts = texts
        self._archive = archive
        self._target = target
        self._describer = describer
        self._settings = settings
        self._clock = clock
        self._bench = bench
        self._gate = gate
        self._tally = tally

    def run(self) -> None:
        """Archive what is due, at most ``max_logs_per_cycle``. Raises StoreUnavailable; nothing is lost by that."""
        self._gate.begin()
        settled = self._clock() - timedelta(seconds=self._settings.settle_seconds)
        ids = self._custody.due(self._vo, settled, self._settings.max_logs_per_cycle)
        with ThreadPoolExecutor(self._settings.workers, thread_name_prefix=f"archive-{self._vo}") as pool:
            skipped = self._work_off(pool, ids)
            if skipped:
                time.sleep(_RETRY_SECONDS)
                self._work_off(pool, skipped)
        if self._gate.error:
            self._tally.problem(f"archive of {self._vo}", self._gate.error)

    def _work_off(self, pool: ThreadPoolExecutor, ids: list[int]) -> list[int]:
        """Archive logs, until the gate closes; return those that could not be claimed."""
        unclaimed: list[int] = []
        while ids and not self._gate.closed:
            count = 1 if self._gate.probing else _CLAIMS_PER_WORKER * self._settings.workers
            claims = self._claim(ids[:count])
            unclaimed += sorted(set(ids[:count]) - {claim.log.id for claim in claims})
            list(pool.map(self._work, claims))
            ids = ids[count:]
        return unclaimed

    def _claim(self, ids: Sequence[int]) -> list[Claim]:
        """Claim logs, and let go of those whose pilots DIRAC should be asked for and can't be."""
        claims = self._custody.claim(self._bench.owner, ids, self._lease())
        if self._describer.describe([claim.log for claim in claims]):
            return claims
        patient = self._clock() - timedelta(seconds=_DESCRIBE_SECONDS)
        waiting = [claim for claim in claims if not claim.log.reference and claim.log.last_seen > patient]
        for claim in waiting:
            self._custody.release(claim, self._clock() + timedelta(seconds=self._settings.retry_seconds))
            self._tally.add("put off")
        return [claim for claim in claims if claim not in waiting]

    def _lease(self) -> datetime:
        return self._clock() + timedelta(seconds=self._settings.lease_seconds)

    def _work(self, claim: Claim) -> None:
        """Archive one log; whatever goes wrong with it is its own affair, except that the store is away."""
        if self._gate.closed:
            self._custody.release(claim, None)
            return
        try:
            with self._bench.slots:
                self._bring(claim)
        except LeaseLost:
            self._tally.add("changed meanwhile")
            self._custody.release(claim, None)
        except StoreUnavailable:
            raise
        except PilotLogError as error:
            self._failed(claim, str(error))
        except Exception as error:  # one log must never stand in the way of others
            self._failed(claim, f"{type(error).__name__}: {error}")
        else:
            self._gate.succeeded()
            self._tally.add("archived")

    def _bring(self, claim: Claim) -> None:
        with tempfile.TemporaryDirectory(dir=self._bench.folder) as folder:
            path = Path(folder) / "log.gz"
            content = pack(claim.log, self._texts, path)
            generation, file = self._custody.record(
                claim, content, lambda generation: self._target.file(claim.log, generation, content), self._lease()
            )
            self._archive.put(file, path)
        try:
            self._custody.archived(claim, generation)
        except LeaseLost:
            self._take_back(FileKey(claim.log.id, generation), file)
            raise

    def _take_back(self, key: FileKey, file: StoredFile) -> None:
        """A copy that was forgotten while it was uploaded, as this agent was stopped for long, is nobody's but ours."""
        if not self._custody.is_recorded(key):
            self._archive.remove(file)

    def _failed(self, claim: Claim, error: str) -> None:
        """Count a failure; the log that was deleted or taken over meanwhile says nothing about the archive."""
        later = lifecycle.retry_after(claim.log.attempts + 1, self._clock(), self._settings)
        if not self._custody.failed(claim, error, later):
            self._tally.add("changed meanwhile")
            return
        self._gate.failed(error)
        self._tally.add("failed")


class Keeper:
    """What a VO without an archive has instead: its logs stay in the database."""

    def __init__(self, vo: str, custody: Custody, describer: Describer, clock: Clock, tally: Tally):
        self._vo = vo
        self._custody = custody
        self._describer = describer
        self._clock = clock
        self._tally = tally

    def run(self) -> None:
        """Make the VO's sealed logs Kept, once their pilots have been looked up."""
        while logs := self._custody.unarchived(self._vo):
            if not self._describer.describe(logs):
                patient = self._clock() - timedelta(seconds=_DESCRIBE_SECONDS)
                logs = [log for log in logs if log.reference or log.last_seen <= patient]
            kept = self._custody.keep([log.id for log in logs]) if logs else 0
            self._tally.add("kept", kept)
            if not kept:
                return
