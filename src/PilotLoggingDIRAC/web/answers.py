"""HTTP answers of the page: files, compressed JSON, the status of each error, and headers that restrict the browser."""

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
    NotYetThere,
    Overloaded,
    PilotLogError,
    StoreUnavailable,
)

#: Whom people are told to ask where the option ``Contact`` names nobody.
ADMINISTRATOR = "your DIRAC administrator"
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
class Response:
    """A body that is ready to be sent; ``cacheable`` allows browsers to cache it."""

    body: bytes
    content_type: str = "application/json"
    status: int = HTTPStatus.OK
    compressed: bool = False
    cacheable: bool = False


def json_answer(value: Any, gzip: bool, status: int = HTTPStatus.OK) -> Response:
    """Return a value as JSON; compressed here and not by Tornado, which would do it on the event loop."""
    return _compressed(Response(json.dumps(value, separators=(",", ":")).encode(), status=status), gzip)


def _compressed(answer: Response, gzip: bool) -> Response:
    if not gzip or len(answer.body) < _LEAST_COMPRESSED:
        return answer
    packer = zlib.compressobj(1, wbits=_GZIP)
    body = packer.compress(answer.body) + packer.flush()
    return Response(body, answer.content_type, answer.status, True, answer.cacheable)


def error_answer(error: Exception, contact: str = "") -> Response:
    """Return the answer for an error; an unknown one is logged in full and not shown. A caller who may read nothing is
    told whom to ask.
    """
    if isinstance(error, NothingToRead):
        text = f"{error}: ask {contact or ADMINISTRATOR}"
        return json_answer({"error": text}, False, HTTPStatus.FORBIDDEN)
    if isinstance(error, NotAllowed | LogNotFound):  # a missing log and a forbidden one look the same
        return json_answer({"error": REFUSAL}, False, HTTPStatus.NOT_FOUND)
    if not isinstance(error, PilotLogError):
        _log.exception("Unexpected error of the page", lException=error)
        return json_answer({"error": "Internal error, see the service log"}, False, HTTPStatus.INTERNAL_SERVER_ERROR)
    status = next((status for kind, status in _STATUS if isinstance(error, kind)), HTTPStatus.BAD_REQUEST)
    return json_answer({"error": str(error)}, False, status)


@functools.cache
def _files() -> tuple[dict[str, bytes], str]:
    """Return the page's files by their path, read once, and a version that changes with any of them."""
    paths = [path for path in sorted(_FOLDER.rglob("*")) if path.suffix in _TYPES]
    found = {path.relative_to(_FOLDER).as_posix(): path.read_bytes() for path in paths}
    version = hashlib.sha256(b"\0".join(name.encode() + b"\0" + body for name, body in found.items())).hexdigest()[:16]
    return found, version


@functools.cache
def page_answer(gzip: bool) -> Response:
    """Return the page itself; it names its files by their version, so that browsers may cache them."""
    files, version = _files()
    body = files["index.html"].replace(b"/static/", f"/static/{version}/".encode())
    return _compressed(Response(body, _TYPES[".html"]), gzip)


def file_answer(version: str, name: str, gzip: bool) -> Response | None:
    """Return a file of the page in the present version; None for any other, which is not remembered: callers choose
    both.
    """
    files, here = _files()
    return _file(name, gzip) if version == here and name in files else None


@functools.cache
def _file(name: str, gzip: bool) -> Response:
    files, _ = _files()
    return _compressed(Response(files[name], _TYPES[Path(name).suffix], cacheable=True), gzip)


def security_headers(frame_ancestors: list[str]) -> dict[str, str]:
    """Return the headers of every answer: nothing from other origins, nothing inline, no guessing of types, no
    referrer.
    """
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
    """Return True for a word of an option that ends neither the directive nor the header."""
    return word.isascii() and word.isprintable() and not set(word) & set("; ,")
