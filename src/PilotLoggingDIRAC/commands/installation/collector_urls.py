"""Collectors' URLs in the CS: each is registered under the collector's own name.

DIRAC's installer registers every Tornado service without the "Tornado" in its name, so both collectors would share
``URLs/PilotLogging``, and stock clients, which ask for ``URLs/TornadoPilotLogging``, would find neither. See
docs/decisions/0003-collector-urls.rst.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from urllib.parse import urlsplit

from DIRAC.ConfigurationSystem.Client.PathFinder import getServiceURL

from PilotLoggingDIRAC.pilotlog.errors import InvalidInput

SYSTEM = "WorkloadManagement"
HTTPS = "TornadoPilotLogging"
DISET = "PilotLogging"
COLLECTORS = (HTTPS, DISET)

_SCHEMES = {"https": HTTPS, "dips": DISET}


class NotACollectorURL(InvalidInput):
    """The URL does not belong to a collector of pilot logs."""


def service_name() -> str:
    """Return the full name of a collector that has a URL in the CS, HTTPS before DISET; HTTPS if none has."""
    names = [f"{SYSTEM}/{collector}" for collector in COLLECTORS]
    return next((name for name in names if getServiceURL(name)), names[0])


def by_collector(registered: Mapping[str, Sequence[str]], more: Iterable[str] = ()) -> dict[str, list[str]]:
    """Return each collector's URLs, from those registered under either name and ``more``, without duplicates, in order.

    Raise NotACollectorURL.
    """
    right: dict[str, list[str]] = {collector: [] for collector in COLLECTORS}
    for url in [*(url for collector in COLLECTORS for url in registered.get(collector, ())), *more]:
        urls = right[collector_of(url)]
        if url not in urls:
            urls.append(url)
    return right


def collector_of(url: str) -> str:
    """Return the name of the collector at a URL, which may lack the path. Raise NotACollectorURL."""
    parts = urlsplit(url)
    collector = _SCHEMES.get(parts.scheme)
    if not collector or not parts.netloc or parts.path.strip("/") not in ("", f"{SYSTEM}/{collector}"):
        expected = " or ".join(f"{scheme}://host:port/{SYSTEM}/{name}" for scheme, name in _SCHEMES.items())
        raise NotACollectorURL(f"{url} is not {expected}")
    return collector


def unreachable(installed: Iterable[str], urls: Mapping[str, Sequence[str]]) -> list[str]:
    """Return the collectors that have a section in the CS, but no URL."""
    return [collector for collector in installed if not urls.get(collector)]
