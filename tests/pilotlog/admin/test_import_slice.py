"""Slices of an import as the arguments of a call."""

import pytest

from PilotLoggingDIRAC.pilotlog.admin.import_slice import parse_slice
from PilotLoggingDIRAC.pilotlog.errors import InvalidInput


@pytest.mark.parametrize("time", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00", "now", None, 5])
def test_times_that_are_none_are_refused(time):
    with pytest.raises(InvalidInput):
        parse_slice(0, "", {}, time)
