"""Local copies of archived logs for random access: fetched once, unpacked, within limits of bytes and number."""

from __future__ import annotations

import gzip
import itertools
import os
import threading
import zlib
from collections import OrderedDict
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from pathlib import Path

from cachetools import TTLCache

from ..errors import ArchiveError, NotYetThere, Overloaded, PilotLogError, storing
from ..model import Log, PartIdentity
from ..ports import Archive
from ..stored_file import StoredFile
from ..text.utf8 import character_boundary
from .line_index import LineIndex
from .part_text import ARCHIVE

_CHUNK_BYTES = 256 * 1024
_CHUNKS_PER_STEP = 4
_FAILED_SECONDS = 30.0
_MAX_FAILURES = 1000

_Key = tuple[PartIdentity, StoredFile | None]


class ArchivedCopy:
    """An unpacked copy, which is a ``part_text.PartText``. Its file stays open, so that removing it disturbs no
    reader.
    """

    source = ARCHIVE

    def __init__(self, path: Path, index: LineIndex):
        self.path = path
        self._index = index
        self._file = path.open("rb")

    @property
    def size(self) -> int:
        """Return the bytes on disk."""
        return self._index.bytes

    def sizes(self, start: int) -> list[tuple[int, int]]:
        """See ``PartText.sizes``."""
        return [(self._index.lines_in(chunk), self._index.size(chunk)) for chunk in range(start, self._index.chunks)]

    def step(self, start: int) -> list[bytes]:
        """See ``PartText.step``."""
        return [self._read(chunk) for chunk in range(start, min(start + _CHUNKS_PER_STEP, self._index.chunks))]

    def _read(self, chunk: int) -> bytes:
        return os.pread(self._file.fileno(), self._index.size(chunk), self._index.bytes_before(chunk))


class ArchivedCopies:
    """The copies of one process, in a private folder of its own."""

    def __init__(
        self,
        folder: Callable[[], Path],
        max_bytes: int,
        max_copies: int,
        archive_for: Callable[[Log], Archive],
        submit: Callable[..., Future[None]],
        on_error: Callable[[Exception], None] = lambda error: None,
    ):
        """Create the copies; ``folder()`` is called at the first copy.

        ``archive_for(log)`` returns the log's archive or raises ArchiveError. ``submit(function, arguments)`` runs a
        fetch in another thread, or raises Overloaded. ``on_error`` is called with every error that is no PilotLogError.
        """
        self._folder = folder
        self._max_bytes = max_bytes
        self._max_copies = max_copies
        self._archive_for = archive_for
        self._submit = submit
        self._on_error = on_error
        self._lock = threading.Lock()
        self._numbers = itertools.count()
        self._copies: OrderedDict[_Key, ArchivedCopy] = OrderedDict()
        self._fetching: dict[_Key, int] = {}
        self._failed: TTLCache[_Key, str] = TTLCache(_MAX_FAILURES, _FAILED_SECONDS)

    @property
    def bytes(self) -> int:
        """Return the bytes of all copies on disk."""
        with self._lock:
            return sum(copy.size for copy in self._copies.values())

    def clear(self) -> None:
        """Remove all copies; one that is being fetched stays, as its key names its log and file."""
        with self._lock:
            for copy in self._copies.values():
                copy.path.unlink(missing_ok=True)
            self._copies.clear()
            self._failed.clear()

    def get(self, log: Log) -> ArchivedCopy:
        """Return the copy of an archived log. Raise NotYetThere while it is being fetched, ArchiveError for a while
        after that failed, Overloaded when too many are being fetched.
        """
        key = (log.identity, log.file)
        with self._lock:
            if key in self._copies:
                self._copies.move_to_end(key)
                return self._copies[key]
            if problem := self._failed.get(key):
                raise ArchiveError(problem)
            if key not in self._fetching:
                self._begin(key, log)
        raise NotYetThere("The log is being fetched from the archive")

    def _begin(self, key: _Key, log: Log) -> None:
        """Begin a fetch; room is made once it is taken, as one that is refused is to cost nobody a copy.

        Raise Overloaded.
        """
        if not self._fit(log.bytes + sum(self._fetching.values()), 1 + len(self._fetching)):
            raise Overloaded("The log is too long for the page's folder of copies, or others are being fetched")
        self._submit(self._fetch, (key, log))
        self._fetching[key] = log.bytes
        self._make_room()

    def _make_room(self) -> None:
        """Remove the least recently used copies until those that are being fetched fit."""
        coming, number = sum(self._fetching.values()), len(self._fetching)
        there = sum(copy.size for copy in self._copies.values())
        while self._copies and not self._fit(coming + there, number + len(self._copies)):
            _, copy = self._copies.popitem(last=False)
            there -= copy.size
            copy.path.unlink(missing_ok=True)

    def _fit(self, size: int, number: int) -> bool:
        """Return whether ``number`` copies of ``size`` bytes in all are within the limits; each is an open file."""
        return size <= self._max_bytes and number <= self._max_copies

    def _fetch(self, key: _Key, log: Log) -> None:
        try:
            with storing("an archived copy"):
                copy, problem = self._bring(log), ""
        except PilotLogError as error:
            copy, problem = None, str(error)
        except Exception as error:  # whoever waits must be told of any error
            self._on_error(error)
            copy, problem = None, f"the copy could not be unpacked ({type(error).__name__})"
        with self._lock:
            self._fetching.pop(key, None)
            if copy:
                self._copies[key] = copy
            else:
                self._failed[key] = problem

    def _bring(self, log: Log) -> ArchivedCopy:
        if log.file is None:
            raise ArchiveError("the log has no archived copy")
        packed = self._folder() / f"{next(self._numbers)}.gz"
        text = packed.with_suffix(".text")
        try:
            self._archive_for(log).get(log.file, packed)
            return ArchivedCopy(text, _unpack(packed, text, log.bytes))
        except BaseException:
            text.unlink(missing_ok=True)
            raise
        finally:
            packed.unlink(missing_ok=True)


def _unpack(packed: Path, path: Path, size: int) -> LineIndex:
    """Write the text of a gzip file, mode 0600, and return its index. Raise ArchiveError unless it has exactly
    ``size`` bytes.
    """
    index = LineIndex()
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        for chunk in _chunks(packed):
            file.write(chunk)
            index.extend([(chunk.count(b"\n"), len(chunk))])
            if index.bytes > size:
                break
    if index.bytes != size:
        raise ArchiveError("the archived copy is not as long as the log")
    return index


def _chunks(packed: Path) -> Iterator[bytes]:
    """Yield the text in blocks, none of which begins inside a UTF-8 character."""
    rest = b""
    try:
        with gzip.open(packed) as file:
            while block := file.read(_CHUNK_BYTES):
                text = rest + block
                end = character_boundary(text, len(text) - 1) or len(text)
                rest = text[end:]
                yield text[:end]
    except (OSError, EOFError, zlib.error):
        raise ArchiveError("the archived copy can't be unpacked") from None
    if rest:
        yield rest
