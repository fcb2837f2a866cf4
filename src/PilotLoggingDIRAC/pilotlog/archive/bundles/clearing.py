"""Bundles without the logs that were deleted on request, and the end of bundles that no log needs any more.

A bundle is rewritten for all of its deleted logs together: fetched, written without them, recorded, uploaded, verified.
Then its members have their places in the new one, in one transaction, and the old one is retired and removed.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from ... import lifecycle
from ...errors import ArchiveError, LeaseLost
from ...ports import Archive, Clock
from ...settings import ArchiveSettings, RetentionSettings
from ..archiver import Workspace
from ..custody import CopyKey
from ..packing import Target, content
from ..tally import Tally
from .bundle_file import without
from .custody import Bundle, ClearedBundles
from .settings import BundleSettings

_MAX_FAILURES = 3


@dataclass(frozen=True, slots=True)
class Clearing:
    """The step that rewrites and removes one VO's bundles; ``archive`` is None where they can't be reached.

    A bundle that was recorded ``stall_seconds`` ago, and not marked since, is not on its way any more. ``places`` has,
    by VO, the number of the bundle that was looked at last, from one cycle to the next.
    """

    vo: str
    store: ClearedBundles
    archive: Archive | None
    settings: BundleSettings
    retained: RetentionSettings
    retries: ArchiveSettings
    stall_seconds: float
    clock: Clock
    workspace: Workspace
    places: dict[str, int]
    tally: Tally

    def run(self) -> None:
        """Rewrite bundles with deleted logs, and remove those that nobody needs, a bounded number of each."""
        if self.archive is None:
            return
        for bundle, names in self.store.bundles_with_deleted(self.vo, self.settings.bundles_rewritten):
            self._rewrite(self.archive, bundle, names)
        self.store.retire_dead(self.vo, self._ago(self.stall_seconds), self.settings.bundles_removed)
        expired = self._ago(self.retained.files_seconds) if self.retained.files_seconds > 0 else None
        after, limit = self.places.get(self.vo, 0), self.settings.bundles_looked_at
        self.places[self.vo] = self.store.retire_unneeded(self.vo, expired, after, limit)
        self._remove_retired(self.archive)

    def _ago(self, seconds: float) -> datetime:
        return self.clock() - timedelta(seconds=seconds)

    def _rewrite(self, archive: Archive, bundle: Bundle, names: dict[CopyKey, str]) -> None:
        try:
            with tempfile.TemporaryDirectory(dir=self.workspace.folder) as folder:
                self._without(archive, bundle, set(names.values()), Path(folder))
        except LeaseLost:  # another agent did it
            self.tally.add("changed meanwhile")
        except ArchiveError as error:
            self.tally.add("failed to remove")
            self.tally.problem(f"removing deleted files of {self.vo}", f"{bundle.file.lfn}: {error}")
            for key in names:
                self.store.put_off(key.log_id, f"{bundle.file.lfn}: {error}", self._later)
        else:
            self.tally.add("removed deleted", len(names))

    def _later(self, attempts: int) -> datetime:
        return lifecycle.retry_after(attempts, self.clock(), self.retries)

    def _without(self, archive: Archive, bundle: Bundle, names: Collection[str], folder: Path) -> None:
        old, new = folder / "old.zip", folder / "new.zip"
        archive.get(bundle.file, old)
        places = without(names, old, new)
        if not places:
            self.store.retire_bundle(bundle)
            return
        file, found = bundle.file, content(new)
        target = Target(file.se, str(Path(file.lfn).parent))
        rewritten = self.store.record_rewritten(bundle, lambda number: target.rewritten(file, number, found))
        with self.workspace.slots:
            archive.put(rewritten.file, new)
        try:
            self.store.replace_bundle(bundle, rewritten, places)
        except LeaseLost:
            archive.remove(rewritten.file)
            raise

    def _remove_retired(self, archive: Archive) -> None:
        """Remove retired bundles; after three failures in a row a storage element gets no more tries in this cycle."""
        failures: Counter[str] = Counter()
        for bundle in self.store.retired_bundles(self.vo, self.settings.bundles_removed):
            se = bundle.file.se
            if failures[se] < _MAX_FAILURES:
                failures[se] = 0 if self._remove(archive, bundle) else failures[se] + 1

    def _remove(self, archive: Archive, bundle: Bundle) -> bool:
        try:
            archive.remove(bundle.file)
        except ArchiveError as error:
            self.tally.add("failed to remove")
            self.tally.problem(f"removing bundles of {self.vo}", f"{bundle.file.lfn}: {error}")
            return False
        self.store.forget_bundle(bundle)
        self.tally.add("removed bundles")
        return True
