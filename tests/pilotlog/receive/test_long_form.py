"""A long message is decoded while it arrives: the same text as at once, and memory for its text alone."""

import json
import random
from urllib.parse import quote_plus, urlencode

import pytest

from PilotLoggingDIRAC.pilotlog.errors import InvalidInput, MessageTooLarge, Overloaded
from PilotLoggingDIRAC.pilotlog.receive import long_form
from PilotLoggingDIRAC.pilotlog.receive.body import Body, BodyMemory
from PilotLoggingDIRAC.pilotlog.receive.long_form import LongForm
from PilotLoggingDIRAC.pilotlog.settings import BodySettings

MiB = 1024 * 1024
LIMIT = 4 * MiB
STAMP = "0123456789abcdef" * 2
CASES = {
    "1,500 JSON lines of 1.4 kB": "".join(
        json.dumps({"name": f"file {n}", "tags": ["a", "b"] * 80, "ok": True}).ljust(1400, "#") + "\n"
        for n in range(1500)
    ),
    "1,000 lines of 136 CJK characters": ("飞行员日志" * 28)[:136].join(["", *["\n"] * 1000]),
    "200,000 short lines": "".join(f"{n}\n" for n in range(200_000)),
    "backslashes and quotes": '\\"' * 500_000,
    "controls": "\x1b[0m\x00" * 100_000,
    "emoji": "😀" * 300_000,
    "lone surrogates": "\ud83d" * 200_000,
}


def body(message, method="sendMessage", arguments=(STAMP, "vo"), last=(), ascii_only=True):
    args = json.dumps([json.dumps(message, ensure_ascii=ascii_only), *arguments], ensure_ascii=ascii_only)
    fields = {"method": method, "args": args, **dict(last)}
    return urlencode({name: value.encode("utf-8", "surrogatepass") for name, value in fields.items()}).encode()


def receive(sent, step=65536, memory=None, settings=None, limit=LIMIT, encoding=""):
    received = Body(settings or BodySettings(), memory or BodyMemory(64 * MiB), encoding, limit)
    for start in range(0, len(sent), step):
        received.add(sent[start : start + step])
    return received, received.finish()


@pytest.mark.parametrize("message", CASES.values(), ids=CASES)
@pytest.mark.parametrize("as_list", [False, True])
def test_ordinary_long_messages_are_taken_whole(message, as_list):
    lines = message.split("\n")
    sent = body(lines if as_list else message)
    received, form = receive(sent, step=random.Random(len(sent)).randrange(50_000, 90_000))
    assert received.refusal is None and received.is_long
    arrived, stamp, vo = form.message
    expected = "".join(f"{line}\n" for line in lines) if as_list else message
    assert arrived.whole() == expected.encode("utf-8", "backslashreplace")
    assert (stamp, vo, form.fields) == (STAMP, "vo", {"method": b"sendMessage"})


def test_characters_that_are_not_escaped_are_taken_too():
    message = "飞行é😀\n" * 100_000
    _, form = receive(body(message, ascii_only=False))
    assert form.message[0].whole() == message.encode()


def test_of_a_longer_one_head_tail_and_size_are_known(peak_bytes):
    sent = body("".join(f"{'x' * 999_990}{n:09}\n" for n in range(12)))
    with peak_bytes(below=3 * LIMIT):
        _, form = receive(sent)
    arrived = form.message[0]
    assert (arrived.size, arrived.is_whole) == (12_000_000, False)
    assert arrived.held_bytes < LIMIT + 65536 and arrived.tail().endswith(b"000000011\n")


def test_the_method_may_stand_behind():
    method, _, args = body(CASES["emoji"]).partition(b"&")
    _, form = receive(args + b"&" + method + b"&extraCredentials=%22hosts%22")
    assert form.fields == {"method": b"sendMessage", "extraCredentials": b'"hosts"'} and form.names() == (STAMP, "vo")


@pytest.mark.parametrize(
    "sent",
    [
        body("x" * 2 * MiB, arguments=())[:-3],
        body("x" * 2 * MiB) + b"%",
        body("x" * 2 * MiB) + b"&args=%5B%5D",
        body("x" * 2 * MiB) + b"&a=" + b"x" * 100_000,
        body("x" * 2 * MiB) + b"&a=1" * 20,
        body("x" * 2 * MiB).replace(b"xxx%5C%22", b"xxx%FF%5C%22"),
        body("x" * 2 * MiB).replace(b"xxx%5C%22", b"xxx%5C%22xxx"),
        body({"a": "x" * 2 * MiB}),
        b"args=" + body("x" * 2 * MiB).partition(b"&args=")[2] + b"&method=getLogs",
        b"args=" + body("x" * 2 * MiB).partition(b"&args=")[2],
        b"method=sendMessage&args=" + b"[" * 2 * MiB,
        b"method=sendMessage&args=" + b"%" * 2 * MiB,
        b"method=sendMessage&args=" + b"\xff" * 2 * MiB,
    ],
)
def test_what_is_no_message_is_refused_by_name(sent):
    received, form = receive(sent)
    assert isinstance(received.refusal, InvalidInput) and not form.message


def test_another_call_may_not_be_that_long():
    received, _ = receive(b"method=getPilotLogs&args=" + b"x" * LIMIT)
    assert isinstance(received.refusal, MessageTooLarge)
    assert not long_form.begins(b"method=getPilotLogs&args=%5B")


def test_a_message_that_there_is_no_memory_for_is_counted_in_bytes_of_its_text():
    for memory in (BodyMemory(100_000), BodyMemory(3 * MiB // 2)):
        received, form = receive(body("é" * MiB), memory=memory)
        assert isinstance(received.refusal, Overloaded) and form.names() == (STAMP, "vo")
        assert received.text_bytes == 2 * MiB


def test_it_holds_as_much_of_the_shared_memory_as_its_text_takes():
    memory = BodyMemory(LIMIT)
    first, form = receive(body("x\x00" * MiB), memory=memory)
    assert first.refusal is None and form.message[0].size == 2 * MiB
    second = Body(BodySettings(), memory)
    second.add(b"x" * (2 * MiB))
    assert second.refusal is None
    first.close()
    third = Body(BodySettings(), memory)
    third.add(b"x" * (2 * MiB))
    assert second.refusal is None and third.refusal is None


def test_memory_does_not_depend_on_the_characters(peak_bytes):
    for unit in ('"', "\\", "\n", "\x1b", "é", "文", "😀"):
        size = 2 * MiB // len(unit.encode()) * len(unit.encode())
        sent = body(unit * (size // len(unit.encode())))
        with peak_bytes(below=4 * MiB):
            _, form = receive(sent, limit=2 * MiB)
        assert form.message[0].size == size


def test_a_form_is_cut_anywhere():
    sent = body('\\" é😀\x00\ud83d' * 30, last=[("extraCredentials", '"hosts"')])
    begun = sent.index(b"args=") + 5
    for step in (1, 2, 3, 5, 7, 11):
        form = LongForm(sent[:begun], LIMIT)
        for start in range(begun, len(sent), step):
            form.feed(sent[start : start + step])
        found = form.finish()
        assert found.message[0].whole() == ('\\" é😀\x00' + r"\ud83d").encode() * 30
        assert found.fields["extraCredentials"] == b'"hosts"'


def test_plus_signs_are_blanks():
    assert (
        receive(b"method=sendMessage&args=" + quote_plus(json.dumps(['"' + "a b+" * MiB + '"', "s", "v"])).encode())[1]
        .message[0]
        .whole()
        .startswith(b"a b+a b+")
    )
