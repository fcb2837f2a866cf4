"""Which logs may be selected to be sent again."""

import pytest

from PilotLoggingDIRAC.pilotlog.errors import InvalidInput
from PilotLoggingDIRAC.pilotlog.forward.replay.request import selected, wanted

VO = "vo.alpha.org"


@pytest.mark.parametrize("values", [{}, {"Site": "A"}, {"VO": VO, "State": "Kept"}, "all", {"VO": []}])
def test_selection_that_names_no_logs_or_names_them_otherwise_is_refused(values):
    with pytest.raises(InvalidInput):
        wanted(values)


def test_selection_is_of_the_destination_s_vos_alone():
    assert selected(wanted({"VO": ["a", "b"]}), ("b", "c")).vos == ("b",)
    assert selected(wanted({"FromDate": "2026-11-01"}), ("b", "c")).vos == ("b", "c")
    assert selected(wanted({"VO": "a"}), ("b", "c")) is None
