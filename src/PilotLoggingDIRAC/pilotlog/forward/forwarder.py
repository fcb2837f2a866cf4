"""The forwarder: brings what is new to one destination. Several may work for the same one, on one database.

A step leases logs, reads their text, sends it, and then moves their cursors. Whatever ends it early, a fault or a kill,
leaves cursors where they were: what was sent is sent again, with the same identities. Of a destination that has
transactions it is asked whether it has what was sent: see ``parcel``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from ..errors import DestinationUnavailable, LeaseLost
from ..ports import Clock
from .calls import Calls
from .cursor import Destinations, ForwardClaim, ForwardedLogs, Move, Unreadable, WantedLogs
from .destination import Destination, Rejected, transactions_of
from .finder import LogFinder
from .parcel import Parcels, ParcelSender
from .portion import Chunk, Portion, portions
from .record import Record
from .settings import ForwardSettings, SentContent

#: How often it is noted that all was sent.
_NOTED_AFTER = timedelta(seconds=1)


@dataclass(slots=True)
class Forwarder(Calls):
    """The forwarder of one agent for one destination; ``owner`` is the agent, in its leases.

    ``sender`` is its name in parcels, the same after a restart; without ``parcels`` no transactions are used.
    """

    name: str
    destination: Destination
    content: SentContent
    logs: ForwardedLogs
    destinations: Destinations
    settings: ForwardSettings
    clock: Clock
    owner: str
    parcels: Parcels | None = None
    sender: str = ""
    is_stopped: Callable[[], bool] = lambda: False
    on_rejected: Callable[[Rejected], None] = lambda rejected: None
    on_unreadable: Callable[[Rejected], None] = lambda unreadable: None
    sending_since: float | None = None
    left_to_others: bool = False
    finder: LogFinder = field(init=False)
    _parcels: ParcelSender | None = field(init=False, default=None)
    _caught_up: datetime | None = None

    def __post_init__(self) -> None:
        self.finder = LogFinder(self.logs, self.settings, self.clock)
        transactions = transactions_of(self.destination)
        if transactions is not None and self.parcels is not None:
            names = (self.name, self.sender, self.owner)
            self._parcels = ParcelSender(*names, transactions, self.parcels, self.call, self._note_answer)

    def step(self, wanted: WantedLogs) -> int:
        """Send what some logs have. Return the number of records sent; 0 if nothing was found.

        Raise DestinationUnavailable, after the failure was noted, and StoreUnavailable.
        """
        ids, sent = self.finder.look(wanted), 0
        until = self.clock() + timedelta(seconds=self.settings.forward_lease_seconds)
        claims = self.logs.claim(self.name, self.owner, ids, until)
        self.left_to_others = not claims and (bool(ids) or self.finder.has_leased)
        left = {claim.log.id for claim in claims}
        try:
            settled = self._settled(claims)
            for group in self._groups([claim for claim in settled if claim.log.pilot.vo in wanted.vos], until):
                sent += self._send(group, until)
                left -= {each.claim.log.id for each in group if each.is_done}
            if len(settled) == len(claims) and not self.is_stopped():
                self.finder.confirm([claim.log.id for claim in claims])
        except DestinationUnavailable as error:
            self.destinations.failed(self.name, str(error))
            raise
        except LeaseLost:  # it took too long: another step, or another agent, goes on
            pass
        finally:
            self.logs.release(self.name, self.owner, sorted(left))
        if not left:
            self._note_caught_up()
        return sent

    @property
    def pause_seconds(self) -> float:
        """Return the pause before the next step."""
        return 0.0 if self.finder.has_more else self.settings.forward_seconds

    def _note_caught_up(self) -> None:
        """Note that all logs heard of lately were sent, now and then."""
        moment, before = self.finder.looked_at, self._caught_up
        if moment and (before is None or moment - before >= _NOTED_AFTER):
            self.destinations.caught_up(self.name, moment)
            self._caught_up = moment

    def _note_answer(self) -> None:
        """Note that the destination answers, as there may be nothing left to send."""
        self.destinations.sent(self.name, 0, 0, "")

    def _settled(self, claims: Sequence[ForwardClaim]) -> Sequence[ForwardClaim]:
        """Settle parcels that this agent, or one that claimed the logs before, has left. Return the other claims.

        Those of logs in parcels are out of date now: they end with the step, and the next look finds their logs.
        """
        if self._parcels is None:
            return claims
        self._parcels.settle_own()
        return self._parcels.settle(claims)

    def _groups(self, claims: Sequence[ForwardClaim], until: datetime) -> Iterator[list[Portion]]:
        """Yield portions of logs, about as many as are sent at once; those of a log in their order.

        A line that has no end in what was read is read again from its beginning, with twice as much: its log would
        stand still, and so would those after it.
        """
        waiting, most_bytes = {claim.log.id: claim for claim in claims}, self.settings.forward_bytes
        while waiting and not self.is_stopped():
            is_empty, gets_on = True, False
            for group in _grouped(self._read(waiting, most_bytes), self.settings.forward_records):
                is_empty, gets_on = False, gets_on or any(map(_gets_on, group))
                for each in group:
                    waiting[each.claim.log.id] = ForwardClaim(each.claim.log, each.after, each.claim.found)
                    if each.is_done:
                        del waiting[each.claim.log.id]
                yield group
            if is_empty:
                return
            most_bytes = self.settings.forward_bytes if gets_on else 2 * most_bytes

    def _read(self, waiting: Mapping[int, ForwardClaim], most_bytes: int) -> Iterator[Portion]:
        """Yield portions, in their order, of those logs whose text was read, and of those that have no more text.

        A portion is made when it is asked for: a few megabytes of text may have millions of lines.
        """
        wanted = {
            log_id: claim.cursor.sequence
            for log_id, claim in waiting.items()
            if claim.cursor.sequence < claim.log.next_sequence
        }
        chunks: dict[int, list[Chunk]] = {}
        for chunk in self.logs.texts(wanted, most_bytes):
            text = None if isinstance(chunk, Unreadable) else chunk.text
            chunks.setdefault(chunk.log_id, []).append((chunk.sequence, text))
        ready = [claim for log_id, claim in waiting.items() if log_id in chunks or log_id not in wanted]
        most = self.settings.forward_records
        for claim in ready:
            yield from portions(claim, chunks.pop(claim.log.id, ()), self.content, most)

    def _send(self, group: Sequence[Portion], until: datetime) -> int:
        """Send a group, and move its cursors. Return the number of its records. Raise LeaseLost when time is over.

        Its text may have been read a while ago: what was deleted since is not sent.
        """
        leased = self.logs.still_leased(self.name, self.owner, [each.claim.log.id for each in group])
        group = [each for each in group if each.claim.log.id in leased]
        records = [record for each in group for record in each.records]
        moves = [Move(each.claim.cursor, each.after, each.is_done) for each in group]
        if self._parcels is None or not records:
            rejected = self._send_and_move(records, moves, until)
        else:
            rejected = [*self.told(self._parcels.send(records, moves))]
        unreadable = [one for each in group for one in each.unreadable]
        for one in unreadable:
            self.on_unreadable(one)
        rejected += unreadable
        if records or rejected:
            self.destinations.sent(self.name, len(records), len(rejected), rejected[-1].reason if rejected else "")
        return len(records)

    def _send_and_move(self, records: Sequence[Record], moves: Sequence[Move], until: datetime) -> list[Rejected]:
        rejected: list[Rejected] = []
        if not records:
            self._ensure_lease(until)
        for start in range(0, len(records), self.settings.forward_records):
            self._ensure_lease(until)
            rejected += self.send(records[start : start + self.settings.forward_records])
        self.logs.advance(self.name, self.owner, moves)
        return rejected

    def _ensure_lease(self, until: datetime) -> None:
        if self.clock() >= until:
            raise LeaseLost("the step took longer than the lease")


def _gets_on(portion: Portion) -> bool:
    """Return whether a log's next text begins after a portion, or is not there yet."""
    before, after = portion.claim.cursor, portion.after
    return portion.is_done or (before.sequence, before.offset) != (after.sequence, after.offset)


def _grouped(found: Iterable[Portion], records: int) -> Iterator[list[Portion]]:
    """Yield portions in groups of about ``records`` records: when a group is sent, its cursors move.

    Of a log with several portions, all but the last are large enough to end a group: none has two of one log.
    """
    group, number = list[Portion](), 0
    for each in found:
        group.append(each)
        number += len(each.records)
        if number >= records:
            yield group
            group, number = [], 0
    if group:
        yield group
