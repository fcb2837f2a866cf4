"""DIRAC's WMSAdministrator, with pilot output as far as the caller may read it.

Not derived from DIRAC's class: that connects to JobDB and OpenSearch, which its one method does not use, and DISET
calls its initialisation in any case.
"""

from __future__ import annotations

from DIRAC import S_OK
from DIRAC.Core.DISET.RequestHandler import RequestHandler

from PilotLoggingDIRAC.assembly.reading.job_output import job_output
from PilotLoggingDIRAC.pilotlog import access, validation
from PilotLoggingDIRAC.transport.audited import AuditedMixin
from PilotLoggingDIRAC.transport.edge import exported
from PilotLoggingDIRAC.transport.guards.service import guard_service


class WMSAdministratorHandlerMixin(AuditedMixin):
    """Mixin with the one method of DIRAC's service, for either protocol."""

    auth_getJobPilotOutput = ["authenticated"]
    types_getJobPilotOutput = [[str, int]]

    @exported
    def export_getJobPilotOutput(self, jobID):
        """Return the output of a job's pilots, as far as the caller may read it.

        :param jobID: the job's number
        :return: S_OK({"StdOut": str, "StdErr": str})
        """
        number = validation.job_number(jobID)
        self.about = lambda: {"job": number}
        access.require_known(self.who)
        found = job_output(self.getRemoteCredentials()).get(number)
        self.audit.read(self.who, "getJobPilotOutput", job=number)
        return found


class WMSAdministratorHandler(WMSAdministratorHandlerMixin, RequestHandler):
    """WMSAdministrator over DISET."""

    @classmethod
    def initializeHandler(cls, serviceInfo):
        """Guard the service."""
        guard_service()
        return S_OK()
