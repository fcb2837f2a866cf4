"""A VO's archive on a storage element of the grid, through workers with the VO's own proxy."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from PilotLoggingDIRAC.pilotlog.model import StoredFile

from .workers.pool import OperationCaller


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

    def remove(self, file: StoredFile) -> None:
        """See ``ports.Archive.remove``."""
        self._call("remove", file, size=file.size, checksum=file.checksum)

    def _call(self, operation: str, file: StoredFile, **arguments) -> None:
        self.caller.call(operation, self.seconds, vo=self.vo, se=file.se, lfn=file.lfn, **arguments)
