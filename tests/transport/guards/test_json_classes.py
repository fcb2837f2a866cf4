"""DIRAC's JSON makes objects of what a service knows, and imports nothing because a caller names it."""

import functools
import json
import subprocess
import sys

import pytest
from DIRAC.Core.Utilities.JEncode import DJSONDecoder, decode

from PilotLoggingDIRAC.transport.guards.json_classes import guard_json
from PilotLoggingDIRAC.transport.guards.replacing import LibraryChanged

_PROGRAM = """
import sys
from DIRAC.Core.Utilities.JEncode import JSerializable, decode, encode
from PilotLoggingDIRAC.transport.guards.json_classes import decode_plain, guard_json
class Known(JSerializable):
    _attrToSerialize = ["a"]
guard_json()
guard_json()
decode = decode_plain if sys.argv[2] == "plain" else decode
try:
    print(encode(decode(sys.argv[1])[0]))
except Exception as error:
    print(type(error).__name__)
print(any(name in sys.modules for name in ("this", "unittest.__main__")))
"""


def decoded(text, way="guarded"):
    """(what the guarded decoder made of it, whether a module was imported for it), in a process of its own."""
    done = subprocess.run([sys.executable, "-c", _PROGRAM, text, way], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    *_, value, imported = done.stdout.splitlines()
    return value, imported == "True"


@pytest.mark.parametrize("way", ["guarded", "plain"])
def test_no_module_is_imported_because_a_caller_names_it(way):
    for module in ("this", "unittest.__main__"):
        assert decoded(json.dumps([{"__dCls": "x", "__dMod": module}]), way) == ("TypeError", False)


@pytest.mark.parametrize("way", ["guarded", "plain"])
def test_what_is_no_object_is_decoded_as_ever(way):
    for value in (
        [{"__dCls": "dt", "obj": "2026-01-01 00:00:00"}, {"__dCls": "b64", "obj": "AAAA"}],
        {"a": [{"b": None}]},
    ):
        assert json.loads(decoded(json.dumps(value), way)[0]) == value


def test_objects_of_classes_that_the_service_knows_are_made_where_objects_are_taken():
    known = '{"__dCls": "Known", "__dMod": "__main__", "a": 1}'
    assert json.loads(decoded(known)[0])["a"] == 1
    assert decoded(known, "plain")[0] == "TypeError"
    assert decoded('{"__dCls": "Popen", "__dMod": "subprocess"}')[0] == "TypeError"


def test_numbers_that_json_does_not_have_are_refused_where_no_objects_are_taken():
    for text in ("NaN", "-Infinity", "[1e999]"):
        assert decoded(text, "plain")[0] == "ValueError"
    assert decoded("[1.5, -2e3, 7]", "plain")[0] == "[1.5, -2000.0, 7]"


#: What a decoder may have in the place of its function of one dictionary.
OTHERS = [lambda self, values: values, staticmethod(lambda values, more: values), None]


@pytest.mark.parametrize("other", OTHERS, ids=["method", "two arguments", "none"])
def test_without_the_decoder_that_is_known_no_service_starts(monkeypatch, other):
    monkeypatch.setattr(DJSONDecoder, "dict_to_object", other)
    with pytest.raises(LibraryChanged, match=r"DIRAC has changed: DJSONDecoder\.dict_to_object"):
        guard_json()
    monkeypatch.delattr(DJSONDecoder, "dict_to_object")
    with pytest.raises(LibraryChanged):
        guard_json()


def test_a_decoder_with_one_more_option_is_guarded(monkeypatch):
    monkeypatch.setattr(DJSONDecoder, "dict_to_object", staticmethod(lambda values, strict=False: values))
    guard_json()
    with pytest.raises(TypeError, match="does not know"):
        decode('{"__dCls": "x", "__dMod": "no.such.module"}')


def test_a_decoder_that_a_library_has_wrapped_is_guarded(monkeypatch):
    made, original = [], DJSONDecoder.dict_to_object
    monkeypatch.setattr(
        DJSONDecoder, "dict_to_object", staticmethod(functools.wraps(original)(lambda values: made.append(values)))
    )
    guard_json()
    with pytest.raises(TypeError, match="does not know"):
        decode('{"__dCls": "x", "__dMod": "no.such.module"}')
    assert made == []
