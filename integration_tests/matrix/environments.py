"""Virtual environments with other versions of Python and DIRAC than the locked ones."""

import shutil
import subprocess
import sys
from pathlib import Path

from ..stack.environment import TOP
from ..stack.storage_elements import install_gfal2
from .unavailable import Unavailable

_UV = (sys.executable, "-m", "uv")
#: The one of Debian's module gfal2, and of the stack.
STACK_PYTHON = "3.11"


def locked(folder: Path, python=STACK_PYTHON, **versions):
    """Return the bin folder of an environment as locked, but for these versions of packages. Raise Unavailable."""
    lock = _lock(versions)
    return _made(folder, python, f"{python}\n{lock}", "--no-deps", "-r", _file(folder, lock))


def resolved(folder: Path, wheel: Path, resolution):
    """Return that of an environment with a wheel, and the lowest or the highest versions that it takes."""
    return _made(folder, STACK_PYTHON, wheel.name, "--resolution", resolution, f"{wheel}[server,testing]",
                 "--override", _file(folder, "gfal2-python; python_version < '3'\n"), editable=False)  # fmt: skip


def _made(folder, python, stamp, *requirements, editable=True):
    done = folder / "done"
    if not (done.exists() and done.read_text() == stamp):
        shutil.rmtree(folder, ignore_errors=True)
        _uv("venv", "--python", _interpreter(python), folder)
        into = ("pip", "install", "--python", folder / "bin" / "python")
        _uv(*into, *requirements)
        if editable:
            _uv(*into, "setuptools")
            _uv(*into, "--no-deps", "--no-build-isolation", "-e", TOP)
        if python == STACK_PYTHON:
            install_gfal2(folder / "lib" / f"python{python}" / "site-packages")
        done.write_text(stamp)
    return folder / "bin"


def _interpreter(version):
    """Return an interpreter of this version that the machine has; none is fetched."""
    asked = subprocess.run([*_UV, "python", "find", "--no-python-downloads", "--system", version],
                           capture_output=True, text=True, check=False)  # fmt: skip
    pyenv = sorted(Path.home().glob(f".pyenv/versions/{version}.*/bin/python"))
    if asked.returncode and not pyenv:
        raise Unavailable(f"there is no Python {version} here")
    return asked.stdout.strip() if not asked.returncode else str(pyenv[-1])


def _lock(versions):
    lines = (TOP / "requirements.lock").read_text().splitlines()
    pins = [line for line in lines if line and not line.lstrip().startswith("#")]
    kept = [pin for pin in pins if pin.partition("==")[0].lower() not in {name.lower() for name in versions}]
    return "\n".join([*kept, *(f"{name}=={version}" for name, version in versions.items())]) + "\n"


def _file(folder, text):
    path = folder.with_suffix(".txt")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def _uv(*words):
    done = subprocess.run([*_UV, *map(str, words)], capture_output=True, text=True, check=False)
    if done.returncode:
        raise Unavailable(f"uv {words[0]}: {done.stderr.strip().splitlines()[-1]}")
