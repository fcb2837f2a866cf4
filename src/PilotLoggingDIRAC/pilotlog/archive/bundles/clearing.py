"""Bundles without the logs that were deleted on request, and the end of bundles that no log needs any more.

A bundle is rewritten for all of its deleted logs together: fetched, written without them, recorded, uploaded, verified.
Then its members have their places in the new one, in one transaction, and the old one is retired and removed.
"""

from __future__ import annotations

import tempfile
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from ... import lifecycle
from ...errors import ArchiveError, LeaseLost
from ...ports import Archive, Clock
from ...settings import ArchiveSettings, RetentionSettings
from ..archiver import Workspace
from ..custody import CopyKey
from ..failures import Failures
from ..gate import Gate
from ..packing import Target, content
from ..tally import Tally
from .bundle_file import write_without
from .custody import Bundle, ClearedBundles
from .settings import BundleSettings


@dataclass(slots=True)
class BundlePlaces:
    """By VO, the numbers of the bundles that were looked at last, and tried to be removed last."""

    looked_at: dict[str, int] = field(default_factory=dict)
    removed: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Clearing:
    """The step that rewrites and removes one VO's bundles; ``archive`` is None where they can't be reached.

    A bundle that was recorded ``stall_seconds`` ago, and not marked since, should not be on its way any more; it is
    removed, and looked for as long again. ``places`` is kept from one cycle to the next. Of the ``gate`` only its stop
    counts.
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
    places: BundlePlaces
    tally: Tally
    gate: Gate

    def run(self) -> None:
        """Rewrite bundles with deleted logs, and remove those that nobody needs, a bounded number of each."""
        if self.archive is None:
            self._note_unreachable()
            return
        self._rewrite_all(self.archive)
        self.store.retire_dead(self.vo, self._ago(self.stall_seconds), self.settings.bundles_removed)
        expired = self._ago(self.retained.files_seconds) if self.retained.files_seconds > 0 else None
        after, limit = self.places.looked_at.get(self.vo, 0), self.settings.bundles_looked_at
        self.places.looked_at[self.vo] = self.store.retire_unneeded(self.vo, expired, after, limit)
        self._remove_retired(self.archive)

    def _note_unreachable(self) -> None:
        """Note bundles that are to be removed as a problem: text that was deleted may be in them."""
        if self.store.retired_bundles(self.vo, 0, 1):
            text = "bundles can't be reached, as the VO has no archive and no proxy for it"
            self.tally.problem(f"removing bundles of {self.vo}", text)

    def _ago(self, seconds: float) -> datetime:
        return self.clock() - timedelta(seconds=seconds)

    def _rewrite_all(self, archive: Archive) -> None:
        """Rewrite bundles; after three failures in a row a storage element gets no more tries in this cycle."""
        failures, tries = Failures(), self.settings.bundles_rewritten
        while tries > 0 and (due := self.store.bundles_with_deleted(self.vo, tries, failures.hopeless)):
            for bundle, names in due:
                if self.gate.stopped:
                    return
                if bundle.file.se not in failures.hopeless:
                    failures.note(bundle.file.se, self._rewrite(archive, bundle, names))
                    tries -= 1

    def _rewrite(self, archive: Archive, bundle: Bundle, names: dict[CopyKey, str]) -> bool:
        """Rewrite a bundle, or put it off with its deleted logs and return False."""
        try:
            with tempfile.TemporaryDirectory(dir=self.workspace.folder) as folder:
                done = self._retire_or_rewrite(archive, bundle, set(names.values()), Path(folder))
        except LeaseLost:  # another agent did it
            self.tally.add("changed meanwhile")
        except ArchiveError as error:
            self.tally.add("failed to remove")
            self.tally.problem(f"removing deleted files of {self.vo}", f"{bundle.file.lfn}: {error}")
            for key in names:
                self.store.put_off(key.log_id, f"{bundle.file.lfn}: {error}", self._later)
            return False
        else:
            self.tally.add("removed deleted", len(names) if done else 0)
        return True

    def _later(self, attempts: int) -> datetime:
        return lifecycle.retry_after(attempts, self.clock(), self.retries)

    def _retire_or_rewrite(self, archive: Archive, bundle: Bundle, names: Collection[str], folder: Path) -> bool:
        """Retire a bundle of which nothing else is needed, or put one without these members in its place.

        Return False if the agent ends before. Raise ArchiveError, and LeaseLost if another agent did it.
        """
        if self.store.retire_bundle(bundle):  # all that is needed of it was deleted: it is not even read
            return True
        old, new = folder / "old.zip", folder / "new.zip"
        archive.get(bundle.file, old)
        places = write_without(names, old, new)
        file, found = bundle.file, content(new)
        target = Target(file.se, str(Path(file.lfn).parent))
        with self.workspace.slots:  # as ``Bundler``, it records after the wait
            if self.gate.stopped:
                return False
            rewritten = self.store.record_rewritten(bundle, lambda number: target.rewritten(file, number, found))
            archive.put(rewritten.file, new)
        try:
            self.store.replace_bundle(bundle, rewritten, places)
        except LeaseLost:
            archive.remove(rewritten.file)
            raise
        return True

    def _remove_retired(self, archive: Archive) -> None:
        """Remove retired bundles; after three failures in a row a storage element gets no more tries in this cycle.

        The next cycle goes on after the first of these: what can't be removed blocks no other.
        """
        failures, tries, given_up_at = Failures(), self.settings.bundles_removed, 0
        after = self.places.removed.get(self.vo, 0)
        while tries > 0 and (retired := self.store.retired_bundles(self.vo, after, tries, failures.hopeless)):
            for bundle in retired:
                if bundle.file.se not in failures.hopeless:
                    failures.note(bundle.file.se, self._remove(archive, bundle))
                    given_up_at = given_up_at or (bundle.id if failures.hopeless else 0)
                    tries -= 1
            after = retired[-1].id
        self.places.removed[self.vo] = given_up_at if tries > 0 else after

    def _remove(self, archive: Archive, bundle: Bundle) -> bool:
        try:
            archive.remove(bundle.file)
        except ArchiveError as error:
            self.tally.add("failed to remove")
            self.tally.problem(f"removing bundles of {self.vo}", f"{bundle.file.lfn}: {error}")
            return False
        if self.store.forget_bundle(bundle, self._ago(self.stall_seconds)):
            self.tally.add("removed bundles")
        return True
