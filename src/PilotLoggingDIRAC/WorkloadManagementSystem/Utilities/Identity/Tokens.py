"""Callers are told by their certificates: a bearer token is nobody's, and is not so much as looked at."""

from __future__ import annotations

from DIRAC.Core.Utilities.ReturnValues import S_ERROR


class CertificatesOnly:
    """For handlers on DIRAC's ``BaseRequestHandler``, before it in the list of bases."""

    DEFAULT_AUTHENTICATION = ["SSL"]

    @classmethod
    def _BaseRequestHandler__loadIdPs(cls) -> None:
        """Load none of DIRAC's identity providers, as nobody asks them here."""

    def _authzJWT(self, accessToken: str | None = None) -> dict:
        """Refuse any token, also where a subclass asks for this way of DIRAC's."""
        return S_ERROR("Tokens are not taken here")
