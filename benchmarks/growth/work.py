"""Steps that change the store, measured: ingest, sealing, claiming, purging beside ingest, deleting rows."""

import threading
import time
import uuid
from dataclasses import dataclass
from datetime import timedelta
from itertools import count

import psutil

from PilotLoggingDIRAC.adapters.database import utc_now
from PilotLoggingDIRAC.pilotlog.archive.copies import CopyCheck
from PilotLoggingDIRAC.pilotlog.archive.deletion.retention import RemovalProgress, Retention
from PilotLoggingDIRAC.pilotlog.archive.describer import Describer
from PilotLoggingDIRAC.pilotlog.archive.sealer import Sealer
from PilotLoggingDIRAC.pilotlog.archive.tally import Tally
from PilotLoggingDIRAC.pilotlog.archive.walk import Walk
from PilotLoggingDIRAC.pilotlog.model import Batch, Numbered, PilotId
from PilotLoggingDIRAC.pilotlog.settings import CopySettings, RetentionSettings, SealSettings
from PilotLoggingDIRAC.transport.guards.gc_pauses import set_aside

from .filling import BATCHES, VOS, pilot, text, vo

GROUP = 50
_CLAIMED = 100


class Writer:
    """A collector's writer: groups of batches of 1 kB, each of another pilot that runs."""

    def __init__(self, db, number):
        """``number``: how many logs the catalogue was filled with; its last hundredth is received still."""
        self._db, self._epoch, self._numbers = db, uuid.uuid4().hex, count(1)
        self._running = [pilot(log) for log in range(number - number // 100 + 1, number + 1)]
        self._places = count()

    def group(self):
        """Commit a group; the seconds that it took."""
        batches = [self._batch() for _ in range(GROUP)]
        started = time.perf_counter()
        self._db.appender.append(self._epoch, batches)
        return time.perf_counter() - started

    def _batch(self):
        place = next(self._places)
        # steps of 7 spread a group over the pilots; one batch in 20 is a new pilot's first
        running = self._running[place * 7 % len(self._running)]
        who = running if place % 20 else PilotId(vo(place % 10), uuid.uuid4().hex)
        return Numbered(next(self._numbers), Batch(who, utc_now(), text(place)))


@dataclass(frozen=True)
class Ingest:
    """Seconds of each group, and of mariadbd's CPU for a batch."""

    groups: list[float]
    cpu_of_batch: float

    @property
    def rate(self):
        """Batches a second."""
        return GROUP * len(self.groups) / sum(self.groups)


@dataclass(frozen=True)
class Purge:
    """Return batches purged while somebody writes, the seconds it took, the seconds of each group written meanwhile."""

    batches: int
    elapsed: float
    groups: list[float]

    @property
    def rate(self):
        """Batches a second."""
        return self.batches / self.elapsed


def ingest(db, number, server, groups=200):
    """Groups one after the other; the first few, which warm up, don't count."""
    writer, process = Writer(db, number), psutil.Process(server)
    for _ in range(10):
        writer.group()
    before = sum(process.cpu_times()[:2])
    found = [writer.group() for _ in range(groups)]
    return Ingest(found, (sum(process.cpu_times()[:2]) - before) / groups / GROUP)


class Unknown:
    """A PilotAgentsDB that knows nobody: only the store is measured."""

    def by_stamp(self, pilots):
        """See ``ports.Pilots``."""
        return {}


def sweep(db):
    """One sealing sweep over all that is silent: its seconds."""
    tally = Tally()
    describer = Describer(db.custody, Unknown(), tally)
    sealer = Sealer(db.custody, describer, SealSettings(), utc_now, tally)
    started = time.perf_counter()
    sealer.run(Walk())
    return time.perf_counter() - started


def claims(db):
    """Finding and leasing what is due of each VO: seconds."""
    found = []
    for place in range(VOS):
        started = time.perf_counter()
        if due := db.custody.due(vo(place), utc_now(), _CLAIMED):
            db.custody.claim("benchmark", due, utc_now() + timedelta(minutes=15))
        found.append(time.perf_counter() - started)
    return found


class Whole:
    """An archive in which every copy is good: what is measured is the database."""

    def check(self, files, read):
        """Return no problems."""
        return {}


def purge(db, number):
    """Purge what every VO has kept for long enough, as the agent does, beside a writer that never rests."""
    set_aside()  # collecting the garbage of purging stops the writer too, which is another process elsewhere
    tally, waits, done = Tally(), [], threading.Event()
    writer = Writer(db, number)

    def write():
        while not done.is_set():
            waits.append(writer.group())

    thread = threading.Thread(target=write)
    thread.start()
    started = time.perf_counter()
    try:
        for place in range(VOS):
            settings = RetentionSettings()
            copies = CopyCheck(vo(place), db.custody, Whole(), CopySettings(), tally)
            purging = Retention(vo(place), db.custody, None, copies, settings, 0, utc_now, RemovalProgress(), tally)
            purging.run(purge_kept=False)
        elapsed = time.perf_counter() - started
    finally:
        done.set()
        thread.join()
    return Purge(BATCHES * tally.counts.get("purged", 0), elapsed, waits)


def row_deletions(db, times=20):
    """Deleting a hundred rows of the oldest logs, for as long as there are so many: seconds of each step."""
    found = []
    for _ in range(times):
        started = time.perf_counter()
        if db.custody.delete_rows(vo(3), utc_now() - timedelta(days=300), True, 100)[0] < 100:
            break
        found.append(time.perf_counter() - started)
    return found
