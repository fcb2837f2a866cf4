"""The archiving agent, put together anew in each cycle, from the CS as it is then."""

from __future__ import annotations

import functools
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from PilotLoggingDIRAC.adapters.database import LogDatabase
from PilotLoggingDIRAC.adapters.pilot_agents import PilotAgents
from PilotLoggingDIRAC.adapters.workers.pool import WorkerPool
from PilotLoggingDIRAC.adapters.workers.priority import give_way
from PilotLoggingDIRAC.adapters.workers.private_folder import PrivateFolder, remove_abandoned
from PilotLoggingDIRAC.assembly import diagnosis_rules, options
from PilotLoggingDIRAC.assembly.agent_settings import AgentProcessSettings, AgentStoreSettings
from PilotLoggingDIRAC.assembly.alarms import Bell
from PilotLoggingDIRAC.assembly.diagnosing import DiagnosingWatch
from PilotLoggingDIRAC.assembly.duty_thread import owner_name
from PilotLoggingDIRAC.assembly.forwarding import destinations
from PilotLoggingDIRAC.assembly.notices.watching import NoticeWatch
from PilotLoggingDIRAC.assembly.reading import archives
from PilotLoggingDIRAC.pilotlog.archive.archiver import Archiver, Workspace
from PilotLoggingDIRAC.pilotlog.archive.bundles.bundler import Bundler
from PilotLoggingDIRAC.pilotlog.archive.bundles.clearing import Clearing
from PilotLoggingDIRAC.pilotlog.archive.bundles.settings import BundleSettings
from PilotLoggingDIRAC.pilotlog.archive.copies import CopyCheck, due_copies
from PilotLoggingDIRAC.pilotlog.archive.custody import DueCopy
from PilotLoggingDIRAC.pilotlog.archive.cycle import AgentMemory, Cycle, CycleSettings, Lane
from PilotLoggingDIRAC.pilotlog.archive.deletion.awaited import Awaited
from PilotLoggingDIRAC.pilotlog.archive.deletion.removal import Removal
from PilotLoggingDIRAC.pilotlog.archive.deletion.retention import Retention
from PilotLoggingDIRAC.pilotlog.archive.describer import Describer
from PilotLoggingDIRAC.pilotlog.archive.diagnosing import Diagnoser
from PilotLoggingDIRAC.pilotlog.archive.gate import GatedArchive
from PilotLoggingDIRAC.pilotlog.archive.keeper import Keeper
from PilotLoggingDIRAC.pilotlog.archive.packing import Target
from PilotLoggingDIRAC.pilotlog.archive.sealer import Sealer
from PilotLoggingDIRAC.pilotlog.archive.tally import Tally
from PilotLoggingDIRAC.pilotlog.diagnose.settings import DiagnosisSettings
from PilotLoggingDIRAC.pilotlog.errors import ArchiveError, StoreUnavailable
from PilotLoggingDIRAC.pilotlog.pauses import Rests
from PilotLoggingDIRAC.pilotlog.ports import Archive
from PilotLoggingDIRAC.pilotlog.read.database_watch import DatabaseWatch
from PilotLoggingDIRAC.pilotlog.settings import (
    ArchiveSettings,
    ClockSettings,
    CopySettings,
    DiagnoseSettings,
    RetentionSettings,
    SealSettings,
)


class ArchivingAgent:
    """The agent from one cycle to the next: connections, worker processes, lanes that are not done yet, alarms."""

    def __init__(self, full_name: str, folder: Path):
        """Create the agent; packed logs are in ``folder``, the agent's own, during their upload."""
        self._option = options.agent(full_name)
        give_way(options.fill(AgentProcessSettings, self._option).niceness)
        self._packing = _private(folder / "packing")
        self._owner = owner_name()
        store, clocks = options.fill(AgentStoreSettings, self._option), options.fill(ClockSettings, self._option)
        self._db, self._pilots = LogDatabase(settings=store, clocks=clocks), PilotAgents(store)
        workers = options.fill(ArchiveSettings, self._option).workers
        self._workers = WorkerPool(workers, spare=workers)
        self._slots = threading.BoundedSemaphore(workers)
        # a fixed bound: not read from the CS
        self._lanes = ThreadPoolExecutor(CycleSettings().max_lanes, thread_name_prefix="lane")
        self._memory = AgentMemory()
        self._bell = Bell(full_name)
        self._alarms = self._bell.alarms
        self._notices = NoticeWatch(self._db, self._option, self._owner)
        self._diagnosing = DiagnosingWatch(self._db, self._option, self._owner)
        self._look_at_database = DatabaseWatch(self._db.identity.look, self._forget, 0.0)
        self._has_begun = False
        self._ended = threading.Event()

    def cycle(self) -> dict[str, int]:
        """Run every step once and return the counts. Raise StoreUnavailable."""
        self._begin()
        tally = Tally()
        settings = options.fill(CycleSettings, self._option)
        describer = Describer(self._db.custody, self._pilots, tally)
        sealer = Sealer(self._db.custody, describer, options.fill(SealSettings, self._option), self._db.clock, tally)
        cycle = Cycle(self._db.custody, describer, sealer, settings, self._db.clock, self._clock_agrees, self._diagnose)
        vos = archives.vos()
        try:
            self._look_at_database()
            self._look_at_clock(tally)
            due = due_copies(self._db.custody, options.fill(CopySettings, self._option), self._db.clock)
            running = cycle.run([self._lane(vo, due.get(vo, ())) for vo in vos], self._lanes, self._memory, tally)
            self._workers.drop_idle()
            self._alarm_waiting(tally, vos, settings.alarm_seconds)
        except StoreUnavailable as error:  # some problems of lanes come once, and would never be told
            self._alarms.update(tally.problems | {"database": str(error)}, lambda subject: True)
            raise
        tally.merge(self._notices.tally())
        self._alarms.update(tally.problems, lambda subject: any(subject.endswith(f" of {vo}") for vo in running))
        return tally.counts | ({"VOs not done yet": len(running)} if running else {})

    def _begin(self) -> None:
        """Start the threads, at the first cycle: DIRAC changes the environment after an agent's initialization, and a
        thread that reads it then, as MySQL's client does, may end the process (glibc's setenv).
        """
        if not self._has_begun:
            self._notices.start()
            self._diagnosing.start()
            self._has_begun = True

    def _forget(self) -> None:
        """Forget what is kept of the database, which is another one."""
        self._memory.forget_places()
        self._diagnosing.forget_readings()

    def close(self) -> None:
        """Begin no new upload, wait for those that are under way, then end the workers."""
        self._ended.set()
        self._memory.diagnosing.stopped = True
        for gate in self._memory.gates.values():
            gate.stop()
        self._diagnosing.stop()
        self._notices.stop()
        self._lanes.shutdown(wait=True)
        self._workers.close()
        self._packing.close()
        self._db.close()
        self._pilots.close()
        self._bell.close()

    def _diagnose(self) -> Tally:
        settings = options.fill(DiagnoseSettings, self._option)
        bounds = options.fill(DiagnosisSettings, self._option)
        db, tally, vos, rests = self._db, Tally(), archives.vos(), self._rests()
        for vo in vos:
            if wrong := diagnosis_rules.problems(vo):
                tally.problem(f"rules of diagnosis of {vo}", "; ".join(f"{at}: {why}" for at, why in wrong.items()))
        rules_of = functools.cache(diagnosis_rules.rules)
        diagnoser = Diagnoser(
            db.diagnoses,
            db.reader,
            settings,
            db.clock,
            self._owner,
            tally,
            rules_of,
            vos,
            bounds=bounds,
            seconds=rests.worked,
            begun=self._diagnosing.take,
            rest=rests.rest,
        )
        return diagnoser.run(self._memory.diagnosing)

    def _rests(self) -> Rests:
        return Rests(options.fill(AgentProcessSettings, self._option).cycle_load_percent, self._ended.wait)

    def _look_at_clock(self, tally: Tally) -> None:
        """Ask for the database's time, and note a host whose clock differs: it neither seals nor deletes."""
        self._db.clock()
        if problem := self._db.clock.problem:
            tally.problem("clock", f"{problem}: no log is sealed or deleted, until somebody sets the one that is wrong")

    def _clock_agrees(self) -> bool:
        return not self._db.clock.problem

    def _alarm_waiting(self, tally: Tally, vos: Sequence[str], seconds: float) -> None:
        """Note a problem of each VO with logs that wait after a failure, even if none was tried in this cycle."""
        for vo, number in self._db.reader.failures().items():
            if f"archive of {vo}" not in tally.problems:
                tally.problem(f"archive of {vo}", f"{number} logs wait for another try")
        for vo, number in self._db.reader.lost_copies().items():
            tally.problem(f"lost copies of {vo}", f"of {number} logs whose text has left the database")
        for vo in set(self._db.reader.waiting_vos()) - set(vos):
            tally.problem(f"archive of {vo}", "its logs wait, and the VO is not in the Registry")
        for vo in set(self._db.reader.vos_of_deleted_copies()) - set(vos):
            tally.problem(f"removing deleted files of {vo}", "the VO is not in the Registry")
        oldest = self._db.reader.oldest_unarchived()
        if oldest is not None and (self._db.clock() - oldest).total_seconds() > seconds:
            tally.problem("oldest log that waits for its archive", f"last heard of at {oldest} UTC")

    def _lane(self, vo: str, due: Sequence[DueCopy]) -> Lane:
        tally, gate = Tally(), self._memory.gate(vo)
        settings = options.fill(ArchiveSettings, self._option)
        found = self._archive(vo, settings)
        archive = found.archive and GatedArchive(found.archive, gate)
        custody, retained = self._db.custody, options.fill(RetentionSettings, options.operations(vo))
        stall = 2 * settings.lease_seconds
        copies = CopyCheck(vo, custody, archive, options.fill(CopySettings, self._option), tally)
        retention = Retention(
            *(vo, custody, archive, copies, retained, stall, self._db.clock, self._memory.removals, tally),
            awaited=Awaited(vo, destinations.forwarded_to(vo), self._db.forwarded, tally),
        )
        removal = Removal(vo, custody, archive, retained, settings, stall, self._db.clock, tally)
        bundles, clock = options.fill(BundleSettings, self._option), self._db.clock
        clearing = Clearing(
            vo,
            custody,
            archive,
            bundles,
            retained,
            settings,
            stall,
            clock,
            self._workspace(),
            self._memory.bundles,
            tally,
            gate,
        )
        archiving = self._archiving(vo, found, settings, bundles, tally)
        return Lane(vo, tally, retention, removal, archiving, found.problem, due, self._clock_agrees, clearing, gate)

    def _workspace(self) -> Workspace:
        return Workspace(self._owner, self._packing.path, self._slots)

    def _archive(self, vo: str, settings: ArchiveSettings) -> _ArchiveSetup:
        archive: Archive | None = None
        target: Target | None = None
        problem = ""
        try:
            target = archives.target(vo)
        except ArchiveError as error:
            problem = str(error)
        try:
            archive = archives.archive(vo, self._workers, settings.transfer_seconds)
        except ArchiveError as error:
            problem = problem or (str(error) if target else "")
        return _ArchiveSetup(archive, target, problem)

    def _archiving(
        self, vo: str, found: _ArchiveSetup, settings: ArchiveSettings, bundles: BundleSettings, tally: Tally
    ) -> Archiver | Bundler | Keeper | None:
        """Return the step for a VO's sealed logs; None while its archive is not set up correctly."""
        custody, describer = self._db.custody, Describer(self._db.custody, self._pilots, tally)
        if found.problem:
            return None
        if found.target is None:
            return Keeper(vo, custody, describer, self._db.clock, tally)
        if found.archive is None:  # the VO has a target: then only with a problem
            return None
        archiver = Archiver(
            vo,
            custody,
            self._db.reader,
            found.archive,
            found.target,
            describer,
            settings,
            self._db.clock,
            self._workspace(),
            self._memory.gate(vo),
            tally,
        )
        return Bundler(archiver, custody, bundles, rest=self._rests().rest) if bundles.bundle_logs > 1 else archiver


@dataclass(frozen=True, slots=True)
class _ArchiveSetup:
    """A VO's archive and target, each None where there is none, and the problem with them."""

    archive: Archive | None
    target: Target | None
    problem: str


def _private(folder: Path) -> PrivateFolder:
    """Return a private folder below; remove those of agents that were killed."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)
    remove_abandoned(folder)
    return PrivateFolder("packing", folder)
