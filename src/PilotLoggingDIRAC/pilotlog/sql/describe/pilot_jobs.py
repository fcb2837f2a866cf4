"""Jobs that pilots have taken, stored beside their logs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Select, delete, insert, select, tuple_

from ...model import Log, PilotJob, State
from ..connection.changes import change
from ..connection.engine import Transactions
from ..schema.locking import WRITERS_ORDER
from ..schema.tables import jobs, logs

_MAX_OWNER = 64


@dataclass(frozen=True, slots=True)
class SqlPilotJobs:
    """The stored jobs of pilots, for readers."""

    transactions: Transactions

    def of(self, ids: Iterable[int]) -> dict[int, tuple[PilotJob, ...]]:
        """Return the jobs of logs by the logs' ids, each log's in their order; logs without jobs are absent."""
        wanted = sorted(set(ids))
        return self.transactions.run(_of, wanted) if wanted else {}


def _of(connection: Connection, ids: Sequence[int]) -> dict[int, tuple[PilotJob, ...]]:
    found: dict[int, tuple[PilotJob, ...]] = {}
    for log_id, job, owner in connection.execute(select(jobs).where(jobs.c.LogID.in_(ids)).order_by(*jobs.primary_key)):
        found[log_id] = (*found.get(log_id, ()), PilotJob(job, owner))
    return found


def store(connection: Connection, taken: Sequence[tuple[Log, Sequence[PilotJob]]]) -> None:
    """Store the jobs of logs; a job that is there already gets its owner, if that is known now.

    Nothing is stored for logs that are not there, or were deleted on request. Only logs with news are locked, in the
    order in which their writers lock them: a log that is deleted meanwhile would keep its jobs and their owners.
    """
    before = _of(connection, [log.id for log, _ in taken]) if taken else {}
    news = [(log, new) for log, all_jobs in taken if (new := _news(all_jobs, before.get(log.id, ())))]
    if not news:
        return
    there = set(connection.execute(_locking([log for log, _ in news])).scalars())
    known = {(log_id, job.id) for log_id, all_jobs in before.items() for job in all_jobs}
    found = [_row(log.id, job) for log, new in news if log.id in there for job in new]
    change(connection, jobs, [row for row in found if (row["LogID"], row["JobID"]) in known])
    if unknown := [row for row in found if (row["LogID"], row["JobID"]) not in known]:
        connection.execute(insert(jobs), unknown)


def _locking(found: Sequence[Log]) -> Select[Any]:
    keys = [(log.pilot.vo, log.pilot.stamp) for log in found]
    mine = tuple_(logs.c["VO"], logs.c.PilotStamp).in_(keys)
    there = select(logs.c.LogID).where(mine, logs.c.Part > 0, logs.c.State != State.DELETED.value)
    ordered = there.order_by(*WRITERS_ORDER).with_for_update(read=True)
    return ordered.with_hint(logs, "FORCE INDEX (UK_Log)", "mysql")


def _news(taken: Sequence[PilotJob], before: Sequence[PilotJob]) -> list[PilotJob]:
    """Return the jobs that are not known, or whose owner is known only now."""
    known = {job.id: job.owner for job in before}
    return [job for job in taken if job.id not in known or job.owner[:_MAX_OWNER] not in ("", known[job.id])]


def _row(log_id: int, job: PilotJob) -> dict[str, int | str]:
    return {"LogID": log_id, "JobID": job.id, "Owner": job.owner[:_MAX_OWNER]}


def forget(connection: Connection, ids: Sequence[int]) -> None:
    """Delete the jobs of logs."""
    connection.execute(delete(jobs).where(jobs.c.LogID.in_(ids)))
