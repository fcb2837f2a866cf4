"""The look-up of the VOs that own stamps in PilotAgentsDB, in a thread of its own."""

from __future__ import annotations

import dataclasses
import functools
import threading
from collections.abc import Callable, Mapping, Sequence

from DIRAC import gLogger

from PilotLoggingDIRAC.adapters.pilot_records import PilotRecords
from PilotLoggingDIRAC.assembly import options
from PilotLoggingDIRAC.assembly.alarms import Bell
from PilotLoggingDIRAC.pilotlog.errors import StoreUnavailable
from PilotLoggingDIRAC.pilotlog.model import PilotId
from PilotLoggingDIRAC.pilotlog.receive.stamp_owners import StampOwners
from PilotLoggingDIRAC.pilotlog.settings import HOUR, OwnershipSettings, StoreSettings

#: One query reads the whole table, and no request waits for it.
_READ_SECONDS = 60

_QUIET_SECONDS = HOUR
_log = gLogger.getSubLogger("PilotLogging")


class OwnershipWatch:
    """The thread that looks up new stamps, and raises alarms about pilots that use stamps of another VO."""

    def __init__(self, component: str, option: options.Getter, store: StoreSettings):
        self._settings = options.fill(OwnershipSettings, option)
        self._store = dataclasses.replace(store, read_seconds=_READ_SECONDS, max_connections=1)
        self.bell = Bell(component, _QUIET_SECONDS)
        self._stopped = threading.Event()
        self._reachable = True
        self._problem = ""
        self.ownership = StampOwners(self._owners, self._settings)

    @property
    def check(self) -> Callable[[PilotId], None]:
        """Return ``StampOwners.check``; with ``OwnerLookupSeconds`` 0, a check that takes every stamp as it is."""
        return self.ownership.check if self._settings.owner_lookup_seconds else lambda pilot: None

    def start(self) -> None:
        """Start the thread, unless ``OwnerLookupSeconds`` is 0."""
        if self._settings.owner_lookup_seconds:
            threading.Thread(target=self._run, name="pilotlog-owners", daemon=True).start()

    def stop(self) -> None:
        """Stop the thread, after a query that is under way."""
        self._stopped.set()

    def _owners(self, stamps: Sequence[str]) -> Mapping[str, frozenset[str]]:
        return self._records.owners(stamps)

    @functools.cached_property
    def _records(self) -> PilotRecords:
        """Return the records, made at the first look-up: a host may lack the options of PilotAgentsDB."""
        return PilotRecords(settings=self._store)

    def _run(self) -> None:
        while not self._stopped.wait(self._settings.owner_lookup_seconds):
            self._ask()
            self._tell()

    def _ask(self) -> None:
        try:
            asked = self.ownership.look_up()
        except Exception as error:  # stamps are taken as they are then, and logging goes on
            self._report(error)
        else:
            self._reachable = self._reachable or bool(asked)

    def _tell(self) -> None:
        try:
            refused = self.ownership.refused()
            self.bell.alarms.update({_subject(vo): f"the last one was {pilot}" for vo, pilot in refused.items()})
        except Exception as error:  # the next look may go better; without the thread no stamp is looked up
            if repr(error) != self._problem:  # it may last, and is logged when it begins
                _log.exception("Alarms about stamps can't be told", lException=error)
            self._problem = repr(error)
        else:
            self._problem = ""

    def _report(self, error: Exception) -> None:
        """Log a failure once when it begins: it may last, and delays no pilot."""
        if self._reachable:
            known = isinstance(error, StoreUnavailable)
            _log.warn("PilotAgentsDB can't be asked whose stamps are", str(error) if known else repr(error))
        self._reachable = False


def _subject(vo: str) -> str:
    return f"pilots of {vo} send with stamps of another VO's pilots, and are refused"
