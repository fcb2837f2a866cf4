"""A log as events: that it has ended is said after all of its text."""

import asyncio
import collections
import collections.abc
from types import SimpleNamespace

import pytest

if not hasattr(collections, "MutableMapping"):
    collections.MutableMapping = collections.abc.MutableMapping
from PilotLoggingDIRAC.pilotlog.bounded_executor import BoundedExecutor
from PilotLoggingDIRAC.pilotlog.page.live_tail import News
from PilotLoggingDIRAC.pilotlog.page.watcher import Watcher
from PilotLoggingDIRAC.pilotlog.settings import PageSettings
from PilotLoggingDIRAC.web.tail import Tail
from tests.conftest import PILOT

PIECES = 3


class Log:
    """A log in pieces, of which each question has the next; it is live or not from the beginning."""

    def __init__(self, is_live):
        self.standing = {"live": is_live, "lastSeen": ""}

    def since(self, reader, pilot, cursor, head):
        number = int(cursor)
        text = {"line": number, "text": "x"} if number < PIECES else None
        return News(text, str(min(number + 1, PIECES)), self.standing, number + 1 < PIECES)


class Browser:
    """A handler that keeps the names of the events of text and standing; it leaves when it has all of them."""

    def __init__(self):
        self.events, self.left = [], lambda: None

    def write(self, event):
        fields = dict(line.split(": ", 1) for line in event.splitlines() if line)
        if fields.get("event") in ("text", "standing"):
            self.events.append(fields["event"])
        if len(self.events) == PIECES + 1:
            self.left()

    async def flush(self):
        await asyncio.sleep(0)

    def set_header(self, name, value):
        pass


async def events(log):
    """Return the events of a log's stream."""
    settings, browser = PageSettings(), Browser()
    page = SimpleNamespace(
        settings=settings,
        watcher=Watcher(lambda pilots: {}, settings),
        reading=BoundedExecutor("test", 1, 1),
        live_tail=log,
    )
    tail = Tail(browser, page, lambda: SimpleNamespace(caller="user"), PILOT, None)
    browser.left = tail.close
    await asyncio.wait_for(tail.run("0"), 60)
    page.reading.shutdown()
    return browser.events


@pytest.mark.parametrize(("is_live", "place"), [(True, 1), (False, PIECES)])
def test_that_a_log_has_ended_is_said_behind_all_its_text(is_live, place):
    assert asyncio.run(events(Log(is_live))).index("standing") == place
