"""DIRAC's Registry as the CS has it now, and what follows from it: worked out once for each configuration."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import ParamSpec, TypeVar, cast

from DIRAC import gConfig
from DIRAC.ConfigurationSystem.Client.ConfigurationData import gConfigurationData
from DIRAC.Core.Utilities import List

_MAX_RESULTS = 1000
_Arguments = ParamSpec("_Arguments")
_Result = TypeVar("_Result")


def per_configuration(function: Callable[_Arguments, _Result]) -> Callable[_Arguments, _Result]:
    """Return the function with its last results remembered until this process's configuration changes.

    Arguments must be hashable, results are shared and must not be changed. DIRAC makes a new tree of options for each
    change, be it a refresh, a file or an option that is set; results of a call that began before belong to the old one.
    """
    known: tuple[object, Callable[_Arguments, _Result]] = (None, function)

    @functools.wraps(function)
    def call(*arguments: _Arguments.args, **named: _Arguments.kwargs) -> _Result:
        nonlocal known
        now = gConfigurationData.mergedCFG
        configuration, remembered = known
        if configuration is not now:
            remembered = cast(Callable[_Arguments, _Result], functools.lru_cache(_MAX_RESULTS)(function))
            known = (now, remembered)
        return remembered(*arguments, **named)

    return call


@per_configuration
def members(group: str) -> dict[str, None]:
    """Return the users in a group, in the Registry's order; a dictionary, as look-ups are many."""
    return dict.fromkeys(List.fromChar(gConfig.getValue(f"/Registry/Groups/{group}/Users", "")))
