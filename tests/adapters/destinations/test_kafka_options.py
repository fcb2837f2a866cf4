"""Options of the destination Kafka; what it sends is tested on a real broker."""

import pytest

from PilotLoggingDIRAC.adapters.destinations.kafka import KafkaDestination
from PilotLoggingDIRAC.pilotlog.errors import DestinationUnavailable, InvalidInput

from ...destination_contract import line


def test_without_brokers_it_says_so():
    with pytest.raises(InvalidInput, match="Stream: Host"):
        KafkaDestination("Stream", {})


@pytest.mark.parametrize("wrong", [{"SSL": "perhaps"}, {"MaxBytes": "0"}, {"SendSeconds": "soon"}])
def test_wrong_option_is_named(wrong):
    with pytest.raises(InvalidInput, match=next(iter(wrong))):
        KafkaDestination("Stream", {"Host": "localhost:9092"} | wrong)


def test_files_that_are_not_there_are_told_when_it_sends():
    files = {"HostCertificate": "/no/cert.pem", "HostKey": "/no/key.pem"}
    with pytest.raises(DestinationUnavailable, match="Kafka"):
        KafkaDestination("Stream", {"Host": "localhost:9092"} | files).send([line(1)])


def test_option_that_the_library_refuses_is_told_when_it_sends():
    with pytest.raises(DestinationUnavailable, match="Kafka"):
        KafkaDestination("Stream", {"Host": "localhost:9092", "SSL": "no", "Compression": "best"}).send([line(1)])
