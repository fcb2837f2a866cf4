"""The tables of archived files: the copies of logs, and bundles, files that hold the copies of many.

A copy in a bundle has the bundle's place, size and checksum, and its own place in it; otherwise ``BundleID`` is 0.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, Table

from .columns import OPTIONS, BigKey, Time, metadata, name, text

#: ``CheckedAt`` is NULL once a copy that was not verified since ``RecordedAt`` was removed, at that time, and may still
#: come; and in rows of the first versions.
files = Table(
    "PilotLogFiles",
    metadata,
    Column("LogID", BigKey, ForeignKey("PilotLogs.LogID"), primary_key=True, autoincrement=False),
    Column("Generation", Integer, primary_key=True, autoincrement=False),
    Column("NextSequence", Integer, nullable=False),
    Column("SE", text(128), nullable=False),
    Column("LFN", text(255), nullable=False),
    Column("GUID", name(36), nullable=False),
    Column("Size", BigInteger, nullable=False),
    Column("Checksum", name(8), nullable=False),
    Column("RecordedAt", Time, nullable=False),
    Column("VerifiedAt", Time),
    Column("CheckedAt", Time),
    Column("Problem", text(255), nullable=False, server_default=""),
    Column("BundleID", BigInteger, nullable=False, server_default="0"),
    Column("MemberOffset", BigInteger, nullable=False, server_default="0"),
    Column("MemberSize", BigInteger, nullable=False, server_default="0"),
    Column("MemberCRC", BigInteger, nullable=False, server_default="0"),
    Index("IX_Checked", "CheckedAt"),
    Index("IX_Problem", "Problem", mysql_length={"Problem": 16}),
    Index("IX_Bundle", "BundleID", "LogID"),
    **OPTIONS,
)

#: ``RecordedAt``: of a retired one that was never verified, when it was retired.
#: ``Retired``: nothing is marked with it any more, and it is to be removed. ``Forgotten``: members have no rows any
#: more, though their copies are retained. ``Replaces``: the bundle that was rewritten, 0 for a new one.
bundles = Table(
    "PilotLogBundles",
    metadata,
    Column("BundleID", BigKey, primary_key=True, autoincrement=True),
    Column("VO", name(64), nullable=False),
    Column("SE", text(128), nullable=False),
    Column("LFN", text(255), nullable=False, server_default=""),
    Column("GUID", name(36), nullable=False, server_default=""),
    Column("Size", BigInteger, nullable=False),
    Column("Checksum", name(8), nullable=False),
    Column("RecordedAt", Time, nullable=False),
    Column("VerifiedAt", Time),
    Column("Replaces", BigInteger, nullable=False, server_default="0"),
    Column("Retired", Integer, nullable=False, server_default="0"),
    Column("Forgotten", Integer, nullable=False, server_default="0"),
    Index("IX_VO_Recorded", "VO", "RecordedAt"),
    Index("IX_VO_Retired", "VO", "Retired"),
    Index("IX_VO_Verified", "VO", "VerifiedAt"),
    **OPTIONS,
)
