"""Balancers that connect without a certificate: by address, and a network that is mistyped."""

import pytest
from DIRAC.ConfigurationSystem.private.ConfigurationClient import gConfigurationData
from diraccfg import CFG

from PilotLoggingDIRAC.assembly.access import balancers
from PilotLoggingDIRAC.assembly.access.balancers import is_balancer


@pytest.fixture
def configure():
    before = gConfigurationData.localCFG

    def use(networks):
        gConfigurationData.localCFG = CFG()
        gConfigurationData.setOptionInCFG("/Systems/WorkloadManagement/PilotLogging/BalancerAddresses", networks)
        gConfigurationData.sync()

    yield use
    gConfigurationData.localCFG = before
    gConfigurationData.sync()


def test_mistyped_network_is_told_once_however_many_ask_and_the_others_count(configure, monkeypatch):
    told = []
    monkeypatch.setattr(balancers._log, "error", lambda *words: told.append(" ".join(words)))
    configure("192.0.2.0/99, 198.51.100.0/24")
    assert is_balancer("", "198.51.100.7")
    assert not any(is_balancer("", f"203.0.113.{number}") for number in range(5))
    assert len(told) == 1
    assert "192.0.2.0/99" in told[0]
