"""The frozen types that pass between the rooms."""

from __future__ import annotations

import zlib
from dataclasses import dataclass, field, fields
from datetime import datetime
from enum import StrEnum

from .stored_file import StoredFile

#: The beginning of the stamps of checks of the installation, which are no pilots'.
CHECK_STAMP = "canary-"


class State(StrEnum):
    """State of a log; see ``lifecycle`` for the ways from one to the next.

    A ``Deleted`` log is not there for readers: its row waits for its copies to be removed.
    """

    RECEIVING = "Receiving"
    COMPLETE = "Complete"
    INCOMPLETE = "Incomplete"
    ARCHIVED = "Archived"
    KEPT = "Kept"
    PURGED = "Purged"
    DELETED = "Deleted"


class Outcome(StrEnum):
    """The outcome of a pilot. ``UNKNOWN``: it has ended, and nobody tells how; its last words may be missing."""

    RUNNING = "running"
    SILENT = "silent"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    KILLED = "killed"
    UNKNOWN = "unknown"


class Delivery(StrEnum):
    """Delivery of the answer to a message, as its collector knows it. ``ARRIVED``: all of it was written to an open
    connection; ``BROKEN``: it was not; ``WAITING``: there was none yet, and the sender was connected.
    """

    ARRIVED = "a"
    BROKEN = "b"
    WAITING = "w"


@dataclass(frozen=True, slots=True, order=True)
class PilotId:
    """The owner of a log: the VO and the pilot's stamp. Made by ``validation.pilot``."""

    vo: str
    stamp: str

    def __str__(self) -> str:
        return f"{self.vo}/{self.stamp}"


@dataclass(frozen=True, slots=True)
class Cut:
    """The cut of a message over the limit: of ``size`` bytes its first ``head`` and those from ``tail`` on are
    stored, with a marked line between. ``sums`` tell its beginnings from others, see ``text.sums``.
    """

    size: int
    head: int
    tail: int
    sums: bytes

    @property
    def missing(self) -> int:
        """Return the bytes between head and tail."""
        return self.tail - self.head


@dataclass(frozen=True, slots=True)
class Batch:
    """One message of a pilot: text (UTF-8, may begin and end mid-line), or the mark that the pilot has ended.

    ``return_code`` is None for text. ``received`` is UTC without a zone; ``sender`` is the address it came from.
    ``line_ends`` is how many the text has, if they have been counted. ``name`` is the message's (see ``name_of``), 0
    for none; ``answers`` has the deliveries of the answers to earlier messages of the log, by name, at its arrival.
    ``missing_bytes`` are missing, as a marked line says; below 0: this many came after all. ``cut``: None if whole.
    """

    pilot: PilotId
    received: datetime
    text: bytes = b""
    return_code: str | None = None
    sender: str = ""
    line_ends: int | None = field(default=None, compare=False)
    name: int = field(default=0, compare=False)
    answers: tuple[tuple[int, Delivery], ...] = field(default=(), compare=False)
    missing_bytes: int = 0
    cut: Cut | None = None

    @property
    def sent_bytes(self) -> int:
        """Return the size of the text as it was sent."""
        return self.cut.size if self.cut else len(self.text)

    @property
    def is_own_line(self) -> bool:
        """Return whether this is no pilot's text but a line of our own that tells of a gap."""
        return self.missing_bytes > 0 and not self.sender

    @property
    def size(self) -> int:
        """Return bytes that this batch holds in memory, for bounds; a mark counts too."""
        return len(self.text) + 256


@dataclass(frozen=True, slots=True)
class Numbered:
    """A batch with its place in the order of one writer: numbers of an epoch only grow."""

    number: int
    batch: Batch


def name_of(epoch: str, number: int) -> int:
    """Return the name of a message, 64 bits: its number in an epoch, after a checksum of the epoch."""
    return zlib.crc32(epoch.encode()) << 32 | number & 0xFFFF_FFFF


@dataclass(frozen=True, slots=True)
class Receipt:
    """Outcome of a batch: bytes stored (after redaction and limits), and bytes recognised as sent before."""

    stored_bytes: int
    repeated_bytes: int = 0


@dataclass(frozen=True, slots=True)
class PilotInfo:
    """Description of a pilot from PilotAgentsDB. ``final`` says that its status will not change any more. ``id`` is the
    number of its row.
    """

    reference: str
    site: str = ""
    ce: str = ""
    final: bool = False
    status: str = ""
    id: int = 0


@dataclass(frozen=True, slots=True, order=True)
class PilotJob:
    """A job that a pilot has taken. ``owner`` is the user name of its submitter, empty if that is not known."""

    id: int
    owner: str = ""


PartIdentity = tuple[PilotId, int, datetime]
"""A part's pilot, number and time of its first text: see ``Log.identity``."""

_Bytes = bytes  # the class below has a field of the same name


@dataclass(frozen=True, slots=True)
class Log:
    """One log (one part of it, where an evicted pilot ran again), as the store has it. Times UTC, sizes in bytes.

    ``resend`` and ``answers``: its memory of messages, see ``resend``. ``carry``: the state of its text between two
    messages, see ``limits``. ``dropped_bytes`` were left out by a limit, ``missing_bytes`` for whatever cause.
    ``sender``: the address of the first message; ``many_senders``: another came from elsewhere; ``senders``: all
    addresses, if there are several. ``return_code``: the worst that was reported; ``return_codes``: all, if several.
    ``pilot_status``: DIRAC's word on the pilot, as it was looked up last; ``host``: its node, as the pilot said.
    """

    id: int
    pilot: PilotId
    part: int
    state: State
    first_seen: datetime
    last_seen: datetime
    lines: int = 0
    bytes: int = 0
    next_sequence: int = 0
    resend: _Bytes = b""
    answers: _Bytes = b""
    carry: _Bytes = b""
    dropped_bytes: int = 0
    missing_bytes: int = 0
    sender: str = ""
    many_senders: bool = False
    return_code: str | None = None
    return_codes: str = ""
    senders: str = ""
    reference: str = ""
    site: str = ""
    ce: str = ""
    pilot_status: str = ""
    host: str = ""
    generation: int = 0
    file: StoredFile | None = None
    verified_at: datetime | None = None
    attempts: int = 0
    last_error: str = ""

    @property
    def identity(self) -> PartIdentity:
        """Return a key of this part that no other has, also in a database that was restored, which uses ids again."""
        return self.pilot, self.part, self.first_seen

    @property
    def complete(self) -> bool:
        """Return whether the pilot has finalised its log."""
        return self.return_code is not None

    @property
    def codes(self) -> tuple[str, ...]:
        """Return all return codes that were reported, in their order."""
        if self.return_code is None:
            return ()
        return tuple((self.return_codes or self.return_code.replace(",", ";")).split(","))

    @property
    def addresses(self) -> tuple[str, ...]:
        """Return the addresses of the senders, the first ones if there are many."""
        return tuple(filter(None, (self.senders or self.sender).split(",")))


@dataclass(frozen=True, slots=True)
class Selection:
    """Filter of logs: every given field must match; times bound ``last_seen`` (UTC). Without fields, all in scope.

    ``incomplete``: those only whose pilot has ended without saying so; ``missing``: those with text missing;
    ``last_error``: text that the last error holds, capitals or not. ``dead``: those only whose pilot has ended, as
    DIRAC says, and that are not sealed yet. ``causes``: codes of likeliest ones. ``other_codes``: those only that
    ended with a code, and none of these. ``silent_before``: when a pilot was heard of last that counts as silent.
    ``jobs`` and ``owners``: of pilots that took one of these jobs, or a job of one of these users. ``hosts``: with or
    without their domains. ``name``: a part of the stamp or reference, which is looked up first (``LogReader``).
    ``without_checks``: none of the logs that a check of the installation has written.
    """

    vos: tuple[str, ...] = ()
    stamps: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    sites: tuple[str, ...] = ()
    ces: tuple[str, ...] = ()
    states: tuple[State, ...] = ()
    return_codes: tuple[str, ...] = ()
    causes: tuple[str, ...] = ()
    since: datetime | None = None
    until: datetime | None = None
    incomplete: bool = False
    missing: bool = False
    last_error: str = ""
    dead: bool = False
    other_codes: tuple[str, ...] = ()
    outcomes: tuple[Outcome, ...] = ()
    silent_before: datetime | None = None
    jobs: tuple[int, ...] = ()
    owners: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()
    name: str = ""
    without_checks: bool = False

    @property
    def given(self) -> tuple[str, ...]:
        """Return the names of the fields that are given."""
        return tuple(item.name for item in fields(self) if getattr(self, item.name) not in ((), "", None, False))


@dataclass(frozen=True, slots=True)
class Output:
    """A pilot's output as the source of that name has it. ``final``: asking again later will not give more. ``ended``:
    the pilot reported its end; ``complete``: no text is missing, either. ``files``: the answer's ``FileList``.
    ``doubtful``: a few words that may stand for an output that is not there; any other text is better.
    """

    stdout: str
    stderr: str = ""
    source: str = ""
    final: bool = False
    complete: bool = False
    ended: bool = False
    missing_bytes: int = 0
    files: tuple[str, ...] = field(default=())
    doubtful: bool = False

    @property
    def empty(self) -> bool:
        """Return whether there is no text; white space alone is none."""
        return not (self.stdout.strip() or self.stderr.strip())
