"""Findings of the status command in nothing but the configuration."""

import pytest
from DIRAC.ConfigurationSystem.private.ConfigurationClient import gConfigurationData
from diraccfg import CFG

from PilotLoggingDIRAC.commands.installation import configuration

VO, URLS = "vo.alpha.org", "/Systems/WorkloadManagement/URLs/TornadoPilotLogging"
ONE, TWO = (f"https://{name}.example.org:8443/WorkloadManagement/TornadoPilotLogging" for name in ("one", "two"))


@pytest.fixture
def configure():
    before = gConfigurationData.localCFG, gConfigurationData.remoteCFG

    def use(local=(), shared=()):
        base = {"Registry": {"VO": {VO: {}}}, "Operations": {VO: {"Pilot": {"RemoteLogging": "True"}}}}
        gConfigurationData.localCFG = CFG().loadFromDict(base)
        gConfigurationData.remoteCFG = CFG()
        for cfg, sections in ((gConfigurationData.localCFG, local), (gConfigurationData.remoteCFG, shared)):
            for path, value in sections:
                gConfigurationData.setOptionInCFG(path, value, cfg)
        gConfigurationData.generateNewVersion()
        gConfigurationData.sync()

    yield use
    gConfigurationData.localCFG, gConfigurationData.remoteCFG = before
    gConfigurationData.sync()


def subjects():
    return [finding.subject for finding in configuration.findings()]


def test_a_vo_with_a_single_collector_is_told_and_one_that_sends_nothing_is_not(configure):
    configure([(URLS, ONE)])
    assert subjects() == [f"pilots of {VO}"]
    configure([(URLS, ONE), (f"/Operations/{VO}/Pilot/RemoteLogging", "False")])
    assert subjects() == []


def test_pilots_behind_a_balancer_of_two_are_well(configure):
    url = f"/Operations/{VO}/Pilot/RemoteLoggerURL"
    configure([(URLS, f"{ONE}, {TWO}"), (url, "https://logs.example.org:8443/x")])
    assert subjects() == []
    configure([(URLS, f"{ONE}, {TWO}"), (url, ONE)])
    assert subjects() == [f"pilots of {VO}"]


@pytest.mark.parametrize("name", ["PilotLogs", "PilotLogMetrics"])
def test_a_section_that_every_host_reads_is_told_and_one_of_this_host_alone_is_not(configure, name):
    """A Tornado without this extension does not start with it."""
    section = f"/Systems/WorkloadManagement/APIs/{name}"
    two = [(URLS, f"{ONE}, {TWO}")]
    configure([*two, (f"{section}/Authorization/Default", "authenticated")])
    assert subjects() == []
    configure(two, [(f"{section}/Authorization/Default", "authenticated")])
    assert subjects() == [section]


@pytest.mark.parametrize(
    ("value", "sends"),
    [
        ("True", True),
        ("TRUE", True),
        (" true ", True),
        (True, True),
        ("yes", False),
        ("1", False),
        ("", False),
        (None, False),
    ],
)
def test_pilots_send_only_where_the_option_is_true(value, sends):
    assert configuration.is_on(value) is sends
