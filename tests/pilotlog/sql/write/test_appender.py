"""The contract of every store, on sqlite."""

from tests.store_contract import StoreContract


class TestSqliteStore(StoreContract):
    """See ``store_contract``."""
