"""The destinations of VOs' logs by the present configuration.

``Operations/<vo>/PilotLogging/Destinations`` names where a VO's logs go. ``Archive`` is the archive on the storage
element; each other name has a section in ``/Resources/PilotLogDestinations``, as DIRAC's users look for outside systems
in ``/Resources``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from DIRAC import gConfig
from DIRAC.Core.Utilities.ObjectLoader import ObjectLoader

from PilotLoggingDIRAC.assembly import options
from PilotLoggingDIRAC.pilotlog.errors import InvalidInput
from PilotLoggingDIRAC.pilotlog.forward.destination import Destination, DestinationPlugin
from PilotLoggingDIRAC.pilotlog.forward.settings import SentContent

SECTION = "/Resources/PilotLogDestinations"
ARCHIVE = "Archive"
_PLUGINS = "WorkloadManagementSystem.Client.PilotLoggingPlugins"
_MAX_NAME = 32


@dataclass(frozen=True, slots=True)
class Configured:
    """A destination as it is configured."""

    name: str
    plugin: str
    content: str
    options: Mapping[str, Any]


def names(vo: str) -> tuple[str, ...]:
    """Return the names of a VO's destinations; without the option, only the archive."""
    given = options.operations(vo)("Destinations", [ARCHIVE])
    return tuple(dict.fromkeys(given))


def is_archived(vo: str) -> bool:
    """Return whether a VO's logs go to its archive."""
    return ARCHIVE in names(vo)


def forwarded_to(vo: str) -> tuple[str, ...]:
    """Return the names of a VO's destinations but its archive."""
    return tuple(name for name in names(vo) if name != ARCHIVE)


def configured(name: str) -> Configured:
    """Return a destination. Raise InvalidInput if its section is not there, or its name can't be one."""
    if len(name) > _MAX_NAME or not name.isascii() or not name.isidentifier():
        allowed = f"it has letters, digits and _, begins with no digit, and has at most {_MAX_NAME} characters"
        raise InvalidInput(f"{name} is no name of a destination: {allowed}")
    found = _tree(f"{SECTION}/{name}")
    plugin = str(found.get("Plugin", ""))
    if not plugin:
        raise InvalidInput(f"{SECTION}/{name} has no Plugin")
    return Configured(name, plugin, str(found.get("Content", "")).lower(), found)


def has_section(name: str) -> bool:
    """Return whether there is a section of a destination, whatever it says."""
    return bool(_tree(f"{SECTION}/{name}"))


def load(found: Configured) -> tuple[Destination, SentContent]:
    """Return a destination, made by its plugin, and what it is sent. Raise InvalidInput if it can't be made."""
    plugin = _plugin(found.plugin)
    chosen = found.content or getattr(plugin, "content", SentContent.ALL)
    if chosen not in list(SentContent):
        raise InvalidInput(f"{SECTION}/{found.name}: Content is neither of {', '.join(SentContent)}")
    try:
        return plugin(found.name, found.options), SentContent(chosen)
    except InvalidInput:
        raise
    except Exception as error:  # whatever a site's own plugin does must not stop the others
        raise InvalidInput(f"{found.plugin} can't be made: {type(error).__name__}") from error


def _plugin(name: str) -> DestinationPlugin:
    found = ObjectLoader().loadObject(f"{_PLUGINS}.{name}")
    if not found["OK"]:
        raise InvalidInput(f"the plugin {name} can't be loaded: {found['Message']}")
    plugin: DestinationPlugin = found["Value"]
    return plugin


def _tree(path: str) -> dict[str, Any]:
    """Return the options of a section, and its sections as dictionaries."""
    found: dict[str, Any] = dict(gConfig.getOptionsDict(path).get("Value") or {})
    for section in gConfig.getSections(path).get("Value") or []:
        found[section] = _tree(f"{path}/{section}")
    return found
