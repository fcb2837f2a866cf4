"""One cycle of the agent: seal, then a lane for each VO that archives and deletes; lanes don't wait for each other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from datetime import timedelta

from ..errors import PilotLogError
from ..ports import Clock
from .archiver import Archiver, Gate, Keeper
from .custody import Custody
from .removal import Eraser
from .retention import Removals, Retention
from .sealing import Describer, Sealer, Walk
from .tally import Tally

_EPOCHS_SECONDS = 365 * 24 * 3600


@dataclass(frozen=True, slots=True)
class CycleSettings:
    """How long a cycle waits for its lanes; one that is slower goes on beside the next cycle."""

    cycle_seconds: float = 120.0
    alarm_seconds: float = 24 * 3600.0
    max_lanes: int = 64


@dataclass(frozen=True, slots=True)
class Lane:
    """What there is to do for one VO. ``problem`` says why it can't archive though it should; then nothing is kept
    instead, and nothing purged that is not archived.
    """

    vo: str
    tally: Tally
    retention: Retention
    eraser: Eraser
    way: Archiver | Keeper | None = None
    problem: str = ""

    def run(self) -> Tally:
        """Remove what was deleted on request, archive (or keep), delete what is old. What goes wrong is a problem of
        this VO.
        """
        if self.problem:
            self.tally.problem(f"archive of {self.vo}", self.problem)
        self._step("removing deleted files", self.eraser.run)
        self._step("archive", self.way.run if self.way else lambda: None)
        self._step("retention", lambda: self.retention.run(purge_kept=isinstance(self.way, Keeper)))
        return self.tally

    def _step(self, what: str, run: Callable[[], None]) -> None:
        try:
            run()
        except PilotLogError as error:
            self.tally.problem(f"{what} of {self.vo}", str(error))
        except Exception as error:  # one VO must never stand in the way of others
            self.tally.problem(f"{what} of {self.vo}", f"{type(error).__name__}: {error}")


@dataclass(slots=True)
class Memory:
    """What an agent remembers from one cycle to the next; a new agent does as well without it."""

    sealing: Walk = field(default_factory=Walk)
    describing: Walk = field(default_factory=Walk)
    gates: dict[str, Gate] = field(default_factory=dict)
    removals: Removals = field(default_factory=Removals)
    running: dict[str, Future] = field(default_factory=dict)

    def gate(self, vo: str) -> Gate:
        """The VO's gate."""
        return self.gates.setdefault(vo, Gate())


class Cycle:
    """All that one cycle does."""

    def __init__(self, custody: Custody, describer: Describer, sealer: Sealer, settings: CycleSettings, clock: Clock):
        self._custody = custody
        self._describer = describer
        self._sealer = sealer
        self._settings = settings
        self._clock = clock

    def run(self, lanes: Sequence[Lane], pool: ThreadPoolExecutor, memory: Memory, tally: Tally) -> set[str]:
        """Do everything once, into ``tally``; return the VOs that are not done yet and go on by themselves.

        Their counts and problems, and those of earlier cycles that ended meanwhile, are in the tally of the cycle
        that finds them done. Raises StoreUnavailable when not even sealing is possible.
        """
        self._sealer.run(memory.sealing)
        self._describer.walk(memory.describing, limit=500)
        for lane in lanes:
            if lane.vo not in memory.running:
                memory.running[lane.vo] = pool.submit(lane.run)
        wait(memory.running.values(), timeout=self._settings.cycle_seconds)
        self._collect(memory, tally)
        tally.add("epochs deleted", self._custody.delete_epochs(self._clock() - timedelta(seconds=_EPOCHS_SECONDS)))
        return set(memory.running)

    def _collect(self, memory: Memory, tally: Tally) -> None:
        for vo in [vo for vo, future in memory.running.items() if future.done()]:
            tally.merge(memory.running.pop(vo).result())
