"""The ordered chain of sources: a pilot's output from the first place that has it.

A source that fails, answers too late or has nothing but white space makes way for the next. Sources are asked in
threads of the chain's own, so many of each at most: one that hangs costs its time limit, and never more threads.
"""

from __future__ import annotations

import dataclasses
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future

from ..errors import Overloaded, PilotLogError, SourcesExhausted
from ..model import Output, PilotId
from ..ports import Source
from ..settings import SourceSettings
from ..text import terminal

COMPUTING_ELEMENT = "ComputingElement"
COLLECTOR = "Collector"
ARCHIVE = "Archive"

DEFAULT_ORDER = (COMPUTING_ELEMENT, COLLECTOR, ARCHIVE)

_MAX_IN_FLIGHT = 8
_TURN_SECONDS = 5.0

_MAX_REASON_CHARACTERS = 300


def order(configured: Sequence[str], remote_first: bool) -> tuple[str, ...]:
    """The names of the sources to ask: those configured, else the default, with the CE last for ``remote_first``."""
    if configured:
        return tuple(dict.fromkeys(configured))
    return DEFAULT_ORDER[1:] + DEFAULT_ORDER[:1] if remote_first else DEFAULT_ORDER


def whole_text(chunks: Iterable[bytes], max_bytes: int) -> str:
    """A log's text from its chunks; of a longer one the last ``max_bytes``, after a line that says how much is missing.

    Holds little more than ``max_bytes`` in memory. What is not UTF-8 is shown as escapes.
    """
    kept: deque[bytes] = deque()
    size = left_out = 0
    for chunk in chunks:
        kept.append(chunk)
        size += len(chunk)
        while size - len(kept[0]) >= max_bytes:
            size -= len(kept[0])
            left_out += len(kept.popleft())
    over = max(size - max_bytes, 0)
    text = b"".join(kept)[over:]
    note = f"[The first {left_out + over} bytes of this log are left out here]\n" if left_out + over else ""
    return note + text.decode("utf-8", "backslashreplace")


class SourceChain:
    """Asks named sources one after the other."""

    def __init__(
        self,
        sources: Iterable[Source],
        settings: SourceSettings,
        on_error: Callable[[str, Exception], None] = lambda name, error: None,
        max_in_flight: int = _MAX_IN_FLIGHT,
        turn_seconds: float = _TURN_SECONDS,
    ):
        """``on_error`` is told (source, error) of every error that is no PilotLogError.

        One source gets ``max_in_flight`` questions at a time; one more waits at most ``turn_seconds`` for its turn.
        """
        self._lines = {source.name: _Line(source, max_in_flight, turn_seconds) for source in sources}
        self._settings = settings
        self._on_error = on_error

    def output(self, pilot: PilotId, reference: str, names: Sequence[str]) -> Output:
        """The output from the first of the named sources that has text. Raises SourcesExhausted naming each and why."""
        deadline = time.monotonic() + self._settings.chain_seconds
        reasons = []
        for name in names:
            seconds = min(self._settings.source_seconds, deadline - time.monotonic())
            try:
                return self._ask(name, pilot, reference, seconds)
            except PilotLogError as error:
                reasons.append(f"{name}: {error}")
            except Exception as error:  # a source may be anybody's; whatever it raises, the next one is asked
                self._on_error(name, error)
                reasons.append(f"{name}: internal error, see the service log")
        raise SourcesExhausted("No source has this pilot's output. " + "; ".join(map(_short, reasons)))

    def _ask(self, name: str, pilot: PilotId, reference: str, seconds: float) -> Output:
        if name not in self._lines:
            raise NotASource(f"unknown source, there are {', '.join(self._lines)}")
        if seconds <= 0:
            raise Overloaded("not asked, the time was up")
        found = self._lines[name].ask(pilot, reference, seconds)
        if found.empty:
            raise NothingThere("has only empty text")
        return dataclasses.replace(found, source=name)


class NotASource(PilotLogError):
    """The configured order names a source that does not exist."""

    errno = SourcesExhausted.errno


class NothingThere(PilotLogError):
    """The source knows the pilot and has no text of it."""

    errno = SourcesExhausted.errno


class _Line:
    """The questions to one source, each in a thread of its own; a thread that hangs keeps its place in the count."""

    def __init__(self, source: Source, max_in_flight: int, turn_seconds: float):
        self._source = source
        self._turn_seconds = turn_seconds
        self._free = threading.BoundedSemaphore(max_in_flight)

    def ask(self, pilot: PilotId, reference: str, seconds: float) -> Output:
        """The source's answer. Raises what it raises, and Overloaded when it is busy or answers too late."""
        asked = time.monotonic()
        if not self._free.acquire(timeout=min(seconds, self._turn_seconds)):
            raise Overloaded("too many questions wait for it")
        answer: Future[Output] = Future()
        self._start(answer, pilot, reference)
        try:
            return answer.result(timeout=max(seconds - (time.monotonic() - asked), 0))
        except TimeoutError:
            raise Overloaded(f"no answer within {seconds:.0f} s") from None

    def _start(self, answer: Future, pilot: PilotId, reference: str) -> None:
        """Daemon threads, as one that hangs must not keep the process from ending."""
        work = threading.Thread(
            target=self._work, args=(answer, pilot, reference), name=f"source-{self._source.name}", daemon=True
        )
        try:
            work.start()
        except RuntimeError:
            self._free.release()
            raise Overloaded("no thread could be started") from None

    def _work(self, answer: Future, pilot: PilotId, reference: str) -> None:
        try:
            answer.set_result(self._source.output(pilot, reference))
        except Exception as error:  # handed on to the thread that waits
            answer.set_exception(error)
        finally:
            self._free.release()


def _short(reason: str) -> str:
    return terminal.message(reason, _MAX_REASON_CHARACTERS)
