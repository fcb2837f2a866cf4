"""The dictionaries of a database: the package's own is stored before anything is packed with it."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection, insert, select

from ..tables import dictionaries, logs
from .dictionary import learn, standard

#: Processes of the version before can't read what is packed with a dictionary; within a day all are replaced.
UPGRADE = timedelta(days=1)


def store_standard(connection: Connection, now: datetime) -> datetime:
    """Store the dictionary that texts are packed with, unless it is there. Of two at a time one is run again.

    Return the moment from which it is used: at once in a database without logs, else a day after it was stored.
    """
    known = select(dictionaries.c.UsedFrom).where(dictionaries.c.DictionaryID == standard().number)
    moment: datetime | None = connection.execute(known).scalar()
    if moment is None:
        has_logs = connection.execute(select(logs.c.LogID).limit(1)).first() is not None
        moment = now + UPGRADE if has_logs else now
        row = {"DictionaryID": standard().number, "UsedFrom": moment, "Content": standard().content}
        connection.execute(insert(dictionaries).values(row))
    return moment


def learn_all(connection: Connection) -> None:
    """Learn the dictionaries that other versions of the package have stored."""
    for content in connection.execute(select(dictionaries.c.Content)).scalars():
        learn(content)
