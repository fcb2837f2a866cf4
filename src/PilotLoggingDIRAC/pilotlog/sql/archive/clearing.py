"""Bundles that are rewritten without the logs that were deleted, and bundles that nobody needs any more."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, bindparam, delete, exists, or_, select, update

from ...archive.bundles.custody import Bundle, MakeFile
from ...archive.custody import CopyKey
from ...archive.packing import copy_name
from ...errors import LeaseLost
from ...model import State
from ...ports import Clock
from ...stored_file import ByteRange
from ..connection.engine import Transactions
from ..schema import rows
from ..schema.file_tables import bundles, files
from ..schema.tables import logs
from .bundling import is_bundle, lock, of_vo, record_file
from .sealing import some

_OF_LOG = files.c.LogID == logs.c.LogID
_DELETED = logs.c.State == State.DELETED.value
#: Few logs are deleted: an optimizer may begin with all copies in bundles.
_BY_STATE = "FORCE INDEX (IX_VO_State)"
_NOTHING: Mapping[str, Any] = {}
#: Copies of deleted logs that one look takes.
_MAX_COPIES = 10_000


@dataclass(frozen=True)
class SqlClearing:
    """``ClearedBundles`` on SQL."""

    transactions: Transactions
    clock: Clock

    def bundles_with_deleted(
        self, vo: str, limit: int, without: Collection[str] = ()
    ) -> list[tuple[Bundle, dict[CopyKey, str]]]:
        """See ``ClearedBundles.bundles_with_deleted``."""
        return self.transactions.run(_with_deleted, some(vo), self.clock(), limit, without)

    def record_rewritten(self, bundle: Bundle, name: MakeFile) -> Bundle:
        """See ``ClearedBundles.record_rewritten``."""
        return self.transactions.run(_record, bundle, name, self.clock())

    def replace_bundle(self, old: Bundle, new: Bundle, places: Mapping[str, ByteRange]) -> None:
        """See ``ClearedBundles.replace_bundle``."""
        self.transactions.run(_replace, old, new, places, self.clock())

    def retire_bundle(self, bundle: Bundle) -> bool:
        """See ``ClearedBundles.retire_bundle``."""
        return self.transactions.run(_retire, and_(is_bundle(bundle), _unneeded(None)))

    def retire_dead(self, vo: str, recorded_before: datetime, limit: int) -> None:
        """See ``ClearedBundles.retire_dead``."""
        dead = and_(of_vo(vo), bundles.c.VerifiedAt.is_(None), bundles.c.RecordedAt <= recorded_before)
        found = select(bundles.c.BundleID).where(dead, bundles.c.Retired == 0).limit(limit)
        for number in self.transactions.run(_numbers, found):
            self.transactions.run(_retire, and_(bundles.c.BundleID == number, dead), {"RecordedAt": self.clock()})

    def retire_unneeded(self, vo: str, expired_before: datetime | None, after: int, limit: int) -> int:
        """See ``ClearedBundles.retire_unneeded``."""
        place = and_(of_vo(vo), bundles.c.Retired == 0, bundles.c.BundleID > after)
        looked_at = select(bundles.c.BundleID).where(place).order_by(bundles.c.BundleID).limit(limit)
        numbers = self.transactions.run(_numbers, looked_at)
        unneeded = and_(bundles.c.BundleID.in_(numbers), _unneeded(expired_before))
        for number in self.transactions.run(_numbers, select(bundles.c.BundleID).where(unneeded)):
            self.transactions.run(_retire, and_(bundles.c.BundleID == number, unneeded))
        return numbers[-1] if len(numbers) == limit else 0

    def retired_bundles(self, vo: str, after: int, limit: int, without: Collection[str] = ()) -> list[Bundle]:
        """See ``ClearedBundles.retired_bundles``."""
        behind = and_(of_vo(vo), bundles.c.Retired == 1, bundles.c.BundleID > after)
        retired = and_(behind, bundles.c.SE.not_in(sorted(without)))
        return self.transactions.run(_bundles, select(bundles).where(retired).order_by(bundles.c.BundleID).limit(limit))

    def forget_bundle(self, bundle: Bundle, before: datetime) -> bool:
        """See ``ClearedBundles.forget_bundle``."""
        return self.transactions.run(_forget, bundle, before)


def _bundles(connection: Connection, statement: Any) -> list[Bundle]:
    return [Bundle(row.BundleID, rows.file_of(row._mapping)) for row in connection.execute(statement)]


def _with_deleted(
    connection: Connection, vo: str, now: datetime, limit: int, without: Collection[str]
) -> list[tuple[Bundle, dict[CopyKey, str]]]:
    reachable = and_(files.c.BundleID != 0, files.c.SE.not_in(sorted(without)))
    due = and_(reachable, or_(logs.c.RetryAfter.is_(None), logs.c.RetryAfter <= now))
    columns = (files.c.BundleID, files.c.LogID, files.c.Generation, logs.c.PilotStamp, logs.c.Part)
    statement = select(*columns).select_from(logs).join(files, _OF_LOG).where(rows.of_vo(vo), _DELETED, due)
    statement = statement.with_hint(logs, _BY_STATE, "mysql").prefix_with("STRAIGHT_JOIN", dialect="mysql")
    names: dict[int, dict[CopyKey, str]] = {}
    for row in connection.execute(statement.order_by(files.c.BundleID).limit(_MAX_COPIES)):
        name = copy_name(row.PilotStamp, row.Part, row.Generation)
        names.setdefault(row.BundleID, {})[CopyKey(row.LogID, row.Generation)] = name
    verified = and_(bundles.c.BundleID.in_(names), bundles.c.VerifiedAt.is_not(None), bundles.c.Retired == 0)
    found = _bundles(connection, select(bundles).where(verified).order_by(bundles.c.BundleID).limit(limit))
    return [(bundle, names[bundle.id]) for bundle in found]


def _record(connection: Connection, bundle: Bundle, name: MakeFile, now: datetime) -> Bundle:
    row = lock(connection, bundle)
    return record_file(connection, row.VO, name, now, Replaces=bundle.id)


def _replace(connection: Connection, old: Bundle, new: Bundle, places: Mapping[str, ByteRange], now: datetime) -> None:
    forgotten, _ = lock(connection, old).Forgotten, lock(connection, new)
    columns = (files.c.LogID, files.c.Generation, logs.c.PilotStamp, logs.c.Part, logs.c.State)
    statement = select(*columns).join(logs, _OF_LOG).where(files.c.BundleID == old.id)
    members = {copy_name(row.PilotStamp, row.Part, row.Generation): row for row in connection.execute(statement)}
    if any(row.State != State.DELETED.value for name, row in members.items() if name not in places):
        raise LeaseLost(f"The bundle {old.file.lfn} has a member that its successor lacks")
    _move(connection, ((row, places[name]) for name, row in members.items() if name in places), new)
    connection.execute(delete(files).where(files.c.BundleID == old.id))
    connection.execute(update(bundles).where(is_bundle(new)).values(VerifiedAt=now, Forgotten=forgotten))
    connection.execute(update(bundles).where(is_bundle(old)).values(Retired=1))


def _move(connection: Connection, members: Iterable[tuple[Any, ByteRange]], bundle: Bundle) -> None:
    """Give members their places in another bundle."""
    values = {"BundleID": bundle.id, "MemberOffset": bindparam("at")} | rows.file_columns(bundle.file)
    moved = update(files).where(files.c.LogID == bindparam("log"), files.c.Generation == bindparam("number"))
    places = [{"log": row.LogID, "number": row.Generation, "at": place.offset} for row, place in members]
    if places:
        connection.execute(moved.values(values), places)


def _unneeded(expired_before: datetime | None) -> ColumnElement[bool]:
    """Return the condition that no log needs a verified bundle; what has members without rows is retained for ever."""
    current = and_(files.c.BundleID == bundles.c.BundleID, _OF_LOG, files.c.Generation == logs.c.Generation)
    needed = and_(current, ~_DELETED)
    if expired_before is not None:
        expired = and_(logs.c.State == State.PURGED.value, logs.c.VerifiedAt <= expired_before)
        needed = and_(needed, ~expired)
    settled = and_(bundles.c.Retired == 0, bundles.c.Forgotten == 0, bundles.c.VerifiedAt.is_not(None))
    return and_(settled, ~exists().where(needed))


def _numbers(connection: Connection, statement: Any) -> list[int]:
    return list(connection.execute(statement).scalars())


def _retire(connection: Connection, where: ColumnElement[bool], also: Mapping[str, Any] = _NOTHING) -> bool:
    """Lock the bundle, look again, and retire it: whoever marks logs with it locks it first, too."""
    numbers = connection.execute(select(bundles.c.BundleID).where(where).with_for_update()).scalars().all()
    for number in numbers:
        connection.execute(update(bundles).where(bundles.c.BundleID == number).values(Retired=1, **also))
        connection.execute(delete(files).where(files.c.BundleID == number))
    return bool(numbers)


def _forget(connection: Connection, bundle: Bundle, before: datetime) -> bool:
    settled = or_(bundles.c.VerifiedAt.is_not(None), bundles.c.RecordedAt <= before)
    return bool(connection.execute(delete(bundles).where(is_bundle(bundle), bundles.c.Retired != 0, settled)).rowcount)
