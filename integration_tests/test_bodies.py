"""Limits of a body: over one it is read to its end, refused with HTTP 200, counted, marked, and costs little memory."""

import gzip
import json
import re
import struct
import uuid
import zlib
from contextlib import contextmanager
from urllib.parse import quote_plus, urlencode

import pytest

from PilotLoggingDIRAC.pilotlog.settings import BodySettings, IngestSettings

from .forms import urlencoded
from .raw import Raw, Usage
from .test_collector import ALPHA, BETA, read
from .waiting import stored, until

#: Text that is stored of one message.
LIMIT = IngestSettings().max_message_bytes
#: A body of which all text may be stored, whatever its characters: each takes twelve times its bytes at most.
LARGE = 12 * LIMIT
#: A call that is no message may have this many bytes.
HELD = BodySettings().max_held_bytes
START, END = b'method=sendMessage&args=["\\"', '\\"","{}","vo"]'
GZIP_HEAD = gzip.compress(b"")[:10]
MAX_GROWTH_MB = 64
#: Six times what the slowest of them took.
MAX_CPU_SECONDS = 10
OTHER = "/WorkloadManagement/TornadoWMSAdministrator"


def body(stamp, unit=b"x", size=LARGE, start=START, end=END):
    """A sendMessage of exactly so many bytes, most of which are ``unit``, as they are."""
    end = end.format(stamp).encode()
    room = size - len(start) - len(end)
    return start + unit * (room // len(unit)) + b"x" * (room % len(unit)) + end


def lines(stamp, line, number):
    """A sendMessage of a list of lines, as they are."""
    return (
        b'method=sendMessage&args=["[' + b",".join([b'\\"' + line + b'\\"'] * number) + f']","{stamp}","vo"]'.encode()
    )


def whole(operator, stamp):
    """The whole text of a log of alpha's."""
    return operator.call("getLogs", stamp, ALPHA)["Value"]["StdOut"]


def counted(operator, reason):
    return operator.call("getStatus")["Value"]["Collector"]["Refused"].get(reason, 0)


@contextmanager
def counting(operator, reason, number=1):
    before = counted(operator, reason)
    yield
    until(lambda: counted(operator, reason) >= before + number, seen=lambda: counted(operator, reason) - before)
    assert counted(operator, reason) == before + number


@pytest.fixture(scope="module")
def bomb():
    """A message of 1 GB, compressed: one packed megabyte a thousand times, as to pack each takes seconds."""
    end, unit, number = END.format(uuid.uuid4().hex).encode(), b"x" * 1_000_000, 1000
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    start, middle = (packer.compress(text) + packer.flush(zlib.Z_FULL_FLUSH) for text in (START, unit))
    checksum = zlib.crc32(START)
    for _ in range(number):
        checksum = zlib.crc32(unit, checksum)
    size = len(START) + number * len(unit) + len(end)
    trailer = struct.pack("<II", zlib.crc32(end, checksum), size)
    return GZIP_HEAD + start + number * middle + packer.compress(end) + packer.flush() + trailer


@pytest.fixture
def operator(connect):
    return connect("opal")


WORST = {
    "plain": lambda stamp: body(stamp),
    "line breaks": lambda stamp: body(stamp, rb"\\n"),
    "quotes": lambda stamp: body(stamp, rb"\\\""),
    "backslashes": lambda stamp: body(stamp, rb"\\\\"),
    "all encoded": lambda stamp: body(stamp, b"%5C%5Cn"),
    "equal signs": lambda stamp: body(stamp, b"="),
    "percent signs": lambda stamp: body(stamp, b"%"),
    "ampersands": lambda stamp: b"&" * LARGE,
    "emoji, escaped twice": lambda stamp: body(stamp, rb"\\ud83d\\ude00"),
    "emoji, escaped": lambda stamp: body(stamp, rb"\ud83d\ude00"),
    "emoji, encoded": lambda stamp: body(stamp, b"%F0%9F%98%80"),
    "emoji": lambda stamp: body(stamp, "😀".encode()),
    "one emoji": lambda stamp: body(stamp, start=START + "😀".encode()),
    "one emoji, line breaks": lambda stamp: body(stamp, rb"\\n", start=START + "😀".encode()),
    "surrogates": lambda stamp: body(stamp, rb"\\ud800"),
    "a million lines": lambda stamp: lines(stamp, b"x" * 33, 1_000_000),
    "a million lines with emoji": lambda stamp: lines(stamp, "😀".encode() + b"x" * 31, 1_000_000),
    "ten million empty lines": lambda stamp: lines(stamp, b"", 10_000_000),
    "1 MB of plain text": lambda stamp: body(stamp, size=1_000_000),
    "1 MB with an emoji": lambda stamp: body(stamp, size=1_000_000, start=START + "😀".encode()),
    "1 MB of line breaks": lambda stamp: body(stamp, rb"\\n", size=1_000_000),
    "secrets": lambda stamp: body(stamp, b"TOKEN=ab "),
    "URLs with passwords": lambda stamp: body(stamp, b"http://u:p@h "),
    "blanks before the text": lambda stamp: body(
        stamp, b"+", start=b"method=sendMessage&args=[", end='"\\"x\\"","{}","vo"]'
    ),
    "nested": lambda stamp: b"method=sendMessage&args=" + b"[" * (LARGE - 100),
    "nested, of another method": lambda stamp: b"method=getPilotLogs&args=" + b"[]," * (HELD // 3 - 100),
    "99 MB": lambda stamp: body(stamp, size=99_000_000),
}


@pytest.mark.parametrize("make", WORST.values(), ids=WORST)
def test_the_largest_body_of_any_kind_costs_little_memory(stack, connect, stamp, make):
    connect("pila").send("text\n", stamp)
    sent = make(stamp)
    usage = Usage(stack.pid("tornado"))
    with Raw(stack, "pila") as raw:
        status, answer = raw.post(sent)
    print(f"growth {usage.growth:.1f} MB, {usage.cpu_seconds:.2f} s of CPU, {answer}")
    assert status == 200 and "Internal" not in str(answer)
    assert usage.growth <= MAX_GROWTH_MB and usage.cpu_seconds < MAX_CPU_SECONDS


@pytest.mark.parametrize("chunked", [False, True])
def test_a_gzip_bomb_costs_neither_memory_nor_time(stack, operator, bomb, chunked):
    usage = Usage(stack.pid("tornado"))
    with counting(operator, "MessageTooLarge"), Raw(stack, "pila") as raw:
        raw.head(None if chunked else len(bomb), Content_Encoding="gzip")
        if chunked:
            raw.chunk(bomb)
            raw.chunk(b"")
        else:
            raw.socket.sendall(bomb)
        status, answer = raw.answer()
    print(f"{len(bomb)} bytes: growth {usage.growth:.1f} MB, {usage.cpu_seconds:.2f} s of CPU")
    assert (status, answer["OK"]) == (200, False)
    assert usage.growth <= MAX_GROWTH_MB and usage.cpu_seconds < 2


def test_an_honest_compressed_message_is_stored(stack, operator, stamp):
    sent = urlencode(
        {"method": "sendMessage", "args": json.dumps([json.dumps("text é\n" * 1000), stamp, "vo"])}
    ).encode()
    with Raw(stack, "pila") as raw:
        status, answer = raw.post(gzip.compress(sent), Content_Encoding="gzip")
    assert (status, answer["OK"]) == (200, True)
    stored(stack)
    assert read(operator, ALPHA, stamp) == "text é\n" * 1000


@pytest.mark.parametrize(
    ("encoded", "character"), [(b"%5C%5C%5C%22", '"'), (b"%5C%5Cu6587", "文"), ("文".encode(), "文")]
)
def test_text_of_the_limit_is_stored_whatever_its_characters_take_in_a_body(stack, operator, stamp, encoded, character):
    unit = encoded * 33 + rb"\\n"
    number = LIMIT // len((character * 33 + "\n").encode())
    with Raw(stack, "pila") as raw:
        assert raw.post(START + unit * number + END.format(stamp).encode())[1]["OK"]
        assert raw.post(body(stamp, b"y", 1000))[1]["OK"]
    stored(stack)
    text = whole(operator, stamp)
    assert set(text) == {character, "y", "\n"} and len(text.encode()) > 0.99 * LIMIT


@pytest.mark.parametrize("megabytes", [5, 99])
def test_over_the_limit_head_and_tail_are_stored_and_the_connection_goes_on(stack, operator, stamp, megabytes):
    line = b"x" * 97 + rb"\\n"
    sent = START + line * (megabytes * 10_000) + END.format(stamp).encode()
    with Raw(stack, "pila") as raw:
        status, answer = raw.post(sent)
        assert (status, answer["OK"]) == (200, True)
        assert raw.post(body(stamp, b"y", 1000))[1]["OK"]
    stored(stack)
    text, size = whole(operator, stamp), 98 * megabytes * 10_000
    told = f"bytes of a message are missing here: its {size} are over the limit of {LIMIT}\n"
    head, _, tail = text.partition(told)
    missing = int(head.rpartition("[PilotLogging] ")[2])
    assert size - missing == text.count("x" * 97 + "\n") * 98 > 0.9 * LIMIT and "yyy" in tail and "xxx" in tail


def test_a_host_s_long_message_goes_to_the_vo_that_it_states(stack, connect, stamp):
    end = f'\\"","{{}}","{BETA}"]&extraCredentials=%22hosts%22'
    with Raw(stack, "host") as raw:
        status, answer = raw.post(body(stamp, b"x" * 97 + rb"\\n", size=LIMIT + 10, end=end))
    assert (status, answer["OK"]) == (200, True)
    connect("host").send("next\n", stamp, BETA)
    assert "xxx" in read(connect("opbert"), BETA, stamp)


@pytest.mark.parametrize(("user", "status"), [(None, 401), ("alice", 401)])
def test_who_may_not_write_marks_nothing(stack, connect, operator, stamp, user, status):
    connect("pila").send("text\n", stamp)
    with Raw(stack, user) as raw:
        assert raw.post(body(stamp, size=2 * LIMIT))[0] == status
    connect("pila").send("next\n", stamp)
    assert read(operator, ALPHA, stamp) == "text\nnext\n"


UNREADABLE = {
    "the message is no JSON": lambda stamp: json.dumps(["not json", stamp, "vo"]),
    "the arguments are no JSON": lambda stamp: f'["a" "b","{stamp}","vo"]',
    "read in a thread": lambda stamp: json.dumps(["not json " * 10_000, stamp, "vo"]),
}


@pytest.mark.parametrize("make", UNREADABLE.values(), ids=UNREADABLE)
def test_a_small_message_that_can_t_be_read_is_missing_in_its_log(stack, connect, operator, stamp, make):
    with Raw(stack, "pila") as raw:
        status, answer = raw.post(urlencoded({"method": "sendMessage", "args": make(stamp)}))
    assert (status, answer["OK"]) == (200, False)
    connect("pila").send("next\n", stamp)
    stored(stack)
    text = whole(operator, stamp)
    assert text.count("1 messages with ") == text.count("bytes are missing here: ") == 1 and text.endswith("next\n")


GOOD = urlencode({"method": "sendMessage", "args": json.dumps(['"a"', "abc", "vo"])}).encode()
MULTIPART = b'--b\r\nContent-Disposition: form-data; name="method"\r\n\r\nsendMessage\r\n--b--\r\n'
MALFORMED = {
    "multipart": (MULTIPART, {"content_type": "multipart/form-data; boundary=b"}),
    "JSON": (b'{"method": "sendMessage"}', {"content_type": "application/json"}),
    "no type": (GOOD, {"content_type": None}),
    "empty": (b"", {}),
    "no method": (b"args=%5B%5D", {}),
    "no arguments": (b"method=sendMessage", {}),
    "empty arguments": (b"method=sendMessage&args=", {}),
    "other fields": (b"a=b&c=d", {}),
    "no fields": (b"hello", {}),
    "many fields": (b"method=sendMessage&" + b"a=b&" * 50, {}),
    "long field": (b"method=sendMessage&a=" + b"b" * 10_000, {}),
    "lone percent": (b"method=sendMessage&args=%", {}),
    "lone percent in the method": (b"method=%&args=%5B%5D", {}),
    "no UTF-8": (b"method=sendMessage&args=%FF", {}),
    "no gzip": (GOOD, {"Content_Encoding": "gzip"}),
    "gzip cut off": (gzip.compress(GOOD)[:-4], {"Content_Encoding": "gzip"}),
    "gzip and more": (gzip.compress(GOOD) + b"more", {"Content_Encoding": "gzip"}),
    "deflate": (zlib.compress(GOOD), {"Content_Encoding": "deflate"}),
    "brotli": (GOOD, {"Content_Encoding": "br"}),
    "NUL": (b"\0" * 1000, {}),
    "over the limit, no form": (b"\0" * (HELD + 1), {}),
    "over the limit, other method": (b"method=getLog&args=" + b"x" * HELD, {}),
    "over the limit, multipart": (MULTIPART * 100_000, {"content_type": "multipart/form-data; boundary=b"}),
}


@pytest.mark.parametrize(("sent", "head"), MALFORMED.values(), ids=MALFORMED)
def test_a_body_that_is_no_call_is_refused_clearly(stack, sent, head):
    with Raw(stack, "pila") as raw:
        status, answer = raw.post(sent, **head)
        assert (status, answer["OK"]) == (200, False), answer
        assert "Internal" not in answer["Message"]
        assert raw.post(b"method=ping&args=%5B%5D")[1]["OK"]


@pytest.mark.parametrize(("sent", "head"), MALFORMED.values(), ids=MALFORMED)
def test_who_is_nobody_is_told_so_whatever_the_body_is(stack, sent, head):
    with Raw(stack, None) as raw:
        assert raw.post(sent, **head)[0] == 401


def test_other_services_in_the_same_tornado_take_what_they_took_before(stack):
    ping = b"method=ping&args=%5B%5D"
    parts = b"".join(
        f'--b\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in (("method", "ping"), ("args", "[]"))
    )
    with Raw(stack, "opal") as raw:
        raw.post(GOOD)
        assert raw.post(ping, path=OTHER)[1]["OK"]
        assert raw.post(gzip.compress(ping), path=OTHER, Content_Encoding="gzip")[1]["OK"]
        assert raw.post(parts + b"--b--\r\n", path=OTHER, content_type="multipart/form-data; boundary=b")[1]["OK"]
        large = b"method=echo&args=" + quote_plus(json.dumps(["x" * 2 * LIMIT])).encode()
        assert raw.post(large, path=OTHER)[1]["Value"] == "x" * 2 * LIMIT


def outcomes(text, line, size):
    """Return how many copies of a message are in its log, how many were refused, and how many were known again."""
    refused = sum(map(int, re.findall(r"(\d+) messages with \d+ bytes are missing here", text)))
    known = len(re.findall(r"\d+ bytes (?:are left out|may be missing) here", text))
    return round(text.count(line) * len(line) / min(size, LIMIT)), refused, known


@pytest.fixture(scope="module")
def answers_at_once(stack):
    """A collector that waits for nothing; the last tests of the module have it, so that it is restarted only twice."""
    with stack.options({"/Systems/WorkloadManagement/Services/TornadoPilotLogging/AnswerSeconds": 0.001}):
        stack.restart("tornado")
        yield
    stack.restart("tornado")


@pytest.mark.usefixtures("answers_at_once")
@pytest.mark.parametrize("size", [900_000, 2 * LIMIT])
def test_equal_long_messages_that_nobody_waits_for_are_stored_marked_or_known_again(stack, operator, stamp, size):
    """A collector takes as many in time as it can; each is told of, and what had no acknowledgement is there once."""
    line, number = "x" * 97 + "\n", 5
    with Raw(stack, "pila") as raw:
        answers = [raw.post(body(stamp, line[:-1].encode() + rb"\\n", size))[1] for _ in range(number)]
    assert all(answer["OK"] or answer["Errno"] == 3407 for answer in answers)

    def look():
        return outcomes(whole(operator, stamp), line, size)

    until(lambda: sum(look()) >= number, seen=look)  # the marks come with the next group, or a second later
    found = look()
    assert sum(found) == number, found
    assert found[0] <= 1 + sum(answer["OK"] for answer in answers), found
