"""The questions of the status, asked side by side within one time: of each collector, of the database, of ProxyManager.

DIRAC's HTTPS clients wait for two minutes at least, and a service whose database hangs answers as late as it likes. So
each question has a thread of its own, and one that is late is left behind.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TypeVar

from PilotLoggingDIRAC.commands.client import CollectorClient
from PilotLoggingDIRAC.commands.installation.data_managers import DataManager, data_managers
from PilotLoggingDIRAC.commands.terminal.answers import Unauthorised, value
from PilotLoggingDIRAC.commands.terminal.side_by_side import ask_all
from PilotLoggingDIRAC.pilotlog.errors import NotAllowed, PilotLogError

_MANAGERS = "data managers"

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class NoAnswer:
    """A question without an answer, and the reason; ``refused``: the caller has no right to the answer."""

    why: str
    refused: bool = False

    def __str__(self) -> str:
        return self.why


@dataclass(slots=True)
class StatusAnswers:
    """The answers: of collectors by URL; ``usage`` from the first collector with a database, None if there is none."""

    collectors: dict[str, dict | NoAnswer] = field(default_factory=dict)
    usage: dict | NoAnswer | None = None
    managers: list[DataManager] | NoAnswer = field(default_factory=list)


def ask(urls: Sequence[str], seconds: float) -> StatusAnswers:
    """Return the answers that came within this time."""
    asking = _Asking(seconds)
    calls: dict[str, Callable[[], object]] = {url: partial(asking.collector, url) for url in urls}
    ask_all(calls | {_MANAGERS: asking.data_managers}, seconds)
    return asking.answers(urls)


class _Asking:
    """Answers as they come, from several threads; each has a place of its own."""

    def __init__(self, seconds: float):
        self._late = NoAnswer(f"no answer within {seconds:.0f} s")
        self._collectors: dict[str, dict | NoAnswer] = {}
        self._usage: dict | NoAnswer | None = None
        self._managers: list[DataManager] | NoAnswer = self._late
        self._first = threading.Lock()

    def collector(self, url: str) -> None:
        """Ask a collector for its status; the first that has a database, for the database's figures, too."""
        answer = _answer(lambda: value(CollectorClient(url=url).getStatus()))
        has_database = isinstance(answer, dict) and "States" in answer
        asks = has_database and self._first.acquire(blocking=False)
        if asks:
            self._usage = self._late
        self._collectors[url] = answer
        if asks:
            self._usage = _answer(lambda: value(CollectorClient(url=url).getUsage()))

    def data_managers(self) -> None:
        """Ask ProxyManager until when data managers have proxies."""
        self._managers = _answer(data_managers)

    def answers(self, urls: Sequence[str]) -> StatusAnswers:
        """Return what has come up to now."""
        collectors = {url: self._collectors.get(url, self._late) for url in urls}
        return StatusAnswers(collectors, self._usage, self._managers)


def _answer(call: Callable[[], Answer]) -> Answer | NoAnswer:
    try:
        return call()
    except (NotAllowed, Unauthorised) as error:
        return NoAnswer(str(error), refused=True)
    except PilotLogError as error:
        return NoAnswer(str(error) or "no answer")
