"""DIRAC's memory of storage elements in a child: forgotten after a failure, as what is broken may be mended since.

DIRAC keeps StorageElement objects for half an hour, also those that could not be made or are not allowed, their status
for five minutes, and the configuration for as long.
"""

from __future__ import annotations


def forget() -> None:
    """Forget all that this process knows of storage elements, and fetch the configuration."""
    from DIRAC import gConfig, gLogger
    from DIRAC.Resources.Storage.StorageElement import StorageElement
    from DIRAC.ResourceStatusSystem.Client.ResourceStatus import ResourceStatus

    refreshed = gConfig.forceRefresh()
    if not refreshed["OK"]:
        gLogger.warn("The configuration stays as it was", refreshed["Message"])
    ResourceStatus.instance = None  # the one of DIRACSingleton, with its cache
    StorageElement.seCache.purgeAll()
