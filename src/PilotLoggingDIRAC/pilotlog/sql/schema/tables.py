"""The tables. ``PilotLoggingDB.sql`` has the same tables for DIRAC's installer; a test compares the two.

Names compare binary; times are UTC with microseconds; sizes are bytes.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    UniqueConstraint,
)
from sqlalchemy.dialects import mysql, sqlite

from ..connection.hex_blob import HexBlob

metadata = MetaData()

_OPTIONS: dict[str, Any] = {"mysql_engine": "InnoDB", "mysql_charset": "utf8mb4"}
_BigKey = BigInteger().with_variant(mysql.BIGINT(unsigned=True), "mysql").with_variant(sqlite.INTEGER(), "sqlite")
_Time = DateTime().with_variant(mysql.DATETIME(fsp=6), "mysql")
_Payload = LargeBinary().with_variant(HexBlob(), "mysql")


def _name(length: int) -> String:
    """Return the type of ASCII text that compares binary."""
    return String(length).with_variant(mysql.VARCHAR(length, charset="ascii", collation="ascii_bin"), "mysql")


def _text(length: int) -> String:
    """Return the type of any text that compares binary."""
    return String(length).with_variant(mysql.VARCHAR(length, charset="utf8mb4", collation="utf8mb4_bin"), "mysql")


#: The order of lists, and the columns that their conditions need: counting reads the index alone.
_ALSO = ("LogID", "State", "ReturnCode")

logs = Table(
    "PilotLogs",
    metadata,
    Column("LogID", _BigKey, primary_key=True, autoincrement=True),
    Column("VO", _name(64), nullable=False),
    Column("PilotStamp", _name(64), nullable=False),
    Column("Part", Integer, nullable=False, server_default="1"),
    Column("State", _name(16), nullable=False),
    Column("FirstSeen", _Time, nullable=False),
    Column("LastSeen", _Time, nullable=False),
    Column("NumberOfLines", BigInteger, nullable=False, server_default="0"),
    Column("NumberOfBytes", BigInteger, nullable=False, server_default="0"),
    Column("NextSequence", Integer, nullable=False, server_default="0"),
    Column("Resend", LargeBinary(255).with_variant(mysql.VARBINARY(255), "mysql"), nullable=False),
    Column("ReturnCode", _name(64)),
    Column("PilotReference", _text(255), nullable=False, server_default=""),
    Column("Site", _text(128), nullable=False, server_default=""),
    Column("CE", _text(128), nullable=False, server_default=""),
    Column("Generation", Integer, nullable=False, server_default="0"),
    Column("VerifiedAt", _Time),
    Column("LeaseOwner", _name(64), nullable=False, server_default=""),
    Column("LeaseUntil", _Time),
    Column("Attempts", Integer, nullable=False, server_default="0"),
    Column("RetryAfter", _Time),
    Column("LastError", _text(512), nullable=False, server_default=""),
    Column("Carry", LargeBinary(1024).with_variant(mysql.VARBINARY(1024), "mysql")),
    Column("DroppedBytes", BigInteger, nullable=False, server_default="0"),
    Column("Sender", _name(64), nullable=False, server_default=""),
    Column("ManySenders", Integer, nullable=False, server_default="0"),
    Column("Answers", LargeBinary(255).with_variant(mysql.VARBINARY(255), "mysql")),
    Column("MissingBytes", BigInteger, nullable=False, server_default="0"),
    Column("ReturnCodes", _name(255)),
    Column("Senders", _name(255)),
    Column("PilotStatus", _name(32), nullable=False, server_default=""),
    Column("Host", _text(128), nullable=False, server_default=""),
    UniqueConstraint("VO", "PilotStamp", "Part", name="UK_Log"),
    Index("IX_State_LastSeen", "State", "LastSeen"),
    Index("IX_Seen", "LastSeen", *_ALSO),
    Index("IX_VO_Seen", "VO", "LastSeen", *_ALSO),
    Index("IX_Site_Seen", "Site", "LastSeen", *_ALSO, "VO"),
    Index("IX_CE_Seen", "CE", "LastSeen", *_ALSO, "VO"),
    Index("IX_VO_State", "VO", "State", "ReturnCode"),
    Index("IX_Site_State", "Site", "State", "ReturnCode", "PilotStatus", "VO"),
    Index("IX_Outcome", "ReturnCode", "State", "PilotStatus"),
    Index("IX_Host", "Host"),
    Index("IX_Missing", "MissingBytes"),
    Index("IX_LastError", "LastError", mysql_length={"LastError": 16}),
    Index("IX_Reference", "PilotReference"),
    Index("IX_Stamp", "PilotStamp"),
    **_OPTIONS,
)

batches = Table(
    "PilotLogBatches",
    metadata,
    Column("LogID", _BigKey, ForeignKey("PilotLogs.LogID"), primary_key=True, autoincrement=False),
    Column("Sequence", Integer, primary_key=True, autoincrement=False),
    Column("Received", _Time, nullable=False),
    Column("NumberOfLines", Integer, nullable=False),
    Column("NumberOfBytes", Integer, nullable=False),
    Column("Sender", _name(64), nullable=False, server_default=""),
    Column("Payload", _Payload, nullable=False),
    **_OPTIONS,
)

#: Dictionaries that payloads are packed with from a moment on, by the numbers that frames tell. None is ever deleted.
dictionaries = Table(
    "PilotLogDictionaries",
    metadata,
    Column("DictionaryID", BigInteger, primary_key=True, autoincrement=False),
    Column("UsedFrom", _Time, nullable=False),
    Column("Content", _Payload, nullable=False),
    **_OPTIONS,
)

files = Table(
    "PilotLogFiles",
    metadata,
    Column("LogID", _BigKey, ForeignKey("PilotLogs.LogID"), primary_key=True, autoincrement=False),
    Column("Generation", Integer, primary_key=True, autoincrement=False),
    Column("NextSequence", Integer, nullable=False),
    Column("SE", _text(128), nullable=False),
    Column("LFN", _text(255), nullable=False),
    Column("GUID", _name(36), nullable=False),
    Column("Size", BigInteger, nullable=False),
    Column("Checksum", _name(8), nullable=False),
    Column("RecordedAt", _Time, nullable=False),
    Column("VerifiedAt", _Time),
    Column("CheckedAt", _Time),
    Column("Problem", _text(255), nullable=False, server_default=""),
    Index("IX_Checked", "CheckedAt"),
    Index("IX_Problem", "Problem", mysql_length={"Problem": 16}),
    **_OPTIONS,
)

#: Why pilots failed. ``Running``: the diagnosis was made while the log was received, 1 of a pilot that ran, 2 of one
#: that had ended, as DIRAC said. Of an older agent, too, a log's diagnosis goes with its row.
diagnoses = Table(
    "PilotLogDiagnoses",
    metadata,
    Column("LogID", _BigKey, ForeignKey("PilotLogs.LogID", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("NextSequence", Integer, nullable=False, server_default="0"),
    Column("LastSeen", _Time),
    Column("DiagnosedAt", _Time),
    Column("Rules", _name(16), nullable=False, server_default=""),
    Column("Cause", _name(64), nullable=False, server_default=""),
    Column("Name", _text(128), nullable=False, server_default=""),
    Column("Party", _name(16), nullable=False, server_default=""),
    Column("Line", Integer, nullable=False, server_default="0"),
    Column("Hint", _text(512), nullable=False, server_default=""),
    Column("Details", _Payload),
    Column("Problem", _text(255), nullable=False, server_default=""),
    Column("Again", Integer, nullable=False, server_default="0"),
    Column("Attempts", Integer, nullable=False, server_default="0"),
    Column("LeaseOwner", _name(64), nullable=False, server_default=""),
    Column("LeaseUntil", _Time),
    Column("Fingerprint", _name(32), nullable=False, server_default=""),
    Column("TellingLine", Integer, nullable=False, server_default="0"),
    Column("Phase", _name(64), nullable=False, server_default=""),
    Column("Running", Integer, nullable=False, server_default="0"),
    Index("IX_Again", "Again", "LogID"),
    Index("IX_Cause", "Cause", "LastSeen", "LogID"),
    Index("IX_Diagnosed", "LastSeen", "Cause", "Party", "LogID"),
    Index("IX_Fingerprint", "Fingerprint", "LastSeen", "LogID"),
    **_OPTIONS,
)

#: Failures that no rule knows: the template of the lines of each group. Which logs have it stands in their diagnoses.
unknown_failures = Table(
    "PilotUnknownFailures",
    metadata,
    Column("VO", _name(64), primary_key=True),
    Column("Fingerprint", _name(32), primary_key=True),
    Column("Leaf", _name(16), nullable=False),
    Column("Template", _text(512), nullable=False),
    Column("FirstSeen", _Time, nullable=False),
    Column("LastSeen", _Time, nullable=False),
    Index("IX_Leaf", "VO", "Leaf"),
    Index("IX_GroupSeen", "VO", "LastSeen"),
    **_OPTIONS,
)

#: Logs whose description may still change, with the number of the pilot's row in PilotAgentsDB, 0 for an unknown pilot.
unsettled = Table(
    "PilotLogUnsettled",
    metadata,
    Column("LogID", _BigKey, ForeignKey("PilotLogs.LogID", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("PilotID", BigInteger, nullable=False, server_default="0"),
    Index("IX_Pilot", "PilotID", "LogID"),
    **_OPTIONS,
)

#: Jobs that pilots have taken.
jobs = Table(
    "PilotLogJobs",
    metadata,
    Column("LogID", _BigKey, ForeignKey("PilotLogs.LogID", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("JobID", BigInteger, primary_key=True, autoincrement=False),
    Column("Owner", _text(64), nullable=False, server_default=""),
    Index("IX_Job", "JobID"),
    Index("IX_Owner", "Owner", "LogID"),
    **_OPTIONS,
)

#: Works that one component at a time does for all: by whom, and until when that is sure.
duties = Table(
    "Duties",
    metadata,
    Column("Name", _name(32), primary_key=True),
    Column("Owner", _name(64), nullable=False),
    Column("Until", _Time, nullable=False),
    **_OPTIONS,
)

#: What each recipient of notices was told, and what there is to tell.
notices = Table(
    "PilotLogNotices",
    metadata,
    Column("VO", _name(64), primary_key=True),
    Column("Name", _name(64), primary_key=True),
    Column("Recipient", _text(255), primary_key=True),
    Column("Version", BigInteger, nullable=False),
    Column("LookedAt", _Time, nullable=False),
    Column("Standing", _Payload, nullable=False),
    Column("SentAt", _Time),
    Column("Number", BigInteger, nullable=False, server_default="0"),
    Column("Attempts", Integer, nullable=False, server_default="0"),
    Column("RetryAfter", _Time),
    Column("LeaseOwner", _name(64), nullable=False, server_default=""),
    Column("LeaseUntil", _Time),
    Column("LastError", _text(255), nullable=False, server_default=""),
    Index("IX_LookedAt", "LookedAt"),
    **_OPTIONS,
)

#: Output that a CE gave and that DIRAC's own table can't hold.
ce_outputs = Table(
    "PilotCEOutputs",
    metadata,
    Column("OutputID", _BigKey, primary_key=True, autoincrement=True),
    Column("VO", _name(64), nullable=False),
    Column("PilotReference", _text(255), nullable=False),
    Column("FetchedAt", _Time, nullable=False),
    Column("Final", Integer, nullable=False),
    Column("Complete", Integer, nullable=False),
    Column("Doubtful", Integer, nullable=False),
    Column("StdOutput", _Payload, nullable=False),
    Column("StdError", _Payload, nullable=False),
    UniqueConstraint("VO", "PilotReference", name="UK_Output"),
    Index("IX_FetchedAt", "FetchedAt"),
    **_OPTIONS,
)

epochs = Table(
    "WriterEpochs",
    metadata,
    Column("Epoch", _name(32), primary_key=True),
    Column("LastNumber", BigInteger, nullable=False),
    Column("Draining", Integer, nullable=False, server_default="0"),
    Column("LastCommit", _Time, nullable=False),
    **_OPTIONS,
)

identity = Table(
    "DatabaseIdentity",
    metadata,
    Column("Number", Integer, primary_key=True, autoincrement=False),
    Column("Name", _name(32), nullable=False),
    Column("MadeAt", _Time, nullable=False),
    **_OPTIONS,
)

migrations = Table(
    "SchemaMigrations",
    metadata,
    Column("Version", Integer, primary_key=True, autoincrement=False),
    Column("Name", _name(64), nullable=False),
    Column("AppliedAt", _Time, nullable=False),
    **_OPTIONS,
)
