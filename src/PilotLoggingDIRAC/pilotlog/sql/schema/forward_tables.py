"""The tables of forwarding, beside those of ``tables``."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, Table

from .columns import OPTIONS, BigKey, Payload, Time, metadata, name, text

#: Outside systems that logs are sent to.
destinations = Table(
    "PilotLogDestinations",
    metadata,
    Column("Name", name(32), primary_key=True),
    Column("BeganAt", Time, nullable=False),
    Column("CaughtUpAt", Time),
    Column("SentAt", Time),
    Column("FailingSince", Time),
    Column("Error", text(255), nullable=False, server_default=""),
    Column("Records", BigInteger, nullable=False, server_default="0"),
    Column("Rejected", BigInteger, nullable=False, server_default="0"),
    Column("Reason", text(255), nullable=False, server_default=""),
    **OPTIONS,
)

#: How far each log was sent to each destination: see ``forward.cursor``.
forwards = Table(
    "PilotLogForwards",
    metadata,
    Column("Destination", name(32), primary_key=True),
    Column("LogID", BigKey, ForeignKey("PilotLogs.LogID", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("Sequence", Integer, nullable=False, server_default="0"),
    Column("Offset", Integer, nullable=False, server_default="0"),
    Column("NextSequence", Integer, nullable=False, server_default="0"),
    Column("Line", Integer, nullable=False, server_default="0"),
    Column("Piece", Integer, nullable=False, server_default="0"),
    Column("Phase", name(100), nullable=False, server_default=""),
    Column("Time", Time),
    Column("State", name(16), nullable=False, server_default=""),
    Column("Cause", name(64), nullable=False, server_default=""),
    Column("LeaseOwner", name(64), nullable=False, server_default=""),
    Column("LeaseUntil", Time),
    Column("Parcel", BigInteger),
    Index("IX_Log", "LogID"),
    **OPTIONS,
)

#: What was sent in transactions and is not settled: see ``forward.parcel``. A sender has one at most.
parcels = Table(
    "PilotLogParcels",
    metadata,
    Column("Destination", name(32), primary_key=True),
    Column("Sender", name(255), primary_key=True),
    Column("Number", BigInteger, nullable=False),
    Column("Moves", Payload, nullable=False),
    **OPTIONS,
)

#: Requests to send logs again, and how far each is: see ``forward.replay``.
replays = Table(
    "PilotLogReplays",
    metadata,
    Column("ReplayID", BigKey, primary_key=True, autoincrement=True),
    Column("Destination", name(32), nullable=False),
    Column("Selection", Payload, nullable=False),
    Column("RequestedAt", Time, nullable=False),
    Column("RequestedBy", text(255), nullable=False, server_default=""),
    Column("State", name(16), nullable=False),
    Column("AfterLog", BigInteger, nullable=False, server_default="0"),
    Column("LastLog", BigInteger, nullable=False),
    Column("Selected", BigInteger, nullable=False, server_default="0"),
    Column("Logs", BigInteger, nullable=False, server_default="0"),
    Column("Records", BigInteger, nullable=False, server_default="0"),
    Column("Rejected", BigInteger, nullable=False, server_default="0"),
    Column("Unreadable", BigInteger, nullable=False, server_default="0"),
    Column("Reason", text(255), nullable=False, server_default=""),
    Column("Error", text(255), nullable=False, server_default=""),
    Column("EndedAt", Time),
    Column("LeaseOwner", name(64), nullable=False, server_default=""),
    Column("LeaseUntil", Time),
    Index("IX_Destination", "Destination", "State"),
    **OPTIONS,
)
