"""A VO's archive on a storage element of the grid, through workers with the VO's own proxy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from PilotLoggingDIRAC.pilotlog.errors import ArchiveError
from PilotLoggingDIRAC.pilotlog.model import StoredFile
from PilotLoggingDIRAC.pilotlog.ports import CopyProblem

from ..workers.pool import OperationCaller
from ..workers.private_folder import PrivateFolder


@dataclass(frozen=True, slots=True)
class GridArchive:
    """A ``ports.Archive`` over a worker: DIRAC's storage elements and file catalogue.

    ``seconds`` is the time limit of one call, verification included.
    """

    caller: OperationCaller
    vo: str
    seconds: float

    def put(self, file: StoredFile, path: Path) -> None:
        """See ``ports.Archive.put``."""
        whole = {"guid": file.guid, "size": file.size, "checksum": file.checksum, "path": str(path)}
        self._call("put", file, **whole)

    def get(self, file: StoredFile, path: Path) -> None:
        """See ``ports.Archive.get``. Without an SE it takes any replica; size -1 and checksum "" are not checked."""
        self._call("get", file, size=file.size, checksum=file.checksum, path=str(path))

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
        with PrivateFolder("check") as folder:
            answer = self.caller.call(
                "check", self.seconds, vo=self.vo, se=se, files=wanted, read=read, folder=str(folder)
            )
        return {files[lfn]: CopyProblem(text, lost) for lfn, (text, lost) in answer.items()}

    def remove(self, file: StoredFile) -> None:
        """See ``ports.Archive.remove``."""
        self._call("remove", file, size=file.size, checksum=file.checksum)

    def _call(self, operation: str, file: StoredFile, **arguments) -> None:
        self.caller.call(operation, self.seconds, vo=self.vo, se=file.se, lfn=file.lfn, **arguments)
