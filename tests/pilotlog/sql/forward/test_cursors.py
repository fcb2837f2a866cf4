"""Cursors of logs at destinations, and the agents that share them. On sqlite."""

from tests.forward_contract import ForwardContract


class TestSqliteForwarding(ForwardContract):
    """See ``forward_contract``."""
