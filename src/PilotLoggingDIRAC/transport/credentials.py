"""Credentials of a caller, read from a certificate chain once and remembered; see
``transport/identity/known_chains``.
"""

from __future__ import annotations

import functools

from PilotLoggingDIRAC.transport.identity.certificates import OwnCertificates
from PilotLoggingDIRAC.transport.identity.known_chains import KnownChains, chain_bytes


class CredentialsOnce(OwnCertificates):
    """Mixin for handlers on DIRAC's ``TornadoService``; put it before that class in the list of bases.

    Nothing is remembered of a request that names extra credentials in its body, or that a balancer passes on with the
    caller's certificate in a header: DIRAC reads those anew.
    """

    _chains = KnownChains()

    async def prepare(self) -> None:
        """Authorise the caller as DIRAC does, without leaving the event loop if the caller's chain is known. DIRAC's
        two switches to a thread and back cost more than the work done there. The body must have been received.
        """
        authorise = getattr(self, "_BaseRequestHandler__prepare", None)
        if authorise and self._chain and self._chains.has(self._chain):
            self._monitorRequest()
            authorise()
        else:
            await super().prepare()

    @functools.cached_property
    def _chain(self) -> tuple[bytes, ...] | None:
        """The certificate chain of the connection; None if the request names its caller in another way."""
        if "extraCredentials" in self.request.arguments or self.is_passed_on:
            return None
        leaf = self.from_connection()
        return chain_bytes([leaf, *self.request.get_ssl_certificate_chain()]) if leaf else None

    def _authzSSL(self) -> dict:
        """Return DIRAC's credentials of the caller; parse the chain only if it is not known yet."""
        if not self._chain:
            return super()._authzSSL()
        if known := self._chains.get(self._chain):
            return {"OK": True, "Value": known}
        found = super()._authzSSL()
        if found["OK"]:
            self._chains.add(self._chain, found["Value"])
        return found
