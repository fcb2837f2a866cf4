"""The hosts of pilots are read from the beginnings of their logs, whatever these hold, in bounded steps."""

import pytest
from sqlalchemy import delete, func, select, update

from PilotLoggingDIRAC.pilotlog.describe.hosts import HostFinder
from PilotLoggingDIRAC.pilotlog.describe.running import RunningDescriber
from PilotLoggingDIRAC.pilotlog.describe.settings import DescribeSettings
from PilotLoggingDIRAC.pilotlog.errors import StoreUnavailable
from PilotLoggingDIRAC.pilotlog.model import PilotId
from PilotLoggingDIRAC.pilotlog.sql.describe import beginnings
from PilotLoggingDIRAC.pilotlog.sql.describe.unsettled import SqlUnsettled
from PilotLoggingDIRAC.pilotlog.sql.schema.tables import batches
from tests.conftest import PILOT
from tests.described import dirac  # noqa: F401
from tests.stored import alter, reader, store  # noqa: F401

OTHER = PilotId(PILOT.vo, "b" * 32)
HOST = b"2026-11-21T08:10:01.5Z INFO [PilotParams] Host FQDN  = wn17.alpha.org\n"


@pytest.fixture
def told():
    """Problems and answers in their order."""
    return []


@pytest.fixture
def steps(transactions, clock, dirac, seconds, told):
    def problem(subject, error):
        told.append(f"{subject}: {error}")

    store_of, known = SqlUnsettled(transactions), (dirac.pilots, dirac.owners)
    return RunningDescriber(store_of, *known, DescribeSettings(), clock, problem, told.append, seconds)


def host(reader, pilot=PILOT):
    return reader.find(pilot)[0].host


@pytest.mark.parametrize("payload", [b"", b"x", b"x" * 100], ids=["empty", "a byte", "no frame"])
def test_a_text_that_can_t_be_unpacked_stops_no_description(store, reader, alter, dirac, steps, payload):
    dirac.submit(PILOT, 7)
    dirac.submit(OTHER, 8)
    store(b"hello\n")
    store(HOST, pilot=OTHER)
    alter(update(batches).where(batches.c.LogID == reader.find(PILOT)[0].id).values(Payload=payload))
    steps.run()
    assert [reader.find(pilot)[0].site for pilot in (PILOT, OTHER)] == ["LCG.Alpha.org"] * 2
    assert (host(reader), host(reader, OTHER)) == ("", "wn17.alpha.org")


def test_a_text_of_a_dictionary_that_is_nowhere_stops_no_description(store, reader, alter, dirac, steps):
    frame = bytes.fromhex("28b52ffd") + bytes([0x23]) + (4242424242).to_bytes(4, "little") + b"\x05"
    dirac.submit(PILOT, 7)
    store(b"hello\n")
    alter(update(batches).values(Payload=frame + b"rest"))
    steps.run()
    assert reader.find(PILOT)[0].site == "LCG.Alpha.org"


def test_what_is_before_a_text_that_can_t_be_unpacked_is_read(store, reader, alter, steps):
    store(HOST, b"more\n")
    alter(update(batches).where(batches.c.Sequence == 1).values(Payload=b"x"))
    steps.run()
    assert host(reader) == "wn17.alpha.org"


def test_hosts_that_can_t_be_read_stop_no_description_and_are_told_once(
    store, reader, dirac, steps, told, seconds, monkeypatch
):
    def broken(*_):
        raise ValueError("broken")

    dirac.submit(PILOT, 7)
    store(b"hello\n")
    with monkeypatch.context() as patch:
        patch.setattr("PilotLoggingDIRAC.pilotlog.diagnose.facts.find", broken)
        steps.run()
        steps.run()
    assert (reader.find(PILOT)[0].site, told) == ("LCG.Alpha.org", ["hosts: broken"])
    store(HOST)
    seconds.now += DescribeSettings().describe_again_seconds
    steps.run()
    assert (host(reader), told[1:]) == ("wn17.alpha.org", ["hosts"])


def test_logs_are_looked_at_again_after_the_store_was_away(store, reader):
    answers = iter([StoreUnavailable("away"), {1: HOST}])

    def beginnings(ids, below):
        answer = next(answers)
        if isinstance(answer, Exception):
            raise answer
        return answer

    store(b"hello\n")
    finder, found = HostFinder(beginnings, 1), reader.find(PILOT)
    with pytest.raises(StoreUnavailable):
        finder.of(found)
    finder.begin()
    assert finder.of(found) == {1: "wn17.alpha.org"}


def test_long_beginnings_are_read_a_bounded_number_of_bytes_at_a_time(store, reader, steps, peak_bytes, monkeypatch):
    monkeypatch.setattr(beginnings, "MAX_BYTES", 1024 * 1024)
    pilots = [PilotId(PILOT.vo, f"{number:032x}") for number in range(1, 9)]
    for pilot in pilots:
        store(HOST + b"x" * 500_000 + b"\n", *[b"y" * 500_000] * 3, pilot=pilot)
    known = []
    for _ in range(4):
        with peak_bytes(2 * 1024 * 1024):
            steps.run()
        known.append(sum(host(reader, pilot) == "wn17.alpha.org" for pilot in pilots))
    assert known == [2, 4, 6, 8]


def test_a_text_over_the_bound_is_read_by_itself(store, reader, steps, monkeypatch):
    monkeypatch.setattr(beginnings, "MAX_BYTES", 1000)
    store(HOST + b"x" * 2000)
    steps.run()
    assert host(reader) == "wn17.alpha.org"


def test_a_line_that_the_bound_cuts_tells_no_host(store, reader, steps, monkeypatch):
    monkeypatch.setattr(beginnings, "MAX_LOG_BYTES", len(HOST) - len("alpha.org\n"))
    store(HOST)
    steps.run()
    assert host(reader) == ""


def test_a_log_whose_text_is_kept_nowhere_has_an_empty_beginning(store, reader, alter, transactions):
    store(b"hello\n")
    alter(delete(batches))
    assert SqlUnsettled(transactions).beginnings([reader.find(PILOT)[0].id], 20) == {1: b""}


def test_a_host_is_found_after_the_writer_has_put_small_messages_together(store, reader, transactions, steps):
    store(b"hello\n", b"more\n", HOST, *[b"line\n"] * 300)
    assert transactions.run(lambda connection: connection.execute(select(func.min(batches.c.Sequence))).scalar()) > 0
    steps.run()
    assert host(reader) == "wn17.alpha.org"


def test_of_messages_that_were_put_together_only_the_first_are_looked_at(store, reader, steps):
    store(*[b"line\n"] * 100, HOST, *[b"line\n"] * 200)
    steps.run()
    assert host(reader) == ""
