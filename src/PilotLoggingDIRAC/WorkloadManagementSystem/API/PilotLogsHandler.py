"""The web page of pilots' logs, at ``/pilotlogs/``: a list, a log, and what is new in it as it comes.

.. literalinclude:: ../ConfigTemplate.cfg
  :start-after: ##BEGIN PilotLogs
  :end-before: ##END
  :dedent: 2
  :caption: PilotLogs options
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable
from typing import Any

from tornado.iostream import StreamClosedError

from PilotLoggingDIRAC.assembly import auditing
from PilotLoggingDIRAC.assembly.callers import caller_of, policy
from PilotLoggingDIRAC.assembly.page import Page, page, whoami
from PilotLoggingDIRAC.pilotlog import validation
from PilotLoggingDIRAC.pilotlog.errors import InvalidInput, LogNotFound, PilotLogError
from PilotLoggingDIRAC.pilotlog.model import PilotId
from PilotLoggingDIRAC.pilotlog.page.archived_copies import NotYetThere
from PilotLoggingDIRAC.pilotlog.page.viewer import Reader
from PilotLoggingDIRAC.web.answers import Answer, error_answer, file_answer, json_answer, page_answer, security_headers
from PilotLoggingDIRAC.web.endpoint import Endpoint
from PilotLoggingDIRAC.web.tail import Tail

_LOCATION = "/pilotlogs"
_LOG = re.compile(r"api/log/([^/]+)/([^/]+)/(\w+)")
_PAGE = re.compile(r"(?:log/[^/]+/[^/]+)?")
_FILE = re.compile(r"static/([0-9a-f]{16})/([\w.-]+)")
#: What a log is asked for, besides its whole text and what is new: the viewer's methods of the same name.
_QUESTIONS = ("log", "lines", "outline", "find")


class PilotLogsHandler(Endpoint):
    """Every request is a GET and changes nothing. DIRAC's server has authenticated the caller before ``get``."""

    DEFAULT_AUTHORIZATION = ["authenticated"]
    LOCATION = rf"{_LOCATION}(?:/(.*))?"

    def _getMethod(self) -> str:
        """What DIRAC asks its AuthManager about: ``page`` for files, else ``logs``."""
        return "web_logs" if self.request.path.startswith(f"{_LOCATION}/api/") else "web_page"

    def web_page(self) -> None:
        """The files of the page; named for authorization."""

    def web_logs(self) -> None:
        """What is in logs; named for authorization."""

    @property
    def _page(self) -> Page:
        return page(self._fullComponentName)

    def set_default_headers(self) -> None:
        """Also errors get them."""
        self.clear_header("Server")
        for name, value in security_headers(self._page.frame_ancestors).items():
            self.set_header(name, value)

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """What DIRAC's server refuses, without a word of why."""
        self.set_header("Content-Type", "application/json")
        self.finish(json.dumps({"error": f"Refused ({status_code})"}))

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
                await self._json(whoami, caller_of(self))
            elif path == "api/logs":
                await self._json(self._page.viewer.logs, self._reader(), self._asked())
            else:
                self._file(path)
        except (TimeoutError, StreamClosedError):  # gone, or takes nothing any more
            self.request.connection.stream.close()
        except Exception as error:  # the edge: whatever it is becomes an answer
            self._fail(error)

    def _refuse_other_sites(self) -> None:
        """A page of somebody else must not make a browser work with its certificate, even if it can't see the answer."""
        site = self.request.headers.get("Sec-Fetch-Site", "none")
        if site == "cross-site" and self.request.path.startswith(f"{_LOCATION}/api/"):
            raise InvalidInput("Asked by another site's page")

    def _fail(self, error: Exception) -> None:
        """An error after the answer has begun can only end the connection, so that nobody takes half for all."""
        answer = error_answer(error)
        if isinstance(error, PilotLogError) and not isinstance(error, NotYetThere):
            auditing.audit().refused(caller_of(self), "page", error)
        if self._headers_written:
            self.request.connection.stream.close()
        else:
            self._send(answer)

    def _reader(self) -> Reader:
        who = caller_of(self)
        return Reader(who, policy(who.vo))

    def _asked(self) -> dict[str, list[str]]:
        """The query string, without what DIRAC's server takes from it."""
        names = set(self.request.query_arguments) - {"extraCredentials"}
        return {name: self.get_query_arguments(name, strip=False) for name in names}

    @property
    def _gzip(self) -> bool:
        return "gzip" in self.request.headers.get("Accept-Encoding", "")

    async def _apart(self, function: Callable, *arguments: Any) -> Any:
        """Run it in a thread of the page's own."""
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
            tail = Tail(self, self._page, self._reader, pilot, self.request.headers.get("Last-Event-ID"))
            self._tail = tail
            await tail.run(self.get_query_argument("Cursor", "0.0"))
        else:
            raise LogNotFound("No such question")

    async def _text(self, reader: Reader, pilot: PilotId) -> None:
        """The whole log, piece by piece as fast as it is taken."""
        pieces = await self._apart(self._page.viewer.text, reader, pilot)
        first = await self._apart(next, pieces, b"")
        self.set_header("Content-Type", "text/plain; charset=utf-8")
        self.set_header("Content-Disposition", f'attachment; filename="{pilot.stamp}.log"')
        self.set_header("Content-Encoding", "identity")
        while first:
            self.write(first)
            await asyncio.wait_for(self.flush(), self._page.settings.stalled_seconds)
            first = await self._apart(next, pieces, b"")
        self.finish()

    def _file(self, path: str) -> None:
        """The page itself at the top and for each log, the files it consists of below ``static``."""
        if _PAGE.fullmatch(path):
            self._send(page_answer(self._gzip))
        elif (match := _FILE.fullmatch(path)) and (answer := file_answer(*match.groups(), self._gzip)):
            self._send(answer)
        else:
            raise LogNotFound("No such page")

    def _send(self, answer: Answer) -> None:
        self.set_status(answer.status)
        self.set_header("Content-Type", answer.content_type)
        self.set_header("Content-Encoding", "gzip" if answer.compressed else "identity")
        if answer.keep:
            self.set_header("Cache-Control", "private, max-age=31536000, immutable")
        self.finish(answer.body)

    def compute_etag(self) -> None:
        """None, as what is in logs is not kept by browsers."""

    def on_connection_close(self) -> None:
        """Whoever watched has gone."""
        if tail := getattr(self, "_tail", None):
            tail.close()
