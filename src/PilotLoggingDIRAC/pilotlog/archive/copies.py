"""Looks at archived copies: once more right before their text is purged, and at a share of all each day.

``CopyCheck.scrub`` does the latter, with the copies of ``due_copies``.

A copy that is not there, or not what was archived, is *lost*. While its text is in the store the log is archived again;
afterwards only the alarm remains. Where the storage can't tell of a copy, its text is not purged.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TypeVar

from ..errors import ArchiveError
from ..model import Log
from ..ports import Archive, Clock, CopyProblem
from ..settings import CopySettings
from ..stored_file import StoredFile
from .custody import CheckedCopies, CopyKey, DueCopy, Look
from .failures import Failures
from .tally import Tally

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class CopyCheck:
    """The step that looks at the copies of one VO; ``archive`` is None where they can't be reached."""

    vo: str
    store: CheckedCopies
    archive: Archive | None
    settings: CopySettings
    tally: Tally
    monotonic: Callable[[], float] = time.monotonic
    failures: Failures = field(default_factory=Failures)

    def deadline(self) -> float:
        """Return the time at which looks before purging end for this cycle."""
        return self.monotonic() + self.settings.check_seconds

    def sound(self, logs: Sequence[Log], until: float) -> list[Log]:
        """Return the logs whose copy was looked at now and is good; logs whose copy is lost are archived again.

        A storage element that could not tell of any copy three times in a row is not asked again in this cycle.
        """
        sound: list[Log] = []
        for group in _groups(logs, _file, self.settings):
            if self.monotonic() > until:
                break
            asked = {CopyKey(log.id, log.generation): log for log in group if not self._is_hopeless(log)}
            copies = {key: _file(log) for key, log in asked.items()}
            problems = self._look(copies, read=False) if copies else {}
            sound += [log for key, log in asked.items() if key not in problems]
            self._note(copies, problems)
        return sound

    def _is_hopeless(self, log: Log) -> bool:
        return _file(log).se in self.failures.hopeless

    def _note(self, copies: Mapping[CopyKey, StoredFile], problems: Mapping[CopyKey, CopyProblem]) -> None:
        told = {file.se for key, file in copies.items() if key not in problems or problems[key].lost}
        for se in sorted({file.se for file in copies.values()}):
            self.failures.note(se, se in told)

    def scrub(self, due: Sequence[DueCopy]) -> None:
        """Read copies and note what came of it."""
        for group in _groups(due, lambda copy: copy.file, self.settings):
            copies = {copy.key: copy.file for copy in group}
            problems = self._look(copies, read=True)
            for key in copies.keys() - problems.keys():
                self.store.checked(key, "", _bundle(copies[key]))
            self.tally.add("copies read", len(copies) - len(problems))

    def _look(self, copies: Mapping[CopyKey, StoredFile], read: bool) -> dict[CopyKey, CopyProblem]:
        """Return the problems of copies; note those that are lost."""
        problems = self._problems(copies, read)
        told: set[StoredFile] = set()
        for key, problem in sorted(problems.items()):
            file = copies[key]
            if file.whole not in told and problem.lost:
                self._lost(key, file, problem)
            elif file.whole not in told:
                self.tally.add("copies not looked at")
                self.tally.problem(f"looking at copies of {self.vo}", f"{file.lfn}: {problem.text}")
            told.add(file.whole)
        return problems

    def _problems(self, copies: Mapping[CopyKey, StoredFile], read: bool) -> dict[CopyKey, CopyProblem]:
        try:
            if self.archive is None:
                raise ArchiveError("the VO has no archive and no proxy for it, so that nothing is purged")
            found = self.archive.check(sorted({file.whole for file in copies.values()}, key=_lfn), read)
        except ArchiveError as error:
            return dict.fromkeys(copies, CopyProblem(str(error), lost=False))
        return {key: found[file.whole] for key, file in copies.items() if file.whole in found}

    def _lost(self, key: CopyKey, file: StoredFile, problem: CopyProblem) -> None:
        look = self.store.checked(key, problem.text, _bundle(file))
        if look is Look.GONE:  # removed, or moved into another bundle, since it was taken
            self.tally.add("changed meanwhile")
            return
        self.tally.add("copies lost")
        then = "it is archived again" if look is Look.AGAIN else "its text has left the database"
        self.tally.problem(f"archived copies of {self.vo}", f"{file.lfn}: {problem.text}; {then}")


def _file(log: Log) -> StoredFile:
    if log.file is None:
        raise ArchiveError("the log has no archived copy")
    return log.file


def _lfn(file: StoredFile) -> str:
    return file.lfn


def _bundle(file: StoredFile) -> int:
    return file.member.bundle if file.member else 0


def _groups(
    items: Sequence[Item], file_of: Callable[[Item], StoredFile], settings: CopySettings
) -> Iterator[list[Item]]:
    """Yield items in groups for one question each; a file that is larger than ``check_bytes`` is alone in its group.

    A bundle counts once, however many of its copies are in the group.
    """
    group: list[Item] = []
    files: dict[StoredFile, int] = {}
    for item in items:
        file = file_of(item).whole
        if files and file not in files and _is_full(files, file, settings):
            yield group
            group, files = [], {}
        group.append(item)
        files[file] = file.size
    if group:
        yield group


def _is_full(files: Mapping[StoredFile, int], file: StoredFile, settings: CopySettings) -> bool:
    return len(files) >= settings.check_copies or sum(files.values()) + file.size > settings.check_bytes


def due_copies(store: CheckedCopies, settings: CopySettings, clock: Clock) -> dict[str, list[DueCopy]]:
    """Take the copies that one cycle reads, by VO: those that were looked at longest ago, within the bounds.

    A copy whose look fails, or whose agent is killed, is due again after ``scrub_again_days``.
    """
    if not settings.scrub_days or not settings.scrub_copies:
        return {}
    before = clock() - timedelta(days=settings.scrub_days)
    again = before + timedelta(days=settings.scrub_again_days)
    found: dict[str, list[DueCopy]] = {}
    for copy in store.take_due_copies(before, again, settings.scrub_copies, settings.scrub_bytes):
        found.setdefault(copy.vo, []).append(copy)
    return found
