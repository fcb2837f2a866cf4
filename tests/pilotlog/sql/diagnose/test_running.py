"""Diagnoses of running pilots: what is read, stored, and gives way to those of ended logs. On sqlite."""

from tests.running_contract import RunningContract


class TestSqliteRunning(RunningContract):
    """See ``running_contract``."""
