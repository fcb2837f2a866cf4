"""Standings of recipients of notices, and the agents that share them. On sqlite."""

from tests.notices_contract import NoticesContract


class TestSqliteNotices(NoticesContract):
    """See ``notices_contract``."""
