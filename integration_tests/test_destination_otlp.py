"""The destination OTLP/HTTP, behind TLS: the contract, and what a receiver refuses.

The receiver decodes the protobuf with OpenTelemetry's own classes: neither Debian nor PyPI has a Collector
to start.
"""

from dataclasses import replace
from datetime import datetime

import pytest

from PilotLoggingDIRAC.adapters.destinations.otlp import OtlpDestination
from PilotLoggingDIRAC.pilotlog.errors import DestinationUnavailable, InvalidInput
from tests.destination_contract import DestinationContract, line

from . import engines, grid, otlp_receiver
from .stack import world
from .waiting import until

ALPHA = world.ALPHA


@pytest.fixture
def receiver(stack):
    with otlp_receiver.server(stack.pki) as found:
        yield found


@pytest.fixture
def make(stack, receiver):
    """``make(**options)``: a destination on the receiver with some options changed."""
    place = {
        "URL": f"https://localhost:{receiver.server_address[1]}{otlp_receiver.PATH}",
        "Token": otlp_receiver.TOKEN,
        "CA": str(stack.pki.certificate("ca")),
        "SendSeconds": "5",
    }
    made = []

    def destination(**options):
        made.append(OtlpDestination("Telemetry", place | options))
        return made[-1]

    yield destination
    for destination in made:
        destination.close()


@pytest.fixture
def destination(make):
    return make()


class TestOtlpDestination(DestinationContract):
    """See ``destination_contract``."""

    @pytest.fixture
    def destination(self, make):
        return make()

    @pytest.fixture
    def received(self, receiver):
        return lambda: receiver.records

    @pytest.fixture
    def unreachable(self, make):
        return make(URL="https://localhost:1/v1/logs")


def test_receiver_that_has_no_room_gets_all_later(receiver, destination):
    receiver.refusals[:] = [403, 507]
    for status in (507, 403):
        with pytest.raises(DestinationUnavailable) as raised:
            destination.send([line(1, "secret text")])
        assert str(raised.value) == f"the receiver answers {status}"
    assert list(destination.send([line(1)])) == []
    assert [record["line"] for record in receiver.records] == [1]


@pytest.mark.parametrize("status", [302, 304, 307])
def test_redirect_has_taken_nothing(receiver, destination, status):
    receiver.refusals[:] = [status]
    with pytest.raises(DestinationUnavailable) as raised:
        destination.send([line(1)])
    assert (str(raised.value), receiver.records) == (f"the receiver answers {status}", [])
    assert list(destination.send([line(1)])) == []
    assert [record["line"] for record in receiver.records] == [1]


@pytest.mark.parametrize("status", [400, 422])
def test_refusal_that_is_not_of_otlp_is_about_no_record(receiver, destination, status):
    """As a proxy's, which wants a certificate."""
    receiver.refusals[:], receiver.content_type = [status] * 9, "text/html"
    with pytest.raises(DestinationUnavailable) as raised:
        destination.send([line(1), line(2)])
    assert str(raised.value) == f"the receiver answers {status}"
    receiver.refusals.clear()
    assert list(destination.send([line(1), line(2)])) == []
    assert [record["line"] for record in receiver.records] == [1, 2]


@pytest.mark.parametrize("content_type", ["application/json; charset=utf-8", "application/octet-stream"])
def test_refusal_of_another_type_of_otlp_is_about_the_records(receiver, destination, content_type):
    receiver.refusals[:], receiver.content_type = [400], content_type
    (rejected,) = destination.send([line(1)])
    assert rejected.reason == "the receiver answers 400"


def test_record_that_the_receiver_can_not_take_is_rejected_and_costs_no_other(receiver, destination):
    receiver.unfit.add("odd")
    sent = [line(number, "odd" if number == 3 else "even") for number in range(1, 9)]
    (rejected,) = destination.send(sent)
    assert (rejected.identity, rejected.reason) == (sent[2].identity, "the receiver answers 400")
    assert [record["line"] for record in receiver.records] == [1, 2, 4, 5, 6, 7, 8]


def test_records_that_the_receiver_rejects_in_its_answer_are_counted(receiver, destination):
    receiver.rejects.add("odd")
    assert len(destination.send([line(1), line(2, "odd"), line(3, "odd")])) == 2
    assert [record["line"] for record in receiver.records] == [1]


def test_record_above_the_limit_is_rejected(receiver, make):
    (rejected,) = make(MaxBytes="100").send([line(1, "x" * 101), line(2)])
    assert (rejected.identity, len(receiver.records)) == (line(1, "x" * 101).identity, 1)


def test_receiver_that_hangs_is_left_in_time(receiver, make):
    receiver.hangs.set()
    with pytest.raises(DestinationUnavailable):
        make(SendSeconds="1").send([line(1)])


def test_receiver_of_an_unknown_authority_gets_nothing(stack, receiver, make):
    with pytest.raises(DestinationUnavailable):
        make(CA="/etc/ssl/certs/ca-certificates.crt").send([line(1)])
    assert receiver.records == []


def test_severity_is_that_of_the_line(receiver, destination):
    destination.send([line(1, level="EXCEPT"), line(2, level="")])
    assert [record["level"] for record in receiver.records] == ["EXCEPT", ""]


def test_line_with_a_year_that_otlp_can_not_tell_has_the_time_at_which_its_log_began(receiver, destination):
    began = datetime(2026, 11, 21, 8)
    odd = [replace(line(number), time=datetime(year, 12, 31)) for number, year in ((1, 1969), (2, 9999))]
    sent = [replace(odd[0], began=began), replace(odd[1], began=began), replace(odd[1], line=3), line(4)]
    assert list(destination.send(sent)) == []
    hour, none = "2026-11-21T08:00:00.000000Z", "1970-01-01T00:00:00.000000Z"
    assert [record["time"] for record in receiver.records] == [hour, hour, none, line(4).fields()["time"]]


def test_address_is_needed(make):
    with pytest.raises(InvalidInput):
        make(URL="")


@pytest.fixture
def forwarded(stack, receiver):
    """A VO whose logs go to the receiver."""
    place = {
        "Plugin": "OtlpDestination",
        "URL": f"https://localhost:{receiver.server_address[1]}{otlp_receiver.PATH}",
        "Token": otlp_receiver.TOKEN,
        "CA": stack.pki.certificate("ca"),
    }
    options = {f"/Operations/{ALPHA.name}/PilotLogging/Destinations": "Telemetry"}
    options |= {f"/Resources/PilotLogDestinations/Telemetry/{name}": str(value) for name, value in place.items()}
    with engines.forwarding(stack, options):
        yield


def test_lines_of_a_pilot_arrive_by_the_agent(stack, connect, receiver, forwarded):
    engines.begin(stack, "Telemetry")
    log = lambda: stack.log(engines.AGENT).read_text()[-3000:]  # noqa: E731
    pilot = grid.add_pilot(stack, ALPHA)
    warning = "2026-11-26T08:10:11.123456Z WARN [CheckWorkerNode] the disk is nearly full"
    connect(ALPHA.pilot).send(f"one\n{warning}\n", pilot.stamp)
    lines = lambda: [each["message"] for each in receiver.records if each["kind"] == "line"]  # noqa: E731
    until(lambda: lines() == ["one", warning], seen=log)
