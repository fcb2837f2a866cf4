"""Base of the HTTP endpoints besides services: read-only, with options in DIRAC's section for APIs."""

from __future__ import annotations

from DIRAC.ConfigurationSystem.Client.PathFinder import getAPISection
from DIRAC.Core.Tornado.Server.private.BaseRequestHandler import BaseRequestHandler
from tornado.web import url

from PilotLoggingDIRAC.transport import stand_in
from PilotLoggingDIRAC.transport.guards.server import guard_server
from PilotLoggingDIRAC.transport.identity.certificates import OwnCertificates
from PilotLoggingDIRAC.transport.identity.tokens import TokenCredentials


class Endpoint(TokenCredentials, OwnCertificates, BaseRequestHandler):
    """A handler at the path pattern ``LOCATION`` of a Tornado, which it guards."""

    SUPPORTED_METHODS = ("GET",)
    LOCATION = ""

    @classmethod
    def _pre_initialize(cls) -> list:
        try:
            guard_server()
        except Exception as error:  # one Tornado serves many services
            return stand_in.routes(cls, error, cls.LOCATION)
        cls.fetch_keys()
        return [url(cls.LOCATION, cls)]

    async def prepare(self) -> None:
        """Authorise the caller, as DIRAC does."""
        self.refuse_odd_claims()
        await super().prepare()

    @classmethod
    def _getCSAuthorizationSection(cls, fullComponentName: str) -> str:
        return f"{getAPISection(fullComponentName)}/Authorization"

    @classmethod
    def _getComponentInfoDict(cls, fullComponentName: str, fullURL: str) -> dict:
        section = getAPISection(fullComponentName)
        return {"serviceName": fullComponentName, "serviceSectionPath": section, "csPaths": [section], "URL": fullURL}
