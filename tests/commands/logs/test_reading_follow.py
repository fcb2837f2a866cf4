"""Reading a log that is followed."""

from PilotLoggingDIRAC.commands.logs.reading import LogReading, Pilot

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
