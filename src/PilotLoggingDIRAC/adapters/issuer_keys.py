"""The keys of an issuer of tokens, fetched from its key server within bounds of time and size."""

from __future__ import annotations

import http.client
import json
import socket
import ssl
import time
from dataclasses import dataclass
from urllib.parse import urlsplit

from PilotLoggingDIRAC.adapters.timed_http import answer_of, connected, context_of, request_head
from PilotLoggingDIRAC.pilotlog.errors import KeysUnavailable
from PilotLoggingDIRAC.pilotlog.tokens.issuer import Issuer, TokenSettings, is_https
from PilotLoggingDIRAC.pilotlog.tokens.keys import Key, read_keys

_METADATA = "/.well-known/openid-configuration"


@dataclass(frozen=True, slots=True)
class IssuerKeys:
    """The client of key servers: https only, the server's name and certificate verified, no redirection followed."""

    settings: TokenSettings

    def fetch(self, issuer: Issuer) -> dict[str, Key]:
        """Return the keys of an issuer by key ID, fetched within ``keys_fetch_seconds``. Raise KeysUnavailable."""
        deadline = time.monotonic() + self.settings.keys_fetch_seconds
        try:
            context = context_of(issuer.ca)
            where = issuer.jwks or self._key_url(issuer, context, deadline)
            return read_keys(self._get(where, context, deadline))
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise KeysUnavailable(f"The key server does not answer as it should: {type(error).__name__}") from None

    def _key_url(self, issuer: Issuer, context: ssl.SSLContext, deadline: float) -> str:
        """Return the URL of the keys in the issuer's own metadata (OpenID Connect Discovery, 4.3)."""
        content = self._get(issuer.url.rstrip("/") + _METADATA, context, deadline)
        try:
            found = json.loads(content)
            issued_by, where = found["issuer"], found["jwks_uri"]
        except (ValueError, KeyError, TypeError, RecursionError):
            raise KeysUnavailable("The metadata can't be read") from None
        if issued_by != issuer.url:
            raise KeysUnavailable("The metadata are another issuer's")
        if not isinstance(where, str) or not is_https(where):
            raise KeysUnavailable("The metadata name no https URL for keys")
        return where

    def _get(self, url: str, context: ssl.SSLContext, deadline: float) -> bytes:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port or 443
        with connected(host, port, context, deadline) as connection:
            connection.sendall(request_head("GET", url, {"Accept": "application/json"}))
            return self._body(connection, deadline)

    def _body(self, connection: socket.socket, deadline: float) -> bytes:
        answer = answer_of(connection, "GET", deadline)
        if answer.status != http.HTTPStatus.OK:
            raise KeysUnavailable(f"The key server answers {answer.status}")
        content = answer.read(self.settings.keys_max_bytes + 1)
        if len(content) > self.settings.keys_max_bytes:
            raise KeysUnavailable(f"The key server sends more than {self.settings.keys_max_bytes} bytes")
        return content
