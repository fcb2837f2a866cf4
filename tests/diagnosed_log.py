"""The pilot's log in the database of a component that diagnoses: what a collector stores of it, and its diagnosis."""

from datetime import UTC, datetime

from PilotLoggingDIRAC.pilotlog.model import Numbered

from .conftest import PILOT, batch
from .diagnoses_contract import FULL


def send(db, number=1, text=FULL, code=None):
    """Store a message that came now."""
    now = datetime.now(UTC).replace(tzinfo=None)
    db.appender.append("e", [Numbered(number, batch(text, PILOT, now, code))])


def diagnosis(db):
    """Return the diagnosis of the log's last part, None without one."""
    log = db.reader.find(PILOT)[-1]
    return db.diagnoses.of([log.id]).get(log.id)
