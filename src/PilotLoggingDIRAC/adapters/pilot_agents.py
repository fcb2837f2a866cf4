"""DIRAC's PilotAgentsDB as the agent reads it: pilots by their stamps, many at once."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from typing import Any

from DIRAC.WorkloadManagementSystem.Client.PilotStatus import PILOT_FINAL_STATES

from PilotLoggingDIRAC.pilotlog.errors import StoreUnavailable
from PilotLoggingDIRAC.pilotlog.model import PilotId, PilotInfo

#: The stamp has no index, so that each query reads the whole table: queries should be few.
_STAMPS_PER_QUERY = 500
_COLUMNS = "PilotStamp, VO, PilotJobReference, GridSite, DestinationSite, Status"
_UNKNOWN = frozenset({"Unknown", "NotAssigned"})


class PilotAgents:
    """A ``ports.Pilots`` over PilotAgentsDB; it connects at the first look-up."""

    def __init__(self, database: Any = None):
        """Create the adapter over a PilotAgentsDB, by default the one that the CS names."""
        self._database = database
        self._lock = threading.Lock()

    def by_stamp(self, pilots: Sequence[PilotId]) -> dict[PilotId, PilotInfo]:
        """See ``ports.Pilots.by_stamp``. Of several rows for one stamp, the latest counts.

        Stamps of 36 characters and of clouds may never match: the column takes 32, and clouds leave it empty.
        """
        wanted = frozenset(pilots)
        stamps = sorted({pilot.stamp for pilot in wanted})
        found = {}
        for start in range(0, len(stamps), _STAMPS_PER_QUERY):
            for pilot, info in self._rows(stamps[start : start + _STAMPS_PER_QUERY]):
                if pilot in wanted:
                    found[pilot] = info
        return found

    def _rows(self, stamps: Sequence[str]) -> Iterator[tuple[PilotId, PilotInfo]]:
        places = ", ".join(["%s"] * len(stamps))
        statement = f"SELECT {_COLUMNS} FROM PilotAgents WHERE PilotStamp IN ({places}) ORDER BY PilotID"  # nosec
        answer = self._connected()._query(statement, args=tuple(stamps))
        if not answer["OK"]:
            raise StoreUnavailable(f"PilotAgentsDB: {answer['Message']}")
        for stamp, vo, reference, site, ce, status in answer["Value"]:
            final = status in PILOT_FINAL_STATES
            yield PilotId(vo, stamp), PilotInfo(reference, _known(site), _known(ce), final)

    def _connected(self) -> Any:
        with self._lock:
            if self._database is None:
                self._database = _connect()
            return self._database


def _connect() -> Any:
    from DIRAC.WorkloadManagementSystem.DB.PilotAgentsDB import PilotAgentsDB

    try:
        return PilotAgentsDB()
    except RuntimeError as error:  # DIRAC's DB raises it whenever it can't connect
        raise StoreUnavailable(f"PilotAgentsDB: {error}") from error


def _known(name: str) -> str:
    return "" if name in _UNKNOWN else name
