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


def by_size(records: Sequence[Record], most_bytes: int) -> tuple[list[Record], list[Rejected]]:
    """Return the records whose message has at most so many bytes, and the rejections of the others."""
    fitting, rejected = list[Record](), list[Rejected]()
    for record in records:
        if len(record.message.encode("utf-8", "replace")) > most_bytes:
            rejected.append(Rejected(record.identity, f"larger than {most_bytes} bytes"))
        else:
            fitting.append(record)
    return fitting, rejected


DestinationPlugin = Callable[[str, Mapping[str, Any]], Destination]
"""A plugin: a class made with the destination's name and the options of its section of the configuration.

A section within is a mapping, an option is a text. Raise InvalidInput for options that can't be used.
"""
