"""Facts of a log: what the pilot said of its host, its software, its place on the grid, and itself.

Each fact has texts that its line contains, and the form of its value. The first line that has a value counts, unless
the fact is one of the last state. Values are the pilot's words: any text, at most 200 characters.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from .log_line import LogLine

_MAX_VALUE = 200


class _Form(NamedTuple):
    fact: str
    text: bytes
    value: re.Pattern[bytes]
    last: bool = False


def _form(fact: str, text: bytes, value: bytes, last: bool = False) -> _Form:
    return _Form(fact, text, re.compile(value), last)


#: Of several forms of a fact the one further up counts.
_FORMS = (
    _form("host", b"Host FQDN  = ", rb"Host FQDN  = (\S+)"),
    _form("host", b"Host Name  = ", rb"Host Name  = (\S+)"),
    _form("host", b"] HOSTNAME=", rb"\] HOSTNAME=(\S+)"),
    _form("kernel", b"Uname      = ", rb"Uname      = Linux \S+ (\S+)"),
    _form("architecture", b"Uname      = ", rb"Uname      = .* (\w+)(?: GNU/Linux)?\s*$"),
    _form("os", b"OS Release = ", rb"OS Release = (.*\S \d.*)"),
    _form("os", b"OS Release = ", rb"OS Release = (.*\S)"),
    _form("cpu", b"CPU (model)    = ", rb"CPU \(model\)    = \d+ x (.*\S)"),
    _form("processors", b"pilotProcessors = ", rb"pilotProcessors = (\d+)"),
    _form("processors", b"CPU (model)    = ", rb"CPU \(model\)    = (\d+) x "),
    _form("memory_kb", b"Memory (kB)    = ", rb"Memory \(kB\)    = (\d+)"),
    _form("free_memory_kb", b"FreeMem. (kB)  = ", rb"FreeMem\. \(kB\)  = (\d+)"),
    _form("disk_mb", b"DiskSpace (MB) = ", rb"DiskSpace \(MB\) = (\d+)"),
    _form("last_disk_mb", b"DiskSpace (MB) = ", rb"DiskSpace \(MB\) = (\d+)", last=True),
    _form("python", b"[pilotLogger] ", rb"\[pilotLogger\] ([23]\.\d+\.\d+\S*) \("),
    _form("user", b"User Name  = ", rb"User Name  = (\S+)"),
    _form("dirac", b" DIRAC version: ", rb" DIRAC version: v?(\S+)"),
    _form("dirac", b"DIRAC[pilot]==", rb"DIRAC\[pilot\]==([\w.]+)"),
    _form("pilot_version", b"/LocalSite/ReleaseVersion=", rb"/LocalSite/ReleaseVersion=v?([^\s,'\"]+)"),
    _form("pilot_version", b"Version: [", rb"Version: \[.*\] -> (?:\(release\) )?v?(\S+)"),
    _form("platform", b"Architecture determined: ", rb"Architecture determined: (\S+)"),
    _form("site", b"/LocalSite/Site=", rb"/LocalSite/Site=\"?([^\s\"']+)"),
    _form("site", b' -n "', rb" -n \"([^\s\"]+)\""),
    _form("site", b" Site: ", rb" Site: (\S+)"),
    _form("site", b"('-n', '", rb"\('-n', '([^']+)'\)"),
    _form("site", b"('--name', '", rb"\('--name', '([^']+)'\)"),
    _form("ce", b"/LocalSite/GridCE=", rb"/LocalSite/GridCE=([^\s\"']+)"),
    _form("ce", b"('-N', '", rb"\('-N', '([^']+)'\)"),
    _form("ce", b"('--Name', '", rb"\('--Name', '([^']+)'\)"),
    _form("ce", b"CE name: ", rb"CE name: (\S+)"),
    _form("queue", b"/LocalSite/CEQueue=", rb"/LocalSite/CEQueue=([^\s\"']+)"),
    _form("queue", b"('-Q', '", rb"\('-Q', '([^']+)'\)"),
    _form("queue", b"('--Queue', '", rb"\('--Queue', '([^']+)'\)"),
    _form("vo", b"('--wnVO', '", rb"\('--wnVO', '([^']+)'\)"),
    _form("vo", b"VirtualOrganization=", rb"VirtualOrganization=([^\s\"']+)"),
    _form("vo", b"DIRAC_PILOT_VO=", rb"DIRAC_PILOT_VO=(\S+)"),
    _form("stamp", b"DIRAC_PILOT_STAMP=", rb"DIRAC_PILOT_STAMP=(\S+)"),
    _form("stamp", b"--pilotUUID", rb"--pilotUUID(?: |=|', ')([^\s']+)"),
    _form("reference", b"/LocalSite/PilotReference=", rb"/LocalSite/PilotReference=([^\s\"']+)"),
    _form("reference", b"dirac-admin-add-pilot ", rb"dirac-admin-add-pilot ([^\s\"']+)"),
    _form("reference", b"on sys.exit(): ", rb"on sys\.exit\(\): ([^\s(]+)"),
    _form("grid_middleware", b"/LocalSite/GridMiddleware=", rb"/LocalSite/GridMiddleware=(\S+)"),
    _form("batch_system", b"/LocalSite/BatchSystemInfo/Type=", rb"/LocalSite/BatchSystemInfo/Type=(\S+)"),
    _form("cpu_time_left", b"CPUTime left (in seconds) is ", rb"CPUTime left \(in seconds\) is (\d+)"),
    _form("cpu_power", b"Current normalized CPU as determined by", rb"is (\d+(?:\.\d+)?)\s*$"),
)
_BY_TEXT: Mapping[bytes, tuple[tuple[int, _Form], ...]] = {
    text: tuple((rank, form) for rank, form in enumerate(_FORMS) if form.text == text)
    for text in {form.text for form in _FORMS}
}
#: The texts to look for.
TEXTS = frozenset(_BY_TEXT)


def find(fact: str, text: bytes) -> str:
    """Return the value of a fact in a text of several lines, empty without one. Of several forms the first counts."""
    for form in _FORMS:
        if form.fact == fact and form.text in text and (match := form.value.search(text)):
            return match[1].decode("utf-8", "replace").strip()[:_MAX_VALUE]
    return ""


@dataclass(slots=True)
class Facts:
    """The facts so far."""

    values: dict[str, str] = field(default_factory=dict)
    _ranks: dict[str, int] = field(default_factory=dict)

    def note(self, text: bytes, line: LogLine) -> None:
        """Note the facts of a line that has one of the texts."""
        for rank, form in _BY_TEXT[text]:
            if self._is_better(rank, form) and (match := form.value.search(line.text)):
                self.values[form.fact] = match[1].decode("utf-8", "replace").strip()[:_MAX_VALUE]
                self._ranks[form.fact] = rank

    def may_change(self, text: bytes) -> bool:
        """Return whether another line with a text can change a fact."""
        return any(self._is_better(rank, form) for rank, form in _BY_TEXT.get(text, ()))

    def _is_better(self, rank: int, form: _Form) -> bool:
        return form.last or rank < self._ranks.get(form.fact, len(_FORMS))

    def number(self, fact: str) -> float | None:
        """Return a fact that is a number."""
        try:
            return float(self.values[fact])
        except (KeyError, ValueError):
            return None
