"""The display of one pilot's log on the terminal, or its copy in a file."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO

from PilotLoggingDIRAC.commands.client import CollectorClient
from PilotLoggingDIRAC.commands.logs.follow_many import follow_many
from PilotLoggingDIRAC.commands.logs.reading import SOURCES, LogReading, OfAnotherVO, Pilot, PilotOutput, last_lines
from PilotLoggingDIRAC.commands.terminal import console, switches
from PilotLoggingDIRAC.pilotlog.errors import InvalidInput, LogNotFound, PilotLogError
from PilotLoggingDIRAC.pilotlog.read import source_chain
from PilotLoggingDIRAC.pilotlog.text import humanize

SHOWN, NOTHING = 0, 2

_MAX_LINES = 100_000
_INTERVAL_SECONDS = 2.0


def show(options: Mapping[str, str], names: Sequence[str]) -> int:
    """Show one pilot's log, or follow many, as the switches say, and return the exit code."""
    lines = switches.number(options, "Tail", 0, 1, _MAX_LINES) if "Tail" in options else None
    interval = switches.seconds(options, "Interval", _INTERVAL_SECONDS, 0.5, 60)
    if "Follow" in options and not names:
        return follow_many(options, interval, lines)
    if len(names) != 1:
        raise InvalidInput("Name one pilot; several that run are followed by --Follow with --Site, --CE, ...")
    if selecting := [f"--{switch}" for switch in switches.RUNNING_NAMES if switch in options and switch != "VO"]:
        raise InvalidInput(f"A pilot is named, so {', '.join(selecting)} can't select others")
    return _show_one(options, names[0], interval, lines)


def _show_one(options: Mapping[str, str], name: str, interval: float, lines: int | None) -> int:
    source = _source(options)
    _require_file(options)
    reading = LogReading(CollectorClient(url=options.get("URL")), console.remark)
    try:
        if "Follow" in options:
            return _follow(reading, reading.find(name, options.get("VO", "")), interval, lines, "Raw" in options)
        if source == source_chain.COLLECTOR:
            return _from_database(reading, reading.find(name, options.get("VO", "")), lines, options)
        return _from_chain(reading, name, source, lines, options)
    except LogNotFound as error:
        console.remark(error)
        return NOTHING


def _source(options: Mapping[str, str]) -> str:
    wanted = options.get("Source", "")
    found = next((source for source in SOURCES if source.lower() == wanted.lower()), "")
    if wanted and not found:
        raise InvalidInput(f"--Source is one of {', '.join(SOURCES)}")
    if "Follow" in options and (found not in ("", source_chain.COLLECTOR) or "Output" in options or "JSON" in options):
        raise InvalidInput(
            "--Follow is of what collectors get, for the terminal: without --Source, --Output and --JSON"
        )
    return found


def _require_file(options: Mapping[str, str]) -> None:
    """Raise InvalidInput for an --Output that names no file, or where something else is: that would be replaced."""
    if "Output" not in options:
        return
    path = Path(options["Output"])
    if not path.name:
        raise InvalidInput("--Output names no file")
    for place in (path, _beside(path, ".part"), _beside(path, ".err")):
        if place.is_symlink() or (place.exists() and not place.is_file()):
            raise InvalidInput(f"--Output: {place} is there, and is no regular file")


def _follow(reading: LogReading, pilot: Pilot, interval: float, lines: int | None, raw: bool) -> int:
    console.remark(f"# {pilot}, as it comes; Ctrl-C leaves")
    display = console.PilotText(raw)
    for text in reading.follow(pilot, interval, lines):
        display.show(text)
        display.flush()
        if not console.is_read():
            return SHOWN
    console.remark(f"# {_end(reading.find(pilot.stamp, pilot.vo).parts[-1])}")
    return SHOWN


def _end(log: Mapping) -> str:
    """Return the end of a pilot in words."""
    if log["Complete"]:
        return f"The pilot has ended with code {log.get('ReturnCodes') or log['ReturnCode']}"
    if log.get("PilotEnded"):
        silence = humanize.span(log["SilentSeconds"])
        return (
            f"DIRAC says that the pilot is {log['PilotStatus']}; it did not report its end, and is silent for {silence}"
        )
    return "The pilot fell silent"


def _from_database(reading: LogReading, pilot: Pilot, lines: int | None, options: Mapping[str, str]) -> int:
    texts = reading.pages(pilot) if lines is None else iter([reading.tail(pilot, lines)])
    ended = all(part["Complete"] for part in pilot.parts[-1:])
    missing = sum(part.get("MissingBytes", 0) for part in pilot.parts)
    output = PilotOutput("", "", source_chain.COLLECTOR, ended, missing)
    return _give(f"{pilot}", pilot.record | {"Cause": pilot.cause}, texts, output, pilot.bytes, options)


def _from_chain(reading: LogReading, name: str, source: str, lines: int | None, options: Mapping[str, str]) -> int:
    pilot = _known(reading, name, options)
    if lines is not None and not source and isinstance(pilot, Pilot) and pilot.in_database:
        return _from_database(reading, pilot, lines, options)
    if isinstance(pilot, Pilot):
        record, output = pilot.record | {"Cause": pilot.cause}, reading.output(pilot.exact_name, source, pilot.vo)
    else:
        output = reading.output_of_unknown(name, pilot, source, options.get("VO", ""))
        record = {"Name": name, "Cause": {}}
    text = output.stdout if lines is None else last_lines(output.stdout, lines)
    return _give(name, record, [text], output, len(text), options)


def _known(reading: LogReading, name: str, options: Mapping[str, str]) -> Pilot | PilotLogError:
    """Return the pilot as a collector knows it, or why none tells: the log is shown all the same, unless the pilot is
    known to be of another VO.
    """
    try:
        return reading.find(name, options.get("VO", ""))
    except (InvalidInput, OfAnotherVO):
        raise
    except PilotLogError as error:
        return error


def _give(
    name: str,
    record: Mapping[str, Any],
    texts: Iterable[str],
    output: PilotOutput,
    size: int,
    options: Mapping[str, str],
) -> int:
    """Print or write the texts, with the facts of the output beside them; ``record`` is what is known of the pilot."""
    outcome = record.get("OutcomeText", "").partition(" (")[0]
    about = f"# {name}, from {output.source}, {_standing(output, outcome)}{_in_words(record['Cause'])}"
    if "JSON" in options:
        facts = {"Source": output.source, "Complete": output.complete, "MissingBytes": output.missing}
        console.as_json({"Pilot": record, **facts, "StdOut": "".join(texts), "StdErr": output.stderr})
    elif "Output" in options:
        write(texts, output.stderr, Path(options["Output"]), size)
        _remark(about, record["Cause"])
    else:
        _remark(about, record["Cause"])
        _print(texts, "Raw" in options)
        if output.stderr.strip():
            console.remark("# standard error")
            _print([output.stderr], "Raw" in options)
    return SHOWN


def _remark(about: str, cause: Mapping[str, Any]) -> None:
    console.remark(about)
    if cause:
        console.remark(f"# {cause['Hint']}")


def _in_words(cause: Mapping[str, Any]) -> str:
    """Return the cause of a failure as the end of a remark, with its line if there is one."""
    line = f", line {cause['Line']}" if cause and cause["Line"] else ""
    return f"; cause: {cause['Name']} [{cause['Code']}]{line}" if cause else ""


def _standing(output: PilotOutput, outcome: str) -> str:
    """Return how the pilot fared, where that is known, else whether the output has an end; and what is missing."""
    standing = outcome or ("complete" if output.ended else "the pilot did not say that it had ended")
    return standing + (f", {humanize.size(output.missing)} missing" if output.missing else "")


def _print(texts: Iterable[str], raw: bool) -> None:
    display = console.PilotText(raw)
    for text in texts:
        display.show(text)
        if not console.is_read():
            return
    display.flush()


def write(texts: Iterable[str], stderr: str, path: Path, size: int) -> None:
    """Write a log to a file with mode 0600, as the pilot sent it, and standard error beside it. ``size``: its bytes, at
    least, for the progress. Raise OSError, and what ``texts`` raise: the file is then what it was.
    """
    part = _beside(path, ".part")
    try:
        written = _write_part(texts, part, size)
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    console.remark(f"# {humanize.size(written)} in {path}")
    if stderr.strip():
        beside = _beside(path, ".err")
        with _private_file(beside) as file:
            file.write(stderr.encode("utf-8", "backslashreplace"))
        console.remark(f"# its standard error in {beside}")


def _write_part(texts: Iterable[str], part: Path, size: int) -> int:
    written = 0
    with _private_file(part) as file:
        for text in texts:
            written += file.write(text.encode("utf-8", "backslashreplace"))
            console.progress(f"{humanize.size(written)} of {humanize.size(max(size, written))}")
    return written


def _beside(path: Path, ending: str) -> Path:
    return path.with_name(path.name + ending)


def _private_file(path: Path) -> BinaryIO:
    """Open a new file for writing with mode 0600; one that is there may be open to others, and is removed."""
    path.unlink(missing_ok=True)
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")
