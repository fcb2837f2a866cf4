"""The arguments of a long message over DISET: decoded while they arrive."""

import json

import pytest

from PilotLoggingDIRAC.pilotlog.errors import InvalidInput
from PilotLoggingDIRAC.pilotlog.receive.long_call import LongCall


def decoded(encoded, step):
    call = LongCall(1_000_000)
    for start in range(0, len(encoded), step):
        call.feed(encoded[start : start + step])
    return call.finish()


@pytest.mark.parametrize("step", [1, 3, 7, 10_000])
@pytest.mark.parametrize("ascii_only", [True, False])
def test_what_a_client_sends_is_decoded_wherever_it_is_cut(step, ascii_only):
    text = 'é😀"\\\n\x00文' * 20
    answer = {"OK": True, "Value": [json.dumps(text), "abc", None]}
    arrived, stamp, vo = decoded(json.dumps(answer, ensure_ascii=ascii_only).encode(), step)
    assert (arrived.whole().decode(), stamp, vo) == (text, "abc", None)


@pytest.mark.parametrize(
    "encoded",
    [b"", b"{", b'{"OK": true, "Value": ["\\"a\\"", "s", "v"]', b'{"OK": false, "Value": ["\\"a\\"", "s", "v"]}',
     b'["\\"a\\"", "s", "v"]', b'{"OK": true, "Value": {}}', b'{"OK": true, "Value": [7]}', b"x" * 1000,
     b'{"OK": true, "Value": ["\\"\xff\\"", "s", "v"]}', b'{"OK": true, "Value": ["\\"a\\"", "s", "v"]}}'],
)  # fmt: skip
@pytest.mark.parametrize("step", [1, 10_000])
def test_anything_else_is_refused(encoded, step):
    with pytest.raises(InvalidInput):
        decoded(encoded, step)
