"""The OpenSearch cluster: which one, by DIRAC's own options, and a client of it."""

from __future__ import annotations

import logging
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from DIRAC.ConfigurationSystem.Client.Utilities import getElasticDBParameters
from DIRAC.Core.Security import Locations
from opensearchpy import OpenSearch

from PilotLoggingDIRAC.pilotlog.errors import DestinationUnavailable, InvalidInput
from PilotLoggingDIRAC.pilotlog.forward.plugin_options import PluginOptions

_DATABASE = "WorkloadManagement/PilotLogSearchDB"


@dataclass(frozen=True, slots=True)
class OpenSearchServer:
    """The address of a cluster, and the credentials for it.

    ``hosts`` are URLs without credentials; the first that answers is taken.
    """

    hosts: tuple[str, ...]
    user: str
    password: str
    authorities: str
    certificate: str
    key: str
    prefix: str
    seconds: float

    @classmethod
    def of(cls, name: str, options: Mapping[str, Any]) -> OpenSearchServer:
        """Return the cluster of a destination: its own options, then those that DIRAC reads for ``Database``.

        Those are ``Systems/<System>/Databases/<DB>``, else ``/Systems/NoSQLDatabases``. Raise InvalidInput.
        """
        own = PluginOptions(name, options)
        found = PluginOptions(name, _of_dirac(name, own) | {key: value for key, value in options.items() if value})
        with_certificate = found.flag("CRT", False)
        scheme = "https" if with_certificate or found.flag("SSL", True) else "http"
        port = f":{found.number('Port', 0)}" if found.text("Port") else ""
        hosts = tuple(_url(scheme, host, port) for host in found.names("Host"))
        if not hosts:
            raise InvalidInput(f"destination {name}: Host is not set")
        return cls(
            hosts=hosts,
            user="" if with_certificate else found.text("User"),
            password="" if with_certificate else found.text("Password"),
            authorities=found.text("ca_certs"),
            certificate=found.text("client_cert") if with_certificate else "",
            key=found.text("client_key") if with_certificate else "",
            prefix=found.text("IndexPrefix").lower(),
            seconds=found.number("SendSeconds", 30.0),
        )

    def client(self) -> OpenSearch:
        """Return a client, which connects with its first call. Raise DestinationUnavailable for unreadable files."""
        given: dict[str, Any] = {"http_auth": (self.user, self.password)} if self.user else {}
        if self.hosts[0].startswith("https"):
            given |= {"ssl_context": self._context()}
        return OpenSearch(
            list(self.hosts), timeout=self.seconds, max_retries=len(self.hosts) - 1, http_compress=True, **given
        )

    def _context(self) -> ssl.SSLContext:
        try:
            if self.authorities:
                context = ssl.create_default_context(cafile=self.authorities)
            else:
                context = ssl.create_default_context()
                context.load_verify_locations(capath=Locations.getCAsLocation() or None)
            if self.certificate:
                context.load_cert_chain(self.certificate, self.key)
        except OSError as error:
            raise DestinationUnavailable(f"certificates can't be read: {type(error).__name__}") from None
        return context


def _of_dirac(name: str, own: PluginOptions) -> dict[str, Any]:
    """Return the options that DIRAC reads for its own databases of this kind.

    If they are not complete, return none for a destination with a Host of its own. Raise InvalidInput for others, and
    for a bad ``Database``.
    """
    database = own.text("Database", _DATABASE)
    if database.count("/") != 1:
        raise InvalidInput(f"destination {name}: Database is not <System>/<name>")
    found = getElasticDBParameters(database)
    if not found["OK"]:
        if own.text("Host"):
            return {}
        raise InvalidInput(f"destination {name}: {found['Message']}")
    return {key: value for key, value in found["Value"].items() if value is not None}


def _url(scheme: str, host: str, port: str) -> str:
    """Return the URL of a host, which may have a path after it."""
    parts = urlsplit(f"//{host}")
    return f"{scheme}://{parts.netloc}{port}{parts.path}"


# each failed call would be a line of the agent's log with the request in it
logging.getLogger("opensearch").setLevel(logging.CRITICAL)
