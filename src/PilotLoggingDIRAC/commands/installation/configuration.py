"""Findings in the configuration alone: the addresses that pilots of each VO send to, and sections of ours."""

from __future__ import annotations

from collections.abc import Iterator

from DIRAC.ConfigurationSystem.Client.ConfigurationData import gConfigurationData
from DIRAC.ConfigurationSystem.Client.Helpers import Registry
from DIRAC.ConfigurationSystem.Client.Helpers.Operations import Operations
from DIRAC.ConfigurationSystem.Client.PathFinder import getServiceURLs

from PilotLoggingDIRAC.commands.installation.collector_urls import HTTPS, SYSTEM
from PilotLoggingDIRAC.pilotlog.admin import health
from PilotLoggingDIRAC.pilotlog.admin.health import Finding

APIS = ("PilotLogs", "PilotLogMetrics")


def findings() -> list[Finding]:
    """Return the findings in the configuration."""
    return [*_addresses(), *health.of_shared_sections(shared_apis())]


def _addresses() -> Iterator[Finding]:
    """Yield the findings about the addresses that the pilots of each VO with remote logging send to."""
    collectors = getServiceURLs(SYSTEM, service=HTTPS)
    for vo in Registry.getVOs().get("Value") or []:
        option = Operations(vo=vo)
        if is_on(option.getValue("Pilot/RemoteLogging", "")):
            yield from health.of_address(vo, option.getValue("Pilot/RemoteLoggerURL", ""), collectors)


def is_on(value: object) -> bool:
    """Return whether pilots send, as a stock pilot reads ``RemoteLogging``; None and an empty text are no."""
    return str(value).strip().lower() == "true"


def shared_apis() -> list[str]:
    """Return our sections for APIs in the configuration that all hosts share; a host's own file is no matter."""
    shared = gConfigurationData.remoteCFG
    paths = {name: f"Systems/{SYSTEM}/APIs/{name}" for name in APIS}
    return [name for name, path in paths.items() if shared.isSection(path)]
