"""Webhooks: a POST of signed JSON, within one time limit from the connection to the answer."""

from __future__ import annotations

import hashlib
import hmac
import http.client
import os
import stat
import time
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from urllib.parse import urlsplit

from PilotLoggingDIRAC.adapters.timed_http import answer_of, connected, context_of, request_head
from PilotLoggingDIRAC.pilotlog.errors import NoticeNotSent
from PilotLoggingDIRAC.pilotlog.notify.digest import Digest

_MAX_SECRET_BYTES = 4096
_LEAST_SECRET_BYTES = 16


@dataclass(frozen=True, slots=True)
class Webhook:
    """A webhook. ``secret_file`` beats ``secret``; ``ca`` is a file or folder of authorities, empty for the system's.

    No redirection is followed.
    """

    url: str
    seconds: float
    secret: str = field(default="", repr=False)
    secret_file: str = ""
    ca: str = ""

    def send(self, digest: Digest) -> None:
        """Post a digest. Raise NoticeNotSent unless the answer is a success (2xx)."""
        try:
            status = self._post(digest.id, digest.as_json().encode())
        except TimeoutError:
            raise NoticeNotSent(f"the webhook did not answer within {self.seconds:g} s") from None
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise NoticeNotSent(f"the webhook can't be called: {type(error).__name__}") from None
        if not HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
            raise NoticeNotSent(f"the webhook answers {status}")

    def _post(self, name: str, body: bytes) -> int:
        """Return the status of the answer."""
        deadline, parts = time.monotonic() + self.seconds, urlsplit(self.url)
        secure = parts.scheme == "https"
        context = context_of(self.ca) if secure else None
        request = _request(self.url, name, body, signing_key(self.secret_file, self.secret), int(time.time()))
        with connected(parts.hostname or "", parts.port or (443 if secure else 80), context, deadline) as connection:
            connection.sendall(request)
            return answer_of(connection, "POST", deadline).status


def signing_key(path: str, text: str) -> bytes:
    """Return the key of signatures, from a file or else from the configuration; blanks at its ends do not count.

    Raise NoticeNotSent without one, for a short one, and for a file that every user of the host can read.
    """
    found = _read(path) if path else text.encode()
    if len(found.strip()) < _LEAST_SECRET_BYTES:
        raise NoticeNotSent(f"the webhook has no secret of {_LEAST_SECRET_BYTES} characters or more")
    return found.strip()


def _read(path: str) -> bytes:
    try:
        with Path(path).open("rb") as file:
            if os.fstat(file.fileno()).st_mode & stat.S_IROTH:
                raise NoticeNotSent("WebhookSecretFile can be read by everybody: chmod 600")
            return file.read(_MAX_SECRET_BYTES)
    except OSError as error:
        raise NoticeNotSent(f"WebhookSecretFile can't be read: {error.strerror}") from None


def signature(key: bytes, timestamp: int, body: bytes) -> str:
    """Return the signature of a body: HMAC-SHA256, in hexadecimal, of the time, a point and the body (RFC 2104)."""
    return hmac.new(key, f"{timestamp}.".encode() + body, hashlib.sha256).hexdigest()


def _request(url: str, name: str, body: bytes, key: bytes, timestamp: int) -> bytes:
    fields = {
        "Content-Type": "application/json",
        "Content-Length": len(body),
        "X-PilotLogs-Notice": name,
        "X-PilotLogs-Timestamp": timestamp,
        "X-PilotLogs-Signature": f"sha256={signature(key, timestamp, body)}",
    }
    return request_head("POST", url, fields) + body
