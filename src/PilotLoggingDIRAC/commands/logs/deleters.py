"""The people who may delete logs of a VO, as the Registry has them: told to a user who may not."""

from __future__ import annotations

from collections.abc import Iterator

from DIRAC.ConfigurationSystem.Client.Helpers import Registry

_MAX_TOLD = 10


def whom_to_ask(vo: str) -> str:
    """Return a sentence with the operators of a VO, then the administrators of the services, each as user@group."""
    groups = [*_groups("Operator", vo), *_groups("ServiceAdministrator")]
    people = list(dict.fromkeys(f"{user}@{group}" for group in groups for user in Registry.getUsersInGroup(group, [])))
    more = f", and {len(people) - _MAX_TOLD} more" if len(people) > _MAX_TOLD else ""
    return f"Ask {', '.join(people[:_MAX_TOLD])}{more}" if people else "The Registry has nobody who may"


def _groups(right: str, vo: str = "") -> Iterator[str]:
    """Yield the groups with a property, of one VO or of any."""
    for group in Registry.getGroupsWithProperty(right).get("Value", []):
        if not vo or Registry.getVOForGroup(group) == vo:
            yield group
