"""DIRAC's JSON makes objects of what a service knows, and imports nothing because a caller names it."""

import json
import subprocess
import sys

_PROGRAM = """
import sys
from DIRAC.Core.Utilities.JEncode import decode, encode
from PilotLoggingDIRAC.WorkloadManagementSystem.Service.JSONGuard import guard_json
guard_json()
guard_json()
try:
    print(encode(decode(sys.argv[1])[0]))
except Exception as error:
    print(type(error).__name__)
print(any(name in sys.modules for name in ("this", "unittest.__main__")))
"""


def decoded(text):
    """(what the guarded decoder made of it, whether a module was imported for it), in a process of its own."""
    done = subprocess.run([sys.executable, "-c", _PROGRAM, text], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    *_, value, imported = done.stdout.splitlines()
    return value, imported == "True"


def test_no_module_is_imported_because_a_caller_names_it():
    for module in ("this", "unittest.__main__"):
        assert decoded(json.dumps([{"__dCls": "x", "__dMod": module}])) == ("TypeError", False)


def test_what_is_no_object_is_decoded_as_ever():
    for value in (
        [{"__dCls": "dt", "obj": "2026-01-01 00:00:00"}, {"__dCls": "b64", "obj": "AAAA"}],
        {"a": [{"b": None}]},
    ):
        assert json.loads(decoded(json.dumps(value))[0]) == value


def test_classes_that_are_not_made_for_it_are_refused_as_ever():
    assert decoded('{"__dCls": "Popen", "__dMod": "subprocess"}')[0] == "TypeError"
    assert decoded('{"__dCls": "JSerializable", "__dMod": "DIRAC.Core.Utilities.JEncode"}')[0] == "TypeError"
