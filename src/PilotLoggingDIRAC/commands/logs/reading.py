"""One pilot's log by its stamp or reference: whole, its last lines, or live, from a chosen source."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from DIRAC.Core.Base.Client import Client

from PilotLoggingDIRAC.adapters.output_service import OUTPUT_SERVICE
from PilotLoggingDIRAC.commands.client import CollectorClient
from PilotLoggingDIRAC.commands.logs.following import ALL_LINES, Following
from PilotLoggingDIRAC.commands.logs.listing import MAX_PARTS, in_order, listing, parts_of
from PilotLoggingDIRAC.commands.terminal.answers import patiently, value
from PilotLoggingDIRAC.pilotlog.errors import InvalidInput, LogNotFound, NotAllowed, PilotLogError
from PilotLoggingDIRAC.pilotlog.read import reader, source_chain

SOURCES = (source_chain.COLLECTOR, source_chain.ARCHIVE, source_chain.COMPUTING_ELEMENT, source_chain.OPENSEARCH)

_EXACT = ("PilotReference", "PilotStamp")
_SHORTEST_PART = 3
_JOB = re.compile(r"[0-9]{1,10}")
_MAX_TOLD = 5
_PATIENCE_SECONDS = 60.0
_FOR_EVER_SECONDS = float("inf")
_STARTS_PURGED = (
    "# The text of earlier parts has left the database; of what is there, the last 100,000 lines or 4 MiB at most "
    "are shown"
)


class OfAnotherVO(LogNotFound):
    """The pilot is there, but of another VO than it was asked for."""


@dataclass(frozen=True, slots=True)
class Pilot:
    """The pilot that ``name`` names; ``parts`` are the records of its log, first to last."""

    name: str
    vo: str
    stamp: str
    parts: tuple[dict, ...] = ()

    @property
    def bytes(self) -> int:
        """Return the length of its log in bytes."""
        return sum(part["NumberOfBytes"] for part in self.parts)

    @property
    def exact_name(self) -> str:
        """Return the name if that is its stamp or reference, else the stamp: sources know no jobs, and no parts."""
        references = {part["PilotReference"] for part in self.parts}
        return self.name if self.name in references else self.stamp

    @property
    def in_database(self) -> bool:
        """Return whether all of its text is in the database, where the last lines are read without the rest."""
        return bool(self.parts) and all(part["State"] != "Purged" for part in self.parts)

    @property
    def starts_purged(self) -> bool:
        """Return whether the text of an earlier part has left the database; the pilot runs again."""
        return any(part["State"] == "Purged" for part in self.parts[:-1])

    @property
    def cause(self) -> dict[str, Any]:
        """Return the likeliest cause of its failure, for scripts; empty without one.

        Its line counts from the start of the text that is retained; it is 0 if no line tells the cause, or none that is
        retained.
        """
        last = self.parts[-1] if self.parts else {}
        if not last.get("Cause"):
            return {}
        before = sum(part["NumberOfLines"] for part in self.parts[:-1] if _is_retained(part))
        line = before + last["CauseLine"] if last["CauseLine"] and _is_retained(last) else 0
        words = {"Code": last["Cause"], "Name": last["CauseName"], "Party": last["CauseParty"]}
        return words | {"Line": line, "Hint": last["CauseHint"]}

    @property
    def record(self) -> dict[str, Any]:
        """Return the pilot's names, how it fared and its jobs, for scripts."""
        last = self.parts[-1] if self.parts else {}
        words = ("PilotReference", "Site", "CE", "Host", "PilotStatus", "Outcome", "OutcomeText", "Phase")
        known = {name: last.get(name, "") for name in words} | {"Jobs": self.jobs}
        return {"Name": self.name, "VO": self.vo, "PilotStamp": self.stamp, **known}

    @property
    def jobs(self) -> list[int]:
        """Return the numbers of the jobs that it took."""
        return sorted({job for part in self.parts for job in part.get("Jobs", ())})

    def __str__(self) -> str:
        site = self.parts[-1]["Site"] if self.parts else ""
        return f"{self.vo}/{self.stamp}" + (f" at {site}" if site else "")


@dataclass(frozen=True, slots=True)
class PilotOutput:
    """A pilot's output from one source."""

    stdout: str
    stderr: str
    source: str
    ended: bool
    missing: int = 0

    @property
    def complete(self) -> bool:
        """Return whether the pilot reported its end and no text is missing."""
        return self.ended and not self.missing


@dataclass(frozen=True, slots=True)
class LogReading:
    """The reader of logs through collectors and the chain of sources. ``tell`` is called with remarks on waiting."""

    client: CollectorClient
    tell: Callable[[str], Any]
    sleep: Callable[[float], None] = time.sleep

    def find(self, name: str, vo: str = "") -> Pilot:
        """Return the pilot with this stamp or reference, the one that took the job of this number, or the one with a
        part of a stamp or reference. Raise LogNotFound, OfAnotherVO if DIRAC says so, and InvalidInput if there are
        several.
        """
        for key in _keys(name):
            wanted = {key: name} | ({"VO": vo} if vo else {})
            parts = in_order(listing(self.client, wanted, 0, MAX_PARTS).logs)
            pilots = {(part["VO"], part["PilotStamp"]) for part in parts}
            if len({vo for vo, _ in pilots}) > 1 and key in _EXACT:
                raise InvalidInput("Pilots of several VOs have it, say which with --VO")
            if len(pilots) > 1:
                raise InvalidInput(_several(name, parts))
            if parts:
                return self._whole(Pilot(name, parts[0]["VO"], parts[0]["PilotStamp"], tuple(parts)), key)
        return self._find_running(name, vo)

    def _whole(self, pilot: Pilot, key: str) -> Pilot:
        """Return the pilot with all parts of its log: a job or a reference may be that of only one part."""
        if key == "PilotStamp":
            return pilot
        return replace(pilot, parts=tuple(parts_of(self._ask_once, pilot.vo, pilot.stamp)))

    def _find_running(self, name: str, wanted_vo: str) -> Pilot:
        """Return the pilot by DIRAC's record, for one whose log has no reference yet. Only operators may read the
        record.
        """
        answer = Client(url="WorkloadManagement/PilotManager").getPilotInfo(name)
        info = answer["Value"].get(name, {}) if answer["OK"] else {}
        if not info.get("PilotStamp"):
            raise LogNotFound("There is no log of such a pilot, or it is not for you to read")
        vo, stamp = info["VO"], info["PilotStamp"]
        _require_vo(vo, wanted_vo)
        parts = parts_of(self._ask_once, vo, stamp)
        if not parts:
            raise LogNotFound(f"DIRAC knows this pilot of {vo} ({info['Status']}), but no log of it has come")
        return Pilot(name, vo, stamp, tuple(parts))

    def output(self, name: str, source: str = "", vo: str = "") -> PilotOutput:
        """Return the whole output from the chain of sources, or from one source. Raise what ``value`` raises, and
        OfAnotherVO if it is said to be of another VO than the wanted one.
        """
        names = ([source],) if source else ()
        found = value(Client(url=OUTPUT_SERVICE, timeout=600).getPilotOutput(name, *names))
        _require_vo(found.get("VO", ""), vo)
        return PilotOutput(found["StdOut"], found["StdErr"], found["LogSource"], *_facts(found))

    def output_of_unknown(self, name: str, why: PilotLogError, source: str = "", vo: str = "") -> PilotOutput:
        """Return the whole output of a pilot that no collector tells of, as ``output``.

        Raise as ``output``, but ``why``, the reason that collectors gave, in place of NotAllowed.
        """
        try:
            return self.output(name, source, vo)
        except NotAllowed:
            raise why from None

    def pages(self, pilot: Pilot) -> Iterator[str]:
        """Yield the whole text in the database."""
        cursor = ""
        while True:
            page = self._ask(_PATIENCE_SECONDS, "getLog", pilot.vo, pilot.stamp, cursor)
            yield page["Text"]
            cursor = page["Cursor"]
            if page["AtEnd"]:
                return

    def tail(self, pilot: Pilot, lines: int) -> str:
        """Return the last lines: from the database, or else from the chain of sources."""
        try:
            return self._ask(_PATIENCE_SECONDS, "getLogTail", pilot.vo, pilot.stamp, lines)["Text"]
        except LogNotFound:
            return last_lines(self.output(pilot.exact_name, vo=pilot.vo).stdout, lines)

    def follow(self, pilot: Pilot, interval_seconds: float, lines: int | None = None) -> Iterator[str]:
        """Yield the text (or its last lines) and all new text, until the pilot's log has ended and nothing follows, or
        DIRAC says that the pilot has and nothing comes any more.

        While no collector answers, the call is repeated without a limit. Where the text of earlier parts has left the
        database, the last ``ALL_LINES`` of what is there are yielded, at most ``MaxPageBytes``. Raise LogNotFound.
        """
        if lines is None and pilot.starts_purged:
            self.tell(_STARTS_PURGED)
            lines = ALL_LINES
        following = Following(self.ask, pilot.vo, pilot.stamp, lines)
        while True:
            text = following.read(interval_seconds)
            if text:
                yield text
            if following.over:
                return
            if following.waits:
                self.sleep(interval_seconds)

    def ask(self, method: str, *arguments) -> dict:
        """Return the value of a collector's method, which is called again until a collector answers."""
        return self._ask(_FOR_EVER_SECONDS, method, *arguments)

    def _ask_once(self, method: str, *arguments) -> dict:
        return value(getattr(self.client, method)(*arguments))

    def _ask(self, seconds: float, method: str, *arguments) -> dict:
        return patiently(lambda: getattr(self.client, method)(*arguments), seconds, self.tell, self.sleep)


def _keys(name: str) -> list[str]:
    """Return what a name may be, the likeliest first."""
    keys = [*_EXACT] if "/" in name or ":" in name else [*reversed(_EXACT)]
    return keys + ["Job"] * bool(_JOB.fullmatch(name)) + ["Name"] * (len(name) >= _SHORTEST_PART)


def _require_vo(vo: str, wanted: str) -> None:
    """Raise OfAnotherVO unless a pilot is of the wanted VO, or one of the two is not known."""
    if vo and wanted and vo != wanted:
        raise OfAnotherVO(f"This pilot is one of {vo}, and not of {wanted}")


def _is_retained(part: dict) -> bool:
    """Return whether the text of a part of a log is in the database or in the archive."""
    return part["State"] != "Purged" or bool(part.get("LFN"))


def _several(name: str, parts: Sequence[dict]) -> str:
    """Return that several pilots have a name, with the first of them."""
    found = list(dict.fromkeys(f"{part['VO']}/{part['PilotStamp']}" for part in parts))
    more = f", and {len(found) - _MAX_TOLD} more" if len(found) > _MAX_TOLD else ""
    return f"Several pilots have {name}: {', '.join(found[:_MAX_TOLD])}{more}"


def _facts(found: dict) -> tuple[bool, int]:
    """Return whether the pilot reported its end, and the bytes that are missing; an older service tells less."""
    return found.get("LogEnded", found["LogComplete"]), found.get("LogMissingBytes", 0)


def last_lines(text: str, lines: int) -> str:
    """Return the last lines of a text."""
    return reader.last_lines(text.encode("utf-8", "backslashreplace"), lines).decode()
