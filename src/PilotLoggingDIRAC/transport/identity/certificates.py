"""Certificates that identify callers, for handlers on DIRAC's ``BaseRequestHandler``."""

from __future__ import annotations

import functools
import time
from typing import Any
from urllib.parse import unquote, urlsplit

from DIRAC import S_ERROR, S_OK
from DIRAC.Core.Security.X509Certificate import X509Certificate
from DIRAC.Core.Utilities.DErrno import ECERTFIND
from DIRAC.Core.Utilities.ReturnValues import returnValueOrRaise
from tornado.httputil import HTTPServerRequest
from tornado.web import HTTPError

from PilotLoggingDIRAC.assembly.access import balancers
from PilotLoggingDIRAC.pilotlog.errors import InvalidInput, NotAllowed
from PilotLoggingDIRAC.pilotlog.receive import form
from PilotLoggingDIRAC.transport.identity import chains
from PilotLoggingDIRAC.transport.identity.handler_mixin import HandlerMixin

#: Headers that a balancer sets, as DIRAC names them.
_CERTIFICATE, _VERIFIED = "X-SSL-CERT", "X-Ssl_client_verify"


class OwnCertificates(HandlerMixin):
    """Mixin to put before DIRAC's class in the list of bases. Headers with certificates count only from a known
    balancer.
    """

    def refuse_odd_claims(self) -> None:
        """Answer HTTP 400 to extra credentials that DIRAC would fail on, or that would forge lines in the log, and to
        forms that another site's page lets a browser send with its owner's certificate.
        """
        if self.request.method == "POST" and _is_of_another_site(self.request):
            raise HTTPError(400, "Sent by another site's page")
        try:
            form.check_extra_credentials(self.get_argument("extraCredentials", ""))
        except InvalidInput as error:
            raise HTTPError(400, f"{error}") from None

    @functools.cached_property
    def is_passed_on(self) -> bool:
        """Return whether the request comes from a known balancer and carries the caller's certificate."""
        headers = self.request.headers
        if _CERTIFICATE not in headers or headers.get(_VERIFIED) != "SUCCESS":
            return False
        leaf = self.from_connection()
        return balancers.is_balancer(_dn(leaf) if leaf else "", self._peer())

    def _peer(self) -> str:
        """Return the address at the other end of the connection, whatever headers say."""
        return str(self.request.connection.stream.socket.getpeername()[0])

    def from_connection(self) -> Any:
        """Return the certificate of the TLS connection, None without one."""
        try:
            return self.request.get_ssl_certificate()
        except AttributeError:  # no TLS
            return None

    def _authzSSL(self) -> dict:
        """Return DIRAC's credentials of the caller, with the time when they end as ``certificateEnds``.

        A connection outlives the certificate that it was opened with; its requests must not.
        """
        if self.is_passed_on:
            try:
                self._take_header()
            except NotAllowed as error:
                return S_ERROR(ECERTFIND, str(error))
        elif not self.from_connection():
            return S_ERROR(ECERTFIND, "The connection has no certificate")
        return _in_time(super()._authzSSL())

    def _take_header(self) -> None:
        """Make DIRAC find the verified certificates of the header in place of those of the connection."""
        leaf, *others = chains.verified(unquote(self.request.headers[_CERTIFICATE]), balancers.authorities())
        self.request.get_ssl_certificate = lambda **_: leaf
        self.request.get_ssl_certificate_chain = lambda **_: others


def _is_of_another_site(request: HTTPServerRequest) -> bool:
    """Return whether a browser says that a page of another origin sent this; other clients send neither header."""
    origin = request.headers.get("Origin")
    is_foreign = origin is not None and _host_of(origin) != request.host
    return is_foreign or request.headers.get("Sec-Fetch-Site", "none") not in ("none", "same-origin")


def _host_of(origin: str) -> str | None:
    """Return host and port of an origin, None for what is no URL."""
    try:
        return urlsplit(origin).netloc
    except ValueError:
        return None


def _in_time(found: dict) -> dict:
    """Return the credentials that DIRAC found, an error when the certificates that they come from have expired."""
    if not found["OK"]:
        return found
    left = found["Value"]["secondsLeft"]
    if left <= 0:
        return S_ERROR(ECERTFIND, "The certificate has expired")
    return S_OK(found["Value"] | {"certificateEnds": time.time() + left})


def _dn(certificate: Any) -> str:
    found = X509Certificate()
    returnValueOrRaise(found.loadFromString(certificate.as_pem().decode("ascii")))
    return returnValueOrRaise(found.getSubjectDN())
