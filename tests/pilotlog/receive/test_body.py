"""Bodies while they arrive: kept up to the bounds, and never more held than that, however they are sent."""

import gzip
import tracemalloc
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from PilotLoggingDIRAC.pilotlog.errors import InvalidInput, MessageTooLarge, Overloaded
from PilotLoggingDIRAC.pilotlog.receive.body import Body, BodyMemory
from PilotLoggingDIRAC.pilotlog.settings import BodySettings

LIMIT = 10_000
SETTINGS = BodySettings(max_body_bytes=LIMIT, max_unpacked_bytes=LIMIT)
HEAD = b"method=sendMessage&args="
END = b'%22%2C"stamp"%2C+"vo"%5D'


def form_of(size):
    """A body of so many bytes."""
    return HEAD + b"x" * (size - len(HEAD) - len(END)) + END


def receive(chunks, encoding="", memory=None, settings=SETTINGS):
    body = Body(settings, memory or BodyMemory(2 * settings.max_body_bytes), encoding)
    for chunk in chunks:
        body.add(chunk)
    return body, body.finish()


def pieces(data, size):
    return [data[start : start + size] for start in range(0, len(data), size)]


@pytest.mark.parametrize("step", [1, 7, 4096, LIMIT])
@pytest.mark.parametrize("encoding", ["", "gzip"])
def test_a_body_up_to_the_limit_is_kept_however_it_comes(step, encoding):
    sent = form_of(LIMIT)
    body, form = receive(pieces(gzip.compress(sent) if encoding else sent, step), encoding)
    assert (body.refusal, form.args) == (None, sent.removeprefix(HEAD))


@pytest.mark.parametrize("step", [1, 7, 4096, 2 * LIMIT])
def test_of_a_body_over_the_limit_the_edges_tell_whose_it_is(step):
    body, form = receive(pieces(form_of(LIMIT + 1), step))
    assert isinstance(body.refusal, MessageTooLarge) and body.size == LIMIT + 1
    assert form.fields == {"method": b"sendMessage"} and form.args.endswith(END)


@pytest.mark.parametrize("step", [1, 100, 100_000])
def test_what_unpacks_to_more_than_the_limit_is_refused_and_not_unpacked_further(step):
    bomb = gzip.compress(HEAD + b"x" * 5_000_000)
    tracemalloc.start()
    try:
        body, form = receive(pieces(bomb, step), "gzip")
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert isinstance(body.refusal, MessageTooLarge) and form.fields == {"method": b"sendMessage"}
    assert peak < 300_000


def test_a_compressed_body_over_the_limit_as_sent_is_refused():
    body, _ = receive(pieces(zlib.compress(b"") * LIMIT, 100), "gzip")
    assert body.refusal


BROKEN = {
    "no gzip": b"method=sendMessage",
    "deflate": zlib.compress(form_of(100)),
    "cut off": gzip.compress(form_of(100))[:-3],
    "empty": b"",
    "followed by more": gzip.compress(form_of(100)) + b"x",
    "two members": gzip.compress(b"method=x") * 2,
}


@pytest.mark.parametrize("sent", BROKEN.values(), ids=BROKEN)
@pytest.mark.parametrize("step", [1, 1000])
def test_a_broken_compressed_body_is_refused(sent, step):
    body, _ = receive(pieces(sent, step), "gzip")
    assert isinstance(body.refusal, InvalidInput)


@pytest.mark.parametrize("encoding", ["br", "deflate", "gzip, gzip", "x"])
def test_another_encoding_is_refused(encoding):
    body, _ = receive([form_of(100)], encoding)
    assert isinstance(body.refusal, InvalidInput)


def test_a_body_far_over_the_limit_costs_no_memory():
    memory, chunk = BodyMemory(2 * LIMIT), b"x" * 65536
    tracemalloc.start()
    try:
        receive((chunk for _ in range(1000)), memory=memory)
        assert tracemalloc.get_traced_memory()[1] < 100_000
    finally:
        tracemalloc.stop()


class TestRoom:
    def test_the_oldest_is_dropped_for_a_new_one_and_its_sender_told_at_its_end(self):
        memory = BodyMemory(2 * LIMIT)
        old, middle, new = (Body(SETTINGS, memory) for _ in range(3))
        for body in (old, middle, new):
            body.add(form_of(LIMIT)[:-1])
        assert isinstance(old.refusal, Overloaded) and not middle.refusal and not new.refusal
        old.add(form_of(LIMIT)[-1:])
        assert old.finish().args.endswith(END)

    def test_one_that_has_arrived_is_not_dropped_and_the_new_one_is_refused(self):
        memory = BodyMemory(LIMIT)
        first, second = Body(SETTINGS, memory), Body(SETTINGS, memory)
        first.add(form_of(LIMIT))
        assert first.finish().args
        second.add(form_of(100))
        assert isinstance(second.refusal, Overloaded) and not first.refusal

    def test_what_was_let_go_is_free_again(self):
        memory = BodyMemory(LIMIT)
        for _ in range(5):
            body = Body(SETTINGS, memory)
            body.add(form_of(LIMIT))
            body.finish()
            body.close()
            assert not body.refusal

    def test_who_lets_go_twice_gives_nothing_away(self):
        memory = BodyMemory(LIMIT)
        body = Body(SETTINGS, memory)
        body.add(form_of(LIMIT))
        body.close()
        body.close()
        bodies = [Body(SETTINGS, memory) for _ in range(2)]
        for body in bodies:
            body.add(form_of(LIMIT))
        assert [bool(body.refusal) for body in bodies] == [True, False]

    @given(st.lists(st.tuples(st.integers(0, 4), st.sampled_from(["add", "finish", "close"]), st.integers(0, 7000))))
    def test_whatever_comes_and_goes_all_together_never_hold_more(self, steps):
        memory, limit = BodyMemory(LIMIT), 6000
        bodies = [Body(BodySettings(max_body_bytes=limit), memory) for _ in range(5)]
        held = [0] * 5
        for index, action, size in steps:
            if action == "add" and not bodies[index].finished:
                bodies[index].add(b"x" * size)
                held[index] += size
            elif action == "finish" and not bodies[index].finished:
                bodies[index].finish()
            elif action == "close":
                bodies[index].close()
                bodies[index], held[index] = Body(BodySettings(max_body_bytes=limit), memory), 0
            kept = sum(size for body, size in zip(bodies, held, strict=True) if not body.refusal)
            assert kept <= LIMIT
