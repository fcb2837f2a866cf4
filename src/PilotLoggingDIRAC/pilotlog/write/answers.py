"""Answers to senders: what became of them, as far as this collector knows.

The resend rule needs it for text without a time stamp. No message waits for it: a handler notes the delivery in the
``Answer``, and the deliveries travel with the next message of the log, in memory. What a collector knew is lost when it
ends, and another one never knew it: such an answer may not have arrived.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from concurrent.futures import Future

from ..model import Batch, Delivery, Numbered, PilotId, Receipt

#: Of logs that were heard of longer ago, the deliveries of the last answers are forgotten. An entry takes 0.3 kB.
_MAX_LOGS = 50_000
_MAX_MESSAGES = 8


class DeliveryNote:
    """The delivery of one answer, None if nobody can tell. Set in the sender's thread, read in the writer's."""

    __slots__ = ("state",)

    def __init__(self) -> None:
        self.state: Delivery | None = Delivery.WAITING


class Answer(Future[Receipt]):
    """Future of a batch's Receipt, with the delivery of the answer that is made of it."""

    def __init__(self) -> None:
        super().__init__()
        self.note = DeliveryNote()
        self._is_given_up = False

    def give_up(self) -> None:
        """Note that the sender is answered before the outcome is known; it may be known when the answer is sent."""
        self._is_given_up = True

    def sent(self, whole: bool) -> None:
        """Note whether all of the answer was written to a connection that was open.

        An answer that came before the outcome was known says that the message is not stored, though it may be:
        nobody can tell whether its sender counts it as received.
        """
        told = Delivery.ARRIVED if self.done() and not self._is_given_up else None
        self.note.state = told if whole else Delivery.BROKEN


class Answers:
    """The answers to the last messages of logs, with the messages' names. For one thread: the writer's."""

    def __init__(self) -> None:
        self._last: dict[int, list[tuple[int, DeliveryNote]]] = {}

    def before(self, pilot: PilotId) -> tuple[tuple[int, Delivery], ...]:
        """Return the deliveries of the answers to the last messages of a log, as far as they are known."""
        last = self._last.get(hash(pilot), ())
        return tuple([(name, state) for name, note in last if (state := note.state)])

    def add(self, batch: Batch, answer: Answer) -> None:
        """Add a message that is on its way to the store."""
        key = hash(batch.pilot)
        self._last[key] = [*self._last.pop(key, ())[1 - _MAX_MESSAGES :], (batch.name, answer.note)]
        if len(self._last) > _MAX_LOGS:
            del self._last[next(iter(self._last))]

    def told(self, stored: Iterable[Numbered]) -> None:
        """Forget the answers that arrived, as these stored batches say: from now on the logs' rows say so."""
        for item in stored:
            arrived = {name for name, delivery in item.batch.answers if delivery is Delivery.ARRIVED}
            key = hash(item.batch.pilot)
            if arrived and key in self._last:
                self._last[key] = [one for one in self._last[key] if one[0] not in arrived]


def set_results(answers: Sequence[Answer | None], receipts: Sequence[Receipt]) -> None:
    """Answer the senders of batches with their receipts; None stands for a batch that nobody waits for."""
    for answer, receipt in zip(answers, receipts, strict=True):
        if answer:
            answer.set_result(receipt)
