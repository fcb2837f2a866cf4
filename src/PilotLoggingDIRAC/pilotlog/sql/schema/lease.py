"""The columns of leases, which several tables have: who works on what a row tells of, and until when that is sure."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Table, or_

#: The values of a row that nobody leases.
FREE: dict[str, Any] = {"LeaseOwner": "", "LeaseUntil": None}


def is_free(table: Table, now: datetime) -> ColumnElement[bool]:
    """Return the condition that nobody leases a row of the table."""
    return or_(table.c.LeaseUntil.is_(None), table.c.LeaseUntil <= now)
