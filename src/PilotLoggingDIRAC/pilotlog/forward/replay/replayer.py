"""The replayer: carries out the replays to one destination, one after the other.

It has a connection and a thread of its own, so that what is sent live does not wait behind what is sent again. Several
agents may have one; a replay is leased to one of them. One that dies is followed by another, which sends the logs again
that were not noted.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from ...errors import DestinationUnavailable, LeaseLost, PilotLogError, StoreUnavailable
from ...model import Log, State
from ...ports import Clock
from ..calls import Calls
from ..cursor import ForwardClaim, WantedLogs
from ..destination import Destination, Rejected, message_bytes
from ..record import Record
from ..settings import ForwardSettings, SentContent
from .log_records import log_records
from .request import Progress, Replay, Replays, Step, selected

#: How often it is noted how far a replay is, and looked up whether it goes on.
_NOTED_AFTER = timedelta(seconds=1)

LogText = Callable[[Log], Iterator[tuple[int, bytes]]]
"""Yield (sequence number, text) of a log, from wherever it is. Raise a PilotLogError if it can't be had whole."""


@dataclass(slots=True)
class Replayer(Calls):
    """The replayer of one agent for one destination. See ``Forwarder`` for the fields that both have.

    ``vos`` returns the VOs whose logs go there now: a step may take longer than a configuration lasts.
    """

    name: str
    destination: Destination
    content: SentContent
    replays: Replays
    text_of: LogText
    vos: Callable[[], Sequence[str]]
    settings: ForwardSettings
    clock: Clock
    owner: str
    is_stopped: Callable[[], bool] = lambda: False
    on_rejected: Callable[[Rejected], None] = lambda rejected: None
    on_unreadable: Callable[[Log, str], None] = lambda log, reason: None
    sending_since: float | None = None
    left_to_others: bool = False
    is_busy: bool = False
    _tries: tuple[int, int] = (0, 0)

    def step(self, wanted: WantedLogs) -> int:
        """Send some logs of the oldest replay. Return the number of records; 0 if there is none.

        Raise DestinationUnavailable and StoreUnavailable; and the error of a log that can't be read, to be tried again.
        """
        replay = self.replays.claim(self.name, self.owner, self._until())
        if replay is None:
            self._rest()
            return 0
        self.is_busy = True
        try:
            return self._page(replay, wanted.vos)
        except LeaseLost:  # another agent has it, or somebody has stopped it
            return 0
        except PilotLogError as error:
            self.replays.failed(replay, self.owner, str(error))
            raise
        finally:
            if self.is_stopped():
                self.replays.release(replay, self.owner)

    @property
    def pause_seconds(self) -> float:
        """Return the pause before the next step."""
        return 0.0 if self.is_busy else self.settings.forward_replay_seconds

    def _rest(self) -> None:
        if self.is_busy:
            self.destination.close()
        self.is_busy = False

    def _page(self, replay: Replay, vos: Sequence[str]) -> int:
        """Send the next logs of a replay; without a VO of it that is sent there it is at its end."""
        wanted = selected(replay.selection, vos)
        if wanted is None:
            self.replays.advance(
                replay, self.owner, Step(replay.last, reason="no VO of it is sent there"), self._until()
            )
            return 0
        claims, after = self.replays.page(replay, wanted, replay.after, self.settings.forward_logs)
        outgoing = _Outgoing(self, replay)
        for claim in claims:
            if self.is_stopped():
                break
            if present := self.replays.present(claim.log.id, self.vos()):
                self._log(present, outgoing)
            else:
                outgoing.leave_out(claim.log)
        else:
            outgoing.after = after
        outgoing.note()
        return outgoing.sent

    def _log(self, claim: ForwardClaim, outgoing: _Outgoing) -> None:
        """Add the records of a log. One that can't be read after some tries is passed over."""
        log = claim.log
        try:
            for records in log_records(claim, self.text_of(log), self.content):
                outgoing.add(log, records)
                if outgoing.has_dropped(log):
                    break
        except (DestinationUnavailable, StoreUnavailable, LeaseLost):
            raise
        except PilotLogError as error:
            if self._is_tried_again(log):
                outgoing.note()
                raise
            self.on_unreadable(log, str(error))
            outgoing.pass_over(log, str(error))
        else:
            outgoing.end(log)

    def _is_tried_again(self, log: Log) -> bool:
        before, tries = self._tries
        self._tries = (log.id, tries + 1 if before == log.id else 1)
        is_gone = log.state is State.PURGED and log.file is None
        return not is_gone and self._tries[1] < self.settings.forward_replay_tries

    def _until(self) -> datetime:
        return self.clock() + timedelta(seconds=self.settings.forward_lease_seconds)

    def advance(self, replay: Replay, step: Step) -> None:
        """Note a step of a replay. Raise LeaseLost."""
        self.replays.advance(replay, self.owner, step, self._until())


@dataclass(slots=True)
class _Outgoing:
    """Records of logs that are on their way. ``after`` is the last log whose records are all in it, or were sent.

    They may wait for long while the text of another log is fetched: those of a log that was deleted since, or whose VO
    was taken off, are not sent. How far the replay is gets noted at the end of a log, once a second at most, and also
    while a long log is sent, so that the lease does not end.
    """

    replayer: Replayer
    replay: Replay
    after: int = field(init=False)
    sent: int = 0
    _waiting: deque[tuple[Log, Record]] = field(default_factory=deque)
    _waiting_bytes: int = 0
    _ended: set[int] = field(default_factory=set)
    _dropped: set[int] = field(default_factory=set)
    _progress: Progress = field(default_factory=Progress)
    _reason: str = ""
    _noted: datetime = field(init=False)
    _noted_after: int = field(init=False)

    def __post_init__(self) -> None:
        self.after = self._noted_after = self.replay.after
        self._noted = self.replayer.clock()

    def add(self, log: Log, records: Sequence[Record]) -> None:
        """Add records of a log; send what fills a call of the destination."""
        self._waiting += ((log, record) for record in records)
        self._waiting_bytes += sum(map(message_bytes, records))
        settings = self.replayer.settings
        while len(self._waiting) >= settings.forward_records or self._waiting_bytes >= settings.forward_bytes:
            self._send()
            if self.replayer.clock() - self._noted >= _NOTED_AFTER:
                self._advance(Step(self._noted_after))

    def end(self, log: Log) -> None:
        """Note that all records of a log were added."""
        self._ended.add(log.id)
        self._pass(log)

    def has_dropped(self, log: Log) -> bool:
        """Return whether records of a log were left out, as it was deleted or its VO was taken off."""
        return log.id in self._dropped

    def pass_over(self, log: Log, reason: str) -> None:
        """Note that a log can't be read."""
        self._progress += Progress(unreadable=1)
        self._reason = reason
        self._pass(log)

    def leave_out(self, log: Log) -> None:
        """Note that a log is no longer to be sent."""
        self._pass(log)

    def _pass(self, log: Log) -> None:
        self.after = log.id
        if self.replayer.clock() - self._noted >= _NOTED_AFTER:
            self.note()

    def note(self) -> None:
        """Send what waits, and note how far the replay is. Raise LeaseLost."""
        while self._waiting:
            self._send()
        progress = self._progress + Progress(logs=len(self._ended - self._dropped))
        self._advance(Step(self.after, progress, self._reason))
        self._progress = Progress()
        self._ended.clear()

    def _advance(self, step: Step) -> None:
        self.replayer.advance(self.replay, step)
        self._noted, self._noted_after = self.replayer.clock(), step.after

    def _send(self) -> None:
        records = self._present(self._take())
        if not records:
            return
        rejected = self.replayer.send(records)
        self.sent += len(records)
        self._progress += Progress(records=len(records), rejected=len(rejected))
        self._reason = rejected[-1].reason if rejected else self._reason

    def _present(self, taken: Sequence[tuple[Log, Record]]) -> list[Record]:
        """Return the records of logs that are still to be sent. A log that once was not stays out."""
        ids = {log.id for log, _ in taken}
        self._dropped |= ids - self.replayer.replays.still_there(ids, self.replayer.vos())
        return [record for log, record in taken if log.id not in self._dropped]

    def _take(self) -> list[tuple[Log, Record]]:
        """Return the records of one call, and let them wait no more: one at least, however large it is."""
        settings, taken, size = self.replayer.settings, list[tuple[Log, Record]](), 0
        while self._waiting and len(taken) < settings.forward_records:
            more = message_bytes(self._waiting[0][1])
            if taken and size + more > settings.forward_bytes:
                break
            taken.append(self._waiting.popleft())
            size += more
        self._waiting_bytes -= size
        return taken
