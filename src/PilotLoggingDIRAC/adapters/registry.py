"""DIRAC's Registry: the users of a group as the CS has them now."""

from __future__ import annotations

import functools

from DIRAC import gConfig
from DIRAC.Core.Utilities import List


def members(group: str) -> dict[str, None]:
    """Return the users in a group, in the Registry's order; a dictionary, as look-ups are many."""
    return _split(gConfig.getValue(f"/Registry/Groups/{group}/Users", ""))


@functools.lru_cache(maxsize=256)
def _split(users: str) -> dict[str, None]:
    """Return the users in an option's value; large groups have thousands, so values are split once."""
    return dict.fromkeys(List.fromChar(users))
