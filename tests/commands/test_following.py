"""Following a log, and what a list says of a pilot that has died."""

from PilotLoggingDIRAC.commands.listing import standing
from PilotLoggingDIRAC.commands.reading import LogReading, Pilot

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


def test_list_shows_dirac_s_word_and_a_long_silence():
    log = {"State": "Receiving", "PilotStatus": "Running", "PilotEnded": False, "SilentSeconds": 20}
    assert standing(log) == "Receiving"
    assert standing(log | {"SilentSeconds": 1500}) == "Receiving, silent for 25 min"
    assert (
        standing(log | {"PilotStatus": "Failed", "PilotEnded": True, "SilentSeconds": 1500})
        == "Failed, silent for 25 min"
    )
    assert standing({"State": "Archived"}) == "Archived"
