"""Bounded waits for what other processes bring about; one that ends in vain tells what was seen last.

An ``S_OK`` of ``sendMessage`` means database or spool: whoever reads afterwards waits for ``stored`` first.
"""

import sqlite3
from contextlib import closing

from .stack.processes import wait_until

#: Longer than anything takes beside busy neighbours; a test that fails waits this long, one that passes does not.
PATIENCE_SECONDS = 120
#: Where the collectors of a stack have their spools, those of processes that have died too.
_SPOOLS = ("dirac/work/*/*/spool/*.spool", "spool/*/*.spool")


def until(condition, seconds=PATIENCE_SECONDS, seen=lambda: "nothing"):
    """Return once the condition holds; the assertion that fails otherwise tells what ``seen()`` returns."""
    assert wait_until(condition, seconds), f"it did not come to pass within {seconds} s; last seen: {seen()!r}"


def stored(stack):
    """Return once all that was acknowledged is in the database."""
    until(lambda: spooled(stack) == 0, seen=lambda: f"{spooled(stack)} batches in spools")


def spooled(stack):
    """Return how many batches wait in the spools of a stack."""
    return sum(_batches(path) for pattern in _SPOOLS for path in stack.root.glob(pattern))


def _batches(path):
    try:
        with closing(sqlite3.connect(f"file:{path}?mode=rw", uri=True, timeout=10)) as spool:
            return spool.execute("SELECT COUNT(*) FROM Batches").fetchone()[0]
    except sqlite3.OperationalError:  # just begun, or gone meanwhile
        return int(path.exists())
