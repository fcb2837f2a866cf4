"""Archiving the sealed logs of one VO, many in a file.

A bundle is closed when enough logs or enough text wait, or when the VO's last one is old enough. The steps: claim the
logs, pack them, record the bundle, upload and verify it, mark its logs. What changes meanwhile is left out, and goes
into a later bundle. ``Gate`` bounds the failures of a run, as for ``Archiver``.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from ... import lifecycle
from ...errors import LeaseLost, PilotLogError, StoreUnavailable
from ...settings import MiB
from ..archiver import LOCKED_SECONDS, Archiver
from ..custody import Claim
from ..packing import content, copy_name, pack
from .bundle_file import BundleWriter, write_without
from .custody import Bundle, BundledLogs, Packed
from .settings import BundleSettings

#: Text of pilots is packed to this part of its size, or to less.
_PACKED_SHARE = 0.2
#: Tries to record a bundle whose logs change all the time; each leaves out those that did.
_TRIES = 5


@dataclass(frozen=True, slots=True)
class Bundler:
    """The step that archives one VO's logs in bundles; ``single`` has its parts, and the limits of one run.

    ``rest`` is called after each log that was packed, with the seconds of CPU that it took and the most that a rest
    may take: packing a bundle takes a third of its lease, unless it takes longer without rests.
    """

    single: Archiver
    store: BundledLogs
    settings: BundleSettings
    pause: Callable[[float], None] = time.sleep
    rest: Callable[[float, float], None] = lambda seconds, most: None

    def run(self) -> None:
        """Make the bundles that are due, of at most ``max_logs_per_cycle`` logs. Raise StoreUnavailable.

        Logs that end meanwhile wait for the next run, or each step would make a bundle of these few.
        """
        single = self.single
        single.gate.begin()
        settled = single.clock() - timedelta(seconds=single.settings.settle_seconds)
        closing = False
        for _ in range(max(single.settings.max_logs_per_cycle // self.settings.bundle_logs, 1)):
            ids = single.leases.due(single.vo, settled, self.settings.bundle_logs)
            closing = bool(ids) and (closing or self._closes(ids))
            if not closing or single.gate.closed or not self._make(ids[:1] if single.gate.probing else ids):
                break
        if single.gate.error:
            single.tally.problem(f"archive of {single.vo}", single.gate.error)

    def _closes(self, ids: Sequence[int]) -> bool:
        """Return whether a bundle is due: enough logs or text wait, or the VO's last bundle is ``bundle_seconds`` old.

        Of a VO without a bundle the first one is due.
        """
        return len(ids) >= self.settings.bundle_logs or self._is_time() or self._is_much(ids)

    def _is_time(self) -> bool:
        last = self.store.last_bundle(self.single.vo)
        return last is None or self.single.clock() - last >= timedelta(seconds=self.settings.bundle_seconds)

    def _is_much(self, ids: Sequence[int]) -> bool:
        return self.store.text_bytes(ids) * _PACKED_SHARE >= self.settings.bundle_mb * MiB

    def _make(self, ids: Sequence[int]) -> bool:
        """Make one bundle; return whether there may be another one in this run. Raise StoreUnavailable.

        It is recorded after the wait for a slot, which has no limit: others take an old record for a dead agent's.
        """
        claims = sorted(self._claim(ids), key=lambda claim: (claim.log.pilot, claim.log.part))
        with tempfile.TemporaryDirectory(dir=self.single.workspace.folder) as folder:
            try:
                packed = self._prepare(claims, Path(folder))
                if not packed:
                    return False
                with self.single.workspace.slots:
                    if self.single.gate.closed:  # the wait may have been long
                        self._release(packed)
                        return False
                    bundle = self._record(packed, Path(folder))
                    return bundle is not None and self._upload(bundle, Path(folder))
            except StoreUnavailable:
                raise
            except Exception as error:  # such as a full disk, which must not keep the logs leased
                self._give_back(claims, f"{type(error).__name__}: {error}")
                return False

    def _claim(self, ids: Sequence[int]) -> list[Claim]:
        """Claim logs; those locked for a moment, as while a diagnosis is stored, would make a bundle of their own."""
        claims = self.single.claim(ids)
        locked = sorted(set(ids) - {claim.log.id for claim in claims})
        if locked:
            self.pause(LOCKED_SECONDS)
            claims += self.single.claim(locked)
        return claims

    def _prepare(self, claims: Sequence[Claim], folder: Path) -> list[Packed]:
        """Pack a bundle, and give back what does not fit. Return what is in it."""
        packed, rest = self._pack(claims, folder)
        for claim in rest:
            self.single.leases.release(claim, None)
        return packed

    def _give_back(self, claims: Sequence[Claim], error: str) -> None:
        later = lifecycle.retry_after(1, self.single.clock(), self.single.settings)
        for claim in claims:
            self.single.leases.release(claim, later)
        self.single.gate.failed(error)

    def _pack(self, claims: Sequence[Claim], folder: Path) -> tuple[list[Packed], Sequence[Claim]]:
        """Pack logs into a bundle until it is full or the agent ends. Return those packed, and the claims left."""
        generations = self.store.next_generations([claim.log.id for claim in claims]) if claims else {}
        until = time.monotonic() + self.single.settings.lease_seconds / 3
        packed: list[Packed] = []
        with BundleWriter(_file(folder)) as bundle:
            for number, claim in enumerate(claims):
                if self.single.gate.closed or (packed and bundle.size >= self.settings.bundle_mb * MiB):
                    return packed, claims[number:]
                began = time.thread_time()
                if one := self._add(bundle, claim, generations[claim.log.id], folder / "log.gz"):
                    packed.append(one)
                self.rest(time.thread_time() - began, max(until - time.monotonic(), 0.0))
        return packed, ()

    def _add(self, bundle: BundleWriter, claim: Claim, generation: int, path: Path) -> Packed | None:
        """Pack a log into the bundle; return None, and count its failure, when that fails, as with damaged text."""
        try:
            size = pack(claim.log, self.single.texts, path).size
        except (StoreUnavailable, OSError):
            raise
        except Exception as error:  # nothing of it is in the bundle yet
            self._leave(claim, str(error) if isinstance(error, PilotLogError) else f"{type(error).__name__}: {error}")
            return None
        with path.open("rb") as file:
            return Packed(claim, generation, bundle.add(_name(claim, generation), file, size))

    def _leave(self, claim: Claim, error: str) -> None:
        """Count the failure of a log that can't be packed; the others don't wait for it."""
        single = self.single
        later = lifecycle.retry_after(claim.log.attempts + 1, single.clock(), single.settings)
        if single.leases.failed(claim, error, later):
            single.tally.add("failed")
            single.tally.problem(f"archive of {single.vo}", error)

    def _record(self, packed: Sequence[Packed], folder: Path) -> Bundle | None:
        """Record the bundle; logs that have changed are taken out of it, and given back. None if none is left."""
        path = _file(folder)
        for _ in range(_TRIES):
            if not packed:
                return None
            bundle, lost = self._try_to_record(packed, path)
            if bundle:
                return bundle
            packed = self._take_out(lost, packed, path)
        self._release(packed)
        return None

    def _release(self, packed: Sequence[Packed]) -> None:
        for one in packed:
            self.single.leases.release(one.claim, None)

    def _try_to_record(self, packed: Sequence[Packed], path: Path) -> tuple[Bundle | None, set[int]]:
        single, found = self.single, content(path)
        since = min(one.claim.log.first_seen for one in packed)
        return self.store.record_bundle(
            single.vo, packed, lambda number: single.target.bundle(since, number, found), single.lease_end()
        )

    def _take_out(self, lost: Collection[int], packed: Sequence[Packed], path: Path) -> list[Packed]:
        """Take logs out of a bundle that was not recorded yet."""
        for one in packed:
            if one.claim.log.id in lost:
                self.single.tally.add("changed meanwhile")
                self.single.leases.release(one.claim, None)
        names = {_name(one.claim, one.generation) for one in packed if one.claim.log.id in lost}
        places = write_without(names, path, path.with_suffix(".new"))
        path.with_suffix(".new").replace(path)
        left = [one for one in packed if one.claim.log.id not in lost]
        return [replace(one, place=places[_name(one.claim, one.generation)]) for one in left]

    def _upload(self, bundle: Bundle, folder: Path) -> bool:
        """Bring the bundle to the archive and mark its logs. Return False after a failure; raise StoreUnavailable."""
        single = self.single
        try:
            single.archive.put(bundle.file, _file(folder))
            number = self.store.bundle_archived(bundle, single.workspace.owner)
        except LeaseLost:  # somebody else took this agent for dead: the bundle is not known any more
            single.archive.remove(bundle.file)
            return False
        except StoreUnavailable:
            raise
        except Exception as error:  # one bundle must never stop the lane
            text = str(error) if isinstance(error, PilotLogError) else f"{type(error).__name__}: {error}"
            self._failed(bundle, text)
            return False
        single.gate.succeeded()
        single.tally.add("archived", number)
        single.tally.add("bundles")
        return True

    def _failed(self, bundle: Bundle, error: str) -> None:
        single = self.single
        later = lifecycle.retry_after(1, single.clock(), single.settings)
        single.tally.add("failed", self.store.bundle_failed(bundle, single.workspace.owner, error, later))
        single.gate.failed(error)


def _file(folder: Path) -> Path:
    return folder / "bundle.zip"


def _name(claim: Claim, generation: int) -> str:
    return copy_name(claim.log.pilot.stamp, claim.log.part, generation)
