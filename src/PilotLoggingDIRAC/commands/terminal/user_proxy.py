"""The proxy of the user who runs a command, which is the likeliest reason why no service answers."""

from __future__ import annotations

from DIRAC import gConfig
from DIRAC.Core.Security.ProxyInfo import getProxyInfo


def problem() -> str:
    """Return what is wrong with the user's proxy, with its remedy; "" if nothing is, or with the host's certificate."""
    if gConfig.useServerCertificate():
        return ""
    found = getProxyInfo(disableVOMS=True)
    if not found["OK"]:
        return "You have no proxy that can be read: dirac-proxy-init -g <group>"
    if found["Value"]["secondsLeft"] > 0:
        return ""
    group = found["Value"]["chain"].getDIRACGroup(ignoreDefault=True)
    return f"Your proxy has expired: dirac-proxy-init -g {group.get('Value') or '<group>'}"
