"""The agent's steps on SQL, in one object."""

from __future__ import annotations

from ..ports import Clock
from .checks import SqlChecks
from .engine import Transactions
from .leases import SqlLeases
from .removal import SqlRemoval
from .retention import SqlRetention
from .sealing import SqlSealing


class SqlCustody(SqlSealing, SqlLeases, SqlRetention, SqlChecks, SqlRemoval):
    """A ``custody.Custody`` on SQL: works on MariaDB ≥ 10.6, MySQL 8, and sqlite in tests."""

    def __init__(self, transactions: Transactions, clock: Clock):
        SqlSealing.__init__(self, transactions)
        SqlLeases.__init__(self, transactions, clock)
        SqlRetention.__init__(self, transactions)
        SqlChecks.__init__(self, transactions, clock)
        SqlRemoval.__init__(self, transactions, clock)
