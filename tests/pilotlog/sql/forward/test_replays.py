"""Replays on sqlite."""

from tests.replay_contract import ReplayContract


class TestSqliteReplays(ReplayContract):
    """See ``replay_contract``."""
