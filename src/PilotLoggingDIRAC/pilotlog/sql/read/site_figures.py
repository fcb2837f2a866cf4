"""Figures of pilots by site and outcome, and whether anything was heard of a place."""

from __future__ import annotations

from sqlalchemy import Connection, func, select

from ...access import Scope
from ...errors import InvalidInput
from ...model import Outcome, Selection
from ..schema.tables import logs
from .conditions import matching
from .log_list import BY_TIME
from .outcomes import column


def by_site(connection: Connection, scope: Scope, wanted: Selection, most: int) -> dict[tuple[str, Outcome], int]:
    """Return the number of selected logs in the scope by site and outcome; see ``SqlReader.by_site``."""
    if wanted.since is None or wanted.silent_before is None:
        raise InvalidInput("Figures of sites are of a time, and need one before which a pilot is silent")
    columns = (logs.c.Site, column(wanted.silent_before).label("Outcome"))
    newest = select(*columns).where(matching(scope, wanted)).order_by(logs.c.LastSeen.desc()).limit(most)
    found = newest.with_hint(logs, BY_TIME, "mysql").subquery()
    statement = select(found.c.Site, found.c.Outcome, func.count()).group_by(found.c.Site, found.c.Outcome)
    return {(site, Outcome(outcome)): number for site, outcome, number in connection.execute(statement)}


def is_heard(connection: Connection, scope: Scope, wanted: Selection) -> bool:
    """Return whether there is a selected log in the scope; see ``SqlReader.is_heard``."""
    if wanted.since is None:
        raise InvalidInput("Nobody can say since when")
    newest = select(logs.c.LogID).where(matching(scope, wanted)).order_by(logs.c.LastSeen.desc()).limit(1)
    return connection.execute(newest.with_hint(logs, BY_TIME, "mysql")).first() is not None
