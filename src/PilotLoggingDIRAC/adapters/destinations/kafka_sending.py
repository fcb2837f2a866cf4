"""Records on their way to Kafka, and what the brokers have answered. Importing it needs confluent-kafka."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from confluent_kafka import KafkaError, KafkaException, Message, Producer

from PilotLoggingDIRAC.pilotlog.errors import DestinationUnavailable
from PilotLoggingDIRAC.pilotlog.forward.record import Record

POLL_SECONDS = 0.1
VO = "{vo}"
#: The errors that the record is to blame for.
_FAULTS = frozenset({KafkaError.MSG_SIZE_TOO_LARGE, KafkaError.INVALID_RECORD, KafkaError.RECORD_LIST_TOO_LARGE})

#: The errors of records that a producer holds back, as another record has spoilt the transaction.
_HELD_BACK = frozenset({KafkaError._PURGE_QUEUE, KafkaError._PURGE_INFLIGHT})


@contextmanager
def translated(close: Callable[[], None]) -> Iterator[None]:
    """Turn Kafka's errors into DestinationUnavailable; close what has failed."""
    try:
        yield
    except KafkaException as error:
        close()
        raise DestinationUnavailable(f"Kafka: {error.args[0].name()}") from None
    except DestinationUnavailable:
        close()
        raise


def topic_of(topic: str, record: Record) -> str:
    """Return the topic of a record; ``{vo}`` in it is the VO."""
    return topic.replace(VO, record.pilot.vo)


def end(producer: Producer | None) -> None:
    """Discard what a producer has not sent. Never raise, whatever the producer has failed with."""
    if producer is not None:
        with suppress(KafkaException):
            producer.purge()
            producer.flush(POLL_SECONDS)


@dataclass(frozen=True, slots=True)
class Refused:
    """A record that the brokers, or the producer, do not take."""

    record: Record
    reason: str


class Sending:
    """Some records on their way, and what has been answered of them.

    ``refused``: those that the brokers, or the producer, do not take. ``failed``: why the fate of others is not known,
    empty if nothing failed. ``is_held_back``: the producer holds some back, as a transaction is spoilt.
    """

    def __init__(self, topic: str, deadline: float):
        self.refused: list[Refused] = []
        self.failed = ""
        self.is_held_back = False
        self._topic = topic
        self._deadline = deadline
        self._open = 0

    def produce(self, producer: Producer, record: Record) -> None:
        """Give a record to the producer. Raise DestinationUnavailable if that has no room for it by the deadline."""

        def answered(error: KafkaError | None, _: Message) -> None:
            self._open -= 1
            if error is not None:
                self._failed(record, error)

        topic = topic_of(self._topic, record)
        headers: dict[str, str | bytes | None] = {"id": record.identity}
        while True:
            try:
                producer.produce(topic, record.as_json(), record.pilot.stamp, headers=headers, on_delivery=answered)
            except BufferError:
                producer.poll(POLL_SECONDS)
                if time.monotonic() > self._deadline:
                    raise DestinationUnavailable("Kafka has not taken all records in time") from None
            except KafkaException as error:
                if error.args[0].code() not in _FAULTS:
                    raise
                self._failed(record, error.args[0])
                return
            else:
                self._open += 1
                return

    def wait(self, producer: Producer) -> None:
        """Wait for all answers until the deadline; if some are missing then, say so in ``failed``."""
        producer.flush(max(self._deadline - time.monotonic(), 0.0) + POLL_SECONDS)
        if self._open and not self.failed:
            self.failed = "not confirmed in time"

    def wait_in_transaction(self, producer: Producer) -> None:
        """Wait for all answers, or until a transaction is spoilt: then producers hold back what is left."""
        while self._open and not self.is_spoilt and time.monotonic() < self._deadline:
            producer.flush(POLL_SECONDS)
        if (self._open or self.is_held_back) and not self.is_spoilt:
            self.failed = "not confirmed in time"

    @property
    def is_spoilt(self) -> bool:
        """Return whether a transaction can't be committed any more."""
        return bool(self.failed or self.refused)

    def _failed(self, record: Record, error: KafkaError) -> None:
        if error.code() in _FAULTS:
            self.refused.append(Refused(record, error.name().lower().strip("_")))
        elif error.code() in _HELD_BACK:
            self.is_held_back = True
        else:
            self.failed = error.name()
