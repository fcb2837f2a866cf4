"""The check of the whole chain with a test log: sent as a pilot would, read back at each step, removed at the end."""

from __future__ import annotations

import tempfile
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from DIRAC.ConfigurationSystem.Client.Helpers.Operations import Operations
from DIRAC.Core.Security.Locations import getCAsLocation

from PilotLoggingDIRAC.adapters.output_service import OUTPUT_SERVICE
from PilotLoggingDIRAC.commands.canary.archive_wait import archived_at
from PilotLoggingDIRAC.commands.canary.credential import credential
from PilotLoggingDIRAC.commands.canary.pilot_wire import PilotWire
from PilotLoggingDIRAC.commands.client import CollectorClient
from PilotLoggingDIRAC.commands.installation.configuration import is_on
from PilotLoggingDIRAC.commands.logs.reading import LogReading
from PilotLoggingDIRAC.commands.terminal.answers import CallFailed, value
from PilotLoggingDIRAC.pilotlog.errors import LogNotFound, NotAllowed, PilotLogError
from PilotLoggingDIRAC.pilotlog.model import CHECK_STAMP

GOOD, BROKEN, LEFT_OUT = "good", "BROKEN", "-"

_SEND_SECONDS = 30.0
_STORE_SECONDS = 30.0
_POLL_SECONDS = 1.0


class Broken(PilotLogError):
    """A link is broken; ``mend`` says how to repair it."""

    def __init__(self, message: str, mend: str):
        super().__init__(message)
        self.mend = mend


@dataclass(frozen=True, slots=True)
class Link:
    """One link of the chain and its state. ``mend`` says how to repair a broken one."""

    name: str
    state: str
    seconds: float = 0.0
    text: str = ""
    mend: str = ""


@dataclass(slots=True)
class Canary:
    """The check of one VO. ``tell`` is called with each link after its check."""

    vo: str
    tell: Callable[[Link], Any]
    url: str = ""
    wait_seconds: float = 0.0
    client: CollectorClient = field(default_factory=CollectorClient)
    stamp: str = field(default_factory=lambda: f"{CHECK_STAMP}{uuid.uuid4().hex}")
    links: list[Link] = field(default_factory=list)
    text: str = ""

    @property
    def good(self) -> bool:
        """Return whether no link was found broken."""
        return all(link.state != BROKEN for link in self.links)

    @property
    def _wanted(self) -> dict[str, str]:
        return {"VO": self.vo, "PilotStamp": self.stamp}

    def run(self) -> None:
        """Check each link in turn, up to the first broken one."""
        steps = (
            ("Configuration", self._configuration),
            ("Collector", self._send),
            ("Database", self._stored),
            ("Source Collector", lambda: self._read_from("Collector")),
            ("Storage element", self._archived),
            ("Source Archive", self._read_archived),
        )
        try:
            for name, step in steps:
                if not self._look(name, step):
                    break
        finally:
            if self.text:
                self._look("Removal", self._remove)

    def _look(self, name: str, step: Callable[[], str]) -> bool:
        began = time.monotonic()
        try:
            text, state, mend = step(), GOOD, ""
        except NotLooked as error:
            text, state, mend = str(error), LEFT_OUT, ""
        except PilotLogError as error:
            text, state, mend = str(error), BROKEN, getattr(error, "mend", _MEND[name])
        self.links.append(Link(name, state, time.monotonic() - began, text, mend))
        self.tell(self.links[-1])
        return state != BROKEN

    def _configuration(self) -> str:
        option = Operations(vo=self.vo)
        self.url = self.url or option.getValue("Pilot/RemoteLoggerURL", "")
        if not self.url:
            raise Broken("Pilots are not told where to send", f"dirac-admin-pilot-logs-enable --VO {self.vo}")
        return f"{self.url}, logging is {'on' if is_on(option.getValue('Pilot/RemoteLogging', '')) else 'off'}"

    def _send(self) -> str:
        with tempfile.TemporaryDirectory(prefix="pilotlog-check-") as folder:  # mode 0700
            sender = credential(self.vo, Path(folder))
            wire = PilotWire(self.url, getCAsLocation(), sender.certificate, sender.key, _SEND_SECONDS)
            moment = datetime.now(UTC)
            lines = (
                f"{moment:%Y-%m-%dT%H:%M:%S.%fZ} INFO [Canary] {text} {self.stamp}\n"
                for text in ("check", "end of check")
            )
            self.text = "".join(lines)
            wire.send(self.text, self.stamp, self.vo)
            wire.finalise("0", self.stamp, self.vo)
        return f"took it from {sender.whose}" + (f" (no pilot's proxy: {sender.why})" if sender.why else "")

    def _stored(self) -> str:
        until = time.monotonic() + _STORE_SECONDS
        while True:
            try:
                page = value(self.client.getLog(self.vo, self.stamp))
                if page["Text"] == self.text and page["Final"]:
                    return "holds it, complete"
                why = f"holds {len(page['Text'])} characters of {len(self.text)}"
            except (LogNotFound, NotAllowed, CallFailed) as error:
                why = str(error)
            if time.monotonic() > until:
                raise CallFailed(why)
            time.sleep(_POLL_SECONDS)

    def _read_from(self, source: str) -> str:
        found = LogReading(self.client, lambda text: None).output(self.stamp, source)
        if found.stdout != self.text:
            raise CallFailed("gives other text than was sent")
        return "gives it back as it was sent"

    def _archived(self) -> str:
        se = Operations(vo=self.vo).getValue("Pilot/UploadSE", "")
        if not se:
            raise NotLooked("this VO has no archive (UploadSE)")
        if not self.wait_seconds:
            raise NotLooked("not waited for")
        return archived_at(self.client, self._wanted, se, self.wait_seconds)

    def _read_archived(self) -> str:
        if self.links[-1].state != GOOD:
            raise NotLooked("the log is not in the archive")
        return self._read_from("Archive")

    def _remove(self) -> str:
        try:
            while value(self.client.deleteLogs(self._wanted, False))["More"]:
                pass
        except PilotLogError as error:
            was_taken = any(link.name == "Collector" and link.state == GOOD for link in self.links)
            what = self.stamp if was_taken else f"{self.stamp}, if any of it was stored,"
            raise NotLooked(f"{what} stays until the VO's retention ends: {error}") from None
        return "removed; the agent removes the copy in its next cycle" if self.wait_seconds else "removed"


class NotLooked(PilotLogError):
    """The link was not checked."""


_MEND = {
    "Configuration": "Look at Operations/<vo>/Pilot",
    "Collector": (
        "Is it running (dirac-admin-pilot-logs-status), does the URL lead to it, is its certificate for that name? "
        "Not authorised: the group of the pilot's proxy needs GenericPilot, and its VO in Registry/Groups/<group>/VO"
    ),
    "Database": (
        "dirac-admin-pilot-logs-status: is the database away, does the message wait in a collector's spool? "
        "Not for you to read: your group needs Operator in this VO, or ServiceAdministrator; a host reads only if "
        "HostsMayRead names it, and the dirac.cfg of a server makes you its host: "
        "-o /DIRAC/Security/UseServerCertificate=no"
    ),
    "Source Collector": f"Is {OUTPUT_SERVICE} running as PilotLoggingDIRAC's, with the same PilotLoggingDB?",
    "Storage element": (
        "Is a PilotLoggingAgent running, and how long is its PollingTime? Check UploadSE, UploadPath and "
        "Shifter/DataManager of the VO, that proxy in ProxyManager, the agent's alarms"
    ),
    "Source Archive": f"Can {OUTPUT_SERVICE} get the data manager's proxy, and read from the storage element with it?",
    "Removal": "dirac-admin-pilot-logs-delete",
}
