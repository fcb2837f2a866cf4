"""`./dev build`: sdist and wheel in dist/, and a check that DIRAC finds every part of the installed wheel.

The wheel is made from the sdist, so that both are whole. It is installed into an environment of its own, beside the
locked packages and without this checkout; there ``tests/test_discovery.py`` runs, and every command prints its help.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

TOP = Path(__file__).resolve().parents[1]
PACKAGE = "PilotLoggingDIRAC"
CHECK_SECONDS = 600


class BuildFailed(SystemExit):
    """A step that failed, with the end of what it printed."""


def run(argv, **kwargs):
    """Return what a command prints; BuildFailed when it fails or takes too long."""
    environment = {name: value for name, value in os.environ.items() if name not in ("PYTHONPATH", "VIRTUAL_ENV")}
    try:
        done = subprocess.run(
            list(map(str, argv)), env=environment, capture_output=True, text=True, timeout=CHECK_SECONDS, **kwargs
        )
    except subprocess.TimeoutExpired as error:
        raise BuildFailed(f"{argv[0]}: not done after {CHECK_SECONDS} s") from error
    if done.returncode:
        said = (done.stdout + done.stderr).splitlines()[-40:]
        raise BuildFailed("\n".join([f"{' '.join(map(str, argv))}: code {done.returncode}", *said]))
    return done.stdout


def build(into):
    """Make the sdist, and the wheel from it, with the locked setuptools; return their paths."""
    run([sys.executable, "-m", "build", "--no-isolation", "--outdir", into, TOP], cwd=into)
    (sdist,), (wheel,) = into.glob("*.tar.gz"), into.glob("*.whl")
    return sdist, wheel


def install(wheel, folder):
    """Return the Python of a new environment with the locked packages and the wheel."""
    uv, python = [sys.executable, "-m", "uv"], folder / "bin" / "python"
    run([*uv, "venv", "-q", "--python", sys.executable, folder])
    lock = ["-r", TOP / "requirements.lock"]
    run([*uv, "pip", "install", "-q", "--python", python, "--no-deps", *lock])
    run([*uv, "pip", "install", "-q", "--python", python, "--no-deps", wheel])
    return python


def check(python, folder):
    """Let DIRAC look for every part in the environment; BuildFailed unless all are found there."""
    where = run([python, "-c", f"import {PACKAGE}; print({PACKAGE}.__file__)"], cwd=folder).strip()
    if not Path(where).is_relative_to(python.parents[1]):
        raise BuildFailed(f"{PACKAGE} was imported from {where}, not from the wheel")
    test = TOP / "tests" / "test_discovery.py"
    print(run([python, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", TOP, test], cwd=folder).rstrip())
    commands = sorted(python.parent.glob("dirac-admin-pilot-logs-*"))
    for command in commands:
        if "Usage:" not in run([command, "--help"], cwd=folder):
            raise BuildFailed(f"{command.name} --help says nothing of its usage")
    print(f"{len(commands)} commands print their help")


def main():
    """Build into dist/ unless another folder is named, then check the wheel."""
    grammar = argparse.ArgumentParser(prog="./dev build", description=__doc__.partition(": ")[2])
    grammar.add_argument("--outdir", type=Path, default=TOP / "dist", help="folder for sdist and wheel; emptied first")
    into = grammar.parse_args().outdir.absolute()
    shutil.rmtree(into, ignore_errors=True)
    into.mkdir(parents=True)
    sdist, wheel = build(into)
    with tempfile.TemporaryDirectory(prefix="wheel-") as folder:
        check(install(wheel, Path(folder) / "venv"), folder)
    print(f"{sdist}\n{wheel}")


if __name__ == "__main__":
    main()
