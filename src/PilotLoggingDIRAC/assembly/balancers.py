"""Whom to believe a certificate in a header: balancers that end TLS themselves, by their certificate or address."""

from __future__ import annotations

import ipaddress

from DIRAC import gConfig, gLogger
from DIRAC.Core.Security.Locations import getCAsLocation

from PilotLoggingDIRAC.assembly import options

_log = gLogger.getSubLogger("PilotLogging")


def is_balancer(dn: str, address: str) -> bool:
    """Whether ``BalancerDNs`` has the DN of a connection's certificate, or ``BalancerAddresses`` the address of a
    connection that has no certificate (``dn`` empty). Read at each request.
    """
    if dn:
        return dn in gConfig.getValue(f"{options.SHARED}/BalancerDNs", [])
    return any(_within(address, network) for network in gConfig.getValue(f"{options.SHARED}/BalancerAddresses", []))


def _within(address: str, network: str) -> bool:
    try:
        return ipaddress.ip_address(address) in ipaddress.ip_network(network, strict=False)
    except ValueError:
        _log.error("Not an address or a network", f"{address}, BalancerAddresses: {network}")
        return False


def authorities() -> str:
    """The folder of the authorities' certificates."""
    return getCAsLocation()
