"""Handlers that read their callers' certificates once, see ``transport/identity/known_chains``."""

from __future__ import annotations

import functools

from PilotLoggingDIRAC.transport.identity.certificates import OwnCertificates
from PilotLoggingDIRAC.transport.identity.known_chains import KnownChains, chain_bytes


class CredentialsOnce(OwnCertificates):
    """For handlers on DIRAC's ``TornadoService``, before it in the list of bases.

    A request that adds credentials of its own in its body, or comes from a balancer with a caller's certificate in a
    header, goes DIRAC's way, and leaves nothing behind.
    """

    _chains = KnownChains()

    async def prepare(self) -> None:
        """Authorise as DIRAC does, but at once where the caller's chain is known: DIRAC's two jumps to other threads
        and back cost more than what is done there. The body must be there.
        """
        authorise = getattr(self, "_BaseRequestHandler__prepare", None)
        if authorise and self._chain and self._chains.has(self._chain):
            self._monitorRequest()
            authorise()
        else:
            await super().prepare()

    @functools.cached_property
    def _chain(self) -> tuple[bytes, ...] | None:
        """The chain of the connection when that alone says who calls, else None."""
        if "extraCredentials" in self.request.arguments or self.is_passed_on:
            return None
        leaf = self.from_connection()
        return chain_bytes([leaf, *self.request.get_ssl_certificate_chain()]) if leaf else None

    def _authzSSL(self) -> dict:
        """DIRAC's credentials of the caller, read anew only from a chain that is not known."""
        if not self._chain:
            return super()._authzSSL()
        if known := self._chains.get(self._chain):
            return {"OK": True, "Value": known}
        found = super()._authzSSL()
        if found["OK"]:
            self._chains.add(self._chain, found["Value"])
        return found
