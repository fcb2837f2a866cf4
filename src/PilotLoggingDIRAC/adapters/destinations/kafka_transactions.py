"""Kafka's transactions: a parcel's records, and its number, are there together or not at all. See ``forward.parcel``.

The number is committed as the offset of a consumer group that nobody consumes with, one group for each sender: so it is
part of the transaction, and can be asked for later. Asking begins the sender's transactions anew: Kafka then ends the
one that is open, and whoever had the sender's name before can commit nothing more.

Source: KIP-98, Exactly Once Delivery and Transactional Messaging; KIP-447, Producer scalability for exactly once.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from confluent_kafka import Consumer, ConsumerGroupTopicPartitions, KafkaError, KafkaException, Producer, TopicPartition
from confluent_kafka.admin import AdminClient

from PilotLoggingDIRAC.pilotlog.errors import DestinationUnavailable
from PilotLoggingDIRAC.pilotlog.forward.destination import Rejected
from PilotLoggingDIRAC.pilotlog.forward.record import Record

from .kafka_sending import POLL_SECONDS, Refused, Sending, end, topic_of, translated

#: A transaction lasts for two calls: one brings the records, one commits them.
_CALLS = 2


class KafkaTransactions:
    """``DestinationTransactions`` of Kafka. ``cluster`` has the options of all clients, ``options`` the producer's."""

    def __init__(self, name: str, topic: str, cluster: Mapping[str, Any], options: Mapping[str, Any], seconds: float):
        self._prefix = f"pilotlogs-{name}-"
        self._topic = topic
        self._cluster = dict(cluster)
        milliseconds = int(seconds * _CALLS * 1000)
        self._options = dict(options) | {"transaction.timeout.ms": max(milliseconds, options["socket.timeout.ms"])}
        self._seconds = seconds
        self._producer: Producer | None = None
        self._sender = ""
        self._group: Any = None
        self._is_open = False
        self._problem = ""
        self._refused: dict[str, str] = {}

    def prepare(self, sender: str, number: int, records: Sequence[Record]) -> Sequence[Rejected]:
        """See ``DestinationTransactions.prepare``. A refused record spoils a transaction: another one leaves it out."""
        deadline = time.monotonic() + self._seconds
        with translated(self.close):
            left = self._brought(sender, records, deadline)
            if left:
                offset = TopicPartition(topic_of(self._topic, left[0]), 0, number)
                seconds = max(deadline - time.monotonic(), POLL_SECONDS)
                self._connected(sender).send_offsets_to_transaction([offset], self._group, seconds)
        refused, self._refused = self._refused, {}
        return [Rejected(identity, reason) for identity, reason in refused.items()]

    def commit(self) -> None:
        """See ``DestinationTransactions.commit``."""
        if self._producer is not None and self._is_open:
            with translated(self.close):
                self._producer.commit_transaction(self._seconds)
            self._is_open = False

    def abort(self) -> None:
        """See ``DestinationTransactions.abort``."""
        if self._producer is not None and self._is_open:
            try:
                self._producer.abort_transaction(self._seconds)
                self._is_open = False
            except KafkaException:
                self.close()

    def is_committed(self, sender: str, number: int) -> bool:
        """See ``DestinationTransactions.is_committed``."""
        if sender == self._sender:
            self.close()
        with translated(self.close):
            end(self._begun(sender))
            client, group = AdminClient(self._cluster), self._prefix + sender
            asked = client.list_consumer_group_offsets(
                [ConsumerGroupTopicPartitions(group)], require_stable=True, request_timeout=self._seconds
            )
            return _is_among(number, asked[group].result().topic_partitions)

    def close(self) -> None:
        """Forget what has not been committed, and the connections."""
        producer, self._producer, self._is_open = self._producer, None, False
        end(producer)

    def _connected(self, sender: str) -> Producer:
        if self._producer is None or sender != self._sender:
            self.close()
            self._producer, self._sender = self._begun(sender), sender
            consumer = Consumer(self._cluster | {"group.id": self._prefix + sender})
            self._group = consumer.consumer_group_metadata()
            consumer.close()
        return self._producer

    def _begun(self, sender: str) -> Producer:
        """Return a new producer of a sender. Kafka has aborted what the sender's earlier producers left open, and lets
        them commit nothing more.
        """
        self._problem = ""
        producer = Producer(self._options | {"transactional.id": self._prefix + sender, "error_cb": self._note})
        try:
            producer.init_transactions(self._seconds)
        except KafkaException as error:
            producer.poll(0)  # what is wrong with the connection
            raise DestinationUnavailable(f"Kafka: {self._problem or error.args[0].name()}") from None
        return producer

    def _brought(self, sender: str, records: Sequence[Record], deadline: float) -> Sequence[Record]:
        """Bring records in an open transaction. Return them, without those that are refused.

        The refused ones are found one by one. If time runs out, the next try knows those that were found.
        """
        suspects = set[str]()
        while left := [record for record in records if record.identity not in self._refused]:
            spoilt_by = self._tried(sender, left, deadline, suspects)
            if not spoilt_by:
                break
            found = [alone for one in spoilt_by for alone in self._alone(sender, one.record, deadline)]
            self._refused |= {one.record.identity: one.reason for one in found}
            news = {one.record.identity for one in spoilt_by}
            if not found and news <= suspects:
                raise DestinationUnavailable("Kafka: refuses records together that it takes alone")
            suspects |= news
        return left

    def _tried(
        self, sender: str, records: Sequence[Record], deadline: float, suspects: Collection[str] = ()
    ) -> Sequence[Refused]:
        """Bring records in a new transaction, suspects in batches of their own.

        Return those that spoil it, if any: then it is ended. The brokers refuse a batch for one record in it.
        """
        self.abort()
        producer = self._connected(sender)
        producer.begin_transaction()
        self._is_open = True
        sending = Sending(self._topic, deadline)
        try:
            self._produce(sending, producer, records, suspects)
        except KafkaException as error:
            if error.args[0].code() != KafkaError._STATE:
                raise
            producer.poll(POLL_SECONDS)  # the answer to the one that has spoilt it
            if not sending.is_spoilt:
                raise
        if sending.refused:
            self.close()  # librdkafka takes until its time limit to abort what a broker has refused; a new one does not
        elif sending.failed:
            raise DestinationUnavailable(f"Kafka: {self._problem or sending.failed}")
        return sending.refused

    def _produce(
        self, sending: Sending, producer: Producer, records: Sequence[Record], suspects: Collection[str]
    ) -> None:
        for record in records:
            is_suspect = record.identity in suspects
            if is_suspect:
                sending.wait_in_transaction(producer)
            sending.produce(producer, record)
            if is_suspect:
                sending.wait_in_transaction(producer)
        sending.wait_in_transaction(producer)

    def _alone(self, sender: str, record: Record, deadline: float) -> Sequence[Refused]:
        """Return a record if the brokers refuse it alone, too; it is not there in either case."""
        refused = self._tried(sender, [record], deadline)
        self.abort()
        return refused

    def _note(self, error: KafkaError) -> None:
        self._problem = error.name()


def _is_among(number: int, places: Sequence[TopicPartition]) -> bool:
    """Return whether a number is a committed one. Raise KafkaException if that can't be told of a partition."""
    if any(place.offset == number for place in places):
        return True
    for place in places:
        if place.error is not None:
            raise KafkaException(place.error)
    return False
