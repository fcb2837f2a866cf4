"""Reading a log that is followed."""

from PilotLoggingDIRAC.commands.logs.reading import LogReading, Pilot
from PilotLoggingDIRAC.pilotlog.errors import LogNotFound

LEFT = {"OK": False, "Errno": LogNotFound.errno, "Message": "The text has left the database"}
OPEN = {"AtEnd": True, "Final": False, "Cursor": "1", "Over": False}


class Collector:
    """A collector that gives these pages of a log."""

    def __init__(self, *pages):
        self.pages = iter(pages)

    def getLog(self, vo, stamp, cursor):  # noqa: N802  (its name on the wire)
        """The next page."""
        return {"OK": True, "Value": next(self.pages)}


def test_following_ends_when_dirac_says_final_and_nothing_comes():
    pages = (OPEN | {"Text": "one\n"}, OPEN | {"Text": "two\n"}, OPEN | {"Text": "", "Over": True})
    reading = LogReading(Collector(*pages), tell=print, sleep=lambda seconds: None)
    assert list(reading.follow(Pilot("a", "vo", "a"), 0.0)) == ["one\n", "two\n"]


class PurgedStart(Collector):
    """A collector with the second part of a log alone."""

    def getLog(self, vo, stamp, cursor):  # noqa: N802
        """The next page; there is none at the start."""
        return super().getLog(vo, stamp, cursor) if cursor else LEFT

    def getLogTail(self, vo, stamp, lines):  # noqa: N802
        """The second part."""
        return {"OK": True, "Value": OPEN | {"Text": "second run\n"}}


def test_a_pilot_that_runs_again_is_followed_though_its_first_run_was_purged():
    told = []
    reading = LogReading(PurgedStart(OPEN | {"Text": "", "Over": True}), told.append, sleep=lambda seconds: None)
    parts = ({"State": "Purged"}, {"State": "Receiving"})
    assert list(reading.follow(Pilot("a", "vo", "a", parts), 0.0)) == ["second run\n"]
    assert len(told) == 1
