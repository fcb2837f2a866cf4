"""Diagnose logs of pilots in files, without DIRAC.

python -m PilotLoggingDIRAC.pilotlog.diagnose [--json] FILE...

A file may be compressed with gzip; ``-`` is standard input. Exit code: 0 if all files could be read, 1 if one could
not, 2 for wrong arguments. A file that can't be read costs no other.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Sequence
from typing import Any

from ..text.terminal import one_line
from .diagnosis import Diagnosis, diagnose
from .files import UnreadableFile, pieces
from .report import report

_READ, _FAILED = 0, 1


def main(arguments: Sequence[str] | None = None) -> int:
    """Diagnose the files that the arguments name, and return the exit code."""
    asked = _parser().parse_args(arguments)
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    try:
        code = _as_json(asked.files) if asked.json else _as_text(asked.files)
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return _FAILED
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m PilotLoggingDIRAC.pilotlog.diagnose", description="Tell why pilots failed, by their logs."
    )
    parser.add_argument("--json", action="store_true", help="a JSON list with one object a file")
    parser.add_argument("files", nargs="+", metavar="FILE", help="a log, perhaps compressed with gzip; - for stdin")
    return parser


def _as_json(names: Sequence[str]) -> int:
    """Print a list with one object a file: its diagnosis, or the error that its reading met."""
    found: list[dict[str, Any]] = []
    for name in names:
        try:
            found.append({"file": name, **_diagnosis(name).as_json()})
        except UnreadableFile as error:
            _complain(error)
            found.append({"file": name, "error": str(error), "causes": [], "phases": [], "facts": {}})
    print(json.dumps(found, indent=2))
    return _FAILED if any("error" in entry for entry in found) else _READ


def _as_text(names: Sequence[str]) -> int:
    code = _READ
    for name in names:
        try:
            print(report(name, _diagnosis(name)), end="")
        except UnreadableFile as error:
            _complain(error)
            code = _FAILED
    return code


def _diagnosis(name: str) -> Diagnosis:
    return diagnose(pieces(name))


def _complain(error: Exception) -> None:
    print(one_line(str(error)), file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
