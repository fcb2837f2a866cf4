"""The end of a run: faults are over; wait until everything that was taken is archived."""

import time

import MySQLdb

from .archive import ARCHIVED, DATABASE
from .field import COLLECTORS
from .patience import stretched

DRAIN_SECONDS = stretched(120)
ARCHIVE_SECONDS = stretched(180)
#: As if the time had passed for which a collector that died counts as one that still drains.
DRAINED = "UPDATE WriterEpochs SET LastCommit = LastCommit - INTERVAL 1 HOUR WHERE Draining = 1"


def drained(field):
    """Wait until no collector holds anything back; what still does after all, as findings."""
    deadline = time.monotonic() + DRAIN_SECONDS
    waiting = "never looked"
    while time.monotonic() < deadline:
        waiting = _waiting(field)
        if not waiting:
            return _broken(field)
        time.sleep(0.2)
    return [f"not drained after {DRAIN_SECONDS} s: {waiting}", *_broken(field)]


def _waiting(field):
    found = []
    for collector, name in enumerate(COLLECTORS):
        try:
            status = field.status(collector)["Collector"]
        except OSError as error:
            found.append(f"{name}: {error}")
            continue
        spool = status["Spool"]
        counts = (status["WaitingBatches"], status["LogsWithUntoldGaps"], spool["Batches"], spool["DatabaseAway"])
        if any(counts):
            found.append(f"{name}: {status}")
    return found


def _broken(field):
    """Text that was put aside is a finding: nothing that senders sent is unfit to be stored."""
    findings = [f"spool put aside: {path}" for path in field.spool.rglob("*.broken")]
    for collector, name in enumerate(COLLECTORS):
        quarantined = field.status(collector)["Collector"]["Spool"]["Quarantined"]
        findings += [f"{quarantined} batches in quarantine of {name}"] if quarantined else []
    return findings


def archived(field, archive, stamps):
    """Wait until all logs are archived; those that aren't after all, as findings."""
    deadline = time.monotonic() + ARCHIVE_SECONDS
    parts = []
    while time.monotonic() < deadline:
        try:
            field.stack.sql(DATABASE, DRAINED)
            parts = [part for part in archive.parts(stamps) if part.state not in ARCHIVED]
        except MySQLdb.OperationalError:
            parts = ["the database does not answer"]
        if not parts:
            return []
        time.sleep(0.3)
    return [f"not archived after {ARCHIVE_SECONDS} s: {part}" for part in parts]
