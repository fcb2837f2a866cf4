"""Credentials of a caller, read from a certificate chain once and remembered; see
``transport/identity/known_chains``.
"""

from __future__ import annotations

import functools
import weakref

from tornado.iostream import IOStream

from PilotLoggingDIRAC.transport.identity.certificates import OwnCertificates
from PilotLoggingDIRAC.transport.identity.known_chains import KnownChains, chain_bytes

#: The chain that each open connection began with. To read it again costs a tenth of a short message.
_OF_CONNECTIONS: weakref.WeakKeyDictionary[IOStream, tuple[bytes, ...]] = weakref.WeakKeyDictionary()


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
        """Return the certificate chain of the connection; None if the request names its caller in another way."""
        if "extraCredentials" in self.request.arguments or self.is_passed_on:
            return None
        stream = self.request.connection.stream
        if stream not in _OF_CONNECTIONS and (leaf := self.from_connection()):
            _OF_CONNECTIONS[stream] = chain_bytes([leaf, *self.request.get_ssl_certificate_chain()])
        return _OF_CONNECTIONS.get(stream)

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
