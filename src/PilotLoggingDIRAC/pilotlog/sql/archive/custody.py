"""All steps of the agent on SQL, in one object."""

from __future__ import annotations

from dataclasses import dataclass

from .bundling import SqlBundling
from .checks import SqlChecks
from .clearing import SqlClearing
from .leases import SqlLeases
from .removal import SqlRemoval
from .retention import SqlRetention
from .sealing import SqlSealing


@dataclass(frozen=True)
class SqlCustody(SqlSealing, SqlLeases, SqlRetention, SqlChecks, SqlRemoval, SqlBundling, SqlClearing):
    """A ``custody.Custody`` on SQL, for MariaDB ≥ 10.6, MySQL 8, and sqlite in tests. ``transactions`` and ``clock``
    are fields of the bases, which have no slots: Python cannot combine several bases with slots.
    """
