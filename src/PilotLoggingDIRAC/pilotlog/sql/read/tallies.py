"""Numbers of logs by site, CE, outcome and cause, in spans of time; and diagnoses of the newest logs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import zstandard
from sqlalchemy import Connection, Subquery, func, literal, select

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
    """Return the numbers of matching logs in the scope, of the ``most`` heard of last in each span."""
    found: list[Tally] = []
    for place, (since, end) in enumerate(spans):
        of_span = replace(wanted, since=since, until=end - _MOMENT)
        chosen = _chosen(scope, of_span, most, silent_before)
        keys = (chosen.c.Site, chosen.c.CE, chosen.c.Outcome, chosen.c.Cause)
        told = (func.max(chosen.c.Name), func.max(chosen.c.Party), func.count())
        for site, ce, outcome, cause, name, party, number in connection.execute(select(*keys, *told).group_by(*keys)):
            found.append(Tally(place, site, ce, Outcome(outcome), cause, name, party, number))
    return found


def _chosen(scope: Scope, wanted: Selection, most: int, silent_before: datetime) -> Subquery:
    """Return the logs that are counted: those heard of last, with their outcome and cause."""
    ce = logs.c.CE if wanted.sites else literal("")
    told = (func.coalesce(diagnoses.c[name], "").label(name) for name in ("Cause", "Name", "Party"))
    return (
        select(logs.c.Site, ce.label("CE"), outcomes.column(silent_before).label("Outcome"), *told)
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
