"""The chain of sources: a pilot's output from the first source that has it, with what it lacks from the CE.

If a source fails, is too slow, or has only white space, the next one is asked. Each source is asked in threads of the
chain's own, a bounded number per source: a source that hangs costs its time limit, and no more threads.
"""

from __future__ import annotations

import dataclasses
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future

from cachetools import TTLCache

from ..errors import Overloaded, PilotLogError, SourcesExhausted
from ..model import Output, PilotId
from ..ports import Source
from ..settings import SourceSettings
from ..text import terminal
from .streams import combined, lacks

COMPUTING_ELEMENT = "ComputingElement"
COLLECTOR = "Collector"
ARCHIVE = "Archive"
#: Not asked unless it is named: it has what was sent there, where a VO keeps all lines in an engine.
OPENSEARCH = "OpenSearch"

DEFAULT_ORDER = (COMPUTING_ELEMENT, COLLECTOR, ARCHIVE)
KNOWN = (*DEFAULT_ORDER, OPENSEARCH)

_MAX_IN_FLIGHT = 8
_TURN_SECONDS = 5.0

_MAX_REASON_CHARACTERS = 300

#: For this time a source that failed, was too slow or had no text of a pilot is not asked to add to an answer.
_SILENT_SECONDS = 60.0
_MAX_SILENT = 1000


def order(configured: Sequence[str], remote_first: bool) -> tuple[str, ...]:
    """Return the names of the sources to ask: the configured ones, in any case of letters, else the default.

    A name of no source stays, so that readers are told; where no other is configured the default follows it.
    ``remote_first`` puts the CE last in the default.
    """
    names = tuple(dict.fromkeys(known_source(name) or name for name in configured))
    if any(map(known_source, names)):
        return names
    return names + (DEFAULT_ORDER[1:] + DEFAULT_ORDER[:1] if remote_first else DEFAULT_ORDER)


def known_source(name: str) -> str | None:
    """Return a source's name as it is written here, None for a name of no source."""
    return {source.lower(): source for source in KNOWN}.get(name.strip().lower())


def order_problem(configured: Sequence[str]) -> str:
    """Return what is wrong with a configured order; empty for nothing."""
    unknown = [name for name in configured if known_source(name) is None]
    return f"no source is named {', '.join(unknown)}; there are {', '.join(KNOWN)}" if unknown else ""


def whole_text(chunks: Iterable[bytes], max_bytes: int) -> str:
    """Return a log's text from its chunks; of a longer log the last ``max_bytes``, after a line with the number of
    bytes left out.

    Holds little more than ``max_bytes`` in memory. Bytes that are not UTF-8 become escapes.
    """
    last: deque[bytes] = deque()
    size = left_out = 0
    for chunk in chunks:
        last.append(chunk)
        size += len(chunk)
        while size - len(last[0]) >= max_bytes:
            size -= len(last[0])
            left_out += len(last.popleft())
    over = max(size - max_bytes, 0)
    text = b"".join(last)[over:]
    note = f"[The first {left_out + over} bytes of this log are left out here]\n" if left_out + over else ""
    return note + text.decode("utf-8", "backslashreplace")


class SourceChain:
    """The sources by name, to be asked one after the other."""

    def __init__(
        self,
        sources: Iterable[Source],
        settings: SourceSettings,
        on_error: Callable[[str, Exception], None] = lambda name, error: None,
        max_in_flight: int = _MAX_IN_FLIGHT,
        turn_seconds: float = _TURN_SECONDS,
    ):
        """Create the chain; ``on_error(source, error)`` is called for every error that is no PilotLogError.

        At most ``max_in_flight`` requests to one source run at a time; a further one waits ``turn_seconds`` for its
        turn.
        """
        self._sources = {source.name: _AskedSource(source, max_in_flight, turn_seconds) for source in sources}
        self._settings = settings
        self._on_error = on_error
        self._lock = threading.Lock()
        self._silent: TTLCache[tuple[str, str], bool] = TTLCache(_MAX_SILENT, _SILENT_SECONDS)

    def output(self, pilot: PilotId, reference: str, names: Sequence[str]) -> Output:
        """Return the output of the first named source that has text, with what it lacks from those that supplement it.

        Raise SourcesExhausted, with each source's reason.
        """
        deadline = time.monotonic() + self._settings.chain_seconds
        answer: Output | None = None
        reasons = []
        for name in names:
            if answer is not None and not self._may_add(name, answer, reference):
                continue
            seconds = min(self._seconds(answer), deadline - time.monotonic())
            try:
                found = self._ask(name, pilot, reference, seconds)
                answer = found if answer is None else combined(answer, found)
            except PilotLogError as error:
                if not isinstance(error, NotAsked):
                    self._note_silent(name, reference)
                reasons.append(f"{name}: {error}")
            except Exception as error:  # a source may be anybody's; whatever it raises, the next one is asked
                self._on_error(name, error)
                reasons.append(f"{name}: internal error, see the service log")
        if answer is None:
            raise SourcesExhausted("No source has this pilot's output. " + "; ".join(map(_short, reasons)))
        return answer

    def _seconds(self, answer: Output | None) -> float:
        """Return the time limit of the next source: less when there is an answer to be given."""
        settings = self._settings
        there = answer is not None and answer.stdout.strip() and not answer.doubtful
        return min(settings.source_seconds, settings.supplement_seconds) if there else settings.source_seconds

    def _may_add(self, name: str, answer: Output, reference: str) -> bool:
        """Return True if a source may add to an answer: any to one without text of the log, else those with both
        streams, unless such a source had nothing of this pilot a moment ago.
        """
        if answer.doubtful or not answer.stdout.strip():
            return True
        source = self._sources.get(name)
        return source is not None and source.supplements and lacks(answer) and not self._was_silent(name, reference)

    def _note_silent(self, name: str, reference: str) -> None:
        with self._lock:
            self._silent[name, reference] = True

    def _was_silent(self, name: str, reference: str) -> bool:
        with self._lock:
            return (name, reference) in self._silent

    def _ask(self, name: str, pilot: PilotId, reference: str, seconds: float) -> Output:
        if name not in self._sources:
            raise NotASource(f"unknown source, there are {', '.join(self._sources)}")
        if seconds <= 0:
            raise NotAsked("not asked, the time was up")
        found = self._sources[name].ask(pilot, reference, seconds)
        if found.empty:
            raise NothingThere("has only empty text")
        return dataclasses.replace(found, source=name)


class NotASource(PilotLogError):
    """The configured order names a source that does not exist."""

    errno = SourcesExhausted.errno


class NothingThere(PilotLogError):
    """The source knows the pilot and has no text of it."""

    errno = SourcesExhausted.errno


class NotAsked(Overloaded):
    """The source was not asked: others are asking it, or the time was up."""


class _AskedSource:
    """One source with its threads; a thread that hangs still counts."""

    def __init__(self, source: Source, max_in_flight: int, turn_seconds: float):
        self._source = source
        self._turn_seconds = turn_seconds
        self._free = threading.BoundedSemaphore(max_in_flight)
        self.supplements = bool(getattr(source, "supplements", False))

    def ask(self, pilot: PilotId, reference: str, seconds: float) -> Output:
        """Return the source's output. Raise what it raises, NotAsked when it is busy, Overloaded when it is slow."""
        asked = time.monotonic()
        if not self._free.acquire(timeout=min(seconds, self._turn_seconds)):
            raise NotAsked("too many questions wait for it")
        answer: Future[Output] = Future()
        self._start(answer, pilot, reference)
        try:
            return answer.result(timeout=max(seconds - (time.monotonic() - asked), 0))
        except TimeoutError:
            raise Overloaded(f"no answer within {seconds:.0f} s") from None

    def _start(self, answer: Future[Output], pilot: PilotId, reference: str) -> None:
        """Start a daemon thread: a source that hangs must not keep the process from ending."""
        work = threading.Thread(
            target=self._work, args=(answer, pilot, reference), name=f"source-{self._source.name}", daemon=True
        )
        try:
            work.start()
        except RuntimeError:
            self._free.release()
            raise NotAsked("no thread could be started") from None

    def _work(self, answer: Future[Output], pilot: PilotId, reference: str) -> None:
        try:
            answer.set_result(self._source.output(pilot, reference))
        except Exception as error:  # handed on to the thread that waits
            answer.set_exception(error)
        finally:
            self._free.release()


def _short(reason: str) -> str:
    return terminal.message(reason, _MAX_REASON_CHARACTERS)
