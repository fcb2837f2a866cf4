"""The diagnosis of pilots by their logs: of a stamp, a reference, or a file, on the terminal or as JSON."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from PilotLoggingDIRAC.assembly.diagnosis_rules import rules
from PilotLoggingDIRAC.commands.client import CollectorClient
from PilotLoggingDIRAC.commands.logs.reading import LogReading, OfAnotherVO, Pilot
from PilotLoggingDIRAC.commands.terminal import console
from PilotLoggingDIRAC.commands.terminal.answers import CallFailed
from PilotLoggingDIRAC.pilotlog import endings
from PilotLoggingDIRAC.pilotlog.diagnose import Diagnosis, Known, diagnose, files
from PilotLoggingDIRAC.pilotlog.diagnose.report import report
from PilotLoggingDIRAC.pilotlog.errors import InvalidInput, LogNotFound, NotAllowed

TOLD, FAILED, NOTHING = 0, 1, 2


def diagnose_pilots(options: Mapping[str, str], names: Sequence[str]) -> int:
    """Tell why pilots failed, and return the exit code; one that can't be read costs no other."""
    if not names:
        raise InvalidInput("Name a pilot or a file")
    entries: list[dict[str, Any]] = []
    worst = TOLD
    for name in names:
        code, found, why = _diagnosed(options, name)
        worst = max(worst, code, key=(TOLD, NOTHING, FAILED).index)
        if found is None:
            console.complain(name, why)
            entries.append({"pilot": name, "error": why, "causes": [], "phases": [], "facts": {}})
            continue
        entries.append({"pilot": name, **found.as_json()})
        if "JSON" not in options:
            for line in report(name, found).splitlines():
                console.line(line)
    if "JSON" in options:
        console.as_json(entries)
    return worst


def _diagnosed(options: Mapping[str, str], name: str) -> tuple[int, Diagnosis | None, str]:
    """Return (code, diagnosis, why there is none)."""
    try:
        if _is_file(name):
            return TOLD, diagnose(files.pieces(name), rules=rules(options.get("VO", ""))), ""
        return TOLD, _of_pilot(options, name), ""
    except LogNotFound as error:
        return NOTHING, None, str(error)
    except (CallFailed, NotAllowed, InvalidInput, files.UnreadableFile) as error:
        return FAILED, None, str(error)


def _is_file(name: str) -> bool:
    return name == files.STDIN or Path(name).exists()


def _of_pilot(options: Mapping[str, str], name: str) -> Diagnosis:
    """Return the diagnosis of a pilot by its log in the database, or else from the chain of sources."""
    reading = LogReading(CollectorClient(url=options.get("URL")), console.remark)
    try:
        pilot = reading.find(name, options.get("VO", ""))
    except OfAnotherVO:
        raise
    except LogNotFound as unknown:
        output = reading.output_of_unknown(name, unknown, vo=options.get("VO", ""))
        return diagnose(_encoded([output.stdout]), rules=rules(options.get("VO", "")))
    texts = reading.pages(pilot) if pilot.in_database else [reading.output(pilot.exact_name, vo=pilot.vo).stdout]
    return diagnose(_encoded(texts), _known(pilot), rules(pilot.vo))


def _known(pilot: Pilot) -> Known:
    """Return what the log's record tells of the end."""
    last = pilot.parts[-1]
    running = last["State"] == "Receiving" and not last.get("PilotEnded")
    if running or not last["Complete"]:
        return Known(running=running)
    number = endings.number(str(last["ReturnCode"]))
    return Known(return_code=1 if number is None else number)


def _encoded(texts: Iterable[str]) -> Iterable[bytes]:
    return (text.encode("utf-8", "surrogateescape") for text in texts)
