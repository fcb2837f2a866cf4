"""The describing of running pilots, in a thread of a collector; one of the collectors that share a database does it."""

from __future__ import annotations

import dataclasses

from DIRAC import gLogger

from PilotLoggingDIRAC.adapters.database import LogDatabase
from PilotLoggingDIRAC.adapters.job_owners import JobOwners
from PilotLoggingDIRAC.adapters.pilot_agents import PilotAgents
from PilotLoggingDIRAC.assembly import duty_thread, options
from PilotLoggingDIRAC.assembly.duty_thread import DutyThread
from PilotLoggingDIRAC.pilotlog.describe.running import RunningDescriber
from PilotLoggingDIRAC.pilotlog.describe.settings import DescribeSettings
from PilotLoggingDIRAC.pilotlog.errors import StoreUnavailable
from PilotLoggingDIRAC.pilotlog.pauses import Rests, pause
from PilotLoggingDIRAC.pilotlog.read.database_watch import DatabaseWatch
from PilotLoggingDIRAC.pilotlog.settings import StoreSettings

#: Time for one query of PilotAgentsDB, which may read a large table; no request waits for it.
_READ_SECONDS = 60
#: How long a collector that ends waits for a look-up; then it ends, and the duty expires.
_STOP_SECONDS = 2.0
_DUTY = "describe running pilots"
_log = gLogger.getSubLogger("PilotLogging")


class DescribingWatch:
    """The thread that describes unsettled logs while this collector has the duty."""

    def __init__(self, db: LogDatabase, option: options.Getter, store: StoreSettings):
        self._settings = settings = options.fill(DescribeSettings, option)
        store = dataclasses.replace(store, read_seconds=_READ_SECONDS, max_connections=1)
        self._pilots = PilotAgents(store, keys_per_query=settings.describe_pilots)
        self._owners = JobOwners(store)
        self._problems: set[str] = set()
        known = (self._pilots, self._owners)
        owner = duty_thread.owner_name()
        self._thread = DutyThread("describe", _DUTY, db.duties, owner, self._try, self._pause, _STOP_SECONDS)
        self._rests = Rests(settings.describe_load_percent, self._thread.stopped.wait)
        self._describer = RunningDescriber(
            *(db.unsettled, *known, settings, db.clock),
            on_problem=self._failed,
            on_answer=self._problems.discard,
            rest=self._rest,
        )
        self._is_same_database = True
        self._look_at_database = DatabaseWatch(db.identity.look, self._forget, 0.0)

    def start(self) -> None:
        """Start the thread, unless ``DescribeSeconds`` is 0."""
        if self._settings.describe_seconds:
            self._thread.start()

    def stop(self) -> None:
        """Stop the thread after its present step; then another collector may take the duty at once."""
        self._thread.stop()
        self._pilots.close()
        self._owners.close()

    def _try(self) -> None:
        try:
            self._work()
        except Exception as error:  # logs are described later then, and logging goes on
            self._failed("pilots", error)

    def _work(self) -> None:
        if not self._hold(self._settings.describe_seconds):
            return
        began = self._rests.worked()
        self._look_at_database()
        self._describer.run()
        self._problems.discard("pilots")
        self._hold(pause_after(self._rests.worked() - began, self._settings))

    def _hold(self, seconds: float) -> bool:
        """Take the duty, or go on with it, for what comes in so many seconds and for the time of a lease."""
        return self._thread.hold(seconds + self._settings.describe_lease_seconds)

    def _rest(self, seconds: float) -> bool:
        """Rest after a piece of work. Return whether to go on: not if this collector ends, another one has the duty, or
        the database is another.
        """
        if not self._hold(pause(seconds, 0.0, self._settings.describe_load_percent)):
            return False
        self._rests.rest(seconds)
        self._is_same_database = True
        self._look_at_database()
        return self._is_same_database and not self._thread.stopped.is_set()

    def _forget(self) -> None:
        self._is_same_database = False
        self._describer.forget()

    def _pause(self, seconds: float) -> float:
        """Return the rest of the pause after a step."""
        return self._rests.left(seconds, self._settings.describe_seconds)

    def _failed(self, subject: str, error: Exception) -> None:
        """Log a failure once when it begins: it may last, and delays no pilot."""
        if subject not in self._problems:
            known = isinstance(error, StoreUnavailable)
            _log.warn(f"Running pilots can't be described: {subject}", str(error) if known else repr(error))
        self._problems.add(subject)


def pause_after(seconds: float, settings: DescribeSettings) -> float:
    """Return the pause after look-ups of ``seconds``: they take a share of the time at most."""
    return pause(seconds, settings.describe_seconds, settings.describe_load_percent)
