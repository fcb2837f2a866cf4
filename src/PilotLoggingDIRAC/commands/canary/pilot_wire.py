"""The wire of a stock pilot: one form-encoded POST per message, each over a new TLS connection, with a proxy file."""

from __future__ import annotations

import http.client
import json
import ssl
import urllib.error
import urllib.request
from urllib.parse import urlencode

from PilotLoggingDIRAC.pilotlog.errors import PilotLogError


class NotSent(PilotLogError):
    """The collector could not be reached, or refused the message."""


class PilotWire:
    """One pilot's connection to a collector. Each call may raise NotSent."""

    def __init__(self, url: str, ca_folder: str, certificate: str, key: str | None, seconds: float):
        """Create the wire. ``certificate`` is a proxy file, or with a ``key`` a host's certificate; ``seconds`` limits
        each call.
        """
        self._url = url
        self._seconds = seconds
        self._is_host = key is not None
        try:
            self._context = ssl.create_default_context(capath=ca_folder)
            self._context.load_cert_chain(certificate, key)
        except OSError as error:
            raise NotSent(f"The credential is of no use: {error}") from error

    def send(self, text: str, stamp: str, vo: str) -> None:
        """Send text."""
        self._call("sendMessage", json.dumps(text), stamp, vo)

    def finalise(self, code: str, stamp: str, vo: str) -> None:
        """Send the finalise mark."""
        self._call("finaliseLogs", json.dumps({"retCode": code}), stamp, vo)

    def _call(self, method: str, *arguments: str) -> None:
        form = {"method": method, "args": json.dumps(arguments)}
        if self._is_host:
            form["extraCredentials"] = '"hosts"'
        try:
            body = urlencode(form).encode()
            with urllib.request.urlopen(self._url, body, timeout=self._seconds, context=self._context) as answer:
                found = json.loads(answer.read())
        except urllib.error.HTTPError as error:
            raise NotSent(f"HTTP {error.code}: {'not authorised' if error.code == 401 else error.reason}") from error
        except (OSError, ValueError) as error:
            raise NotSent(f"{getattr(error, 'reason', error)}") from error
        except http.client.HTTPException as error:  # it holds what was answered instead
            raise NotSent(repr(error)) from error
        if not isinstance(found, dict):
            raise NotSent("The answer is not a collector's")
        if not found.get("OK"):
            raise NotSent(str(found.get("Message", "refused")))
