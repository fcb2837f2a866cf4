"""The display of one pilot's log on the terminal, or its copy in a file."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, BinaryIO

from PilotLoggingDIRAC.commands.client import CollectorClient
from PilotLoggingDIRAC.commands.logs.reading import SOURCES, LogReading, Pilot, PilotOutput, last_lines
from PilotLoggingDIRAC.commands.terminal import console, switches
from PilotLoggingDIRAC.pilotlog.errors import InvalidInput, LogNotFound, NotAllowed, PilotLogError
from PilotLoggingDIRAC.pilotlog.read import source_chain
from PilotLoggingDIRAC.pilotlog.text import humanize

SHOWN, NOTHING = 0, 2

_MAX_LINES = 100_000
_INTERVAL_SECONDS = 2.0


def show(options: Mapping[str, str], name: str) -> int:
    """Show a log as the switches say, and return the exit code."""
    source, lines = _source(options), None
    if "Tail" in options:
        lines = switches.number(options, "Tail", 0, 1, _MAX_LINES)
    reading = LogReading(CollectorClient(url=options.get("URL")), console.remark)
    try:
        if "Follow" in options:
            interval = switches.seconds(options, "Interval", _INTERVAL_SECONDS, 0.5, 60)
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
    if lines is not None and not source and (found := _in_database(reading, name, options)):
        return _from_database(reading, found, lines, options)
    output: PilotOutput = _output(reading, name, source, options)
    text = output.stdout if lines is None else last_lines(output.stdout, lines)
    record = {"Name": name} | _record(reading, name, options)
    return _give(name, record, [text], output, len(text), options)


def _record(reading: LogReading, name: str, options: Mapping[str, str]) -> dict[str, Any]:
    """Return what is known of the pilot; little where no collector tells: the log is shown all the same."""
    try:
        pilot = reading.find(name, options.get("VO", ""))
    except PilotLogError:
        return {"Cause": {}}
    return pilot.record | {"Cause": pilot.cause}


def _output(reading: LogReading, name: str, source: str, options: Mapping[str, str]) -> PilotOutput:
    """Return the output from the chain of sources. Raise LogNotFound also where nobody may tell if there is one."""
    try:
        return reading.output(name, source)
    except NotAllowed:
        reading.find(name, options.get("VO", ""))
        raise


def _in_database(reading: LogReading, name: str, options: Mapping[str, str]) -> Pilot | None:
    """Return the pilot if its text is in the database, where the last lines are read without the rest."""
    try:
        pilot = reading.find(name, options.get("VO", ""))
    except LogNotFound:
        return None
    return pilot if pilot.parts and all(part["State"] != "Purged" for part in pilot.parts) else None


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
    """Return the cause of a failure as the end of a remark."""
    return f"; cause: {cause['Name']} [{cause['Code']}], line {cause['Line']}" if cause else ""


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
    """Write a log to a file with mode 0600, as the pilot sent it, and standard error beside it. Raise OSError."""
    part, written = path.with_name(path.name + ".part"), 0
    with _private_file(part) as file:
        for text in texts:
            written += file.write(text.encode("utf-8", "backslashreplace"))
            console.progress(f"{humanize.size(written)} of {humanize.size(max(size, written))}")
    part.replace(path)
    console.remark(f"# {humanize.size(written)} in {path}")
    if stderr.strip():
        beside = path.with_name(path.name + ".err")
        with _private_file(beside) as file:
            file.write(stderr.encode("utf-8", "backslashreplace"))
        console.remark(f"# its standard error in {beside}")


def _private_file(path: Path) -> BinaryIO:
    """Open a file for writing with mode 0600 from its creation on."""
    return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb")
