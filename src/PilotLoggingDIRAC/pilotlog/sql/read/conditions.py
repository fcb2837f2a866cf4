"""Selections of logs as conditions on columns, each for an index."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, false, func, or_, select, true

from ...access import Scope
from ...diagnosed import NO_CAUSE
from ...errors import InvalidInput
from ...model import CHECK_STAMP, Selection, State
from ...outcome import RUNNING
from ..schema.tables import diagnoses, jobs, logs
from . import outcomes

#: The condition that a log is not deleted; a deleted log's row may stay until its copies are removed. It is written so
#: that no optimizer uses the index of states: nearly all logs match, and the whole index would be read.
PRESENT = func.nullif(logs.c.State, State.DELETED.value).is_not(None)

#: Diagnoses beside those that a statement may join.
_OTHER = diagnoses.alias("OtherDiagnoses")
_MAX_BRANCHES = 8
_ENDED = [state.value for state in outcomes.ENDED]


def matching(scope: Scope, wanted: Selection) -> ColumnElement[bool]:
    """Return the condition that a log is not deleted, is in the scope, and matches the selection."""
    return and_(PRESENT, _in_scope(scope), *_matches(wanted))


def narrowing(wanted: Selection) -> ColumnElement[bool] | None:
    """Return the condition that a log matches the selection, None if that names nothing."""
    conditions = list(_matches(wanted))
    return and_(*conditions) if conditions else None


def branches(scope: Scope, wanted: Selection) -> list[ColumnElement[bool]]:
    """Return ``matching`` as several conditions, each for one index; a log may match more than one."""
    scopes, selections = [scope], _one_by_one(wanted)
    if not scope.everything and len(scope.sites) + bool(scope.vos) <= _MAX_BRANCHES:
        scopes = [Scope(sites=frozenset({site})) for site in sorted(scope.sites)]
        scopes += [Scope(vos=scope.vos)] if scope.vos or not scope.sites else []
    if len(scopes) * len(selections) > _MAX_BRANCHES:
        selections = [wanted]
    return [matching(part, one) for part in scopes for one in selections]


def _one_by_one(wanted: Selection) -> list[Selection]:
    """Return the same selection with one value each of the field that narrows it most, where it has a few."""
    if len(wanted.outcomes) > 1:
        return [part for outcome in wanted.outcomes for part in _one_by_one(replace(wanted, outcomes=(outcome,)))]
    both = wanted.incomplete or (wanted.outcomes and wanted.outcomes[0] not in RUNNING)
    if both and not wanted.dead and not wanted.states:
        return [replace(wanted, states=outcomes.ENDED), replace(wanted, dead=True)]
    for name in ("ces", "sites", "vos", "states"):
        if 1 < len(values := getattr(wanted, name)) <= _MAX_BRANCHES:
            changes: list[dict[str, Any]] = [{name: (value,)} for value in values]
            return [replace(wanted, **change) for change in changes]
    return [wanted]


def _in_scope(scope: Scope) -> ColumnElement[bool]:
    if scope.everything:
        return true()
    allowed: list[ColumnElement[bool]] = []
    if scope.vos:
        allowed.append(logs.c.VO.in_(sorted(scope.vos)))
    if scope.sites:
        allowed.append(and_(logs.c.Site.in_(sorted(scope.sites)), logs.c.Site != ""))
    return or_(*allowed) if allowed else false()


def _without_end(wanted: Selection) -> Iterator[ColumnElement[bool]]:
    """Yield the conditions for logs whose pilots ended without saying so, or have ended by DIRAC's word alone."""
    if wanted.incomplete:
        yield logs.c.ReturnCode.is_(None)
    if wanted.dead:
        yield outcomes.IS_DEAD
    elif wanted.incomplete:
        yield or_(logs.c.State.in_(_ENDED), outcomes.IS_DEAD)


def _of_jobs(wanted: Selection) -> Iterator[ColumnElement[bool]]:
    for column, values in ((jobs.c.JobID, wanted.jobs), (jobs.c.Owner, wanted.owners)):
        if values:
            yield logs.c.LogID.in_(select(jobs.c.LogID).where(column.in_(values)))


def _on_host(host: str) -> ColumnElement[bool]:
    """Return the condition that a host has this name, or begins with it if it has no domain."""
    whole = logs.c.Host == host
    return whole if "." in host else or_(whole, logs.c.Host.startswith(f"{host}.", autoescape=True))


def _matches(wanted: Selection) -> Iterator[ColumnElement[bool]]:
    if wanted.name:
        raise InvalidInput("Logs can't be selected by a part of a name here")
    yield from _with_values(wanted)
    yield from _of_jobs(wanted)
    if wanted.hosts:
        yield or_(*(_on_host(host) for host in wanted.hosts))
    if wanted.since is not None:
        yield logs.c.LastSeen >= wanted.since
    if wanted.until is not None:
        yield logs.c.LastSeen <= wanted.until
    yield from _without_end(wanted)
    if wanted.other_codes:
        yield outcomes.others(list(wanted.other_codes))
    if wanted.outcomes:
        yield outcomes.condition(wanted)
    if wanted.missing:
        yield logs.c.MissingBytes > 0
    if wanted.without_checks:
        yield logs.c.PilotStamp.not_like(f"{CHECK_STAMP}%")
    if wanted.last_error:
        yield logs.c.LastError >= "!"  # the first character that prints: few logs have an error, an index finds them
        yield func.lower(logs.c.LastError).contains(wanted.last_error.lower(), autoescape=True)


def _with_values(wanted: Selection) -> Iterator[ColumnElement[bool]]:
    columns = {
        logs.c.VO: wanted.vos,
        logs.c.PilotStamp: wanted.stamps,
        logs.c.PilotReference: wanted.references,
        logs.c.Site: wanted.sites,
        logs.c.CE: wanted.ces,
        logs.c.State: [state.value for state in wanted.states],
        logs.c.ReturnCode: wanted.return_codes,
    }
    for column, values in columns.items():
        if values:
            yield column.in_(values)
    if wanted.causes:
        yield or_(*_of_causes(wanted.causes))


def _of_causes(causes: Sequence[str]) -> Iterator[ColumnElement[bool]]:
    """Yield the conditions that a log has one of the causes, or none, if that is among them."""
    named = [cause for cause in causes if cause != NO_CAUSE]
    if named:
        yield logs.c.LogID.in_(select(diagnoses.c.LogID).where(diagnoses.c.Cause.in_(named)))
    if NO_CAUSE in causes:
        yield ~exists().where(_OTHER.c.LogID == logs.c.LogID, _OTHER.c.Cause != "")
