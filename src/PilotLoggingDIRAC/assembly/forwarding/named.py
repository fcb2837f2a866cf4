"""The VOs of each destination."""

from __future__ import annotations

from collections.abc import Mapping

from DIRAC import gConfig

from PilotLoggingDIRAC.assembly.forwarding import destinations
from PilotLoggingDIRAC.assembly.reading import archives
from PilotLoggingDIRAC.pilotlog.errors import InvalidInput


def vos_by_destination() -> Mapping[str, tuple[str, ...]]:
    """Return the VOs of each destination that is named, but archives."""
    found: dict[str, tuple[str, ...]] = {}
    for vo in archives.vos():
        for name in destinations.forwarded_to(vo):
            found[name] = (*found.get(name, ()), vo)
    return found


def vos_of(destination: object) -> tuple[str, tuple[str, ...]]:
    """Return a destination's name, and the VOs whose logs go there. Raise InvalidInput if it is not configured.

    The configuration is fetched first: it may have been changed a moment ago. Without an answer the known one counts.
    """
    if not isinstance(destination, str):
        raise InvalidInput("A destination is named by a string")
    gConfig.forceRefresh()
    return destinations.configured(destination).name, vos_by_destination().get(destination, ())
