"""Numbers of logs by site, CE, outcome and cause, in spans of time; and diagnoses of the newest logs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import zstandard
from sqlalchemy import ColumnElement, Connection, Integer, Subquery, case, func, literal_column, select

from ...access import Scope
from ...model import Outcome, Selection
from ...page.figures import Span
from ...page.tallies import LogTally
from ..schema.tables import diagnoses, logs
from . import outcomes
from .conditions import matching
from .log_list import BY_TIME

_OF_LOG = diagnoses.c.LogID == logs.c.LogID
_MOMENT = timedelta(microseconds=1)


def tallies(
    connection: Connection,
    scope: Scope,
    wanted: Selection,
    spans: Sequence[Span],
    most: int,
    silent_before: datetime,
) -> list[LogTally]:
    """Return the numbers of matching logs in the scope, of the ``most`` heard of last in each span.

    One statement counts all spans if they have few logs; spans that have many are counted one by one.
    """

    def chosen(of: Sequence[Span], place: ColumnElement[int]) -> Subquery:
        of_time = replace(wanted, since=of[0][0], until=of[-1][1] - _MOMENT)
        return _chosen(scope, of_time, place, most, silent_before)

    found = _counted(connection, chosen(spans, _place(spans)))
    if sum(tally.logs for tally in found) < most:
        return found
    one_by_one = (chosen([span], _number(place)) for place, span in enumerate(spans))
    return [tally for of_span in one_by_one for tally in _counted(connection, of_span)]


def _number(place: int) -> ColumnElement[int]:
    return literal_column(str(place), Integer)


def _place(spans: Sequence[Span]) -> ColumnElement[int]:
    """Return the place of the span in which a log was heard of last, as a column."""
    bounds = [(logs.c.LastSeen < end, _number(place)) for place, (_, end) in enumerate(spans[:-1])]
    return case(*bounds, else_=_number(len(spans) - 1)) if bounds else _number(0)


def _counted(connection: Connection, chosen: Subquery) -> list[LogTally]:
    keys = (chosen.c.Span, chosen.c.Site, chosen.c.CE, chosen.c.Outcome, chosen.c.Cause)
    told = (func.max(chosen.c.Name), func.max(chosen.c.Party), func.count())
    rows = connection.execute(select(*keys, *told).group_by(*keys).order_by(*keys))
    return [
        LogTally(span, site, ce, Outcome(outcome), cause, name, party, number)
        for span, site, ce, outcome, cause, name, party, number in rows
    ]


def _chosen(scope: Scope, wanted: Selection, place: ColumnElement[int], most: int, silent_before: datetime) -> Subquery:
    """Return the logs that are counted: those heard of last, with their span, outcome and cause."""
    ce = logs.c.CE if wanted.sites else literal_column("''")
    told = (func.coalesce(diagnoses.c[name], "").label(name) for name in ("Cause", "Name", "Party"))
    outcome = outcomes.column(silent_before)
    return (
        select(place.label("Span"), logs.c.Site, ce.label("CE"), outcome.label("Outcome"), *told)
        .select_from(logs.outerjoin(diagnoses, _OF_LOG))
        .where(matching(scope, wanted))
        .with_hint(logs, BY_TIME, "mysql")
        .order_by(logs.c.LastSeen.desc())
        .limit(most)
        .subquery()
    )


def details(connection: Connection, scope: Scope, wanted: Selection, most: int) -> list[str]:
    """Return the JSON of the diagnoses of the ``most`` matching logs in the scope that were heard of last."""
    newest = select(logs.c.LogID).where(matching(scope, wanted)).with_hint(logs, BY_TIME, "mysql")
    ids = connection.execute(newest.order_by(logs.c.LastSeen.desc()).limit(most)).scalars().all()
    statement = select(diagnoses.c.Details).where(diagnoses.c.LogID.in_(ids), diagnoses.c.Details.is_not(None))
    return [zstandard.decompress(packed).decode() for packed in connection.execute(statement).scalars()]
