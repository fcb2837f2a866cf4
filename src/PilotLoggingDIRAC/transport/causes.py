"""RPC methods of a collector for the causes of pilots' failures: figures, and diagnoses that are made again."""

from __future__ import annotations

from PilotLoggingDIRAC.assembly import diagnosis_rules
from PilotLoggingDIRAC.assembly.access.callers import policy
from PilotLoggingDIRAC.assembly.collector import Collector
from PilotLoggingDIRAC.pilotlog import access
from PilotLoggingDIRAC.pilotlog.diagnosed import UnknownFailure
from PilotLoggingDIRAC.pilotlog.read import selection as selecting
from PilotLoggingDIRAC.transport.edge import exported


class CausesMixin:
    """Mixin for the collector's handler, whose ``collector``, ``who`` and ``audit`` it uses."""

    collector: Collector

    types_diagnoseAgain: list = []

    @exported
    def export_diagnoseAgain(self, selection, otherRules=False):
        """Let the agent diagnose the selected logs again, those whose text is in the database, at most 100,000 a call.

        :param bool otherRules: only logs that were diagnosed with other rules than those that hold now
        :return: S_OK(number of logs)
        """
        access.require_administrator(self.who)
        wanted = self.collector.fates.resolved(selecting.selection(selection))
        return self.collector.db.diagnoses.again(wanted, diagnosis_rules.versions() if otherRules else None)

    types_getCauses: list = []

    @exported
    def export_getCauses(self, selection, by=("Cause",)):
        """Return the numbers of diagnosed logs that the caller may read, by one or several of their properties.

        :param dict selection: see ``pilotlog.read.selection``; it has a FromDate
        :param list by: some of Site, CE, VO, Cause, Party
        :return: S_OK({"Groups", "Logs", "More"}). Groups, the largest first, at most 1000: dictionaries with what
                 ``by`` names, CauseName beside Cause, Logs that have ended, Failed, the number of those with a cause,
                 and Running, the number of logs that are received. More: the figures are only of the 200,000 logs heard
                 of last, or of some of the pilots with this part of a name, or there are more groups
        """
        wanted = selecting.selection(selection)
        columns = selecting.groups(by)
        scope = access.require_scope(self.who, policy(self.who.vo))
        resolved = self.collector.query.named(scope, self.collector.fates.resolved(wanted))
        found = self.collector.db.diagnoses.summary(scope, resolved, columns)
        self.audit.listed(self.who, "getCauses", wanted, len(found.groups))
        more = found.more or self.collector.query.is_cut(wanted, resolved)
        return {"Groups": found.groups, "Logs": found.logs, "More": more}

    types_getUnknownFailures: list = []

    @exported
    def export_getUnknownFailures(self, selection, fingerprint=""):
        """Return groups of failed pilots that the caller may read, whose logs tell of something that no rule knows.

        :param dict selection: see ``pilotlog.read.selection``; it has a FromDate
        :param str fingerprint: of the only group that is wanted; "" for all
        :return: S_OK(list of dictionaries with VO, Fingerprint, Template, Logs, Sites (at most ten), FirstSeen,
                 LastSeen, PilotStamp and Line of the last log, 0 if its text is lost), the group with most logs first,
                 at most 1000
        """
        wanted = selecting.selection(selection)
        scope = access.require_scope(self.who, policy(self.who.vo))
        only = selecting.fingerprint(fingerprint)
        resolved = self.collector.query.every_named(scope, self.collector.fates.resolved(wanted))
        found = self.collector.db.diagnoses.unknown(scope, resolved, only)
        self.audit.listed(self.who, "getUnknownFailures", wanted, len(found))
        return [_unknown(group) for group in found]


def _unknown(group: UnknownFailure) -> dict:
    return {
        "VO": group.vo,
        "Fingerprint": group.fingerprint,
        "Template": group.template,
        "Logs": group.logs,
        "Sites": list(group.sites),
        "FirstSeen": group.first_seen,
        "LastSeen": group.last_seen,
        "PilotStamp": group.example_stamp,
        "Line": group.example_line,
    }
