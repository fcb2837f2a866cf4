"""Balancers that connect without a certificate: by address, and a network that is mistyped."""

from PilotLoggingDIRAC.assembly.access import balancers
from PilotLoggingDIRAC.assembly.access.balancers import is_balancer

NETWORKS = "/Systems/WorkloadManagement/PilotLogging/BalancerAddresses"


def test_mistyped_network_is_told_once_however_many_ask_and_the_others_count(configure, monkeypatch):
    told = []
    monkeypatch.setattr(balancers._log, "error", lambda *words: told.append(" ".join(words)))
    configure({}, (NETWORKS, "192.0.2.0/99, 198.51.100.0/24"))
    assert is_balancer("", "198.51.100.7")
    assert not any(is_balancer("", f"203.0.113.{number}") for number in range(5))
    assert len(told) == 1
    assert "192.0.2.0/99" in told[0]
