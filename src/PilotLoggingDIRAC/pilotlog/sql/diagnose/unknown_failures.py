"""Groups of failures that no rule knows: the template of their lines, and who has them.

A group has a row of its own; that a log belongs to it stands in the log's diagnosis, so that numbers, sites and times
are always those of the logs that are there.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Subquery, and_, delete, func, insert, select, true, update

from ...access import Scope
from ...diagnose.causes.templates import nearest, parsed
from ...diagnosed import UnknownFailure
from ...errors import InvalidInput
from ...model import Log, Selection
from ...read.outputs import lines_before
from ..read.conditions import matching
from ..schema import rows
from ..schema.tables import diagnoses, logs, unknown_failures

#: Templates that one is compared with; those of one key are few.
_MOST_OF_LEAF = 200
_MOST_GROUPS = 1000
_MOST_LOGS = 200_000
_MOST_SITES = 10
_MOST_PAIRS = 10_000
#: Stamp and line, where the log was deleted while the groups were read.
_NO_EXAMPLE = ("", 0)
_OF_LOG = diagnoses.c.LogID == logs.c.LogID
_KEY = (logs.c.VO, diagnoses.c.Fingerprint)


def note(connection: Connection, log: Log, text: str, most: int) -> str:
    """Note a failed log whose telling line has a template, and return the fingerprint of its group.

    A VO has at most ``most`` groups: a new one takes the place of the one that was seen longest ago. Empty for a log
    without such a line, and where there is to be no group.
    """
    wanted = parsed(text)
    if not wanted.words or most < 1:
        return ""
    of_leaf = and_(_of_vo(log.pilot.vo), unknown_failures.c.Leaf == wanted.leaf)
    statement = select(unknown_failures).where(of_leaf).order_by(unknown_failures.c.LastSeen.desc())
    found = {parsed(row.Template): row for row in connection.execute(statement.limit(_MOST_OF_LEAF))}
    near = nearest(wanted, found)
    if near is None:
        _make_room(connection, log.pilot.vo, most)
        values = {"Leaf": wanted.leaf, "Template": wanted.text, "FirstSeen": log.first_seen, "LastSeen": log.last_seen}
        _insert(connection, log.pilot.vo, wanted.fingerprint, values)
        return wanted.fingerprint
    _join(connection, found[near], near.joined(wanted).text, log)
    return str(found[near].Fingerprint)


def forget(connection: Connection, ids: Sequence[int]) -> None:
    """Delete the groups that have no logs but these, before the diagnoses of these are deleted."""
    member = and_(diagnoses.c.LogID.in_(ids), diagnoses.c.Fingerprint != "")
    statement = select(*_KEY).join_from(diagnoses, logs, _OF_LOG).where(member).distinct()
    for vo, fingerprint in connection.execute(statement).all():
        others = and_(vo == logs.c.VO, diagnoses.c.Fingerprint == fingerprint, diagnoses.c.LogID.not_in(ids))
        if connection.execute(select(logs.c.LogID).join(diagnoses, _OF_LOG).where(others).limit(1)).first() is None:
            connection.execute(delete(unknown_failures).where(_of_group(vo, fingerprint)))


def groups(connection: Connection, scope: Scope, wanted: Selection, fingerprint: str) -> list[UnknownFailure]:
    """Return the groups of the selected logs in the scope; see ``SqlDiagnoses.unknown``."""
    if wanted.since is None:
        raise InvalidInput("Groups are of a time: FromDate is missing")
    chosen = _chosen(scope, wanted, fingerprint)
    keys, number = (chosen.c.VO, chosen.c.Fingerprint), func.count().label("Logs")
    figures = (number, func.max(chosen.c.LastSeen).label("LastSeen"), func.max(chosen.c.LogID).label("Example"))
    statement = select(*keys, *figures).group_by(*keys).order_by(number.desc(), *keys)
    found = connection.execute(statement.limit(_MOST_GROUPS)).all()
    known = _known(connection, {row.Fingerprint for row in found})
    sites, examples = _sites(connection, chosen), _examples(connection, scope, [row.Example for row in found])
    return [
        _group(row, known[key], sites.get(key, ()), examples.get(row.Example, _NO_EXAMPLE))
        for row in found
        if (key := (row.VO, row.Fingerprint)) in known
    ]


def is_old(connection: Connection, vo: str, fingerprint: str, before: datetime) -> bool:
    """Return whether a VO's group has a log from before a time; see ``SqlDiagnoses.is_old``."""
    member = and_(diagnoses.c.Fingerprint == fingerprint, diagnoses.c.LastSeen < before, logs.c["VO"] == vo)
    statement = select(diagnoses.c.LogID).join(logs, _OF_LOG).where(member)
    return connection.execute(statement.limit(1)).first() is not None


def _group(row: Any, known: Any, sites: tuple[str, ...], example: tuple[str, int]) -> UnknownFailure:
    return UnknownFailure(
        row.VO, row.Fingerprint, known.Template, row.Logs, sites, known.FirstSeen, row.LastSeen, *example
    )


def _chosen(scope: Scope, wanted: Selection, fingerprint: str) -> Subquery:
    """Return the logs with a fingerprint that are counted: those heard of last."""
    which = diagnoses.c.Fingerprint == fingerprint if fingerprint else diagnoses.c.Fingerprint != ""
    until = true() if wanted.until is None else diagnoses.c.LastSeen <= wanted.until
    columns = (logs.c.LogID, logs.c.VO, logs.c.Site, diagnoses.c.Fingerprint, diagnoses.c.LastSeen)
    statement = select(*columns).join_from(diagnoses, logs, _OF_LOG)
    statement = statement.where(which, diagnoses.c.LastSeen >= wanted.since, until, matching(scope, wanted))
    return statement.order_by(diagnoses.c.LastSeen.desc()).limit(_MOST_LOGS).subquery()


def _known(connection: Connection, fingerprints: Iterable[str]) -> dict[tuple[str, str], Any]:
    of_these = unknown_failures.c.Fingerprint.in_(sorted(fingerprints))
    return {(row.VO, row.Fingerprint): row for row in connection.execute(select(unknown_failures).where(of_these))}


def _sites(connection: Connection, chosen: Subquery) -> dict[tuple[str, str], tuple[str, ...]]:
    """Return the sites of each group, the one with most logs first."""
    keys = (chosen.c.VO, chosen.c.Fingerprint, chosen.c.Site)
    statement = select(*keys).group_by(*keys)
    found: dict[tuple[str, str], tuple[str, ...]] = {}
    for vo, fingerprint, site in connection.execute(statement.order_by(func.count().desc(), *keys).limit(_MOST_PAIRS)):
        sites = found.setdefault((vo, fingerprint), ())
        if site and len(sites) < _MOST_SITES:
            found[vo, fingerprint] = (*sites, site)
    return found


def _examples(connection: Connection, scope: Scope, ids: Sequence[int]) -> dict[int, tuple[str, int]]:
    """Return the stamp of logs and the line that tells most, in what is shown of the log; 0 if its text is lost."""
    statement = rows.select_logs(diagnoses.c.TellingLine).join(diagnoses, _OF_LOG).where(logs.c.LogID.in_(ids))
    found = [(rows.to_log(row), row.TellingLine) for row in connection.execute(statement)]
    parts = _parts(connection, scope, {log.pilot.stamp for log, _ in found if log.part > 0})
    before = lines_before([log for log, _ in found], parts)
    return {log.id: (log.pilot.stamp, before[log.id] + line if log.id in before else 0) for log, line in found}


def _parts(connection: Connection, scope: Scope, stamps: Collection[str]) -> list[Log]:
    """Return all parts in the scope of the logs with these stamps."""
    if not stamps:
        return []
    statement = rows.select_logs().where(logs.c.PilotStamp.in_(sorted(stamps)), matching(scope, Selection()))
    return [rows.to_log(row) for row in connection.execute(statement.order_by(logs.c.Part))]


def _make_room(connection: Connection, vo: str, most: int) -> None:
    oldest = select(unknown_failures.c.Fingerprint).where(_of_vo(vo)).order_by(unknown_failures.c.LastSeen.desc())
    for (fingerprint,) in connection.execute(oldest.limit(_MOST_GROUPS).offset(most - 1)).all():
        connection.execute(delete(unknown_failures).where(_of_group(vo, fingerprint)))


def _insert(connection: Connection, vo: str, fingerprint: str, values: dict[str, Any]) -> None:
    """Insert a group. It begins anew if its template has changed so much that its own first line no longer fits."""
    connection.execute(delete(unknown_failures).where(_of_group(vo, fingerprint)))
    connection.execute(insert(unknown_failures).values(VO=vo, Fingerprint=fingerprint, **values))


def _join(connection: Connection, row: Any, text: str, log: Log) -> None:
    values = {
        "Template": text,
        "FirstSeen": min(row.FirstSeen, log.first_seen),
        "LastSeen": max(row.LastSeen, log.last_seen),
    }
    if any(getattr(row, name) != value for name, value in values.items()):
        connection.execute(update(unknown_failures).where(_of_group(row.VO, row.Fingerprint)).values(values))


def _of_vo(vo: str) -> ColumnElement[bool]:
    return unknown_failures.c["VO"] == vo


def _of_group(vo: str, fingerprint: str) -> ColumnElement[bool]:
    return and_(_of_vo(vo), unknown_failures.c.Fingerprint == fingerprint)
