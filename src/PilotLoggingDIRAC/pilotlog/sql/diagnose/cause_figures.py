"""Figures of the causes of failures: how many logs have which, by site, CE, VO, cause and party."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Subquery, and_, case, func, select

from ...access import Scope
from ...diagnosed import CauseFigures
from ...errors import InvalidInput
from ...model import Selection, State
from ..read.conditions import matching
from ..schema.tables import diagnoses, logs

#: A question about this many logs takes about a second.
_MOST_LOGS = 200_000
_MOST_GROUPS = 1000
_RECEIVING = State.RECEIVING.value
_COLUMNS: dict[str, ColumnElement[Any]] = {
    "Site": logs.c.Site,
    "CE": logs.c.CE,
    "VO": logs.c.VO,
    "Cause": diagnoses.c.Cause,
    "Party": diagnoses.c.Party,
}


def figures(connection: Connection, scope: Scope, wanted: Selection, by: Sequence[str]) -> CauseFigures:
    """Return the figures of the selected logs in the scope; see ``SqlDiagnoses.summary``."""
    if wanted.since is None:
        raise InvalidInput("Figures are of a time: FromDate is missing")
    of_time = diagnoses.c.LastSeen >= wanted.since
    if wanted.until is not None:
        of_time = and_(of_time, diagnoses.c.LastSeen <= wanted.until)
    chosen = _chosen(scope, wanted, of_time, by)
    keys = [chosen.c[name] for name in by]
    told = [func.max(chosen.c.CauseName).label("CauseName")] if "Cause" in by else []
    ended = func.sum(case((chosen.c.Ended, 1), else_=0)).label("Logs")
    failed = func.sum(case((and_(chosen.c.Ended, chosen.c.Code != ""), 1), else_=0)).label("Failed")
    running = func.sum(case((chosen.c.Ended, 0), else_=1)).label("Running")
    statement = select(*keys, *told, ended, failed, running).group_by(*keys).order_by(func.count().desc(), *keys)
    found = [_group(row) for row in connection.execute(statement.limit(_MOST_GROUPS + 1))]
    counted = sum(group["Logs"] + group["Running"] for group in found)
    more = counted >= _MOST_LOGS or len(found) > _MOST_GROUPS
    return CauseFigures(found[:_MOST_GROUPS], sum(group["Logs"] for group in found), more)


def _group(row: Any) -> dict[str, Any]:
    """Return a group with its numbers; a sum is a decimal number in MySQL."""
    return dict(row._mapping) | {name: int(row._mapping[name]) for name in ("Logs", "Failed", "Running")}


def _chosen(scope: Scope, wanted: Selection, of_time: ColumnElement[bool], by: Sequence[str]) -> Subquery:
    """Return the logs that are counted: those heard of last."""
    named = [_COLUMNS[name].label(name) for name in by]
    more = [diagnoses.c.Name.label("CauseName")] if "Cause" in by else []
    return (
        select(*named, *more, diagnoses.c.Cause.label("Code"), (logs.c.State != _RECEIVING).label("Ended"))
        .join_from(diagnoses, logs, diagnoses.c.LogID == logs.c.LogID)
        .where(of_time, matching(scope, wanted))
        .order_by(diagnoses.c.LastSeen.desc())
        .limit(_MOST_LOGS)
        .subquery()
    )
