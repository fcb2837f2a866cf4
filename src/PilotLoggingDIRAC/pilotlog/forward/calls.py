"""Calls of a destination: one after the other, so that it can be told how long the present one takes."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import TypeVar

from .destination import Destination, Rejected
from .record import Record

_Result = TypeVar("_Result")


class Calls:
    """Calls of a destination, shared by forwarder and replayer, which define these fields.

    ``sending_since`` is when the present call began (monotonic seconds), None while there is none. ``left_to_others``:
    the last step has sent nothing as others lease what there is, so that nobody knows whether the destination answers.
    """

    destination: Destination
    on_rejected: Callable[[Rejected], None]
    sending_since: float | None
    left_to_others: bool

    def send(self, records: Sequence[Record]) -> Sequence[Rejected]:
        """Send records. Return those that the destination rejects. Raise DestinationUnavailable."""
        return self.told(self.call(lambda: self.destination.send(records)))

    def call(self, call: Callable[[], _Result]) -> _Result:
        """Return what a call of the destination returns."""
        self.sending_since = time.monotonic()
        try:
            return call()
        finally:
            self.sending_since = None

    def told(self, rejected: Sequence[Rejected]) -> Sequence[Rejected]:
        """Return what the destination rejects, when that was told."""
        for one in rejected:
            self.on_rejected(one)
        return rejected
