"""The diagnosing of running pilots, and of those that have just ended, in a thread of the agent beside its cycles.

One of the agents that share a database does it.
"""

from __future__ import annotations

import functools
import threading
import time

from DIRAC import gLogger

from PilotLoggingDIRAC.adapters.database import LogDatabase
from PilotLoggingDIRAC.assembly import diagnosis_rules, options
from PilotLoggingDIRAC.pilotlog.archive.diagnosing import Diagnoser, Places
from PilotLoggingDIRAC.pilotlog.archive.running.diagnoser import RulesOf, RunningDiagnoser
from PilotLoggingDIRAC.pilotlog.archive.running.settings import DiagnoseRunningSettings
from PilotLoggingDIRAC.pilotlog.archive.tally import Tally
from PilotLoggingDIRAC.pilotlog.errors import PilotLogError, StoreUnavailable
from PilotLoggingDIRAC.pilotlog.read.database_watch import DatabaseWatch
from PilotLoggingDIRAC.pilotlog.settings import DiagnoseSettings, DiagnosisSettings

#: So long an agent that ends waits for the present step.
_STOP_SECONDS = 10.0
_DUTY = "diagnose running pilots"
_log = gLogger.getSubLogger("PilotLogging")


class DiagnosingWatch:
    """The thread that diagnoses while this agent has the duty."""

    def __init__(self, db: LogDatabase, option: options.Getter, owner: str):
        self._db, self._option, self._owner = db, option, owner
        self._settings = settings = options.fill(DiagnoseRunningSettings, option)
        bounds = options.fill(DiagnosisSettings, option)
        self._running = RunningDiagnoser(db.received, settings, bounds, db.clock, self._failed)
        self._look_at_database = DatabaseWatch(db.identity.look, self._running.forget, 0.0)
        self._bounds = bounds
        self._places = Places()
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None
        self._problems: set[str] = set()

    def start(self) -> None:
        """Start the thread, unless ``DiagnoseRunningSeconds`` is 0."""
        if self._settings.diagnose_running_seconds:
            self._thread = threading.Thread(target=self._run, name="pilotlog-diagnose", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        """Stop the thread after its present step; then another agent may take the duty at once."""
        self._stopped.set()
        if self._thread is not None:
            self._thread.join(_STOP_SECONDS)

    def _run(self) -> None:
        pause = 0.0
        while not self._stopped.wait(pause):
            began = time.monotonic()
            try:
                self._work()
            except Exception as error:  # logs are diagnosed in the agent's cycles then
                self._failed(str(error) if isinstance(error, StoreUnavailable) else repr(error))
            pause = pause_after(time.monotonic() - began, self._settings)
        try:
            self._db.duties.leave(_DUTY, self._owner)
        except PilotLogError as error:
            _log.verbose("Another agent diagnoses running pilots only in a while", str(error))

    def _work(self) -> None:
        settings = self._settings
        seconds = settings.diagnose_running_lease_seconds + pause_after(settings.diagnose_running_seconds, settings)
        if not self._db.duties.hold(_DUTY, self._owner, seconds):
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
        diagnoser = Diagnoser(
            db.diagnoses, db.reader, settings, db.clock, self._owner, Tally(), rules_of, bounds=self._bounds
        )
        for problem in diagnoser.run_recent(self._places, lambda: self._is_over(until)).problems.values():
            self._failed(problem)

    def _is_over(self, until: float) -> bool:
        return self._stopped.is_set() or time.monotonic() >= until

    def _failed(self, problem: str) -> None:
        """Log a failure once: it may last, and delays no pilot."""
        if problem not in self._problems and len(self._problems) < 1000:
            _log.warn("A log can't be diagnosed now", problem)
        self._problems.add(problem)


def pause_after(seconds: float, settings: DiagnoseRunningSettings) -> float:
    """Return the pause after a step that took so long: the steps take a share of the time at most."""
    share = min(max(settings.diagnose_running_load_percent, 1.0), 100.0)
    return max(settings.diagnose_running_seconds, seconds * (100.0 / share - 1.0))
