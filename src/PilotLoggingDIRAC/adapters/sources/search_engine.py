"""The source for logs all of whose lines are in a search engine."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from PilotLoggingDIRAC.pilotlog.errors import LogNotFound
from PilotLoggingDIRAC.pilotlog.model import Log, Output, PilotId, State
from PilotLoggingDIRAC.pilotlog.read import outputs, source_chain
from PilotLoggingDIRAC.pilotlog.search.line_engine import EngineLine, LineEngine, LineQuery

_PAGE = 1000
#: The numbers of line and piece before those of a log.
_BEFORE = (0, 0)


@dataclass(frozen=True, slots=True)
class SearchEngineSource:
    """A pilot's log from OpenSearch; of a log of more than ``max_bytes`` the end is returned.

    ``engine_for(vo)`` raises LogNotFound for a VO whose lines are in no engine. Text that was overwritten on a terminal
    was not sent there, and is not in the output.
    """

    reader: outputs.LogLookup
    engine_for: Callable[[str], LineEngine]
    max_bytes: int
    name = source_chain.OPENSEARCH

    def output(self, pilot: PilotId, reference: str) -> Output:
        """Return all parts in order, with a last line if the newest lines of a log that goes on are not there yet.

        Raise LogNotFound if there is no such log, or if some line of one that has ended is not there; StoreUnavailable.
        """
        parts = outputs.parts_of(self.reader, pilot, reference)
        engine = self.engine_for(parts[0].pilot.vo)
        behind: list[str] = []
        chunks = (text for log in parts for text in self._text(engine, log, behind))
        text = source_chain.whole_text(chunks, self.max_bytes)
        if not behind:
            return outputs.describe(_here(parts), text)
        noted = text + "".join(behind) if text.strip() else text  # a note alone is no answer: another source has text
        return replace(outputs.describe(_here(parts), noted), complete=False, ended=False)

    def _text(self, engine: LineEngine, log: Log, behind: list[str]) -> Iterator[bytes]:
        """Yield the lines of a part, page by page; add a note to ``behind`` if it goes on and lacks new lines."""
        query = LineQuery((log.pilot.vo,), (log.pilot.stamp,), part=log.part, began=log.first_seen)
        last = _BEFORE
        after: Sequence[str | int] = ()
        while lines := engine.lines(query, after, _PAGE):
            last = _in_order(last, lines)
            yield _joined(lines)
            after = lines[-1].place
            if len(lines) < _PAGE:
                break
        yield b"\n" if last > _BEFORE else b""
        if last[0] < log.lines and log.state is not State.RECEIVING:
            raise LogNotFound(f"OpenSearch has {last[0]} of the log's {log.lines} lines")
        if last[0] < log.lines:
            behind.append(f"[OpenSearch has {last[0]} of the {log.lines} lines so far]\n")


def _here(parts: Sequence[Log]) -> list[Log]:
    """Return parts whose text is here, also those that the store has no more: of these nothing is lost."""
    return [replace(log, state=State.KEPT) if log.state is State.PURGED else log for log in parts]


def _in_order(last: tuple[int, int], lines: Sequence[EngineLine]) -> tuple[int, int]:
    """Return the numbers of the last line and piece.

    Raise LogNotFound if a line or a piece is missing before one, or if two have the same place: a restored database
    may have sent other text there.
    """
    for line in lines:
        number, piece = last
        last = (line.line, line.piece)
        if last not in ((number, piece + 1), (number + 1, 0)):
            raise LogNotFound(
                f"OpenSearch has piece {line.piece} of line {line.line} of the log after {number}.{piece}"
            )
    return last


def _joined(lines: Sequence[EngineLine]) -> bytes:
    """Return the text of lines; pieces of a line follow each other."""
    texts = (("\n" if line.line > 1 and not line.piece else "") + line.text for line in lines)
    return "".join(texts).encode("utf-8", "backslashreplace")
