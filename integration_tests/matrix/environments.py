"""Virtual environments with other versions of Python and DIRAC than the locked ones."""

import shutil
import subprocess
import sys
from pathlib import Path

from ..stack.environment import TOP
from ..stack.storage_elements import install_gfal2
from .unavailable import Unavailable

_UV = (sys.executable, "-m", "uv")
#: What a wheel is tested with: all that its tests without a server import.
_EXTRAS = "server,kafka,otlp"
#: The one of Debian's module gfal2, and of the stack.
STACK_PYTHON = "3.11"


def locked(folder: Path, python=STACK_PYTHON, without=(), **versions):
    """Return the bin folder of an environment as locked, but for these packages and versions. Raise Unavailable."""
    lock = _lock(versions, without)
    return _made(folder, python, f"{python}\n{lock}", "--no-deps", "-r", _file(folder, lock))


def resolved(folder: Path, wheel: Path, resolution):
    """Return that of an environment with a wheel, the lowest or highest versions that it takes, and tools of tests."""
    no_gfal2 = ("--override", _file(folder, "gfal2-python; python_version < '3'\n"))
    stamp = f"{wheel.name}[{_EXTRAS}]"
    if not _is_made(folder, stamp):
        into = _empty(folder, STACK_PYTHON)
        _uv(*into, *no_gfal2, "--resolution", resolution, f"{wheel}[{_EXTRAS}]")
        _uv(*into, *no_gfal2, f"{wheel}[testing]")
        _finish(folder, STACK_PYTHON, stamp)
    return folder / "bin"


def _made(folder, python, stamp, *requirements):
    if not _is_made(folder, stamp):
        into = _empty(folder, python)
        _uv(*into, *requirements)
        _uv(*into, "setuptools")
        _uv(*into, "--no-deps", "--no-build-isolation", "-e", TOP)
        _finish(folder, python, stamp)
    return folder / "bin"


def _is_made(folder, stamp):
    done = folder / "done"
    return done.exists() and done.read_text() == stamp


def _empty(folder, python):
    """Make an empty environment; return the words of uv that install into it."""
    shutil.rmtree(folder, ignore_errors=True)
    _uv("venv", "--python", _interpreter(python), folder)
    return "pip", "install", "--python", folder / "bin" / "python"


def _finish(folder, python, stamp):
    if python == STACK_PYTHON:
        install_gfal2(folder / "lib" / f"python{python}" / "site-packages")
    (folder / "done").write_text(stamp)


def _interpreter(version):
    """Return an interpreter of this version that the machine has; none is fetched."""
    asked = subprocess.run([*_UV, "python", "find", "--no-python-downloads", "--system", version],
                           capture_output=True, text=True, check=False)  # fmt: skip
    pyenv = sorted(Path.home().glob(f".pyenv/versions/{version}.*/bin/python"))
    if asked.returncode and not pyenv:
        raise Unavailable(f"there is no Python {version} here")
    return asked.stdout.strip() if not asked.returncode else str(pyenv[-1])


def _lock(versions, without):
    lines = (TOP / "requirements.lock").read_text().splitlines()
    pins = [line for line in lines if line and not line.lstrip().startswith("#")]
    others = {name.lower() for name in (*versions, *without)}
    kept = [pin for pin in pins if pin.partition("==")[0].lower() not in others]
    return "\n".join([*kept, *(f"{name}=={version}" for name, version in versions.items())]) + "\n"


def _file(folder, text):
    path = folder.with_name(f"{folder.name}.txt")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def _uv(*words):
    done = subprocess.run([*_UV, *map(str, words)], capture_output=True, text=True, check=False)
    if done.returncode:
        lines = done.stderr.strip().splitlines()
        raise Unavailable(f"uv {words[0]}: {next((line for line in lines if line.startswith('error')), lines[-1])}")
