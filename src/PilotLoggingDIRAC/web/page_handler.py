"""The web page of pilots' logs, at ``/pilotlogs/``: the start view, sites, the list of logs, one log and its
live tail, the search over many.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable
from http import HTTPStatus
from typing import Any
from urllib.parse import unquote

from tornado.iostream import StreamClosedError
from tornado.web import HTTPError

from PilotLoggingDIRAC.assembly.access import audit
from PilotLoggingDIRAC.assembly.access.callers import caller_of, policy
from PilotLoggingDIRAC.assembly.known_places import known_places
from PilotLoggingDIRAC.assembly.page import WebPage, page, whoami
from PilotLoggingDIRAC.pilotlog import validation
from PilotLoggingDIRAC.pilotlog.errors import InvalidInput, LogNotFound, NotYetThere, PilotLogError
from PilotLoggingDIRAC.pilotlog.model import PilotId
from PilotLoggingDIRAC.pilotlog.page.viewer import PageCaller
from PilotLoggingDIRAC.web.answers import (
    Response,
    error_answer,
    file_answer,
    json_answer,
    page_answer,
    security_headers,
)
from PilotLoggingDIRAC.web.endpoint import Endpoint
from PilotLoggingDIRAC.web.refusal import refusal_page
from PilotLoggingDIRAC.web.search_stream import SearchStream
from PilotLoggingDIRAC.web.tail import Tail

_LOCATION = "/pilotlogs"
_LOG = re.compile(r"api/log/([^/]+)/([^/]+)/(\w+)")
_PAGE = re.compile(r"(?:log/[^/]+/[^/]+|site/[^/]+|logs|search)?")
_FILE = re.compile(r"static/([0-9a-f]{16})/([\w./-]+)")
#: Questions about a log that the viewer answers by its methods of the same names; ``text`` and ``tail`` are apart.
_QUESTIONS = ("log", "lines", "outline", "find")
#: Questions about many logs that the figures answer by their methods.
_FIGURES = {"api/figures": "start", "api/site": "site"}


class PageHandler(Endpoint):
    """The page's handler. Every request is a GET and changes nothing; DIRAC has authenticated the caller before."""

    DEFAULT_AUTHORIZATION = ["authenticated"]
    LOCATION = rf"{_LOCATION}(?:/(.*))?"

    def _getMethod(self) -> str:
        """Return the method that DIRAC authorises: ``web_page`` for files, else ``web_logs``."""
        return "web_logs" if self._is_about_logs else "web_page"

    @property
    def _is_about_logs(self) -> bool:
        """Return whether the address is one of logs; it is read as Tornado does, which decodes it once for ``get``."""
        return unquote(self.request.path).startswith(f"{_LOCATION}/api/")

    def web_page(self) -> None:
        """Stand for the page's files, under a name that DIRAC authorises."""

    def web_logs(self) -> None:
        """Stand for the contents of logs, under a name that DIRAC authorises."""

    @property
    def _page(self) -> WebPage:
        return page(self._fullComponentName)

    def set_default_headers(self) -> None:
        """Set the security headers, also of errors."""
        self.clear_header("Server")
        for name, value in security_headers(self._page.frame_ancestors).items():
            self.set_header(name, value)

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """Answer an error of DIRAC's server without its reason; tell people who are not known what to do."""
        if status_code == HTTPStatus.UNAUTHORIZED and self._getMethod() == "web_page":
            name = (getattr(self, "credDict", None) or {}).get("DN", "")
            self._send(refusal_page(name, self._page.contact))
            return
        self.set_header("Content-Type", "application/json")
        self.finish(json.dumps(_refused(status_code)))

    async def get(self, path: str | None = None) -> None:
        """Answer a request by its path below the location."""
        try:
            self._refuse_other_sites()
            if path is None:
                self.redirect(f"{_LOCATION}/")
            elif match := _LOG.fullmatch(path):
                vo, stamp, what = match.groups()
                await self._about_log(validation.pilot(vo, stamp), what)
            elif path == "api/me":
                await self._json(whoami, caller_of(self), self._page.portal)
            elif path == "api/places":
                await self._json(known_places, caller_of(self))
            elif path == "api/logs":
                await self._json(self._page.viewer.logs, self._reader(), self._asked())
            elif path in _FIGURES:
                await self._json(getattr(self._page.figures, _FIGURES[path]), self._reader(), self._asked())
            elif path == "api/search":
                await self._stream(SearchStream(self, self._page, self._reader, self._asked()), "")
            else:
                self._file(path)
        except (TimeoutError, StreamClosedError):  # the reader has gone, or does not read
            self.request.connection.stream.close()
        except Exception as error:  # the edge: any error becomes an answer
            self._fail(error)

    def _refuse_other_sites(self) -> None:
        """Refuse requests that another site makes a browser send with its certificate, even if that site can't read the
        answer.
        """
        site = self.request.headers.get("Sec-Fetch-Site", "none")
        if site == "cross-site" and self._is_about_logs:
            raise InvalidInput("Asked by another site's page")

    def _fail(self, error: Exception) -> None:
        """Answer an error; if the answer has begun, end the connection, so that nobody takes a part for the whole."""
        if isinstance(error, HTTPError):  # Tornado's own, of an address that is no UTF-8
            answer = json_answer(_refused(error.status_code), False, error.status_code)
        else:
            answer = error_answer(error, self._page.contact)
        if isinstance(error, PilotLogError) and not isinstance(error, NotYetThere):
            audit.audit().refused(caller_of(self), "page", error)
        if self._headers_written:
            self.request.connection.stream.close()
        else:
            self._send(answer)

    def _reader(self) -> PageCaller:
        who = caller_of(self)
        return PageCaller(who, policy(who.vo))

    def _asked(self) -> dict[str, list[str]]:
        """Return the query string, without the fields that DIRAC's server takes from it."""
        names = set(self.request.query_arguments) - {"extraCredentials"}
        return {name: self.get_query_arguments(name, strip=False) for name in names}

    @property
    def _gzip(self) -> bool:
        return "gzip" in self.request.headers.get("Accept-Encoding", "")

    async def _apart(self, function: Callable, *arguments: Any) -> Any:
        """Run a function in the page's thread pool."""
        return await asyncio.wrap_future(self._page.reading.submit(function, arguments))

    async def _json(self, question: Callable, *arguments: Any) -> None:
        gzip = self._gzip
        self._send(await self._apart(lambda: json_answer(question(*arguments), gzip)))

    async def _about_log(self, pilot: PilotId, what: str) -> None:
        reader = self._reader()
        if what in _QUESTIONS:
            await self._json(getattr(self._page.viewer, what), reader, pilot, self._asked())
        elif what == "text":
            await self._text(reader, pilot)
        elif what == "tail":
            last_id = self.request.headers.get("Last-Event-ID")
            await self._stream(Tail(self, self._page, self._reader, pilot, last_id), "0.0")
        else:
            raise LogNotFound("No such question")

    async def _stream(self, stream: Tail | SearchStream, start: str) -> None:
        """Send a stream, from the cursor in the address or from its start."""
        self._running = stream
        await stream.run(self.get_query_argument("Cursor", start))

    async def _text(self, reader: PageCaller, pilot: PilotId) -> None:
        """Send the whole log, no faster than it is read."""
        blocks = await self._apart(self._page.viewer.text, reader, pilot)
        block = await self._apart(next, blocks, b"")
        self.set_header("Content-Type", "text/plain; charset=utf-8")
        self.set_header("Content-Disposition", f'attachment; filename="{pilot.stamp}.log"')
        self.set_header("Content-Encoding", "identity")
        while block:
            self.write(block)
            await asyncio.wait_for(self.flush(), self._page.settings.stalled_seconds)
            block = await self._apart(next, blocks, b"")
        self.finish()

    def _file(self, path: str) -> None:
        """Send the page itself, at the top and for each log, or one of its files below ``static``."""
        if _PAGE.fullmatch(path):
            self._send(page_answer(self._gzip))
        elif (match := _FILE.fullmatch(path)) and (answer := file_answer(match[1], match[2], self._gzip)):
            self._send(answer)
        else:
            raise LogNotFound("No such page")

    def _send(self, answer: Response) -> None:
        self.set_status(answer.status)
        self.set_header("Content-Type", answer.content_type)
        self.set_header("Content-Encoding", "gzip" if answer.compressed else "identity")
        if answer.cacheable:
            self.set_header("Cache-Control", "private, max-age=31536000, immutable")
        self.finish(answer.body)

    def compute_etag(self) -> None:
        """Return None: browsers must not cache the contents of logs."""

    def on_connection_close(self) -> None:
        """Close the stream, as the browser has disconnected."""
        if stream := getattr(self, "_running", None):
            stream.close()


def _refused(status: int) -> dict[str, str]:
    return {"error": f"Refused ({status})"}
