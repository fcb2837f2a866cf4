"""DIRAC's Registry: the users of a group as they are now."""

from __future__ import annotations

import functools

from DIRAC import gConfig
from DIRAC.Core.Utilities import List


def members(group: str) -> dict[str, None]:
    """The users in a group, in the Registry's order, as it is now."""
    return _split(gConfig.getValue(f"/Registry/Groups/{group}/Users", ""))


@functools.lru_cache(maxsize=256)
def _split(users: str) -> dict[str, None]:
    """Large groups have thousands, and DIRAC takes the list apart each time that it is asked for."""
    return dict.fromkeys(List.fromChar(users))
