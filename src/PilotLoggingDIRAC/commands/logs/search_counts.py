"""The hits of a search, counted by a property of their pilots instead of shown."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping

from PilotLoggingDIRAC.commands.terminal import console
from PilotLoggingDIRAC.pilotlog.errors import InvalidInput
from PilotLoggingDIRAC.pilotlog.text import humanize

#: The properties that hits have, as the switch names them.
GROUPS = ("Site", "CE", "Host", "VO")
_UNKNOWN = "unknown"


def group(options: Mapping[str, str]) -> str:
    """Return the property of ``--Count-by`` in any case of letters, "" without the switch. Raise InvalidInput."""
    name = options.get("Count-by", "")
    found = next((known for known in GROUPS if known.lower() == name.lower()), "")
    if name and not found:
        raise InvalidInput(f"--Count-by takes one of {', '.join(GROUPS)}")
    return found


class SearchCounts:
    """Counts of hits, in place of their display; ``end`` shows the figures, the value with most pilots first."""

    def __init__(self, by: str, as_json: bool):
        self._by = by
        self._as_json = as_json
        self._lines: Counter[str] = Counter()
        self._pilots: dict[str, set[tuple[str, str]]] = defaultdict(set)

    def __call__(self, hit: dict) -> None:
        """Count one hit."""
        value = hit.get(self._by, "")  # an older collector tells no hosts
        self._lines[value] += 1
        self._pilots[value].add((hit["VO"], hit["PilotStamp"]))

    def flush(self) -> None:
        """Do nothing, as no line is held back."""

    def end(self) -> None:
        """Show the figures: a line for each value, or for scripts a JSON object."""
        for value in sorted(self._pilots, key=lambda value: (-len(self._pilots[value]), -self._lines[value], value)):
            pilots, lines = len(self._pilots[value]), self._lines[value]
            if self._as_json:
                console.as_json({self._by: value, "Pilots": pilots, "Lines": lines}, indent=None)
            else:
                figures = f"{humanize.count(pilots, 'pilot'):>14} {humanize.count(lines, 'line'):>14}"
                console.line(f"{figures}  {value or _UNKNOWN}")
