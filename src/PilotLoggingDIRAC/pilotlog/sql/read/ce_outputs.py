"""Output that computing elements gave, of pilots by reference, for a while."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

import zstandard
from sqlalchemy import ColumnElement, Connection, delete, insert, select

from ...model import Output
from ...ports import Clock
from ..connection.engine import Transactions
from ..schema.tables import ce_outputs

#: How long DIRAC itself keeps what it knows of a pilot.
_RETAINED = timedelta(days=30)
_LEVEL = 3


@dataclass(frozen=True, slots=True)
class SqlCEOutputs:
    """The outputs; each step is a transaction. Those older than 30 days are removed when another one is stored, and by
    the agent; others with the log of their pilot.
    """

    transactions: Transactions
    clock: Clock

    def get(self, vo: str, reference: str) -> Output | None:
        """Return the output of the pilot with exactly this reference; None without any. Raise StoreUnavailable."""
        return self.transactions.run(_get, vo, reference)

    def put(self, vo: str, reference: str, found: Output) -> None:
        """Store an output in place of the one before. Raise StoreUnavailable, StoreRefused."""
        pack = zstandard.ZstdCompressor(level=_LEVEL).compress
        texts = [pack(text.encode("utf-8", "backslashreplace")) for text in (found.stdout, found.stderr)]
        self.transactions.run(self._put, vo, reference, texts, found)

    def _put(self, connection: Connection, vo: str, reference: str, texts: list[bytes], found: Output) -> None:
        now = self.clock()
        forget_old(connection, now)
        connection.execute(delete(ce_outputs).where(_of(vo, reference)))
        row = {"VO": vo, "PilotReference": reference, "FetchedAt": now, "StdOutput": texts[0], "StdError": texts[1]}
        marks = {"Final": found.final, "Complete": found.complete, "Doubtful": found.doubtful}
        connection.execute(insert(ce_outputs).values(row | {name: int(mark) for name, mark in marks.items()}))


def forget(connection: Connection, pilots: Iterable[tuple[str, str]]) -> None:
    """Delete the outputs of pilots, (VO, reference) each; a blank reference is nobody's."""
    by_vo: dict[str, list[str]] = {}
    for vo, reference in sorted(set(pilots)):
        if reference.strip():
            by_vo.setdefault(vo, []).append(reference)
    for vo, references in by_vo.items():
        of_them = ce_outputs.c.VO.in_([vo]) & ce_outputs.c.PilotReference.in_(references)
        connection.execute(delete(ce_outputs).where(of_them))


def forget_old(connection: Connection, now: datetime) -> int:
    """Delete outputs that were fetched too long ago, and return their number."""
    return connection.execute(delete(ce_outputs).where(ce_outputs.c.FetchedAt < now - _RETAINED)).rowcount


def _of(vo: str, reference: str) -> ColumnElement[bool]:
    return ce_outputs.c.VO.in_([vo]) & ce_outputs.c.PilotReference.in_([reference])


def _get(connection: Connection, vo: str, reference: str) -> Output | None:
    row = connection.execute(select(ce_outputs).where(_of(vo, reference))).first()
    if row is None:
        return None
    stdout, stderr = (zstandard.decompress(text).decode() for text in (row.StdOutput, row.StdError))
    return Output(stdout, stderr, final=bool(row.Final), complete=bool(row.Complete), doubtful=bool(row.Doubtful))
