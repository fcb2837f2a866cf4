"""Records: what destinations are sent."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from ..model import PilotId

_CHECK_BYTES = 6
_JSON = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


class Kind(StrEnum):
    """Kind of a record: a line of the text, a line that begins a phase, or an event of the log's life."""

    LINE = "line"
    PHASE = "phase"
    STARTED = "started"
    SEALED = "sealed"
    ARCHIVED = "archived"
    CAUSE = "cause"

    @property
    def is_event(self) -> bool:
        """Return whether the record is of the log's life, and of no line."""
        return self not in (Kind.LINE, Kind.PHASE)


@dataclass(frozen=True, slots=True)
class Record:
    """One record. ``time`` is UTC without a zone.

    ``sequence`` is the number of the chunk in which the line ends, from 0; ``line`` counts from 1 within the part, and
    ``piece`` from 0 within a line that has several; an event has the log's numbers at that moment. ``level`` is that of
    the line's header, empty without one. ``source`` wrote the line, ``phase`` is the pilot's command at that moment;
    each may be empty. ``details`` of an event, such as ``return_code``, ``cause``, ``lfn``: a text each. ``began``: the
    collector's time of the log's first text, which is the same for all of its records and not sent; ``time`` is the
    pilot's word.
    """

    kind: Kind
    pilot: PilotId
    time: datetime
    message: str
    part: int = 1
    sequence: int = 0
    line: int = 0
    piece: int = 0
    site: str = ""
    ce: str = ""
    level: str = ""
    source: str = ""
    phase: str = ""
    details: Mapping[str, str] = field(default_factory=dict)
    began: datetime | None = None

    @property
    def identity(self) -> str:
        """Return the record's name: ASCII without blanks, below 128 characters, the same each time that it is sent.

        It tells of the content, too: a database that was restored may have other text in the same place.
        """
        place = f"{self.line}.{self.piece}" if self.piece else str(self.line)
        words = (self.kind, self.pilot.vo, self.pilot.stamp, str(self.part), place, self.message)
        facts = (f"{name}={value}" for name, value in sorted(self.details.items()))
        content = "\0".join((*words, *facts)).encode("utf-8", "backslashreplace")
        check = hashlib.blake2b(content, digest_size=_CHECK_BYTES).hexdigest()
        kind = f"{self.kind}-" if self.kind.is_event else ""
        return f"{self.pilot.stamp}.{self.part}.{kind}{place}.{check}"

    def fields(self) -> dict[str, Any]:
        """Return the record as JSON's types. The names of the fields are the same for all destinations."""
        return {
            "id": self.identity,
            "kind": self.kind.value,
            "vo": self.pilot.vo,
            "stamp": self.pilot.stamp,
            "part": self.part,
            "site": self.site,
            "ce": self.ce,
            "sequence": self.sequence,
            "line": self.line,
            "piece": self.piece,
            "time": self.time.isoformat(timespec="microseconds") + "Z",
            "level": self.level,
            "source": self.source,
            "phase": self.phase,
            "message": self.message,
            "details": dict(self.details),
        }

    def as_json(self) -> bytes:
        """Return the record as one line of JSON in UTF-8, without a line end."""
        return _JSON.encode(self.fields()).encode("utf-8", "backslashreplace")
