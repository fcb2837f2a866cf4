"""Files as DIRAC's own collector leaves them, and a wire to the store, for the tests of imports."""

import hashlib
import os
from datetime import UTC, datetime, timedelta

from PilotLoggingDIRAC.pilotlog.errors import StoreUnavailable
from tests.conftest import PILOT

SILENT = timedelta(hours=48)
OLD = datetime(2026, 11, 1, 12, 0, 0)
ISO = OLD.isoformat()


def write(folder, name, text, modified=OLD, vo=PILOT.vo):
    path = folder / vo / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(text)
    seconds = modified.replace(tzinfo=UTC).timestamp()
    os.utime(path, (seconds, seconds))
    return path


def ending(text, state="Complete"):
    return {"State": state, "SHA256": hashlib.sha256(text).hexdigest()}


class Wire:
    """Slices as they pass ``importLog``; can break after some of them."""

    def __init__(self, importer, breaks_after=10**9):
        self._importer = importer
        self._breaks_after = breaks_after
        self.slices = 0

    def __call__(self, pilot, step):
        if step.text:
            self.slices += 1
            if self.slices > self._breaks_after:
                raise StoreUnavailable("the wire is broken")
        last = {"State": step.ending.state.value, "SHA256": step.ending.sha256.hex()} if step.ending else {}
        return self._importer.append(pilot, step.offset, step.text.decode(), last, step.modified.isoformat())
