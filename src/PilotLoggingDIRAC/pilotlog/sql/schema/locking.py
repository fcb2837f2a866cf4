"""Locks on the rows of logs that pilots write to: in which order they are taken, and how many at a time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from .tables import logs

Item = TypeVar("Item")

#: The order in which writers lock the rows of logs; whoever locks several of them does it so, too.
WRITERS_ORDER = (logs.c["VO"], logs.c.PilotStamp, logs.c.Part)
#: Logs of one transaction that changes logs which are received, or refers to them, so that no writer waits for long.
LOGS_PER_STEP = 50


def steps(items: Sequence[Item]) -> list[Sequence[Item]]:
    """Return the items, in their order, in pieces for a transaction each."""
    return [items[start : start + LOGS_PER_STEP] for start in range(0, len(items), LOGS_PER_STEP)]
