"""Outcomes of pilots as conditions on the columns of their logs: what ``outcome`` tells of one log."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, and_, case, or_

from ...errors import InvalidInput
from ...model import Outcome, Selection, State
from ...outcome import FINAL_STATUSES, GOOD_CODES, KILLED_STATUSES
from ..schema.tables import logs

#: States of a log that is not received any more.
ENDED = tuple(state for state in State if state not in (State.RECEIVING, State.DELETED))

_FINAL, _KILLED, _GOOD = sorted(FINAL_STATUSES), sorted(KILLED_STATUSES), sorted(GOOD_CODES)
_RECEIVED = logs.c.State == State.RECEIVING.value
_STATUS, _CODE = logs.c.PilotStatus, logs.c.ReturnCode
#: The log is received, and DIRAC says that its pilot has ended.
IS_DEAD = and_(_RECEIVED, _STATUS.in_(_FINAL))
_RUNS = and_(_RECEIVED, _STATUS.not_in(_FINAL))
_HAS_ENDED = or_(logs.c.State.in_([state.value for state in ENDED]), IS_DEAD)


def condition(wanted: Selection) -> ColumnElement[bool]:
    """Return the condition that a pilot had one of the outcomes of a selection. Raise InvalidInput if this can't be
    told, as nobody said when a pilot counts as silent.
    """
    if wanted.silent_before is None:
        raise InvalidInput("Outcomes can't be selected here")
    return or_(*(_condition(outcome, wanted.silent_before) for outcome in wanted.outcomes))


def _condition(outcome: Outcome, silent_before: datetime) -> ColumnElement[bool]:
    return {
        Outcome.RUNNING: and_(_RUNS, logs.c.LastSeen > silent_before),
        Outcome.SILENT: and_(_RUNS, logs.c.LastSeen <= silent_before),
        Outcome.SUCCEEDED: and_(_HAS_ENDED, _CODE.in_(_GOOD)),
        Outcome.FAILED: and_(_HAS_ENDED, others(_GOOD)),
        Outcome.KILLED: and_(_HAS_ENDED, _CODE.is_(None), _STATUS.in_(_KILLED)),
        Outcome.UNKNOWN: and_(_HAS_ENDED, _CODE.is_(None), _STATUS.not_in(_KILLED)),
    }[outcome]


def others(codes: list[str]) -> ColumnElement[bool]:
    """Return the condition that a pilot reported a code, and none of these."""
    return and_(_CODE.is_not(None), _CODE.not_in(codes))


def column(silent_before: datetime) -> ColumnElement[str]:
    """Return the outcome of a log as a value."""
    known = [
        (_condition(outcome, silent_before), outcome.value) for outcome in Outcome if outcome is not Outcome.UNKNOWN
    ]
    return case(*known, else_=Outcome.UNKNOWN.value)
