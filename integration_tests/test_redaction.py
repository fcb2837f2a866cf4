"""Secrets that a pilot sends: none of them is in the database or in what readers get."""

import pytest

from PilotLoggingDIRAC.pilotlog.sql.schema import payload
from tests.pilot_texts import Texts
from tests.pilotlog.text.redaction import redaction_corpus as corpus

from .pilot import pilot_line

ALPHA = "vo.alpha.org"

#: A secret and a log of 100 kB may have this many characters in a row in common.
CHANCE = 8


@pytest.fixture(scope="module")
def pilot(connect):
    return connect("pila")


@pytest.fixture(scope="module")
def operator(connect):
    return connect("opal")


def payloads(stack, stamp):
    """Return what the database holds of a log."""
    query = (
        "SELECT Payload FROM PilotLogBatches JOIN PilotLogs USING (LogID) WHERE PilotStamp = %s ORDER BY Part, Sequence"
    )
    found = stack.sql("PilotLoggingDB", query, (stamp,))
    return b"".join(text for (packed,) in found for _, text in payload.unpack(0, packed)).decode()


def cases():
    """One of each form."""
    return [case for case in corpus.secrets(8) if ": " not in case.name or case.name.endswith(": TOKEN")]


def record(operator, stamp):
    answer = operator.call("getPilotLogs", {"PilotStamp": stamp})["Value"]
    return dict(zip(answer["ParameterNames"], answer["Records"][0], strict=True))


def test_secrets_in_every_form_reach_neither_database_nor_reader(stack, pilot, operator, stamp):
    sent = cases()
    for case in sent:
        answer = pilot.send(pilot_line(case.name.split(":")[0]) + case.text + "\n", stamp)
        assert answer["OK"]
    held, got = payloads(stack, stamp), operator.call("getLogs", stamp, ALPHA)["Value"]["StdOut"]
    assert held == got
    assert held.count("[redacted:") >= len(sent)
    assert [case.name for case in sent if corpus.leaked(case, held) > CHANCE] == []


def test_secrets_over_two_messages_reach_neither_database_nor_reader(stack, pilot, operator, stamp):
    sent = cases()
    for case in sent:
        middle = case.text.index(case.secrets[0]) + len(case.secrets[0]) // 2
        assert pilot.send(pilot_line("x") + case.text[:middle], stamp)["OK"]
        assert pilot.send(case.text[middle:] + "\n", stamp)["OK"]
    held, got = payloads(stack, stamp), operator.call("getLogs", stamp, ALPHA)["Value"]["StdOut"]
    assert held == got
    assert [case.name for case in sent if corpus.leaked(case, held) > max(CHANCE, case.partly)] == []


def test_ordinary_text_is_stored_byte_for_byte(pilot, operator, stamp):
    texts = Texts(9)
    sent = texts.environment() + texts.message(500)
    assert pilot.send(sent, stamp)["Value"] == {"StoredBytes": len(sent), "RepeatedBytes": 0}
    assert operator.call("getLogs", stamp, ALPHA)["Value"]["StdOut"] == sent


def test_the_receipt_counts_what_is_stored(pilot, stamp):
    assert pilot.send("TOKEN=abc\n", stamp)["Value"]["StoredBytes"] == len("TOKEN=[redacted:secret]\n")


def test_a_long_line_is_cut_and_the_columns_tell(pilot, operator, stamp):
    pilot.send("x" * (1024 * 1024 + 1000) + "\nnext\n", stamp)
    found = record(operator, stamp)
    assert (found["DroppedBytes"], found["ManySenders"]) == (1000, False)
    assert found["Sender"] in ("127.0.0.1", "::1")
    assert operator.call("getLogs", stamp, ALPHA)["Value"]["StdOut"].endswith("[1000 bytes are missing]\nnext\n")


def test_a_log_that_was_written_from_two_addresses_shows_it(stack, pilot, operator, stamp):
    pilot.send(pilot_line("one"), stamp)
    assert not record(operator, stamp)["ManySenders"]
    stack.sql("PilotLoggingDB", "UPDATE PilotLogs SET Sender = '192.0.2.1' WHERE PilotStamp = %s", (stamp,))
    pilot.send(pilot_line("two"), stamp)
    assert record(operator, stamp)["ManySenders"]
