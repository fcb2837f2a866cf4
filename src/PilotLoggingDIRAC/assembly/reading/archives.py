"""The archives of VOs by the present options in Operations and the Registry."""

from __future__ import annotations

from DIRAC import gConfig
from DIRAC.ConfigurationSystem.Client.Helpers import Registry
from DIRAC.ConfigurationSystem.Client.Helpers.Operations import Operations

from PilotLoggingDIRAC.adapters.storage.bundle_cache import BundleCache
from PilotLoggingDIRAC.adapters.storage.grid_archive import GridArchive
from PilotLoggingDIRAC.adapters.workers.pool import WorkerPool
from PilotLoggingDIRAC.adapters.workers.proxies import Identity
from PilotLoggingDIRAC.assembly import options
from PilotLoggingDIRAC.assembly.forwarding import destinations
from PilotLoggingDIRAC.pilotlog.admin.option_rules import element_problem, folder_problem
from PilotLoggingDIRAC.pilotlog.archive.bundles.settings import BundleReadSettings
from PilotLoggingDIRAC.pilotlog.archive.packing import Target
from PilotLoggingDIRAC.pilotlog.errors import ArchiveError


def vos() -> list[str]:
    """Return all VOs in the Registry, from its section for VOs and from groups."""
    named = Registry.getVOs()
    groups = gConfig.getSections("/Registry/Groups")
    of_groups = [gConfig.getValue(f"/Registry/Groups/{group}/VO", "") for group in groups.get("Value", [])]
    return sorted({*named.get("Value", []), *of_groups} - {""})


def target(vo: str) -> Target | None:
    """Return the target of a VO's logs; None without ``Pilot/UploadSE``, or if the archive is no destination of them.

    Raise ArchiveError for a bad SE or path.
    """
    option = Operations(vo=vo)
    if not destinations.is_archived(vo):
        return None
    se, path = option.getValue("Pilot/UploadSE", ""), option.getValue("Pilot/UploadPath", "")
    if not se:
        return None
    if not path:
        raise ArchiveError("UploadSE is set, and UploadPath is not")
    if problem := element_problem(se, storage_elements()) or folder_problem(vo, path):
        raise ArchiveError(problem)
    return Target(se, path)


def storage_elements() -> list[str]:
    """Return the names of all storage elements in the configuration."""
    return list(gConfig.getSections("/Resources/StorageElements").get("Value") or [])


def data_manager(vo: str) -> Identity:
    """Return the identity for a VO's files, ``Shifter/DataManager``. Raise ArchiveError when it is not set."""
    option = Operations(vo=vo)
    user, group = option.getValue("Shifter/DataManager/User", ""), option.getValue("Shifter/DataManager/Group", "")
    if not user:
        raise ArchiveError("Shifter/DataManager/User is not set")
    if not group:
        raise ArchiveError("Shifter/DataManager/Group is not set")
    if Registry.getVOForGroup(group) != vo:
        raise ArchiveError(f"Shifter/DataManager/Group {group} is not a group of this VO")
    return Identity(user, group, vo)


def archive(vo: str, pool: WorkerPool, seconds: float, bundles: BundleCache | None = None) -> GridArchive:
    """Return a VO's archive, also without ``UploadSE``, to read and remove earlier copies. Raise ArchiveError."""
    return GridArchive(pool.of(data_manager(vo)), vo, seconds, bundles)


def bundle_cache(option: options.Getter) -> BundleCache:
    """Return an empty cache of bundles for the readers of one process."""
    return BundleCache(options.fill(BundleReadSettings, option))
