"""The contract of destinations. A test class of an adapter inherits ``DestinationContract``, and has its fixtures.
``tests`` runs it on one in memory, ``integration_tests`` on real brokers and engines.
"""

import time
from collections import Counter
from datetime import datetime, timedelta

import pytest

from PilotLoggingDIRAC.pilotlog.errors import DestinationUnavailable
from PilotLoggingDIRAC.pilotlog.forward.record import Kind, Record
from PilotLoggingDIRAC.pilotlog.model import PilotId

from .waiting import until

VO = "vo.alpha.org"
#: A text of each kind that makes trouble: several bytes a character, controls, quotes, markup, an escaped surrogate.
ODD = 'Zoë – 東京 🙂 "quoted" \\ back\tslash <b>&amp;</b> \x1b[31mred\x1b[0m \x00 \\udc80 end'
SECOND = timedelta(seconds=1)


def stamp(number):
    return f"{number:032x}"


def line(number, message="text", log=1, **fields):
    """A record of a log's line; ``sequence`` grows every ten lines."""
    given = {"site": "LCG.Here.org", "ce": "ce.here.org", "level": "INFO", "source": "CheckCECapabilities"}
    place = {"line": number, "sequence": number // 10}
    moment = datetime(2026, 11, 21, 8, 10, 11, 123456) + number * SECOND
    return Record(Kind.LINE, PilotId(VO, stamp(log)), moment, message, **(given | place | fields))


def event(kind, message="", log=1, **details):
    moment = datetime(2026, 11, 21, 9)
    return Record(kind, PilotId(VO, stamp(log)), moment, message, site="LCG.Here.org", sequence=3, details=details)


class DestinationContract:
    """``destination`` is a new one on an outside system without records, ``received()`` returns the records there, as
    dictionaries of ``Record.fields``, in the order of their arrival where there is one; ``unreachable`` is a
    destination that nobody answers at, ``time_limit`` its limit in seconds. ``tells_repeats``: a record that was sent
    again is there once. ``keeps_order``: records of a log have the order in which they were sent.
    """

    tells_repeats = False
    keeps_order = True
    time_limit = 5.0

    @pytest.fixture
    def destination(self):
        raise NotImplementedError

    @pytest.fixture
    def received(self):
        raise NotImplementedError

    @pytest.fixture
    def unreachable(self):
        raise NotImplementedError

    def arrived(self, received, number):
        """The records, once so many are there: a receiver may show them a little later."""
        until(lambda: len(received()) >= number, received)
        return received()

    def test_record_arrives_with_all_its_fields(self, destination, received):
        sent = line(1, "Host Name  = wn1", phase="CheckWorkerNode", level="WARN")
        assert list(destination.send([sent])) == []
        assert self.arrived(received, 1) == [sent.fields()]

    def test_events_arrive_with_their_details(self, destination, received):
        sent = event(Kind.SEALED, "The log is complete", state="Complete", return_code="0")
        assert list(destination.send([sent])) == []
        assert self.arrived(received, 1) == [sent.fields()]

    def test_odd_text_arrives_as_it_is(self, destination, received):
        assert list(destination.send([line(1, ODD), line(2, ""), line(3, " \r")])) == []
        found = {record["line"]: record["message"] for record in self.arrived(received, 3)}
        assert found == {1: ODD, 2: "", 3: " \r"}

    def test_large_line_arrives_whole(self, destination, received):
        text = "x" * 200_000
        assert list(destination.send([line(1, text)])) == []
        assert self.arrived(received, 1)[0]["message"] == text

    def test_many_records_arrive_in_the_order_of_their_logs(self, destination, received):
        sent = [line(number, f"line {number}", log) for number in range(1, 301) for log in (1, 2, 3)]
        for start in range(0, len(sent), 250):
            assert list(destination.send(sent[start : start + 250])) == []
        found = self.arrived(received, len(sent))
        assert Counter(record["id"] for record in found) == Counter(record.identity for record in sent)
        if self.keeps_order:
            for log in (1, 2, 3):
                lines = [record["line"] for record in found if record["stamp"] == stamp(log)]
                assert lines == sorted(lines)

    def test_records_sent_again_have_the_same_identities(self, destination, received):
        sent = [line(number) for number in range(1, 21)]
        assert list(destination.send(sent)) == []
        assert list(destination.send(sent)) == []
        assert list(destination.send([line(21)])) == []
        found = self.arrived(received, 21 if self.tells_repeats else 41)
        assert {record["id"] for record in found} == {record.identity for record in (*sent, line(21))}
        assert len(found) == (21 if self.tells_repeats else 41)

    def test_nothing_to_send_is_sent(self, destination, received):
        assert list(destination.send([])) == []
        assert received() == []

    def test_a_closed_destination_sends_again(self, destination, received):
        destination.send([line(1)])
        destination.close()
        destination.close()
        destination.send([line(2)])
        assert {record["line"] for record in self.arrived(received, 2)} == {1, 2}

    def test_one_that_nobody_answers_at_is_unavailable_in_time(self, unreachable):
        began = time.monotonic()
        with pytest.raises(DestinationUnavailable) as raised:
            unreachable.send([line(1, "secret text")])
        assert time.monotonic() - began < self.time_limit + 5
        assert "secret text" not in str(raised.value)
        unreachable.close()
