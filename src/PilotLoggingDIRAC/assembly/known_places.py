"""The sites and CEs of the configuration, which the page suggests."""

from __future__ import annotations

from DIRAC.ConfigurationSystem.Client.Helpers import Resources

from PilotLoggingDIRAC.pilotlog import access
from PilotLoggingDIRAC.pilotlog.access import Caller

_MOST = 5000


def known_places(who: Caller) -> dict[str, list[str]]:
    """Return the names of sites and CEs, in order, at most ``_MOST`` each. Raise NotAllowed for ``NOBODY``."""
    access.require_known(who)
    by_site = Resources.getSiteCEMapping().get("Value", {})
    sites = sorted(Resources.getSites().get("Value", []))
    return {"Site": sites[:_MOST], "CE": sorted({ce for ces in by_site.values() for ce in ces})[:_MOST]}
