"""Kafka's transactions: what cannot be told is not taken for "not committed"."""

from types import SimpleNamespace

import pytest
from confluent_kafka import KafkaError, KafkaException

from PilotLoggingDIRAC.adapters.destinations.kafka_transactions import _is_among

NOTHING = -1001


def place(offset, error=None):
    """A partition as Kafka's client answers it; the client's own class can't be made with an error."""
    return SimpleNamespace(offset=offset, error=error)


def test_number_is_among_those_that_are_committed():
    assert _is_among(7, [place(NOTHING), place(7)])
    assert not _is_among(7, [place(NOTHING), place(6)])


def test_partition_whose_number_cannot_be_told_is_an_error_unless_another_has_it():
    failed = place(NOTHING, KafkaError(KafkaError.TOPIC_AUTHORIZATION_FAILED))
    with pytest.raises(KafkaException):
        _is_among(7, [place(6), failed])
    assert _is_among(7, [failed, place(7)])
