"""Options of the CS as settings: a field's option has its name in CamelCase (``max_bytes`` → ``MaxBytes``)."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable, Sequence
from typing import Any, ClassVar, Protocol, TypeVar

from DIRAC import gConfig, gLogger
from DIRAC.ConfigurationSystem.Client.Helpers.CSGlobals import getVO
from DIRAC.ConfigurationSystem.Client.Helpers.Operations import Operations
from DIRAC.ConfigurationSystem.Client.PathFinder import getAgentSection, getServiceSection

from PilotLoggingDIRAC.pilotlog.admin import option_rules
from PilotLoggingDIRAC.pilotlog.admin.option_rules import BadValue


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
    """Return settings with the options that are set. A bad value is logged, once, and the default is used."""
    values, problems = _read(settings, getter)
    for name, problem in problems.items():
        _complain(_path(getter, name), problem)
    return settings(**values)


def problems(settings: type[Settings], getter: Getter) -> dict[str, str]:
    """Return what is wrong with the options of settings, by their names."""
    return _read(settings, getter)[1]


def _read(settings: type[Settings], getter: Getter) -> tuple[dict[str, Any], dict[str, str]]:
    """Return the values that are set and can be used, by field, and what is wrong with the others, by option."""
    values, wrong = {}, {}
    for field in dataclasses.fields(settings):
        name, value = option_name(field.name), getter(option_name(field.name), None)
        if value in (None, ""):
            continue
        kind = float if field.type == "float" else type(field.default)  # 48 hours are written as an int
        try:
            values[field.name] = option_rules.number(value, kind, field.name)
        except BadValue as error:
            wrong[name] = f"{error}: {value}; the default counts, {field.default}"
    return values, wrong


@functools.lru_cache(maxsize=1000)
def _complain(path: str, problem: str) -> None:
    """Log a problem of an option once, though options may be read in each cycle."""
    _log.error("An option can't be used", f"{path}: {problem}")


def _path(getter: Getter, name: str) -> str:
    """Return an option's path, or its name alone if its getter is of no section."""
    return getter.path(name) if isinstance(getter, SectionOptions) else name


@dataclasses.dataclass(frozen=True, slots=True)
class SectionOptions:
    """A getter of options that knows their sections: an option of the first one hides that of the next one."""

    sections: Sequence[str]
    value: Getter

    def __call__(self, name: str, default: Any) -> Any:
        return self.value(name, default)

    def path(self, name: str) -> str:
        """Return the path of an option that is set."""
        paths = [f"{section}/{name}" for section in self.sections]
        return next((path for path in paths if gConfig.getValue(path, None) is not None), paths[-1])


def section(path: str) -> Getter:
    """Return a getter of options in one section."""
    return SectionOptions([path], lambda name, default: gConfig.getValue(f"{path}/{name}", default))


def service(full_name: str) -> Getter:
    """Return a getter of options of a service, ``<System>/<Service>``."""
    return section(getServiceSection(full_name))


def agent(full_name: str) -> Getter:
    """Return a getter of options of an agent, ``<System>/<Agent>``."""
    return section(getAgentSection(full_name))


def operations(vo: str, folder: str = "PilotLogging") -> Getter:
    """Return a getter of options in ``Operations/<vo>/<folder>``, with DIRAC's rules of inheritance."""
    helper = Operations(vo=vo)
    sections = [f"/Operations/{owner}/{folder}" for owner in (getVO() or vo, "Defaults")]  # as the helper does
    return SectionOptions(sections, lambda name, default: helper.getValue(f"{folder}/{name}", default))
