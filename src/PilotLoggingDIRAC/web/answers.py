"""Answers of the page over HTTP: statuses of errors, headers that let a browser do nothing else, compressed JSON."""

from __future__ import annotations

import functools
import hashlib
import json
import zlib
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any

from DIRAC import gLogger

from PilotLoggingDIRAC.pilotlog.access import REFUSAL
from PilotLoggingDIRAC.pilotlog.errors import (
    ArchiveError,
    InvalidInput,
    LogNotFound,
    NotAllowed,
    NothingToRead,
    Overloaded,
    PilotLogError,
    StoreUnavailable,
)
from PilotLoggingDIRAC.pilotlog.page.archived_copies import NotYetThere

_FOLDER = Path(__file__).parent / "static"
_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
_LEAST_COMPRESSED = 1024
_GZIP = 16 + zlib.MAX_WBITS
_log = gLogger.getSubLogger("PilotLogging")

_STATUS = (
    (NotYetThere, HTTPStatus.ACCEPTED),
    (InvalidInput, HTTPStatus.BAD_REQUEST),
    (Overloaded, HTTPStatus.SERVICE_UNAVAILABLE),
    (StoreUnavailable, HTTPStatus.SERVICE_UNAVAILABLE),
    (ArchiveError, HTTPStatus.BAD_GATEWAY),
)


@dataclass(frozen=True, slots=True)
class Answer:
    """A body, ready to be sent; ``keep`` says that a browser may keep it."""

    body: bytes
    content_type: str = "application/json"
    status: int = HTTPStatus.OK
    compressed: bool = False
    keep: bool = False


def json_answer(value: Any, gzip: bool, status: int = HTTPStatus.OK) -> Answer:
    """A value as JSON; compressed here, as Tornado would do it on the loop that everybody waits for."""
    return _compressed(Answer(json.dumps(value, separators=(",", ":")).encode(), status=status), gzip)


def _compressed(answer: Answer, gzip: bool) -> Answer:
    if not gzip or len(answer.body) < _LEAST_COMPRESSED:
        return answer
    packer = zlib.compressobj(1, wbits=_GZIP)
    body = packer.compress(answer.body) + packer.flush()
    return Answer(body, answer.content_type, answer.status, True, answer.keep)


def error_answer(error: Exception) -> Answer:
    """The answer for an error; an unknown one is logged in full and not shown."""
    if isinstance(error, NothingToRead):
        return json_answer({"error": str(error)}, False, HTTPStatus.FORBIDDEN)
    if isinstance(error, NotAllowed | LogNotFound):  # what is not there and what may not be read look the same
        return json_answer({"error": REFUSAL}, False, HTTPStatus.NOT_FOUND)
    if not isinstance(error, PilotLogError):
        _log.exception("Unexpected error of the page", lException=error)
        return json_answer({"error": "Internal error, see the service log"}, False, HTTPStatus.INTERNAL_SERVER_ERROR)
    status = next((status for kind, status in _STATUS if isinstance(error, kind)), HTTPStatus.BAD_REQUEST)
    return json_answer({"error": str(error)}, False, status)


@functools.cache
def _files() -> tuple[dict[str, bytes], str]:
    """The page's files by name, read once, and a version that is another whenever one of them is."""
    found = {path.name: path.read_bytes() for path in sorted(_FOLDER.iterdir()) if path.suffix in _TYPES}
    version = hashlib.sha256(b"\0".join(name.encode() + b"\0" + body for name, body in found.items())).hexdigest()[:16]
    return found, version


@functools.cache
def page_answer(gzip: bool) -> Answer:
    """The page itself; it names its files by their version, so that a browser may keep them."""
    files, version = _files()
    body = files["index.html"].replace(b"/static/", f"/static/{version}/".encode())
    return _compressed(Answer(body, _TYPES[".html"]), gzip)


@functools.cache
def file_answer(version: str, name: str, gzip: bool) -> Answer | None:
    """A file of the page in the version that is here; None for any other."""
    files, here = _files()
    if version != here or name not in files:
        return None
    return _compressed(Answer(files[name], _TYPES[Path(name).suffix], keep=True), gzip)


def security_headers(frame_ancestors: list[str]) -> dict[str, str]:
    """Headers of every answer: nothing from elsewhere, nothing inline, no guessing of types, nothing told on."""
    policy = {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "img-src": "'self'",
        "connect-src": "'self'",
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": " ".join(filter(_is_source, frame_ancestors)) or "'none'",
    }
    return {
        "Content-Security-Policy": "; ".join(f"{name} {value}" for name, value in policy.items()),
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cache-Control": "no-store",
    }


def _is_source(word: str) -> bool:
    """An option's word must not end the directive, or the header."""
    return word.isascii() and word.isprintable() and not set(word) & set("; ,")
