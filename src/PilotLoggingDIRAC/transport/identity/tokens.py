"""Callers without a certificate who have a bearer token of an issuer that administrators named.

DIRAC's own way of taking tokens is shut.
"""

from __future__ import annotations

from DIRAC import gLogger
from DIRAC.Core.Utilities.ReturnValues import S_ERROR, S_OK

from PilotLoggingDIRAC.assembly.tokens import tokens
from PilotLoggingDIRAC.pilotlog.errors import TokenRefused
from PilotLoggingDIRAC.pilotlog.tokens.holder import Holder

_log = gLogger.getSubLogger("PilotLogging")


class CertificatesOnly:
    """For handlers on DIRAC's ``BaseRequestHandler``, before it in the list of bases: no token is so much as read."""

    DEFAULT_AUTHENTICATION = ["SSL"]

    @classmethod
    def _BaseRequestHandler__loadIdPs(cls) -> None:
        """Load none of DIRAC's identity providers, as nobody asks them here."""

    def _authzJWT(self, accessToken: str | None = None) -> dict:
        """Refuse any token, also where a subclass asks for this way of DIRAC's."""
        return S_ERROR("Tokens are not taken here")


class TokenCredentials(CertificatesOnly):
    """The same, but a token of a known issuer says who calls where the connection has no certificate."""

    DEFAULT_AUTHENTICATION = ["SSL", "JWT"]

    @classmethod
    def _pre_initialize(cls) -> list:
        cls.fetch_keys()
        return super()._pre_initialize()

    @staticmethod
    def fetch_keys() -> None:
        """Have the keys of issuers fetched before the first token comes; what goes wrong must not stop a Tornado."""
        try:
            tokens().start()
        except Exception as error:  # one Tornado serves many services
            _log.exception("Keys of issuers can't be fetched", lException=error)

    def _authzJWT(self, accessToken: str | None = None) -> dict:
        """The credentials of a token's holder, for AuthManager to complete; nothing of the token is said or logged."""
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
