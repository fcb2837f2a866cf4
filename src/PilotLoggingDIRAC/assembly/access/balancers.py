"""Load balancers that end TLS themselves: the connections whose header with a client's certificate is trusted."""

from __future__ import annotations

import functools
import ipaddress

from DIRAC import gConfig, gLogger
from DIRAC.Core.Security.Locations import getCAsLocation

from PilotLoggingDIRAC.assembly import options

_log = gLogger.getSubLogger("PilotLogging")


def is_balancer(dn: str, address: str) -> bool:
    """Return whether a connection is a balancer's: its certificate's DN is in ``BalancerDNs``.

    A connection without a certificate (``dn`` empty) counts by its address in ``BalancerAddresses``. The options are
    read at each request.
    """
    if dn:
        return dn in gConfig.getValue(f"{options.SHARED}/BalancerDNs", [])
    return any(_within(address, network) for network in gConfig.getValue(f"{options.SHARED}/BalancerAddresses", []))


def _within(address: str, network: str) -> bool:
    try:
        return ipaddress.ip_address(address) in ipaddress.ip_network(network, strict=False)
    except ValueError:
        _complain(network)
        return False


@functools.lru_cache(maxsize=100)
def _complain(network: str) -> None:
    """Log a network once, though options are read at each request."""
    _log.error("Not an address or a network", f"BalancerAddresses: {network}")


def authorities() -> str:
    """Return the folder of the authorities' certificates."""
    return getCAsLocation()
