"""Diagnoses of logs: what is due, leases, what is stored and deleted. On sqlite."""

from sqlalchemy import delete, event

from PilotLoggingDIRAC.pilotlog.sql.schema.tables import diagnoses
from tests.diagnoses_contract import ODD, Agents, DiagnosesContract


class TestSqliteDiagnoses(DiagnosesContract):
    """See ``diagnoses_contract``."""


def test_a_group_whose_example_is_deleted_while_it_is_read_has_none(transactions, clock):
    agents = Agents(transactions, clock)
    agents.fail(text=ODD % 1)
    agents.diagnose()

    def delete_after_counting(connection, cursor, statement, parameters, context, executemany):
        if "count(" in statement:
            connection.execute(delete(diagnoses))

    event.listen(transactions.engine, "after_cursor_execute", delete_after_counting)
    (group,) = agents.unknown()
    assert (group.logs, group.example) == (1, "")
    assert agents.unknown() == []
