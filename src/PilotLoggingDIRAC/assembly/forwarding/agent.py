"""The forwarding agent: sending threads for each destination, made and ended as the configuration changes."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from DIRAC import gLogger

from PilotLoggingDIRAC.adapters.database import LogDatabase
from PilotLoggingDIRAC.assembly import options
from PilotLoggingDIRAC.assembly.agent_settings import AgentStoreSettings
from PilotLoggingDIRAC.assembly.alarms import Bell
from PilotLoggingDIRAC.assembly.duty_thread import owner_name
from PilotLoggingDIRAC.assembly.forwarding import destinations
from PilotLoggingDIRAC.assembly.forwarding.destinations import Configured
from PilotLoggingDIRAC.assembly.forwarding.named import vos_by_destination
from PilotLoggingDIRAC.assembly.forwarding.texts import LogTexts
from PilotLoggingDIRAC.pilotlog.archive.tally import Tally
from PilotLoggingDIRAC.pilotlog.errors import InvalidInput
from PilotLoggingDIRAC.pilotlog.forward.cursor import WantedLogs
from PilotLoggingDIRAC.pilotlog.forward.destination import Rejected
from PilotLoggingDIRAC.pilotlog.forward.forwarder import Forwarder
from PilotLoggingDIRAC.pilotlog.forward.replay.replayer import Replayer
from PilotLoggingDIRAC.pilotlog.forward.sending_thread import SendingThread
from PilotLoggingDIRAC.pilotlog.forward.settings import ForwardSettings
from PilotLoggingDIRAC.pilotlog.model import Log
from PilotLoggingDIRAC.pilotlog.ports import DestinationProgress
from PilotLoggingDIRAC.pilotlog.settings import ClockSettings

#: How long an agent that ends waits for what is being sent, to all destinations together; then the leases run out.
_STOP_SECONDS = 10.0
#: How long a destination is unnamed before it is forgotten, in the time of one agent: DIRAC ends an agent after some
#: hours (``MaxCycles``), and with it what it remembers.
_UNNAMED_SECONDS = 3600.0
_MAX_TOLD = 1000
_log = gLogger.getSubLogger("PilotLogging")


@dataclass(slots=True)
class _Damage:
    """The batches that can't be read, since the last cycle."""

    name: str
    number: int = 0
    last: str = ""

    def __call__(self, unreadable: Rejected) -> None:
        self.number, self.last = self.number + 1, unreadable.identity
        _log.error(f"A batch can't be sent to {self.name}", f"{unreadable.identity}: {unreadable.reason}")

    def tell(self, tally: Tally) -> None:
        """Note a problem of this cycle, if there is one."""
        number, self.number = self.number, 0
        if number:
            words = f"{number} batches in the database can't be read, and are not sent, as {self.last}"
            tally.problem(f"damaged text for {self.name}", words)


@dataclass(slots=True)
class _Sending:
    """One destination with its sending threads: ``live``, and that of what is sent again. ``vos`` are those whose logs
    go there.

    ``progress`` is looked up once in a cycle: another agent, whose configuration is older, may just have forgotten it.
    """

    configured: Configured
    settings: ForwardSettings
    live: SendingThread
    replaying: SendingThread
    vos: tuple[str, ...]
    damage: _Damage
    progress: DestinationProgress | None = None

    @property
    def threads(self) -> tuple[SendingThread, SendingThread]:
        """Return both threads."""
        return self.live, self.replaying

    def ask_to_stop(self) -> None:
        """Let both threads stop after their present call of the destination; return at once."""
        for thread in self.threads:
            thread.stopped.set()

    def stop(self, seconds: float) -> bool:
        """Stop both threads within some seconds. Return False if one goes on."""
        self.ask_to_stop()
        until = time.monotonic() + seconds
        ended = [thread.stop(max(until - time.monotonic(), 0.0)) for thread in self.threads]
        return all(ended)


@dataclass(slots=True)
class _Told:
    """Rejected records and unreadable logs that the agent's log tells of, a bounded number."""

    name: str
    number: int = 0

    def __call__(self, rejected: Rejected) -> None:
        self._tell("rejected a record", f"{rejected.identity}: {rejected.reason}")

    def unreadable(self, log: Log, reason: str) -> None:
        """Tell of a log that is not sent again."""
        self._tell("is not sent a log that can't be read", f"{log.pilot}: {reason}")

    def _tell(self, what: str, why: str) -> None:
        self.number += 1
        if self.number <= _MAX_TOLD:
            _log.warn(f"{self.name} {what}", why)


class ForwardingAgent:
    """The agent from one cycle to the next."""

    def __init__(self, full_name: str):
        self._option = options.agent(full_name)
        self._owner = owner_name()
        self._sender = f"{socket.gethostname()}-{full_name.rpartition('/')[2]}"
        store, clocks = options.fill(AgentStoreSettings, self._option), options.fill(ClockSettings, self._option)
        self._db = LogDatabase(settings=store, clocks=clocks)
        self._bell = Bell(full_name)
        self._alarms = self._bell.alarms
        self._texts = LogTexts(self._db, options.fill(ForwardSettings, self._option), self._option)
        self._sending: dict[str, _Sending] = {}
        self._unnamed: dict[str, float] = {}

    def cycle(self) -> dict[str, int]:
        """Bring the threads to the present configuration, alarm about what is wrong, and return the counts."""
        tally, settings = Tally(), options.fill(ForwardSettings, self._option)
        wanted = vos_by_destination()
        for name in set(self._sending) - set(wanted):
            self._end(name)
        for name, vos in wanted.items():
            self._bring_up(name, vos, settings, tally)
        for name, sending in self._sending.items():
            tally.add(f"destinations with {sending.configured.plugin}")
            sending.damage.tell(tally)
            for what, thread in (("destination", sending.live), ("replay to", sending.replaying)):
                if problem := thread.alarm():
                    tally.problem(f"{what} {name}", problem)
        self._alarms.update(tally.problems)  # also when the database is away
        self._texts.drop_idle()
        self._forget(set(wanted), settings.forward_forget_seconds)
        return tally.counts

    def close(self) -> None:
        """End all threads; what is being sent is waited for, for a while."""
        for sending in self._sending.values():
            sending.ask_to_stop()
        until = time.monotonic() + _STOP_SECONDS
        for name in list(self._sending):
            self._end(name, max(until - time.monotonic(), 0.0))
        self._texts.close()
        self._db.close()
        self._bell.close()

    def _bring_up(self, name: str, vos: tuple[str, ...], settings: ForwardSettings, tally: Tally) -> None:
        """Run threads with the present options; those whose options are the same go on.

        They go on while a section is without a plugin, as it may be half changed, but not for VOs that were taken off.
        """
        sending = self._sending.get(name)
        if sending is not None:
            sending.vos, sending.progress = vos, None
        try:
            configured = destinations.configured(name)
            if sending is not None and (sending.configured, sending.settings) == (configured, settings):
                return
            self._end(name)
            sending = self._sending[name] = self._begin_sending(configured, settings, vos)
            for thread in sending.threads:
                thread.start()
        except InvalidInput as error:
            if not destinations.has_section(name):
                self._end(name)
            tally.problem(f"destination {name}", str(error))
        except RuntimeError as error:  # no thread can be started: the next cycle tries again
            self._end(name)
            tally.problem(f"destination {name}", str(error))

    def _forget(self, named: set[str], seconds: float) -> None:
        """Forget destinations that no VO has named for a while, and replays that are over. Raise StoreUnavailable.

        One that was away is not forgotten when the configuration lacks it for a moment.
        """
        now, before = time.monotonic(), self._db.clock() - timedelta(seconds=seconds)
        self._unnamed = {name: since for name, since in self._unnamed.items() if name not in named}
        self._db.replays.forget(before)
        for found in self._db.destinations.progress():
            if found.name in named:
                continue
            since = self._unnamed.setdefault(found.name, now)
            if now - since >= min(seconds, _UNNAMED_SECONDS) and (found.caught_up_at or found.began) <= before:
                self._db.destinations.forget(found.name)

    def _begin_sending(self, configured: Configured, settings: ForwardSettings, vos: tuple[str, ...]) -> _Sending:
        def wanted() -> WantedLogs:
            return self._logs_for(sending)

        damage = _Damage(configured.name)
        live = SendingThread(self._forwarder(configured, settings, damage), wanted, settings)
        replaying = SendingThread(self._replayer(configured, settings, lambda: sending.vos), wanted, settings)
        sending = _Sending(configured, settings, live, replaying, vos, damage)
        return sending

    def _forwarder(self, configured: Configured, settings: ForwardSettings, damage: _Damage) -> Forwarder:
        name, db = configured.name, self._db
        destination, content = destinations.load(configured)
        return Forwarder(
            *(name, destination, content, db.forwarded, db.destinations, settings, db.clock, self._owner),
            *(db.parcels, self._sender),
            on_rejected=_Told(name),
            on_unreadable=damage,
        )

    def _replayer(
        self, configured: Configured, settings: ForwardSettings, vos: Callable[[], Sequence[str]]
    ) -> Replayer:
        """Return the sender of what is sent again, with a connection of its own."""
        name, db, told = configured.name, self._db, _Told(configured.name)
        destination, content = destinations.load(configured)
        return Replayer(
            *(name, destination, content, db.replays, self._texts, vos, settings, db.clock, self._owner),
            on_rejected=told,
            on_unreadable=told.unreadable,
        )

    def _logs_for(self, sending: _Sending) -> WantedLogs:
        name = sending.configured.name
        progress = sending.progress = sending.progress or self._db.destinations.begin(name)
        return WantedLogs(name, sending.vos, progress.began, progress.caught_up_at)

    def _end(self, name: str, seconds: float = _STOP_SECONDS) -> None:
        sending = self._sending.pop(name, None)
        if sending is not None and not sending.stop(seconds):
            _log.warn("A destination does not answer, and is left", name)
