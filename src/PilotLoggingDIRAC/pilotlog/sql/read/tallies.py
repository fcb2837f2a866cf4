"""Numbers of logs by site, CE, outcome and cause, in spans of time; and diagnoses of the newest logs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

import zstandard
from sqlalchemy import ColumnElement, Connection, Subquery, case, func, literal_column, select

from ...access import Scope
from ...model import Outcome, Selection
from ...page.figures import Span
from ...page.tallies import Tally
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
) -> list[Tally]:
    """Return the numbers of matching logs in the scope, of the ``most`` heard of last in each span.

    One statement counts all spans if they have few logs; spans that have many are counted one by one.
    """
    chosen = partial(_chosen, scope, silent_before=silent_before)
    whole = replace(wanted, since=spans[0][0], until=spans[-1][1] - _MOMENT)
    found = _counted(connection, chosen(whole, _place(spans), most))
    if sum(tally.logs for tally in found) < most:
        return found
    return [
        tally
        for place, (since, end) in enumerate(spans)
        for tally in _counted(
            connection, chosen(replace(wanted, since=since, until=end - _MOMENT), literal_column(str(place)), most)
        )
    ]


def _place(spans: Sequence[Span]) -> ColumnElement[int]:
    """Return the place of the span in which a log was heard of last, as a column."""
    last = literal_column(str(len(spans) - 1))
    bounds = [(logs.c.LastSeen < end, literal_column(str(place))) for place, (_, end) in enumerate(spans[:-1])]
    return case(*bounds, else_=last) if bounds else last


def _counted(connection: Connection, chosen: Subquery) -> list[Tally]:
    keys = (chosen.c.Span, chosen.c.Site, chosen.c.CE, chosen.c.Outcome, chosen.c.Cause)
    told = (func.max(chosen.c.Name), func.max(chosen.c.Party), func.count())
    rows = connection.execute(select(*keys, *told).group_by(*keys).order_by(*keys))
    return [
        Tally(span, site, ce, Outcome(outcome), cause, name, party, number)
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
