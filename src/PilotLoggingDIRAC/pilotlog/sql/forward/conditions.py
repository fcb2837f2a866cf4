"""Conditions on logs and their cursors."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, or_, select

from ...forward.cursor import WALKED, WantedLogs
from ...model import State
from ..schema.forward_tables import forwards
from ..schema.lease import is_free
from ..schema.tables import diagnoses, logs

#: The states of logs whose text is in the store.
STATES = [state.value for state in WALKED]


def waiting(wanted: WantedLogs, now: datetime) -> Select[tuple[int, datetime]]:
    """Return a select (id, time heard of) of free logs that have something to send to a destination."""
    begun = and_(forwards.c.LogID.is_not(None), is_free(forwards, now), _has_more())
    new = and_(forwards.c.LogID.is_(None), logs.c.LastSeen >= wanted.began)
    return _logs(wanted).where(or_(begun, new))


def leased(wanted: WantedLogs, now: datetime) -> Select[tuple[int, datetime]]:
    """Return a select (id, time heard of) of logs that have something to send to a destination and are leased.

    Logs come first: no optimizer shall begin with all cursors of the destination.
    """
    return _logs(wanted).where(forwards.c.LeaseUntil > now, _has_more()).prefix_with("STRAIGHT_JOIN", dialect="mysql")


def _logs(wanted: WantedLogs) -> Select[tuple[int, datetime]]:
    of_destination = and_(forwards.c.LogID == logs.c.LogID, forwards.c.Destination == wanted.destination)
    statement = select(logs.c.LogID, logs.c.LastSeen).select_from(logs).outerjoin(forwards, of_destination)
    statement = statement.outerjoin(diagnoses, diagnoses.c.LogID == logs.c.LogID)
    return statement.where(logs.c.VO.in_(wanted.vos), logs.c.State.in_(STATES))


def _has_more() -> ColumnElement[bool]:
    other_text = or_(forwards.c.NextSequence != logs.c.NextSequence, forwards.c.State != logs.c.State)
    may_be_told = or_(diagnoses.c.Running != 0, logs.c.State != State.RECEIVING.value)
    other_cause = and_(diagnoses.c.Cause != "", diagnoses.c.Cause != forwards.c.Cause, may_be_told)
    return or_(other_text, other_cause)


def is_sent() -> ColumnElement[bool]:
    """Return the condition that a cursor has nothing more of its log to send."""
    return and_(forwards.c.NextSequence == logs.c.NextSequence, forwards.c.State == logs.c.State)
