"""Destinations as the configuration names them: what each is sent."""

import pytest

from PilotLoggingDIRAC.assembly.forwarding.destinations import configured, load
from PilotLoggingDIRAC.pilotlog.errors import InvalidInput
from PilotLoggingDIRAC.pilotlog.forward.settings import SentContent

SYSLOG = {"Plugin": "SyslogDestination", "Host": "logs.example.org", "Port": "6514"}


@pytest.fixture
def destination(configure):
    """``destination(**options)``: a destination with these options, as the agent finds it."""

    def make(**options):
        configure({"Resources": {"PilotLogDestinations": {"Broker": SYSLOG | options}}})
        return configured("Broker")

    return make


@pytest.mark.parametrize(
    ("options", "content"),
    [({}, SentContent.ALL), ({"Content": "all"}, SentContent.ALL), ({"Content": "Summary"}, SentContent.SUMMARY)],
    ids=str,
)
def test_content_is_what_the_option_says(destination, options, content):
    _, found = load(destination(**options))
    assert found is content


def test_other_content_is_refused_by_the_option_s_name(destination):
    with pytest.raises(InvalidInput, match="Content is neither of all, summary"):
        load(destination(Content="some"))
