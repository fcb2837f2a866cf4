"""Logs as texts with random access: all parts in sequence, indexed once, extended as they grow."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from cachetools import LRUCache

from ..errors import InvalidInput, LogNotFound
from ..model import Log, PartIdentity
from ..settings import PageSettings
from ..text.blocks import blocks
from ..text.outline import Outline
from ..text.utf8 import character_boundary
from .line_index import LineIndex, LineReader, ShownLine
from .part_text import DATABASE, ChunkCache, PartText, TextKey

_STREAMED_BYTES = 256 * 1024
_CURSOR = re.compile(r"(\d{1,9})\.(\d{1,18})", re.ASCII)
_LEFT = "The log has left the place where it was: open it again"
#: The cursor of the first byte.
START = "0.0"


@dataclass(slots=True)
class _PlacedPart:
    """One part in the sequence: its first chunk and byte in the whole."""

    log: Log
    text: PartText
    first_chunk: int
    first_byte: int

    @property
    def identity(self) -> TextKey:
        return identity(self.log, self.text)


def identity(log: Log, text: PartText) -> TextKey:
    """Return a key of a part's text; under the same key the text may grow but never changes."""
    return log.identity, text.source, None if text.source == DATABASE else log.file


@dataclass(frozen=True, slots=True)
class TextSince:
    """New text of a log for a follower; ``line`` is the number of the line in which it begins."""

    line: int
    text: str
    cursor: str


class Document:
    """The whole text of a log, as far as it is stored. One thread at a time extends it, any number read."""

    def __init__(self, cache: ChunkCache, settings: PageSettings):
        self._cache = cache
        self._settings = settings
        self._parts: list[_PlacedPart] = []
        self._index = LineIndex()
        self._lock = threading.Lock()
        self._outline = Outline()
        self._outlined = 0
        self._looking = threading.Lock()

    def continues(self, parts: Sequence[tuple[Log, PartText]]) -> bool:
        """Return True if the parts here are these texts, perhaps with more text at the end of the last one."""
        wanted = [identity(log, text) for log, text in parts]
        ended = zip(self._parts[:-1], parts, strict=False)
        return [part.identity for part in self._parts] == wanted and all(
            part.log.bytes == log.bytes for part, (log, _) in ended
        )

    def grow(self, parts: Sequence[tuple[Log, PartText]]) -> None:
        """Add the text that was stored since the last call. Raise LogNotFound if text has left its place."""
        with self._lock:
            for number, (log, text) in enumerate(parts):
                if number == len(self._parts):
                    self._parts.append(_PlacedPart(log, text, self._index.chunks, self._index.bytes))
                part = self._parts[number]
                if number == len(self._parts) - 1:
                    part.log, part.text = log, text
                    known = self._index.chunks - part.first_chunk
                    if log.next_sequence > known or text.source != DATABASE:
                        self._index.extend(text.sizes(known))
                    if self._index.bytes - part.first_byte < log.bytes:  # purged since its row was read
                        raise LogNotFound(_LEFT)

    @property
    def ended_lines(self) -> int:
        """Return the number of lines with a line end."""
        return self._index.lines

    @property
    def size(self) -> int:
        """Return the length of the text in bytes."""
        return self._index.bytes

    def number_of_lines(self) -> int:
        """Return the number of lines, with an unfinished one at the end."""
        last = self._index.chunks - 1
        text = next((text for _, text in self.chunks(last)), b"\n") if last >= 0 else b"\n"
        return self._index.lines + (not text.endswith(b"\n"))

    def chunks(self, start: int, keep: bool = True) -> Iterator[tuple[int, bytes]]:
        """Yield (number, text) of the chunks from one on; ``keep`` them cached for later readers.

        Raise LogNotFound if text has left its place.
        """
        number = start
        ahead: dict[int, bytes] = {}
        while number < self._index.chunks:
            part = self._part_of(number)
            text = ahead.pop(number, None)
            text = self._cache.get((part.identity, number - part.first_chunk)) if text is None else text
            if text is None:
                ahead = self._fetch(part, number, keep)
                text = ahead.pop(number)
            yield number, text
            number += 1

    def _fetch(self, part: _PlacedPart, number: int, keep: bool) -> dict[int, bytes]:
        found = part.text.step(number - part.first_chunk)
        if not found:
            raise LogNotFound(_LEFT)
        for place, text in enumerate(found, number - part.first_chunk):
            if keep:
                self._cache.put((part.identity, place), text)
        return dict(enumerate(found, number))

    def _part_of(self, chunk: int) -> _PlacedPart:
        return next(part for part in reversed(self._parts) if part.first_chunk <= chunk)

    def lines(self, first: int, number: int) -> list[ShownLine]:
        """Return at most ``number`` lines from ``first`` on, cut and bounded as the settings say."""
        reader = LineReader(
            self._index,
            lambda start: (text for _, text in self.chunks(start)),
            self._settings.line_bytes,
            self._settings.answer_bytes,
            self._settings.looked_line_bytes,
        )
        return reader.read(first, number)

    def stream(self) -> Iterator[bytes]:
        """Yield the whole text in blocks."""
        return blocks((text for _, text in self.chunks(0, keep=False)), _STREAMED_BYTES)

    @property
    def end(self) -> str:
        """Return the cursor after all text of the document."""
        return self.cursor(self._index.bytes)

    def ended_bytes(self) -> int:
        """Return the bytes up to the last line end; the line that follows may still grow."""
        if not self._index.lines:
            return 0
        chunk = self._index.of_line(self._index.lines)
        _, text = next(self.chunks(chunk))
        return self._index.bytes_before(chunk) + text.rfind(b"\n") + 1

    def cursor(self, place: int) -> str:
        """Return the cursor of a byte: part and byte of it, so that it stays valid when earlier parts go away."""
        part = next((found for found in reversed(self._parts) if found.first_byte <= place), None)
        return f"{part.log.part}.{place - part.first_byte}" if part else START

    def _place(self, cursor: str) -> int:
        match = _CURSOR.fullmatch(cursor)
        if not match:
            raise InvalidInput("The cursor is not one that was given")
        part, offset = map(int, match.groups())
        for number, found in enumerate(self._parts):
            if found.log.part >= part:
                following = self._parts[number + 1 : number + 2]
                end = following[0].first_byte if following else self._index.bytes
                return min(found.first_byte + (offset if found.log.part == part else 0), end)
        return self._index.bytes

    def since(self, cursor: str) -> TextSince | None:
        """Return the text after a cursor, at most ``tail_bytes`` of it; None if there is none."""
        place = self._place(cursor)
        chunk = self._index.of_byte(place)
        if chunk >= self._index.chunks:
            return None
        skip, texts, room = place - self._index.bytes_before(chunk), [], self._settings.tail_bytes
        line = self._index.lines_before(chunk)
        for _, text in self.chunks(chunk):
            line += text.count(b"\n", 0, skip)
            end = character_boundary(text, skip + room)
            texts.append(text[skip:end])
            room, skip = room - (end - skip), 0
            if room <= 0 or end < len(text):
                break
        found = b"".join(texts)
        return TextSince(line, shown(found), self.cursor(place + len(found)))

    def outline(self) -> tuple[Outline, bool]:
        """Return (outline, done); each call scans ``scan_bytes`` more of the text. An unfinished line is in it, too."""
        with self._looking:
            room = self._settings.scan_bytes
            for number, text in self.chunks(self._outlined, keep=False):
                self._outline.feed(text)
                self._outlined, room = number + 1, room - len(text)
                if room <= 0:
                    break
            return self._outline.whole(), self._outlined >= self._index.chunks

    def find(self, wanted: bytes, first: int) -> tuple[list[int], int | None]:
        """Return the lines from ``first`` on that hold a text, and the line to continue from after ``scan_bytes``, or
        after a line that is longer; None at the end. Each line is in one answer.

        Capitals count only where the wanted text has some (of ASCII letters).
        """
        fold = wanted == wanted.lower()
        found: list[int] = []
        room, carry, start = self._settings.scan_bytes, b"", self._index.of_line(first)
        for number, text in self.chunks(start, keep=False):
            is_enough, begun = room <= 0 or len(found) >= self._settings.max_hits, self._index.lines_before(number)
            if is_enough and begun > first:
                return found, begun + 1 if begun in found[-1:] else begun
            whole = carry + (text.lower() if fold else text)
            line = begun - carry.count(b"\n")
            found += [hit for hit in _hits(whole, wanted, line) if hit >= first and hit not in found[-1:]]
            carry = whole[max(len(whole) - len(wanted) + 1, 0) :]
            room -= len(text)
        return found, None


def _hits(text: bytes, wanted: bytes, line: int) -> Iterator[int]:
    """Yield the numbers of the lines that hold the wanted text; ``text`` begins in ``line``."""
    counted, place = 0, text.find(wanted)
    while place >= 0:
        line, counted = line + text.count(b"\n", counted, place), place
        yield line
        end = text.find(b"\n", place)
        place = text.find(wanted, end) if end >= 0 else -1


def shown(text: bytes) -> str:
    """Return text to be shown; bytes that are not UTF-8 become escapes."""
    return text.decode("utf-8", "backslashreplace")


class Documents:
    """The documents that were opened last, one for each choice of parts: a part that is added later makes another one,
    as whoever still reads the first may have no right to that part.
    """

    def __init__(self, text_of: Callable[[Log], PartText], settings: PageSettings):
        """Create the cache; ``text_of(log)`` returns a part's text, or raises ``NotYetThere`` or ArchiveError."""
        self._text_of = text_of
        self._settings = settings
        self._cache = ChunkCache(settings.cache_bytes)
        self._lock = threading.Lock()
        self._documents: LRUCache[tuple[PartIdentity, ...], Document] = LRUCache(settings.max_documents)

    def clear(self) -> None:
        """Forget all documents and chunks; whoever reads one goes on with it."""
        with self._lock:
            self._documents.clear()
        self._cache.clear()

    def open(self, parts: Sequence[Log]) -> Document:
        """Return the document of a log's parts; it is empty without parts."""
        if not parts:
            return Document(self._cache, self._settings)
        texts, key = [(log, self._text_of(log)) for log in parts], tuple(log.identity for log in parts)
        with self._lock:
            document = self._documents.get(key)
            if document is None or not document.continues(texts):
                document = Document(self._cache, self._settings)
            self._documents[key] = document
        document.grow(texts)
        return document
