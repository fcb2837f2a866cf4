"""Figures of the causes of failures: how many logs have which, by site, CE, VO, cause and party."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Subquery, and_, func, select

from ...access import Scope
from ...diagnosed import CauseFigures
from ...errors import InvalidInput
from ...model import Selection
from ..read.conditions import matching
from ..schema.tables import diagnoses, logs

#: A question takes about a second for so many logs.
_MOST_LOGS = 200_000
_MOST_GROUPS = 1000
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
    number, failed = func.count().label("Logs"), func.count(func.nullif(chosen.c.Code, "")).label("Failed")
    statement = select(*keys, *told, number, failed).group_by(*keys).order_by(number.desc(), *keys)
    found = [dict(row._mapping) for row in connection.execute(statement.limit(_MOST_GROUPS + 1))]
    total = sum(group["Logs"] for group in found)
    return CauseFigures(found[:_MOST_GROUPS], total, total >= _MOST_LOGS or len(found) > _MOST_GROUPS)


def _chosen(scope: Scope, wanted: Selection, of_time: ColumnElement[bool], by: Sequence[str]) -> Subquery:
    """Return the logs that are counted: those heard of last."""
    named = [_COLUMNS[name].label(name) for name in by]
    more = [diagnoses.c.Name.label("CauseName")] if "Cause" in by else []
    return (
        select(*named, *more, diagnoses.c.Cause.label("Code"))
        .join_from(diagnoses, logs, diagnoses.c.LogID == logs.c.LogID)
        .where(of_time, matching(scope, wanted))
        .order_by(diagnoses.c.LastSeen.desc())
        .limit(_MOST_LOGS)
        .subquery()
    )
