"""Options of the CS as settings."""

import pytest

from PilotLoggingDIRAC.assembly import options
from PilotLoggingDIRAC.pilotlog.settings import ReadSettings, SealSettings


def filled(settings, **given):
    return options.fill(settings, lambda name, default: given.get(name, default))


@pytest.mark.parametrize("value", ["20.5", 20.5])
def test_seconds_may_be_a_fraction_also_where_the_default_is_whole(value):
    assert filled(SealSettings, SilentRunningSeconds=value).silent_running_seconds == 20.5


@pytest.mark.parametrize("value", ["many", "-1", "1.5", [], {}])
def test_what_is_no_number_of_things_leaves_the_default(value):
    assert filled(ReadSettings, MaxRows=value) == ReadSettings()


def test_what_is_not_given_leaves_the_default():
    assert filled(ReadSettings, MaxRows="7", Threads="") == ReadSettings(max_rows=7)
