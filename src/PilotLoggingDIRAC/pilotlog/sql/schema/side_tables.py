"""The tables beside that of logs, whose rows go with their logs."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection

from ..describe import pilot_jobs, unsettled
from ..diagnose import diagnoses
from ..forward import cursors


def forget(connection: Connection, ids: Sequence[int]) -> None:
    """Delete the rows of these logs in the tables beside that of logs; the logs' own rows, texts and copies stay."""
    for table in (cursors, diagnoses, pilot_jobs, unsettled):
        table.forget(connection, ids)
