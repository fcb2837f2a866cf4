"""Options of the CS as settings: a field's option has its name in CamelCase (``max_bytes`` → ``MaxBytes``)."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any, ClassVar, Protocol, TypeVar

from DIRAC import gConfig, gLogger
from DIRAC.ConfigurationSystem.Client.Helpers.Operations import Operations
from DIRAC.ConfigurationSystem.Client.PathFinder import getAgentSection, getServiceSection


class Dataclass(Protocol):
    """Any dataclass."""

    __dataclass_fields__: ClassVar[dict[str, dataclasses.Field[Any]]]


Settings = TypeVar("Settings", bound=Dataclass)
Getter = Callable[[str, Any], Any]
"""``getter(name, default)`` returns an option's value as text, number or default."""

#: The section of options that hold for all services.
SHARED = "/Systems/WorkloadManagement/PilotLogging"

_UNITS = {"mb", "gb"}
_log = gLogger.getSubLogger("PilotLogging")


def option_name(field: str) -> str:
    """Return the option's name of a field."""
    return "".join(word.upper() if word in _UNITS else word.capitalize() for word in field.split("_"))


def fill(settings: type[Settings], getter: Getter) -> Settings:
    """Return settings with the options that are set. A value that is negative or no number is logged and not used."""
    values = {}
    for field in dataclasses.fields(settings):
        kind = float if field.type == "float" else type(field.default)  # 48 hours are written as an int
        value = _number(getter(option_name(field.name), None), kind, option_name(field.name))
        if value is not None:
            values[field.name] = value
    return settings(**values)


def _number(value: Any, kind: type, name: str) -> Any:
    if value in (None, ""):
        return None
    try:
        number = kind(value)
    except (TypeError, ValueError):
        number = -1
    if number < 0:
        _log.error("Not a number, the default is used", f"{name} = {value}")
        return None
    return number


def section(path: str) -> Getter:
    """Return a getter of options in one section."""
    return lambda name, default: gConfig.getValue(f"{path}/{name}", default)


def service(full_name: str) -> Getter:
    """Return a getter of options of a service, ``<System>/<Service>``."""
    return section(getServiceSection(full_name))


def agent(full_name: str) -> Getter:
    """Return a getter of options of an agent, ``<System>/<Agent>``."""
    return section(getAgentSection(full_name))


def operations(vo: str, folder: str = "PilotLogging") -> Getter:
    """Return a getter of options in ``Operations/<vo>/<folder>``, with DIRAC's rules of inheritance."""
    helper = Operations(vo=vo)
    return lambda name, default: helper.getValue(f"{folder}/{name}", default)
