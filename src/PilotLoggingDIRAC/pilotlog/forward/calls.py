"""Calls of a destination: one after the other, so that it can be told how long the present one takes."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from .destination import Destination, Rejected
from .record import Record


class Calls:
    """What forwarder and replayer, which have these fields, share.

    ``sending_since`` is when the present call began (monotonic seconds), None while there is none.
    """

    destination: Destination
    on_rejected: Callable[[Rejected], None]
    sending_since: float | None

    def send(self, records: Sequence[Record]) -> Sequence[Rejected]:
        """Send records. Return those that the destination rejects. Raise DestinationUnavailable."""
        self.sending_since = time.monotonic()
        try:
            rejected = self.destination.send(records)
        finally:
            self.sending_since = None
        for one in rejected:
            self.on_rejected(one)
        return rejected
