"""The tables. ``PilotLoggingDB.sql`` has the same tables for DIRAC's installer; a test compares the two.

Names compare binary; times are UTC with microseconds; sizes are bytes.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, ForeignKey, Index, Integer, LargeBinary, Table, UniqueConstraint
from sqlalchemy.dialects import mysql

from .columns import OPTIONS, BigKey, Payload, Time, metadata, name, text

#: The order of lists, and the columns that their conditions need: counting reads only the index.
_ALSO = ("LogID", "State", "ReturnCode")

logs = Table(
    "PilotLogs",
    metadata,
    Column("LogID", BigKey, primary_key=True, autoincrement=True),
    Column("VO", name(64), nullable=False),
    Column("PilotStamp", name(64), nullable=False),
    Column("Part", Integer, nullable=False, server_default="1"),
    Column("State", name(16), nullable=False),
    Column("FirstSeen", Time, nullable=False),
    Column("LastSeen", Time, nullable=False),
    Column("NumberOfLines", BigInteger, nullable=False, server_default="0"),
    Column("NumberOfBytes", BigInteger, nullable=False, server_default="0"),
    Column("NextSequence", Integer, nullable=False, server_default="0"),
    Column("Resend", LargeBinary(255).with_variant(mysql.VARBINARY(255), "mysql"), nullable=False),
    Column("ReturnCode", name(64)),
    Column("PilotReference", text(255), nullable=False, server_default=""),
    Column("Site", text(128), nullable=False, server_default=""),
    Column("CE", text(128), nullable=False, server_default=""),
    Column("Generation", Integer, nullable=False, server_default="0"),
    Column("VerifiedAt", Time),
    Column("LeaseOwner", name(64), nullable=False, server_default=""),
    Column("LeaseUntil", Time),
    Column("Attempts", Integer, nullable=False, server_default="0"),
    Column("RetryAfter", Time),
    Column("LastError", text(512), nullable=False, server_default=""),
    Column("Carry", LargeBinary(1024).with_variant(mysql.VARBINARY(1024), "mysql")),
    Column("DroppedBytes", BigInteger, nullable=False, server_default="0"),
    Column("Sender", name(64), nullable=False, server_default=""),
    Column("ManySenders", Integer, nullable=False, server_default="0"),
    Column("Answers", LargeBinary(255).with_variant(mysql.VARBINARY(255), "mysql")),
    Column("MissingBytes", BigInteger, nullable=False, server_default="0"),
    Column("ReturnCodes", name(255)),
    Column("Senders", name(255)),
    Column("PilotStatus", name(32), nullable=False, server_default=""),
    Column("Host", text(128), nullable=False, server_default=""),
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
    **OPTIONS,
)

batches = Table(
    "PilotLogBatches",
    metadata,
    Column("LogID", BigKey, ForeignKey("PilotLogs.LogID"), primary_key=True, autoincrement=False),
    Column("Sequence", Integer, primary_key=True, autoincrement=False),
    Column("Received", Time, nullable=False),
    Column("NumberOfLines", Integer, nullable=False),
    Column("NumberOfBytes", Integer, nullable=False),
    Column("Sender", name(64), nullable=False, server_default=""),
    Column("Payload", Payload, nullable=False),
    **OPTIONS,
)

#: Dictionaries that payloads are packed with from a moment on, by the numbers that frames tell. None is ever deleted.
dictionaries = Table(
    "PilotLogDictionaries",
    metadata,
    Column("DictionaryID", BigInteger, primary_key=True, autoincrement=False),
    Column("UsedFrom", Time, nullable=False),
    Column("Content", Payload, nullable=False),
    **OPTIONS,
)

#: Why pilots failed. ``Running`` is 0 for the diagnosis of a whole log. A diagnosis that was made while the log was
#: received has 1 if the pilot ran, and 2 if DIRAC said that it had ended. The foreign key deletes a diagnosis with its
#: log, also when an agent of an earlier version, which does not know this table, deletes the log.
diagnoses = Table(
    "PilotLogDiagnoses",
    metadata,
    Column("LogID", BigKey, ForeignKey("PilotLogs.LogID", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("NextSequence", Integer, nullable=False, server_default="0"),
    Column("LastSeen", Time),
    Column("DiagnosedAt", Time),
    Column("Rules", name(16), nullable=False, server_default=""),
    Column("Cause", name(64), nullable=False, server_default=""),
    Column("Name", text(128), nullable=False, server_default=""),
    Column("Party", name(16), nullable=False, server_default=""),
    Column("Line", Integer, nullable=False, server_default="0"),
    Column("Hint", text(512), nullable=False, server_default=""),
    Column("Details", Payload),
    Column("Problem", text(255), nullable=False, server_default=""),
    Column("Again", Integer, nullable=False, server_default="0"),
    Column("Attempts", Integer, nullable=False, server_default="0"),
    Column("LeaseOwner", name(64), nullable=False, server_default=""),
    Column("LeaseUntil", Time),
    Column("Fingerprint", name(32), nullable=False, server_default=""),
    Column("TellingLine", Integer, nullable=False, server_default="0"),
    Column("Phase", name(64), nullable=False, server_default=""),
    Column("Running", Integer, nullable=False, server_default="0"),
    Index("IX_Again", "Again", "LogID"),
    Index("IX_Cause", "Cause", "LastSeen", "LogID"),
    Index("IX_Diagnosed", "LastSeen", "Cause", "Party", "LogID"),
    Index("IX_Fingerprint", "Fingerprint", "LastSeen", "LogID"),
    **OPTIONS,
)

#: Failures that no rule knows: the template of the lines of each group. Which logs have it stands in their diagnoses.
unknown_failures = Table(
    "PilotUnknownFailures",
    metadata,
    Column("VO", name(64), primary_key=True),
    Column("Fingerprint", name(32), primary_key=True),
    Column("Leaf", name(16), nullable=False),
    Column("Template", text(512), nullable=False),
    Column("FirstSeen", Time, nullable=False),
    Column("LastSeen", Time, nullable=False),
    Index("IX_Leaf", "VO", "Leaf"),
    Index("IX_GroupSeen", "VO", "LastSeen"),
    **OPTIONS,
)

#: Logs whose description may still change, with the number of the pilot's row in PilotAgentsDB, 0 for an unknown pilot.
unsettled = Table(
    "PilotLogUnsettled",
    metadata,
    Column("LogID", BigKey, ForeignKey("PilotLogs.LogID", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("PilotID", BigInteger, nullable=False, server_default="0"),
    Index("IX_Pilot", "PilotID", "LogID"),
    **OPTIONS,
)

#: Jobs that pilots have taken.
jobs = Table(
    "PilotLogJobs",
    metadata,
    Column("LogID", BigKey, ForeignKey("PilotLogs.LogID", ondelete="CASCADE"), primary_key=True, autoincrement=False),
    Column("JobID", BigInteger, primary_key=True, autoincrement=False),
    Column("Owner", text(64), nullable=False, server_default=""),
    Index("IX_Job", "JobID"),
    Index("IX_Owner", "Owner", "LogID"),
    **OPTIONS,
)

#: Tasks that one component at a time does for all: by whom, and until when that is sure.
duties = Table(
    "Duties",
    metadata,
    Column("Name", name(32), primary_key=True),
    Column("Owner", name(64), nullable=False),
    Column("Until", Time, nullable=False),
    **OPTIONS,
)

#: What each recipient of notices was told, and what there is to tell.
notices = Table(
    "PilotLogNotices",
    metadata,
    Column("VO", name(64), primary_key=True),
    Column("Name", name(64), primary_key=True),
    Column("Recipient", text(255), primary_key=True),
    Column("Version", BigInteger, nullable=False),
    Column("LookedAt", Time, nullable=False),
    Column("Standing", Payload, nullable=False),
    Column("SentAt", Time),
    Column("Number", BigInteger, nullable=False, server_default="0"),
    Column("Attempts", Integer, nullable=False, server_default="0"),
    Column("RetryAfter", Time),
    Column("LeaseOwner", name(64), nullable=False, server_default=""),
    Column("LeaseUntil", Time),
    Column("LastError", text(255), nullable=False, server_default=""),
    Index("IX_LookedAt", "LookedAt"),
    **OPTIONS,
)

#: Output that a CE gave and that DIRAC's own table can't hold.
ce_outputs = Table(
    "PilotCEOutputs",
    metadata,
    Column("OutputID", BigKey, primary_key=True, autoincrement=True),
    Column("VO", name(64), nullable=False),
    Column("PilotReference", text(255), nullable=False),
    Column("FetchedAt", Time, nullable=False),
    Column("Final", Integer, nullable=False),
    Column("Complete", Integer, nullable=False),
    Column("Doubtful", Integer, nullable=False),
    Column("StdOutput", Payload, nullable=False),
    Column("StdError", Payload, nullable=False),
    UniqueConstraint("VO", "PilotReference", name="UK_Output"),
    Index("IX_FetchedAt", "FetchedAt"),
    **OPTIONS,
)

epochs = Table(
    "WriterEpochs",
    metadata,
    Column("Epoch", name(32), primary_key=True),
    Column("LastNumber", BigInteger, nullable=False),
    Column("Draining", Integer, nullable=False, server_default="0"),
    Column("LastCommit", Time, nullable=False),
    **OPTIONS,
)

identity = Table(
    "DatabaseIdentity",
    metadata,
    Column("Number", Integer, primary_key=True, autoincrement=False),
    Column("Name", name(32), nullable=False),
    Column("MadeAt", Time, nullable=False),
    **OPTIONS,
)

migrations = Table(
    "SchemaMigrations",
    metadata,
    Column("Version", Integer, primary_key=True, autoincrement=False),
    Column("Name", name(64), nullable=False),
    Column("AppliedAt", Time, nullable=False),
    **OPTIONS,
)
