"""Bearer tokens that identify callers without a certificate, from issuers that the configuration names.

DIRAC's own way of accepting tokens is disabled.
"""

from __future__ import annotations

from DIRAC import gLogger
from DIRAC.Core.Utilities.ReturnValues import S_ERROR, S_OK

from PilotLoggingDIRAC.assembly.access.tokens import tokens
from PilotLoggingDIRAC.pilotlog.errors import TokenRefused
from PilotLoggingDIRAC.pilotlog.tokens.holder import Holder
from PilotLoggingDIRAC.transport.identity.handler_mixin import HandlerMixin

_log = gLogger.getSubLogger("PilotLogging")


class CertificatesOnly(HandlerMixin):
    """Mixin for handlers on DIRAC's ``BaseRequestHandler``, before it in the list of bases: tokens are not even
    read.
    """

    DEFAULT_AUTHENTICATION = ["SSL"]

    @classmethod
    def _BaseRequestHandler__loadIdPs(cls) -> None:
        """Load none of DIRAC's identity providers: nothing here uses them."""

    def _authzJWT(self, accessToken: str | None = None) -> dict:
        """Refuse any token, even if a subclass enables DIRAC's JWT authentication."""
        return S_ERROR("Tokens are not taken here")


class TokenCredentials(CertificatesOnly):
    """Mixin that accepts a token of a configured issuer from a caller without a certificate."""

    DEFAULT_AUTHENTICATION = ["SSL", "JWT"]

    @classmethod
    def _pre_initialize(cls) -> list:
        cls.fetch_keys()
        return super()._pre_initialize()

    @staticmethod
    def fetch_keys() -> None:
        """Start fetching the issuers' keys before the first token comes; an error must not stop the Tornado."""
        try:
            tokens().start()
        except Exception as error:  # one Tornado serves many services
            _log.exception("Keys of issuers can't be fetched", lException=error)

    def _authzJWT(self, accessToken: str | None = None) -> dict:
        """Return the credentials of a token's holder, for AuthManager to complete. Nothing of the token is answered or
        logged.
        """
        sent = self.request.headers.get_list("Authorization")
        kind, _, token = (sent[0] if len(sent) == 1 else "").partition(" ")
        if kind.lower() != "bearer":
            return S_ERROR("Neither a certificate nor a bearer token")
        try:
            return S_OK(_credentials(tokens().holder(token.strip(" "))))
        except TokenRefused as error:
            return S_ERROR(str(error))


def _credentials(holder: Holder) -> dict:
    limits = {} if holder.properties is None else {"tokenProperties": sorted(holder.properties)}
    token = {"tokenIssuer": holder.issuer, "tokenEnds": holder.ends} | limits
    return {"DN": holder.dn, "group": holder.group, "VO": holder.vo, "isProxy": False, "isLimitedProxy": False} | token
