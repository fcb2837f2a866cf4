"""Diagnoses of logs: what is due, leases, what is stored and deleted. On sqlite."""

from tests.diagnoses_contract import DiagnosesContract


class TestSqliteDiagnoses(DiagnosesContract):
    """See ``diagnoses_contract``."""
