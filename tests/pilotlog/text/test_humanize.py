"""Moments that people write."""

from datetime import datetime

import pytest

from PilotLoggingDIRAC.pilotlog.errors import InvalidInput
from PilotLoggingDIRAC.pilotlog.text.humanize import moment

NOW = datetime(2026, 11, 26)


@pytest.mark.parametrize("text", ["999999w", "0001-01-01T00:00+14:00", "soon", ""])
def test_moment_that_is_none_is_refused_in_words(text):
    with pytest.raises(InvalidInput):
        moment(text, NOW)
