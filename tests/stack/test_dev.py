"""`./dev` as developers call it."""

import os
import subprocess

import pytest

from integration_tests.stack.environment import TOP
from tests.waiting import PATIENCE_SECONDS


@pytest.fixture
def repeat(tmp_path):
    """``repeat(outcome, *switches)``: the output of runs of one test that leaves a line each time."""

    def run(outcome, *switches):
        (tmp_path / "test_once.py").write_text(
            "import pathlib\n"
            "def test_once():\n"
            f"    with pathlib.Path({str(tmp_path)!r}, 'runs').open('a') as runs:\n"
            "        runs.write('run\\n')\n"
            f"    assert {outcome}\n"
        )
        file = os.path.relpath(tmp_path / "test_once.py", TOP / "tests")
        argv = [str(TOP / "dev"), "unit", *switches, "-q", "-p", "no:cacheprovider", f"tests/{file}"]
        done = subprocess.run(argv, capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=False)
        return done.returncode, len((tmp_path / "runs").read_text().splitlines()), done.stdout.splitlines()[-1]

    return run


@pytest.mark.parametrize("switches", [("--repeat", "2"), ("--busy", "--repeat", "2"), ("-x", "--repeat", "2")])
def test_runs_are_repeated_wherever_the_switch_stands(repeat, switches):
    assert repeat(True, *switches) == (0, 2, "== 2 of 2 runs are green")


def test_the_first_red_run_is_the_last(repeat):
    assert repeat(False, "--repeat", "3") == (1, 1, "== run 1 of 3 is red")
