"""A VO's archive on a storage element of the grid, through workers with the VO's own proxy."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from DIRAC import gLogger

from PilotLoggingDIRAC.pilotlog.archive.bundles.bundle_file import cut, store
from PilotLoggingDIRAC.pilotlog.archive.custody import Content
from PilotLoggingDIRAC.pilotlog.archive.packing import content_of
from PilotLoggingDIRAC.pilotlog.errors import ArchiveError, storing
from PilotLoggingDIRAC.pilotlog.ports import CopyProblem
from PilotLoggingDIRAC.pilotlog.stored_file import Member, StoredFile

from ..workers.pool import OperationCaller
from ..workers.private_folder import PrivateFolder
from .bundle_cache import BundleCache

_COPY = "an archived copy"
_log = gLogger.getSubLogger("PilotLogArchive")


@dataclass(frozen=True, slots=True)
class GridArchive:
    """A ``ports.Archive`` over a worker: DIRAC's storage elements and file catalogue.

    ``seconds`` is the time limit of one call, verification included. ``bundles`` has whole bundles, for readers of many
    of their logs.
    """

    caller: OperationCaller
    vo: str
    seconds: float
    bundles: BundleCache | None = None

    def put(self, file: StoredFile, path: Path) -> None:
        """See ``ports.Archive.put``."""
        whole = {"guid": file.guid, "size": file.size, "checksum": file.checksum, "path": str(path)}
        self._call("put", file, **whole)

    def get(self, file: StoredFile, path: Path) -> None:
        """See ``ports.Archive.get``. Without an SE it takes any replica; size -1 and checksum "" are not checked."""
        with storing(_COPY):
            if file.member is None:
                self._call("get", file, size=file.size, checksum=file.checksum, path=str(path))
            elif not self._from_cache(file, file.member, path):
                self._from_bundle(file, file.member, path)

    def _from_cache(self, file: StoredFile, member: Member, path: Path) -> bool:
        """Cut a log's copy out of a bundle that is on disk; return False if it is not there, or damaged there.

        Raise ArchiveError where the bundle is whole and the place is wrong: fetched anew, it would be no better.
        """
        bundle = self.bundles.open(file.whole) if self.bundles else None
        if self.bundles is None or bundle is None:
            return False
        try:
            cut(bundle, member, path)
        except ArchiveError as error:
            if _is_whole(bundle, file):
                raise
            _log.warn("A bundle on the local disk is damaged, it is read anew", f"{file.lfn}: {error}")
            self.bundles.drop(file.whole)
            return False
        finally:
            os.close(bundle)
        return True

    def _from_bundle(self, file: StoredFile, member: Member, path: Path) -> None:
        """Read a log's copy from its place in the bundle, or fetch the bundle where that is better or the only way."""
        wanted = self.bundles is not None and self.bundles.count_read(file.whole)
        place = {"offset": member.offset, "length": member.size}
        whole = {"size": file.size, "checksum": file.checksum, "path": str(path)}
        if not self._call("get_part", file, wanted=wanted, **place, **whole):
            store(path.read_bytes(), member, path)
            return
        bundle = path.with_name(f"{path.name}.zip")
        path.rename(bundle)
        try:
            with bundle.open("rb") as source:  # which stays readable where the cache moves or removes the file
                if self.bundles:  # first: the bundle is whole, also where the row of this member is wrong
                    self.bundles.adopt(file.whole, bundle)
                cut(source.fileno(), member, path)
        finally:  # on a full disk, each try would leave one
            bundle.unlink(missing_ok=True)

    def check(self, files: Sequence[StoredFile], read: bool) -> dict[StoredFile, CopyProblem]:
        """See ``ports.Archive.check``. Each storage element is asked once for all of its copies."""
        found: dict[StoredFile, CopyProblem] = {}
        for se in sorted({file.se for file in files}):
            try:
                found |= self._check(se, {file.lfn: file for file in files if file.se == se}, read)
            except ArchiveError as error:
                found |= {file: CopyProblem(str(error), lost=False) for file in files if file.se == se}
        return found

    def _check(self, se: str, files: Mapping[str, StoredFile], read: bool) -> dict[StoredFile, CopyProblem]:
        wanted = [[file.lfn, file.size, file.checksum] for file in files.values()]
        with storing(_COPY), PrivateFolder("check") as folder:
            answer = self.caller.call(
                "check", self.seconds, vo=self.vo, se=se, files=wanted, read=read, folder=str(folder)
            )
        return {files[lfn]: CopyProblem(text, lost) for lfn, (text, lost) in answer.items()}

    def remove(self, file: StoredFile) -> None:
        """See ``ports.Archive.remove``."""
        self._call("remove", file, size=file.size, checksum=file.checksum)

    def _call(self, operation: str, file: StoredFile, **arguments: Any) -> Any:
        return self.caller.call(operation, self.seconds, vo=self.vo, se=file.se, lfn=file.lfn, **arguments)


def _is_whole(bundle: int, file: StoredFile) -> bool:
    """Return whether a bundle is what was archived; it is open, at its beginning, and is read to its end."""
    try:
        with open(bundle, "rb", closefd=False) as source:
            return content_of(source) == Content(file.size, file.checksum)
    except OSError:
        return False
