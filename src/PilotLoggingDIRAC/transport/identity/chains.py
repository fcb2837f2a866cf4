"""Verification of certificate chains that came without a TLS handshake, as strict as in a handshake."""

from __future__ import annotations

import re
from collections.abc import Sequence

from DIRAC.Core.DISET.private.Transports.SSL.M2Utils import VERIFY_ALLOW_PROXY_CERTS, VERIFY_DEPTH
from M2Crypto import SSL, X509, m2

from PilotLoggingDIRAC.pilotlog.errors import NotAllowed

_PEM = re.compile(r"-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----")


def verified(text: str, authorities: str) -> list[X509.X509]:
    """Return the chain from the caller's certificate, or proxy, up to the last certificate that is not an authority's.

    ``text`` has the certificates in PEM. The chain must be valid now, end at one of the authorities in that folder, and
    be usable for a TLS client; proxies are accepted. Raise NotAllowed otherwise.
    """
    try:
        found = [X509.load_cert_string(pem) for pem in _PEM.findall(text)[: VERIFY_DEPTH + 1]]
        chain = _path(found, authorities) if found else []
    except (X509.X509Error, ValueError):
        chain = []
    if not chain or not all(one.check_purpose(m2.X509_PURPOSE_SSL_CLIENT, 0) for one in chain):
        raise NotAllowed("The certificate in the header is not valid")
    return chain


def _path(certificates: Sequence[X509.X509], authorities: str) -> list[X509.X509]:
    """Return the chain that OpenSSL builds from the first certificate to an authority; empty if there is none."""
    context = SSL.Context()
    context.load_verify_locations(capath=authorities)
    store = context.get_cert_store()
    store.set_flags(VERIFY_ALLOW_PROXY_CERTS)
    others = X509.X509_Stack()
    for certificate in certificates[1:]:
        others.push(certificate)
    search = X509.X509_Store_Context()
    search.init(store, certificates[0], others)
    if search.verify_cert() != 1:
        return []
    pems = [certificate.as_pem() for certificate in search.get1_chain() if not certificate.check_ca()]
    return [X509.load_cert_string(pem) for pem in pems]
