"""Bundles of logs: recorded, and their members marked, all in one transaction each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, func, insert, select, update

from ...archive.bundles.custody import Bundle, MakeFile, Packed
from ...archive.custody import Claim
from ...errors import LeaseLost
from ...ports import Clock
from ...stored_file import Member
from ..connection.engine import Transactions
from ..schema import rows
from ..schema.file_tables import bundles, files
from ..schema.lease import FREE
from ..schema.locking import WRITERS_ORDER
from ..schema.tables import logs
from .leases import ARCHIVABLE, MAX_ERROR, archived_log, file_row, verified_copy
from .sealing import some


@dataclass(frozen=True)
class SqlBundling:
    """``BundledLogs`` on SQL."""

    transactions: Transactions
    clock: Clock

    def last_bundle(self, vo: str) -> datetime | None:
        """See ``BundledLogs.last_bundle``."""
        verified = and_(of_vo(vo), bundles.c.VerifiedAt.is_not(None), bundles.c.Replaces == 0)
        latest = select(bundles.c.RecordedAt).where(verified).order_by(bundles.c.RecordedAt.desc()).limit(1)
        found: datetime | None = self.transactions.run(_scalar, latest)
        return found

    def text_bytes(self, ids: Sequence[int]) -> int:
        """See ``BundledLogs.text_bytes``."""
        size = select(func.sum(logs.c.NumberOfBytes)).where(logs.c.LogID.in_(some(ids)))
        return int(self.transactions.run(_scalar, size) or 0)

    def next_generations(self, ids: Sequence[int]) -> dict[int, int]:
        """See ``BundledLogs.next_generations``."""
        return self.transactions.run(_next_generations, some(ids))

    def record_bundle(
        self, vo: str, packed: Sequence[Packed], name: MakeFile, until: datetime
    ) -> tuple[Bundle | None, set[int]]:
        """See ``BundledLogs.record_bundle``."""
        return self.transactions.run(_record, vo, some(packed), name, self.clock(), until)

    def bundle_archived(self, bundle: Bundle, owner: str) -> int:
        """See ``BundledLogs.bundle_archived``."""
        return self.transactions.run(_archived, bundle, owner, self.clock())

    def bundle_failed(self, bundle: Bundle, owner: str, error: str, retry_after: datetime) -> int:
        """See ``BundledLogs.bundle_failed``."""
        return self.transactions.run(_failed, bundle, owner, error, retry_after)


def of_vo(vo: str) -> ColumnElement[bool]:
    """Return the condition that a bundle is one of this VO. Raise InvalidInput without a VO."""
    some(vo)
    return bundles.c["VO"] == vo


def _scalar(connection: Connection, statement: Any) -> Any:
    return connection.execute(statement).scalar()


def _next_generations(connection: Connection, ids: Sequence[int]) -> dict[int, int]:
    highest = select(files.c.LogID, func.max(files.c.Generation)).where(files.c.LogID.in_(ids)).group_by(files.c.LogID)
    return dict.fromkeys(ids, 1) | {log_id: last + 1 for log_id, last in connection.execute(highest)}


def _record(
    connection: Connection, vo: str, packed: Sequence[Packed], name: MakeFile, now: datetime, until: datetime
) -> tuple[Bundle | None, set[int]]:
    lost = _lost(connection, packed)
    if lost:
        return None, lost
    bundle = record_file(connection, vo, name, now)
    connection.execute(insert(files), [_member_row(one, bundle, now) for one in packed])
    ids = [one.claim.log.id for one in packed]
    connection.execute(update(logs).where(logs.c.LogID.in_(ids)).values(LeaseUntil=until))
    return bundle, set()


def _member_row(one: Packed, bundle: Bundle, now: datetime) -> dict[str, Any]:
    member = Member(one.place.offset, one.place.size, one.place.crc, bundle.id)
    return file_row(one.claim.log, one.generation, replace(bundle.file, member=member), now)


def record_file(connection: Connection, vo: str, name: MakeFile, now: datetime, **values: Any) -> Bundle:
    """Record the file of a new bundle, whose name has the number that the database gives."""
    row = {"VO": vo, "RecordedAt": now} | rows.file_columns(name(0)) | {"LFN": "", "GUID": ""} | values
    [number] = connection.execute(insert(bundles).values(row)).inserted_primary_key or (0,)
    bundle = Bundle(number, name(number))
    named = update(bundles).where(bundles.c.BundleID == number)
    connection.execute(named.values(LFN=bundle.file.lfn, GUID=bundle.file.guid))
    return bundle


def is_bundle(bundle: Bundle) -> ColumnElement[bool]:
    """Return the condition that a row of ``PilotLogBundles`` is this bundle's, also in a database that was restored."""
    same = and_(bundles.c["LFN"] == bundle.file.lfn, bundles.c.Checksum == bundle.file.checksum)
    return and_(bundles.c.BundleID == bundle.id, same)


def _lost(connection: Connection, packed: Sequence[Packed]) -> set[int]:
    """Lock the logs, and return the ids of those that are not as they were claimed."""
    ids = [one.claim.log.id for one in packed]
    columns = (logs.c.LogID, logs.c.LeaseOwner, logs.c.NextSequence, logs.c.State)
    locked = select(*columns).where(logs.c.LogID.in_(ids)).order_by(*WRITERS_ORDER).with_for_update()
    found = {row.LogID: row for row in connection.execute(locked)}
    generations = _next_generations(connection, ids)
    return {
        one.claim.log.id
        for one in packed
        if not _is_held(found.get(one.claim.log.id), one.claim) or generations[one.claim.log.id] != one.generation
    }


def _is_held(row: Any, claim: Claim) -> bool:
    if row is None or row.State not in ARCHIVABLE:
        return False
    return bool(row.LeaseOwner == claim.owner and row.NextSequence == claim.log.next_sequence)


def _members(connection: Connection, bundle: Bundle) -> list[int]:
    """Return the ids of logs in a bundle: MariaDB before 11.1 reads all logs for a subquery in an UPDATE."""
    return list(connection.execute(select(files.c.LogID).where(files.c.BundleID == bundle.id)).scalars())


def _archived(connection: Connection, bundle: Bundle, owner: str, now: datetime) -> int:
    lock(connection, bundle)
    members = _members(connection, bundle)
    copy = and_(files.c.LogID == logs.c.LogID, files.c.BundleID == bundle.id)
    whole = and_(copy, files.c.NextSequence == logs.c.NextSequence)
    mine = and_(logs.c.LogID.in_(members), logs.c.LeaseOwner == owner)
    held = select(logs.c.LogID).join(files, whole).where(mine, logs.c.State.in_(ARCHIVABLE))
    ids = list(connection.execute(held.order_by(*WRITERS_ORDER).with_for_update()).scalars())
    generation = select(files.c.Generation).where(copy).scalar_subquery()
    done = archived_log(now) | {"Generation": generation}
    connection.execute(update(logs).where(logs.c.LogID.in_(ids)).values(done))
    connection.execute(update(files).where(files.c.BundleID == bundle.id).values(verified_copy(now)))
    connection.execute(update(bundles).where(is_bundle(bundle)).values(VerifiedAt=now))
    connection.execute(update(logs).where(mine).values(FREE))
    return len(ids)


def lock(connection: Connection, bundle: Bundle) -> Any:
    """Lock a bundle's row and return it. Raise LeaseLost when the bundle is retired, or not recorded any more."""
    row = connection.execute(select(bundles).where(is_bundle(bundle), bundles.c.Retired == 0).with_for_update()).first()
    if row is None:
        raise LeaseLost(f"The bundle {bundle.file.lfn} is not recorded any more")
    return row


def _failed(connection: Connection, bundle: Bundle, owner: str, error: str, retry_after: datetime) -> int:
    members = _members(connection, bundle)
    mine = and_(logs.c.LogID.in_(members), logs.c.LeaseOwner == owner, logs.c.State.in_(ARCHIVABLE))
    values = {"Attempts": logs.c.Attempts + 1, "LastError": error[:MAX_ERROR], "RetryAfter": retry_after}
    return connection.execute(update(logs).where(mine).values(values | FREE)).rowcount
