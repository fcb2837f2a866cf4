"""A program that imports once, and goes on in a process of its own for each of its cases.

Importing DIRAC takes half a second and more, which is most of what a short program costs.
"""

import subprocess
import sys
from pathlib import Path

_PROGRAM = """
import os, sys
begin, each, folder, keeps_output, *cases = sys.argv[1:]

def to_file(name, stream):
    os.dup2(os.open(os.path.join(folder, name), os.O_WRONLY | os.O_CREAT), stream)

exec(begin, globals())
for case in cases:
    child = os.fork()
    if not child:
        to_file(case + ".err", 2)
        if keeps_output:
            to_file(case + ".out", 1)
        exec(each, globals())
        break
    code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    with open(os.path.join(folder, case + ".code"), "w") as file:
        file.write(str(code))
"""


def run_each(begin: str, each: str, cases: list[str], folder: Path, stdout: int | None = None) -> dict:
    """Return the exit code, standard output and standard error of each case.

    ``begin`` is run once, ``each`` in a fork for each case, found in ``case``; a fork ends as programs do. With
    ``stdout`` all of them print there, and no output is returned.
    """
    words = [sys.executable, "-c", _PROGRAM, begin, each, str(folder), "" if stdout else "yes", *cases]
    done = subprocess.run(words, stdout=stdout, stderr=subprocess.PIPE, text=True, check=False, cwd=folder, timeout=240)
    assert done.returncode == 0, done.stderr
    return {case: tuple(_read(folder / f"{case}.{kind}") for kind in ("code", "out", "err")) for case in cases}


def _read(path: Path) -> str:
    return path.read_text() if path.exists() else ""
