"""Alarms come once per change of state."""

from PilotLoggingDIRAC.pilotlog.archive.alarms import Alarms


class Bell:
    """The reports in order, and a clock that is moved by hand."""

    def __init__(self, **settings):
        self.told, self.now = [], 0.0
        self.alarms = Alarms(
            lambda subject, text: self.told.append(("began", subject, text)),
            lambda subject: self.told.append(("ended", subject)),
            monotonic=lambda: self.now,
            **settings,
        )


def test_a_problem_is_told_once_when_it_begins_and_once_when_it_is_over():
    bell = Bell()
    for problems in ({"spool": "full"}, {"spool": "full"}, {}, {}):
        bell.alarms.update(problems)
    assert bell.told == [("began", "spool", "full"), ("ended", "spool")]


def test_a_problem_that_comes_and_goes_is_one_problem():
    bell = Bell(quiet_seconds=30)
    for _ in range(40):
        bell.alarms.update({"spool": "full"})
        bell.now += 1
        bell.alarms.update({})
    bell.now += 29
    bell.alarms.update({})
    assert bell.told == [("began", "spool", "full"), ("ended", "spool")]


def test_each_update_is_noted_also_without_anything_to_report():
    noted = []
    bell = Bell(updated=lambda: noted.append(len(bell.told)))
    for problems in ({"spool": "full"}, {"spool": "full"}, {}):
        bell.alarms.update(problems)
    assert noted == [1, 1, 2]


def test_what_was_not_looked_at_stays_as_it_was():
    bell = Bell()
    bell.alarms.update({"archive of vo": "down"})
    bell.alarms.update({}, lambda subject: subject.endswith(" of vo"))
    assert bell.told == [("began", "archive of vo", "down")]
