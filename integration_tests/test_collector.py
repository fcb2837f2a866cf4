"""The collector over HTTPS, with the stock wire: what is stored, what is refused, and that a refusal is HTTP 200."""

import json
import uuid

import pytest

from .pilot import StockLogger, pilot_line
from .waiting import stored, until

ALPHA, BETA = "vo.alpha.org", "beta_vo"


@pytest.fixture(scope="module")
def pilot(connect):
    return connect("pila")


@pytest.fixture(scope="module")
def operator(connect):
    return connect("opal")


def read(reader, vo, stamp, size=0):
    """The whole log by pages."""
    text, cursor = "", ""
    while True:
        answer = reader.call("getLog", vo, stamp, cursor, size)
        assert answer["OK"], answer
        text, cursor = text + answer["Value"]["Text"], answer["Value"]["Cursor"]
        if answer["Value"]["AtEnd"]:
            return text


def test_a_stock_logger_s_lines_read_back(pilot, operator, stamp):
    logger = StockLogger(pilot, stamp, size=10)
    for number in range(35):
        logger.line(f"line {number}")
    logger.finalise("0")
    assert read(operator, ALPHA, stamp) == logger.sent
    stock = operator.call("getLogs", stamp, ALPHA)
    assert stock["Value"]["StdOut"] == logger.sent
    assert operator.call("getLogs", stamp + ".log", ALPHA)["Value"] == stock["Value"]


@pytest.mark.parametrize(
    "name", [uuid.uuid4().hex, str(uuid.uuid1()), uuid.uuid4().hex[:8].upper()], ids=["most CEs", "no CE", "cloud"]
)
def test_every_form_of_stamp_is_taken(pilot, operator, name):
    assert pilot.send("text\n", name)["OK"]
    assert read(operator, ALPHA, name) == "text\n"


def test_older_senders_lists_of_lines_are_taken(pilot, operator, stamp):
    assert pilot.send(["one", "two"], stamp)["OK"]
    assert read(operator, ALPHA, stamp) == "one\ntwo\n"


def test_surrogates_are_escaped_and_kept(stack, pilot, operator, stamp):
    payload = '"before \\ud800 after\\n"'
    assert pilot.call("sendMessage", payload, stamp, "unknown")["OK"]
    stored(stack)
    assert read(operator, ALPHA, stamp) == "before \\ud800 after\n"


def test_a_message_sent_again_with_more_is_stored_once(pilot, operator, stamp):
    first, second = pilot_line("one"), pilot_line("two")
    for text in (first, first, first + second):
        assert pilot.send(text, stamp)["OK"]
    assert read(operator, ALPHA, stamp) == first + second


def test_the_vo_is_the_group_s_whatever_the_message_says(connect, operator, stamp):
    assert connect("pila").send("mine\n", stamp, BETA)["OK"]
    assert read(operator, ALPHA, stamp) == "mine\n"
    assert not connect("opbert").call("getLog", BETA, stamp)["OK"]


def test_a_host_says_for_which_vo_it_sends(connect, stamp):
    host = connect("host")
    assert host.send("for beta\n", stamp, BETA)["OK"]
    assert read(connect("opbert"), BETA, stamp) == "for beta\n"
    assert not host.send("for nobody\n", stamp, "")["OK"]


def test_of_two_finalise_marks_the_worse_counts_and_text_between_reopens_the_log(pilot, operator, stamp):
    pilot.send("text\n", stamp)
    assert pilot.finalise(stamp, "0")["OK"]
    pilot.send("of another node\n", stamp)
    assert not operator.call("getLog", ALPHA, stamp)["Value"]["Final"]
    assert pilot.finalise(stamp, "1")["OK"]
    assert operator.call("getLog", ALPHA, stamp)["Value"]["Final"]
    answer = operator.call("getPilotLogs", {"PilotStamp": stamp})["Value"]
    record = dict(zip(answer["ParameterNames"], answer["Records"][0], strict=True))
    assert (answer["TotalRecords"], record["State"], record["ReturnCode"]) == (1, "Complete", "1")
    assert (record["ReturnCodes"], record["Senders"]) == ("0,1", record["Sender"])


GOOD = uuid.uuid4().hex
BAD_ARGUMENTS = {
    "payload a dictionary": [{"a": 1}, GOOD, ALPHA],
    "payload of a dictionary": ['{"a": 1}', GOOD, ALPHA],
    "payload of a list with a number": ['["a", 1]', GOOD, ALPHA],
    "payload of null": ["null", GOOD, ALPHA],
    "payload None": [None, GOOD, ALPHA],
    "broken payload": ['"a', GOOD, ALPHA],
    "too few arguments": ['"a"', GOOD],
    "too many arguments": ['"a"', GOOD, ALPHA, 1],
    "no arguments": [],
    "stamp None": ['"a"', None, ALPHA],
    "stamp empty": ['"a"', "", ALPHA],
    "stamp over-long": ['"a"', "a" * 65, ALPHA],
    "stamp with newline": ['"a"', GOOD + "\n", ALPHA],
    "stamp with NUL": ['"a"', GOOD + "\0", ALPHA],
    "stamp with surrogate": ['"a"', "\ud800abc", ALPHA],
    "stamp a path": ['"a"', "../../etc/passwd", ALPHA],
    "no stamp": ['"a"', "unknown", ALPHA],
}


@pytest.mark.parametrize("arguments", BAD_ARGUMENTS.values(), ids=BAD_ARGUMENTS)
def test_bad_messages_are_refused_clearly_and_a_line_tells_of_a_gap(pilot, operator, arguments):
    status, answer = pilot.post({"method": "sendMessage", "args": json.dumps(arguments)})
    assert (status, answer["OK"]) == (200, False)
    assert answer["Message"] and "Traceback" not in str(answer) and "Internal" not in answer["Message"]
    log = operator.call("getLog", ALPHA, GOOD)
    text = log["Value"]["Text"] if log["OK"] else ""
    assert all("[PilotLogging]" in line and "missing here" in line for line in text.splitlines() if line)


@pytest.mark.parametrize("vo", ["", "a" * 65, "../x", "a\n", "a\0", "\ud800", None, 5, "a..b"])
def test_bad_vo_names_of_hosts_are_refused(connect, vo):
    status, answer = connect("host").post({"method": "sendMessage", "args": json.dumps(['"a"', GOOD, vo])})
    assert (status, answer["OK"]) == (200, False)


@pytest.mark.parametrize("payload", ["[]", "{", '"0"', '{"retCode": []}', "5", None])
def test_bad_finalise_payloads_are_refused(pilot, payload):
    status, answer = pilot.post({"method": "finaliseLogs", "args": json.dumps([payload, GOOD, ALPHA])})
    assert (status, answer["OK"]) == (200, False)
    assert "Internal" not in answer["Message"]


@pytest.mark.parametrize("encoded", ["", "{", "null", '{"a": 1}', "[" * 100_000, '"text"', b"\xff\xfe"])
def test_broken_arguments_are_refused(pilot, encoded):
    for method in ("sendMessage", "finaliseLogs", "getLog", "getPilotLogs"):
        status, answer = pilot.post({"method": method, "args": encoded})
        assert (status, answer["OK"]) == (200, False), method
        assert "Internal" not in answer["Message"], method


def test_a_refusal_costs_nobody_else(pilot, operator, stamp):
    pilot.send("before\n", stamp)
    pilot.call("sendMessage", {"a": 1}, stamp, ALPHA)
    pilot.send("after\n", stamp)
    assert read(operator, ALPHA, stamp) == "before\nafter\n"


def test_refusals_are_counted_by_reason(pilot, operator):
    def refused():
        return operator.call("getStatus")["Value"]["Collector"]["Refused"].get("InvalidInput", 0)

    before = refused()
    pilot.call("sendMessage", {"a": 1}, GOOD, ALPHA)
    assert refused() == before + 1


def test_pages_of_any_size_make_up_the_log(pilot, operator, stamp):
    text = "".join(f"ligne {number} é 𝄞\r\n" for number in range(50))
    pilot.send(text[:333], stamp)
    pilot.send(text[333:], stamp)
    for size in (4, 7, 64, 100_000):
        assert read(operator, ALPHA, stamp, size) == text


def test_a_page_at_the_end_goes_on_when_more_comes(pilot, operator, stamp):
    pilot.send("one\n", stamp)
    first = operator.call("getLog", ALPHA, stamp)["Value"]
    assert (first["Text"], first["AtEnd"], first["Final"]) == ("one\n", True, False)
    pilot.send("two\n", stamp)
    pilot.finalise(stamp)
    second = operator.call("getLog", ALPHA, stamp, first["Cursor"])["Value"]
    assert (second["Text"], second["AtEnd"], second["Final"]) == ("two\n", True, True)


def test_a_cursor_of_before_a_restore_is_refused_and_reading_begins_again(stack, pilot, operator, stamp):
    pilot.send("one\n" * 2, stamp)
    first = operator.call("getLog", ALPHA, stamp, "", 4)["Value"]
    found = operator.call("searchLogs", {"PilotStamp": stamp}, "one", {})["Value"]
    assert operator.call("getLog", ALPHA, stamp, first["Cursor"])["Value"]["Text"] == "one\n"
    assert (len(found["Hits"]), found["Cursor"]) == (2, "")
    stack.sql("PilotLoggingDB", "DELETE FROM DatabaseIdentity")  # as the guide's restore does
    until(lambda: not operator.call("getLog", ALPHA, stamp, first["Cursor"])["OK"])
    refused = operator.call("getLog", ALPHA, stamp, first["Cursor"])
    assert refused["Errno"] == 3418 and "begin again" in refused["Message"]
    assert operator.call("searchLogs", {"PilotStamp": stamp}, "one", {}, "1.d.0.0.0.0")["Errno"] == 3418
    assert read(operator, ALPHA, stamp) == "one\n" * 2


def test_a_log_of_20_mb_reads_back(pilot, operator, stamp):
    piece = "".join(pilot_line(f"{number:06d} " + "x" * 70) for number in range(8000))
    sent = ""
    while len(sent) < 20_000_000:
        assert pilot.send(piece + f"{len(sent)}\n", stamp)["OK"]
        sent += piece + f"{len(sent)}\n"
        piece = piece[::-1]
    assert read(operator, ALPHA, stamp) == sent


def test_metadata_is_what_stock_callers_expect(operator):
    assert operator.call("getMetadata")["Value"]["LogPath"].startswith("/")
