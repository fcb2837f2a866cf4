"""RPC methods of a collector for sending logs again to a destination."""

from __future__ import annotations

import json

from PilotLoggingDIRAC.assembly.collector import Collector
from PilotLoggingDIRAC.assembly.forwarding.named import vos_of
from PilotLoggingDIRAC.pilotlog import access, validation
from PilotLoggingDIRAC.pilotlog.access import Scope
from PilotLoggingDIRAC.pilotlog.errors import InvalidInput, StoreUnavailable
from PilotLoggingDIRAC.pilotlog.forward.replay.request import Replay, selected, wanted
from PilotLoggingDIRAC.pilotlog.model import Selection
from PilotLoggingDIRAC.transport.edge import exported

_MAX_ID = 2**63 - 1


class ReplaysMixin:
    """Mixin for the collector's handler, whose ``collector``, ``who`` and ``audit`` it uses."""

    collector: Collector

    types_replayLogs: list = []

    @exported
    def export_replayLogs(self, destination, selection, dryRun=True):
        """Send the selected logs again to one destination: the forwarding agents do it. The logs are those of VOs that
        name the destination, up to the newest one.

        :param str destination: its name in /Resources/PilotLogDestinations
        :param dict selection: VO, PilotStamp, PilotReference, Site, CE, FromDate, ToDate, Checks
        :param bool dryRun: only count
        :return: S_OK({"Logs", "Bytes", "Archived", "Gone", "Replay"}). Logs, and Bytes of their text; Archived: how
                 many of them are only in the archive; Gone: how many more are no longer kept. Replay: as of getReplays,
                 {} for a dry run; that of the same call before, if it is open
        """
        access.require_administrator(self.who)
        asked = wanted(selection)
        name, vos = vos_of(destination)
        logs = selected(asked, vos)
        if logs is None:
            raise InvalidInput(f"Logs of these VOs do not go to {name}")
        if validation.flag(dryRun, "dryRun"):
            return self._counted(logs) | {"Replay": {}}
        found = self._counted_if_possible(logs)
        replay = self.collector.db.replays.request(name, asked, found["Logs"], str(self.who))
        return found | {"Replay": _told(replay)}

    def _counted(self, logs: Selection) -> dict:
        extent = self.collector.db.searcher.extent(Scope(everything=True), logs)
        here, archived, gone = (extent[place] for place in ("here", "archived", "gone"))
        size = here[1] + archived[1]
        return {"Logs": here[0] + archived[0], "Bytes": size, "Archived": archived[0], "Gone": gone[0]}

    def _counted_if_possible(self, logs: Selection) -> dict:
        """Return the amounts, all 0 if the database takes too long to count: they are only for the progress."""
        try:
            return self._counted(logs)
        except StoreUnavailable:
            return dict.fromkeys(("Logs", "Bytes", "Archived", "Gone"), 0)

    types_getReplays: list = []

    @exported
    def export_getReplays(self):
        """Return the replays that were requested last, at most 100, the newest first.

        :return: S_OK(list of dictionaries with ID, Destination, Selection, RequestedAt, RequestedBy, State (Open, Done,
                 Stopped), Selected (0: not counted), Logs, Records, Rejected, Unreadable, Reason, Error, EndedAt, and
                 Share, from 0 to 1, of the way)
        """
        access.require_administrator(self.who)
        return [_told(replay) for replay in self.collector.db.replays.listed()]

    types_stopReplay: list = []

    @exported
    def export_stopReplay(self, number):
        """Stop an open replay. What was sent stays sent.

        :param int number: ID as of getReplays
        :return: S_OK(bool), False if there is no such open replay
        """
        access.require_administrator(self.who)
        return self.collector.db.replays.stop(validation.number(number, "number", 1, _MAX_ID))


def _told(replay: Replay) -> dict:
    progress = replay.progress
    return {
        "ID": replay.id,
        "Destination": replay.destination,
        "Selection": json.loads(replay.selection),
        "RequestedAt": replay.requested_at,
        "RequestedBy": replay.requested_by,
        "State": replay.state.value,
        "Selected": replay.logs,
        "Logs": progress.logs,
        "Records": progress.records,
        "Rejected": progress.rejected,
        "Unreadable": progress.unreadable,
        "Reason": replay.reason,
        "Error": replay.error,
        "EndedAt": replay.ended_at,
        "Share": replay.share,
    }
