"""The logs that DIRAC's own collector left: a folder with files for each pilot.

``<folder>/<vo>/<stamp>`` is a log that its pilot has not finalised, ``<folder>/<vo>/<stamp>.log`` a finalised one.
"""

from __future__ import annotations

import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from .. import validation
from ..errors import InvalidInput
from ..model import PilotId, State
from .import_slice import ImportEnd

_FINALISED = ".log"


@dataclass(frozen=True, slots=True)
class CollectorLog:
    """The files of one pilot's log in order; ``modified`` is the time of its last text (UTC)."""

    pilot: PilotId
    paths: tuple[Path, ...]
    finalised: bool
    modified: datetime

    def ending(self, sha256: bytes, now: datetime, silent: timedelta) -> ImportEnd | None:
        """Return the end of its import; None for a pilot that has not finalised its log and may still be alive."""
        if self.finalised:
            return ImportEnd(State.COMPLETE, sha256)
        return ImportEnd(State.INCOMPLETE, sha256) if now - self.modified >= silent else None


@dataclass(frozen=True, slots=True)
class SkippedFile:
    """A name in the folder that is no pilot's log, and the reason."""

    path: Path
    reason: str


def find(folder: Path) -> Iterator[CollectorLog | SkippedFile]:
    """Yield the logs in the folder, VO by VO in the order of names. Raise OSError for a folder that can't be read."""
    for vo in sorted(folder.iterdir()):
        if not stat.S_ISDIR(vo.lstat().st_mode):
            yield SkippedFile(vo, "not a folder of a VO")
            continue
        yield from _find_of_vo(vo)


def _find_of_vo(vo: Path) -> Iterator[CollectorLog | SkippedFile]:
    files: dict[PilotId, list[Path]] = {}
    for path in sorted(vo.iterdir()):
        try:
            pilot = _pilot(path)
        except InvalidInput as error:
            yield SkippedFile(path, str(error))
        else:
            files.setdefault(pilot, []).append(path)
    for pilot, paths in files.items():
        yield _collector_log(pilot, paths)


def _pilot(path: Path) -> PilotId:
    status = path.lstat()
    if not stat.S_ISREG(status.st_mode):
        raise InvalidInput("Not a plain file")
    pilot = validation.pilot(path.parent.name, path.name.removesuffix(_FINALISED))
    if not status.st_size:
        raise InvalidInput("Empty")
    return pilot


def _collector_log(pilot: PilotId, paths: Iterable[Path]) -> CollectorLog:
    """Return one pilot's log: the finalised file first, then the file of text that came after the finalise mark."""
    ordered = tuple(sorted(paths, key=lambda path: path.suffix != _FINALISED))
    seconds = max(path.stat().st_mtime for path in ordered)
    modified = datetime.fromtimestamp(seconds, UTC).replace(tzinfo=None)
    return CollectorLog(pilot, ordered, ordered[0].suffix == _FINALISED, modified)
