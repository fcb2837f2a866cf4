"""The agent's steps on the store: what is due, leases, marks, what may be deleted. On sqlite."""

from tests.custody_contract import CustodyContract


class TestSqliteCustody(CustodyContract):
    """See ``custody_contract``."""
