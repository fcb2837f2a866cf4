"""Gaps that no line reports yet: how many logs they are."""

from PilotLoggingDIRAC.pilotlog.model import PilotId
from PilotLoggingDIRAC.pilotlog.write import gaps as gaps_module
from PilotLoggingDIRAC.pilotlog.write.gaps import Gap, GapReport, Gaps
from tests.conftest import PILOT, batch

OTHER = PilotId(PILOT.vo, "b" * 32)


def test_a_log_counts_once_however_many_of_its_messages_are_refused(clock):
    gaps = Gaps(clock)
    gaps.add(batch(b"a\n"), "no")
    gaps.keep([GapReport(PILOT, Gap(1, 2, "no"), number) for number in (1, 2, 3)])
    assert gaps.untold == 1
    gaps.keep([GapReport(OTHER, Gap(1, 2, "no"), 4)])
    assert gaps.untold == 2
    assert [report.number for report in gaps.take()] == [1, 2, 3, 4, 0]
    assert gaps.untold == 0


def test_beyond_the_bound_messages_count_that_no_line_will_tell_of(clock, monkeypatch):
    monkeypatch.setattr(gaps_module, "_MAX_LOGS", 1)
    gaps = Gaps(clock)
    gaps.add(batch(b"a\n"), "no")
    for _ in range(3):
        gaps.add(batch(b"a\n", pilot=OTHER), "no")
    assert gaps.untold == 4
    gaps.take()
    assert gaps.untold == 3
