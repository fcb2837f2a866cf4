"""Jobs that pilots have taken, stored beside their logs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, delete, insert, select, update

from ...model import PilotJob, State
from ..connection.engine import Transactions
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


def store(connection: Connection, taken: Mapping[int, Sequence[PilotJob]]) -> None:
    """Store jobs by the ids of their logs; a job that is there already gets its owner, if that is known now.

    Nothing is stored for logs that are not there, or were deleted on request.
    """
    if not taken:
        return
    there = select(logs.c.LogID).where(logs.c.LogID.in_(list(taken)), logs.c.State != State.DELETED.value)
    there = there.with_for_update(read=True)  # a log that is deleted meanwhile would keep its jobs and their owners
    before = _of(connection, list(taken))
    new = []
    for log_id in connection.execute(there).scalars():
        known = {job.id: job.owner for job in before.get(log_id, ())}
        new += [_row(log_id, job) for job in taken[log_id] if job.id not in known]
        for job in taken[log_id]:
            if job.owner and known.get(job.id, job.owner) != job.owner:
                mine = (jobs.c.LogID == log_id, jobs.c.JobID == job.id)
                connection.execute(update(jobs).where(*mine).values(Owner=job.owner[:_MAX_OWNER]))
    if new:
        connection.execute(insert(jobs), new)


def _row(log_id: int, job: PilotJob) -> dict[str, int | str]:
    return {"LogID": log_id, "JobID": job.id, "Owner": job.owner[:_MAX_OWNER]}


def forget(connection: Connection, ids: Sequence[int]) -> None:
    """Delete the jobs of logs."""
    connection.execute(delete(jobs).where(jobs.c.LogID.in_(ids)))
