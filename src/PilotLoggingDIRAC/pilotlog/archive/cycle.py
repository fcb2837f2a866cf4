"""One cycle of the agent: seal, then a lane for each VO that archives and deletes, and diagnoses beside them; none of
these waits for another.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from datetime import timedelta

from ..errors import PilotLogError, StoreUnavailable
from ..ports import Clock
from .archiver import Archiver
from .bundles.bundler import Bundler
from .bundles.clearing import BundlePlaces, Clearing
from .custody import DueCopy, Epochs
from .deletion.removal import Removal
from .deletion.retention import RemovalProgress, Retention
from .describer import Describer
from .diagnosing import DiagnosingPlaces
from .gate import AgentEnds, Gate
from .keeper import Keeper
from .sealer import Sealer
from .tally import Tally
from .walk import Walk

_EPOCHS_SECONDS = 365 * 24 * 3600
_DESCRIBED_LOGS = 500
#: The place of the diagnoses among the lanes; no VO has this name.
_DIAGNOSES = ""


@dataclass(frozen=True, slots=True)
class CycleSettings:
    """Bounds of a cycle; a lane that is slower than ``cycle_seconds`` runs on beside the next cycle."""

    cycle_seconds: float = 120.0
    alarm_seconds: float = 24 * 3600.0
    max_lanes: int = 64


@dataclass(frozen=True, slots=True)
class Lane:
    """The steps for one VO.

    ``problem`` says why the VO can't archive though it should. Its logs are then not made Kept, and nothing is purged
    that is not archived. Nothing is deleted while the host's clock differs from the database's (``clock_agrees``).
    """

    vo: str
    tally: Tally
    retention: Retention
    removal: Removal
    archiving: Archiver | Bundler | Keeper | None = None
    problem: str = ""
    due: Sequence[DueCopy] = ()
    clock_agrees: Callable[[], bool] = lambda: True
    clearing: Clearing | None = None
    gate: Gate = field(default_factory=Gate)

    def run(self) -> Tally:
        """Remove copies of deleted logs, archive (or keep) logs, read the copies that are ``due``, delete old logs.

        Each error is a problem of the VO. When the agent ends, no further step begins, and removing copies ends
        with the present one, and looking at them with the present group.
        """
        if self.problem:
            self.tally.problem(f"archive of {self.vo}", self.problem)
        if self.clock_agrees():
            self._step("removing deleted files", self.removal.run)
            self._step("removing bundles", self.clearing.run if self.clearing else lambda: None)
        self._step("archive", self.archiving.run if self.archiving else lambda: None)
        self._step("looking at copies", lambda: self.retention.copies.scrub(self.due))
        if self.clock_agrees():
            self._step("retention", lambda: self.retention.run(purge_kept=isinstance(self.archiving, Keeper)))
        return self.tally

    def _step(self, what: str, run: Callable[[], None]) -> None:
        if self.gate.stopped:
            return
        try:
            run()
        except AgentEnds:
            return
        except PilotLogError as error:
            self.tally.problem(f"{what} of {self.vo}", str(error))
        except Exception as error:  # one VO must never stop the others
            self.tally.problem(f"{what} of {self.vo}", f"{type(error).__name__}: {error}")


@dataclass(slots=True)
class AgentMemory:
    """The state that an agent carries from one cycle to the next; a new agent can begin without it."""

    sealing: Walk = field(default_factory=Walk)
    describing: Walk = field(default_factory=Walk)
    gates: dict[str, Gate] = field(default_factory=dict)
    removals: RemovalProgress = field(default_factory=RemovalProgress)
    running: dict[str, Future[Tally]] = field(default_factory=dict)
    diagnosing: DiagnosingPlaces = field(default_factory=DiagnosingPlaces)
    bundles: BundlePlaces = field(default_factory=BundlePlaces)

    def forget_places(self) -> None:
        """Begin all walks anew, as places of another database mean nothing."""
        self.sealing, self.describing, self.removals = Walk(), Walk(), RemovalProgress()
        self.diagnosing.forget()
        self.bundles = BundlePlaces()

    def gate(self, vo: str) -> Gate:
        """Return the VO's gate."""
        return self.gates.setdefault(vo, Gate())


@dataclass(frozen=True, slots=True)
class Cycle:
    """All steps of one cycle; nothing is sealed while the host's clock differs from the database's."""

    epochs: Epochs
    describer: Describer
    sealer: Sealer
    settings: CycleSettings
    clock: Clock
    clock_agrees: Callable[[], bool] = lambda: True
    diagnose: Callable[[], Tally] = Tally

    def run(self, lanes: Sequence[Lane], pool: ThreadPoolExecutor, memory: AgentMemory, tally: Tally) -> set[str]:
        """Run every step once, counted in ``tally``. Return the VOs whose lanes are not done yet.

        These lanes run on; the cycle that finds them done adds their counts and problems to its tally. Raise
        StoreUnavailable when not even sealing is possible.
        """
        if self.clock_agrees():
            self.sealer.run(memory.sealing)
        self.describer.walk(memory.describing, limit=_DESCRIBED_LOGS)
        if _DIAGNOSES not in memory.running:
            memory.running[_DIAGNOSES] = pool.submit(self.diagnose)
        for lane in lanes:
            if lane.vo not in memory.running:
                memory.running[lane.vo] = pool.submit(lane.run)
        wait(memory.running.values(), timeout=self.settings.cycle_seconds)
        self._collect(memory, tally)
        if self.clock_agrees():
            self._delete_old(tally)
        return set(memory.running) - {_DIAGNOSES}

    def _delete_old(self, tally: Tally) -> None:
        try:
            tally.add("epochs deleted", self.epochs.delete_epochs(self.clock() - timedelta(seconds=_EPOCHS_SECONDS)))
            tally.add("CE outputs deleted", self.epochs.delete_ce_outputs(self.clock()))
        except StoreUnavailable as error:  # what the lanes met is in the tally alone
            tally.problem("database", str(error))

    def _collect(self, memory: AgentMemory, tally: Tally) -> None:
        for vo in [vo for vo, future in memory.running.items() if future.done()]:
            future = memory.running.pop(vo)
            try:
                tally.merge(future.result())
            except Exception as error:  # one VO, or the diagnoses, must never cost the others' results and alarms
                subject = "diagnoses" if vo == _DIAGNOSES else f"archive of {vo}"
                tally.problem(subject, f"{type(error).__name__}: {error}")
