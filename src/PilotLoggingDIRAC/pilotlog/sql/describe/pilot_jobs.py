"""Jobs that pilots have taken, stored beside their logs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, delete, insert, select

from ...model import PilotJob, State
from ..connection.changes import change
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

    Nothing is stored for logs that are not there, or were deleted on request. Only logs with news are locked, as their
    writers wait meanwhile.
    """
    before = _of(connection, list(taken)) if taken else {}
    news = {log_id: new for log_id, all_jobs in taken.items() if (new := _news(all_jobs, before.get(log_id, ())))}
    if not news:
        return
    there = select(logs.c.LogID).where(logs.c.LogID.in_(list(news)), logs.c.State != State.DELETED.value)
    there = there.with_for_update(read=True)  # a log that is deleted meanwhile would keep its jobs and their owners
    found = [(log_id, job) for log_id in connection.execute(there).scalars() for job in news[log_id]]
    known = {(log_id, job.id) for log_id, all_jobs in before.items() for job in all_jobs}
    change(connection, jobs, [_row(*one) for one in found if (one[0], one[1].id) in known])
    if unknown := [_row(*one) for one in found if (one[0], one[1].id) not in known]:
        connection.execute(insert(jobs), unknown)


def _news(taken: Sequence[PilotJob], before: Sequence[PilotJob]) -> list[PilotJob]:
    """Return the jobs that are not known, or whose owner is known only now."""
    known = {job.id: job.owner for job in before}
    return [job for job in taken if job.id not in known or job.owner[:_MAX_OWNER] not in ("", known[job.id])]


def _row(log_id: int, job: PilotJob) -> dict[str, int | str]:
    return {"LogID": log_id, "JobID": job.id, "Owner": job.owner[:_MAX_OWNER]}


def forget(connection: Connection, ids: Sequence[int]) -> None:
    """Delete the jobs of logs."""
    connection.execute(delete(jobs).where(jobs.c.LogID.in_(ids)))
