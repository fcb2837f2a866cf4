"""The gate of a VO's archive: closed after failures in a row, so that a broken storage element costs little."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ..ports import Archive, CopyProblem
from ..stored_file import StoredFile

#: Failures in a row that close the gate until the next run.
MAX_FAILURES = 3


class Gate:
    """The gate before a VO's archive; it outlives a cycle.

    ``error`` is the last failure, empty since the last success. ``probing`` is set from ``MAX_FAILURES`` failures on
    until the next success: a run then tries a single log first. ``stopped`` is set for good when the agent ends.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._failures = 0
        self.stopped = False
        self.probing = False
        self.error = ""

    def stop(self) -> None:
        """Close the gate for good: the agent ends."""
        self.stopped = True

    def begin(self) -> None:
        """Open the gate for a new run."""
        self._failures = 0

    def succeeded(self) -> None:
        """Note that a log was archived."""
        with self._lock:
            self._failures, self.probing, self.error = 0, False, ""

    def failed(self, error: str) -> None:
        """Note that a log could not be archived."""
        with self._lock:
            self._failures += 1
            self.error = error
            self.probing = self.probing or self._failures >= MAX_FAILURES

    @property
    def closed(self) -> bool:
        """Return True after too many failures in a row, after the failure of a probing run, and when the agent ends."""
        return self.stopped or self._failures >= MAX_FAILURES or (self.probing and self._failures > 0)


class AgentEnds(Exception):
    """The agent ends: what remains of a step is left to the next agent."""


@dataclass(frozen=True, slots=True)
class GatedArchive:
    """A VO's archive, for steps that may be left at each call: once the agent ends, each call raises AgentEnds."""

    archive: Archive
    gate: Gate

    def put(self, file: StoredFile, path: Path) -> None:
        """Put a copy, see ``Archive``."""
        self._open().put(file, path)

    def get(self, file: StoredFile, path: Path) -> None:
        """Get a copy, see ``Archive``."""
        self._open().get(file, path)

    def check(self, files: Sequence[StoredFile], read: bool) -> dict[StoredFile, CopyProblem]:
        """Return the problems of copies, see ``Archive``."""
        return self._open().check(files, read)

    def remove(self, file: StoredFile) -> None:
        """Remove a copy, see ``Archive``."""
        self._open().remove(file)

    def _open(self) -> Archive:
        if self.gate.stopped:
            raise AgentEnds
        return self.archive
