"""The port of destinations: what an adapter for a broker or a search engine implements."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from .record import Record


@dataclass(frozen=True, slots=True)
class Rejected:
    """A record that a destination does not take, whatever happens, and why, in words without the record's text."""

    identity: str
    reason: str


class Destination(Protocol):
    """One outside system that takes records. One thread at a time calls it.

    The first ``send`` connects, and so does one after a failure: creating an adapter touches nothing outside. The
    records of a log come in their order, and are to keep it where the outside system has an order.
    """

    def send(self, records: Sequence[Record]) -> Sequence[Rejected]:
        """Return when the destination has each record for good, as far as it promises that, but those it rejects.

        A record that was sent before may come again: where the outside system can tell by its identity, it changes
        nothing. Raise DestinationUnavailable within the time limit if nobody can tell of some records: all of them are
        sent again later. A rejected record is not, so only those are that no later try will bring there.
        """

    def close(self) -> None:
        """Close connections; never raise. A later ``send`` may open them again."""


class DestinationTransactions(Protocol):
    """Transactions of a destination: with them, no record is there twice. One thread at a time calls.

    A parcel of records is prepared, then committed together with its number. ``sender`` is the sender's name, which no
    other has at the same time; it has one parcel at a time. The methods are called only for parcels: what is sent again
    on request comes by ``Destination.send``.
    """

    def prepare(self, sender: str, number: int, records: Sequence[Record]) -> Sequence[Rejected]:
        """Bring records, but those that are rejected; no reader sees them yet. See ``Destination.send``."""

    def commit(self) -> None:
        """Show what was prepared to all readers, and remember its number as the last one of its sender.

        Raise DestinationUnavailable if nobody can tell whether that was done.
        """

    def abort(self) -> None:
        """Forget what was prepared; never raise."""

    def is_committed(self, sender: str, number: int) -> bool:
        """Return whether the last parcel of a sender that was committed has this number; what it has prepared and not
        committed never will be. Raise DestinationUnavailable if that can't be said.
        """


def transactions_of(destination: Destination) -> DestinationTransactions | None:
    """Return the transactions of a destination that has them as its attribute ``transactions``, else None."""
    found: DestinationTransactions | None = getattr(destination, "transactions", None)
    return found


def message_bytes(record: Record) -> int:
    """Return the size of a record's message in UTF-8."""
    return len(record.message.encode("utf-8", "replace"))


def by_size(records: Sequence[Record], most_bytes: int) -> tuple[list[Record], list[Rejected]]:
    """Return the records whose message has at most ``most_bytes``, and the rejections of the others."""
    fitting, rejected = list[Record](), list[Rejected]()
    for record in records:
        if message_bytes(record) > most_bytes:
            rejected.append(Rejected(record.identity, f"larger than {most_bytes} bytes"))
        else:
            fitting.append(record)
    return fitting, rejected


DestinationPlugin = Callable[[str, Mapping[str, Any]], Destination]
"""A plugin: a class made with the destination's name and the options of its section of the configuration.

A section within is a mapping, an option is a text. Raise InvalidInput for options that can't be used.
"""
