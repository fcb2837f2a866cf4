"""The diagnosing of running pilots, and of those that have just ended, in a thread of the agent beside its cycles.

One of the agents that share a database does it.
"""

from __future__ import annotations

import functools
import time

from DIRAC import gLogger

from PilotLoggingDIRAC.adapters.database import LogDatabase
from PilotLoggingDIRAC.assembly import diagnosis_rules, options
from PilotLoggingDIRAC.assembly.duty_thread import DutyThread
from PilotLoggingDIRAC.pilotlog.archive.diagnosing import Diagnoser
from PilotLoggingDIRAC.pilotlog.archive.running.diagnoser import RulesOf, RunningDiagnoser
from PilotLoggingDIRAC.pilotlog.archive.running.readings import OpenReader
from PilotLoggingDIRAC.pilotlog.archive.running.settings import DiagnoseRunningSettings
from PilotLoggingDIRAC.pilotlog.archive.tally import Tally
from PilotLoggingDIRAC.pilotlog.diagnose import Rules
from PilotLoggingDIRAC.pilotlog.diagnose.settings import DiagnosisSettings
from PilotLoggingDIRAC.pilotlog.errors import StoreUnavailable
from PilotLoggingDIRAC.pilotlog.model import Log
from PilotLoggingDIRAC.pilotlog.pauses import Rests, pause
from PilotLoggingDIRAC.pilotlog.read.database_watch import DatabaseWatch
from PilotLoggingDIRAC.pilotlog.settings import DiagnoseSettings

#: How long an agent that ends waits for the present step.
_STOP_SECONDS = 10.0
_DUTY = "diagnose running pilots"
_MAX_REMEMBERED = 1000
_log = gLogger.getSubLogger("PilotLogging")


class DiagnosingWatch:
    """The thread that diagnoses while this agent has the duty."""

    def __init__(self, db: LogDatabase, option: options.Getter, owner: str):
        self._db, self._option, self._owner = db, option, owner
        self._settings = settings = options.fill(DiagnoseRunningSettings, option)
        bounds = options.fill(DiagnosisSettings, option)
        self._thread = DutyThread("diagnose", _DUTY, db.duties, owner, self._try, self._pause, _STOP_SECONDS)
        self._rests = Rests(settings.diagnose_running_load_percent, self._thread.stopped.wait)
        self._running = RunningDiagnoser(db.received, settings, bounds, db.clock, self._failed, rest=self._rests.rest)
        self._look_at_database = DatabaseWatch(db.identity.look, self._running.forget, 0.0)
        self._problems: set[str] = set()
        self._outage = ""

    def start(self) -> None:
        """Start the thread, unless ``DiagnoseRunningSeconds`` is 0."""
        if self._settings.diagnose_running_seconds:
            self._thread.start()

    def stop(self) -> None:
        """Stop the thread after its present step; then another agent may take the duty at once."""
        self._thread.stop()

    def take(self, log: Log, rules: Rules) -> OpenReader | None:
        """Return what this thread has read of a log while it was received; None for nothing. Any thread may call it."""
        return self._running.take(log, rules)

    def forget_readings(self) -> None:
        """Forget what was read: the database is another one. Any thread may call it."""
        self._running.forget_readings()

    def _try(self) -> None:
        try:
            self._work()
        except Exception as error:  # logs are diagnosed in the agent's cycles then
            self._outage = str(error) if isinstance(error, StoreUnavailable) else repr(error)
            self._failed(self._outage)
        else:
            self._problems.discard(self._outage)

    def _work(self) -> None:
        settings = self._settings
        seconds = settings.diagnose_running_lease_seconds + pause_after(settings.diagnose_running_seconds, settings)
        if not self._thread.hold(seconds):
            self._running.forget()  # what is kept grows old, and the agent's cycles would go on with it
            return
        self._look_at_database()
        rules_of = functools.cache(diagnosis_rules.rules)
        until = time.monotonic() + settings.diagnose_running_seconds
        self._recent(rules_of, until)
        self._running.run(rules_of, lambda: self._is_over(until))

    def _recent(self, rules_of: RulesOf, until: float) -> None:
        """Diagnose logs that have just ended, for half of the time at most."""
        until -= self._settings.diagnose_running_seconds / 2
        settings, db = options.fill(DiagnoseSettings, self._option), self._db
        bounds = options.fill(DiagnosisSettings, self._option)
        diagnoser = Diagnoser(
            *(db.diagnoses, db.reader, settings, db.clock, self._owner, Tally(), rules_of),
            bounds=bounds,
            begun=self._running.take,
            rest=self._rests.rest,
        )
        for problem in diagnoser.run_recent(lambda: self._is_over(until)).problems.values():
            self._failed(problem)

    def _pause(self, seconds: float) -> float:
        """Return the rest of the pause after a step."""
        return self._rests.left(seconds, self._settings.diagnose_running_seconds)

    def _is_over(self, until: float) -> bool:
        return self._thread.stopped.is_set() or time.monotonic() >= until

    def _failed(self, problem: str) -> None:
        """Log a failure once: it may last, and delays no pilot. After very many different ones all are logged anew."""
        if problem in self._problems:
            return
        if len(self._problems) >= _MAX_REMEMBERED:
            self._problems.clear()
        self._problems.add(problem)
        _log.warn("A log can't be diagnosed now", problem)


def pause_after(seconds: float, settings: DiagnoseRunningSettings) -> float:
    """Return the pause after a step of ``seconds``: the steps take a share of the time at most."""
    return pause(seconds, settings.diagnose_running_seconds, settings.diagnose_running_load_percent)
