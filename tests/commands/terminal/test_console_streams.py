"""Commands in any locale, and with readers that do not read to the end."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from PilotLoggingDIRAC.WorkloadManagementSystem import scripts
from tests.forked import run_each

SCRIPTS = sorted(path.stem for path in Path(scripts.__file__).parent.glob("dirac_*.py"))
ASCII = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
LATIN = {"PYTHONIOENCODING": "latin-1"}

BEGIN = """
import sys
from PilotLoggingDIRAC.commands.terminal import console
from PilotLoggingDIRAC.commands.terminal.exit_code import exit_code, prepare
prepare()
"""
MANY = (
    BEGIN
    + """
def run():
    for number in range(20000):
        console.line("line of a result")
        if not console.is_read():
            break
    console.table(["A"], [["b"]])
    return 2
sys.exit(exit_code("It failed", run))
"""
)
WORD = (
    BEGIN
    + """
def run():
    console.line("caf\\u00e9 \\u6f22")
    return 0 if sys.argv[1] == "caf\\u00e9" else 5
sys.exit(exit_code("It failed", run))
"""
)


def python(*words, env=None, **more):
    return subprocess.run(
        [sys.executable, *words], env=os.environ | (env or {}), stderr=subprocess.PIPE, timeout=120, **more
    )


@pytest.fixture
def nobody():
    """A pipe that nobody reads."""
    reading, writing = os.pipe()
    os.close(reading)
    yield writing
    os.close(writing)


def test_command_whose_reader_has_gone_ends_with_its_own_code_and_in_silence(nobody):
    done = python("-c", MANY, stdout=nobody)
    assert (done.returncode, done.stderr) == (2, b"")


def test_full_disk_is_an_error_in_words():
    with Path("/dev/full").open("w") as full:
        done = python("-c", MANY, stdout=full)
    assert (done.returncode, done.stderr) == (1, b"It failed: No space left on device\n")


def test_command_without_a_standard_output_ends_with_its_own_code():
    done = python("-c", f"import os, sys; os.close(1); os.execv(sys.executable, ['python', '-c', {MANY!r}])")
    assert (done.returncode, done.stderr) == (2, b"")


def test_command_without_a_standard_input_is_not_confirmed():
    asks = BEGIN + "sys.exit(4 if console.confirmed('Delete?') else 3)"
    done = python("-c", f"import os, sys; os.close(0); os.execv(sys.executable, ['python', '-c', {asks!r}])")
    assert (done.returncode, done.stderr) == (3, b"Delete? [y/N] ")


@pytest.mark.parametrize("env", [ASCII, LATIN, {"LANG": "C"}], ids=["ascii", "latin", "LANG=C"])
def test_text_is_taken_and_given_in_any_locale(env):
    done = python("-c", WORD, "caf\u00e9".encode(), env=env, stdout=subprocess.PIPE)
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.startswith(b"caf") and done.stdout.endswith(b"\n")


def test_argument_that_is_no_text_is_refused_in_words():
    done = python("-c", WORD, b"caf\xe9", env=ASCII, stdout=subprocess.PIPE)
    assert done.returncode == 1 and b"neither UTF-8 nor" in done.stderr and b"Traceback" not in done.stderr


HELP = f"""
import runpy
sys.argv = [case, "--help"]
runpy.run_module("{scripts.__name__}." + case, run_name="__main__", alter_sys=True)
"""


def test_help_that_is_not_read_to_its_end_is_no_failure(nobody, tmp_path):
    begin = "import DIRAC.Core.Base.Script, PilotLoggingDIRAC.commands.terminal.exit_code"
    assert run_each(begin, HELP, SCRIPTS, tmp_path, stdout=nobody) == dict.fromkeys(SCRIPTS, ("0", "", ""))
