-- The database of pilot logs, as dirac-install-db makes it. Written by "python -m tests.installer_sql" from
-- pilotlog/sql/schema, a test keeps the two equal. Running it again does no harm, nor does running it on a
-- database of an older version, which the services then bring up to date themselves.

CREATE TABLE IF NOT EXISTS `DatabaseIdentity` (
  `Number` INTEGER NOT NULL,
  `Name` VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `MadeAt` DATETIME(6) NOT NULL,
  PRIMARY KEY (`Number`)
) ENGINE=InnoDB CHARSET=utf8mb4;

CREATE TABLE IF NOT EXISTS `Duties` (
  `Name` VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `Owner` VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `Until` DATETIME(6) NOT NULL,
  PRIMARY KEY (`Name`)
) ENGINE=InnoDB CHARSET=utf8mb4;

CREATE TABLE IF NOT EXISTS `PilotCEOutputs` (
  `OutputID` BIGINT UNSIGNED NOT NULL AUTO_INCREMENT,
  `VO` VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `PilotReference` VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  `FetchedAt` DATETIME(6) NOT NULL,
  `Final` INTEGER NOT NULL,
  `Complete` INTEGER NOT NULL,
  `Doubtful` INTEGER NOT NULL,
  `StdOutput` MEDIUMBLOB NOT NULL,
  `StdError` MEDIUMBLOB NOT NULL,
  PRIMARY KEY (`OutputID`),
  CONSTRAINT `UK_Output` UNIQUE (`VO`, `PilotReference`),
  KEY `IX_FetchedAt` (`FetchedAt`)
) ENGINE=InnoDB CHARSET=utf8mb4;

CREATE TABLE IF NOT EXISTS `PilotLogBundles` (
  `BundleID` BIGINT UNSIGNED NOT NULL AUTO_INCREMENT,
  `VO` VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `SE` VARCHAR(128) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  `LFN` VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL DEFAULT '',
  `GUID` VARCHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '',
  `Size` BIGINT NOT NULL,
  `Checksum` VARCHAR(8) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `RecordedAt` DATETIME(6) NOT NULL,
  `VerifiedAt` DATETIME(6),
  `Replaces` BIGINT NOT NULL DEFAULT '0',
  `Retired` INTEGER NOT NULL DEFAULT '0',
  `Forgotten` INTEGER NOT NULL DEFAULT '0',
  PRIMARY KEY (`BundleID`),
  KEY `IX_VO_Recorded` (`VO`, `RecordedAt`),
  KEY `IX_VO_Retired` (`VO`, `Retired`),
  KEY `IX_VO_Verified` (`VO`, `VerifiedAt`)
) ENGINE=InnoDB CHARSET=utf8mb4;

CREATE TABLE IF NOT EXISTS `PilotLogDestinations` (
  `Name` VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `BeganAt` DATETIME(6) NOT NULL,
  `CaughtUpAt` DATETIME(6),
  `SentAt` DATETIME(6),
  `FailingSince` DATETIME(6),
  `Error` VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL DEFAULT '',
  `Records` BIGINT NOT NULL DEFAULT '0',
  `Rejected` BIGINT NOT NULL DEFAULT '0',
  `Reason` VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL DEFAULT '',
  PRIMARY KEY (`Name`)
) ENGINE=InnoDB CHARSET=utf8mb4;

CREATE TABLE IF NOT EXISTS `PilotLogDictionaries` (
  `DictionaryID` BIGINT NOT NULL,
  `UsedFrom` DATETIME(6) NOT NULL,
  `Content` MEDIUMBLOB NOT NULL,
  PRIMARY KEY (`DictionaryID`)
) ENGINE=InnoDB CHARSET=utf8mb4;

CREATE TABLE IF NOT EXISTS `PilotLogNotices` (
  `VO` VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `Name` VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `Recipient` VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  `Version` BIGINT NOT NULL,
  `LookedAt` DATETIME(6) NOT NULL,
  `Standing` MEDIUMBLOB NOT NULL,
  `SentAt` DATETIME(6),
  `Number` BIGINT NOT NULL DEFAULT '0',
  `Attempts` INTEGER NOT NULL DEFAULT '0',
  `RetryAfter` DATETIME(6),
  `LeaseOwner` VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '',
  `LeaseUntil` DATETIME(6),
  `LastError` VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL DEFAULT '',
  PRIMARY KEY (`VO`, `Name`, `Recipient`),
  KEY `IX_LookedAt` (`LookedAt`)
) ENGINE=InnoDB CHARSET=utf8mb4;

CREATE TABLE IF NOT EXISTS `PilotLogParcels` (
  `Destination` VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `Sender` VARCHAR(255) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `Number` BIGINT NOT NULL,
  `Moves` MEDIUMBLOB NOT NULL,
  PRIMARY KEY (`Destination`, `Sender`)
) ENGINE=InnoDB CHARSET=utf8mb4;

CREATE TABLE IF NOT EXISTS `PilotLogReplays` (
  `ReplayID` BIGINT UNSIGNED NOT NULL AUTO_INCREMENT,
  `Destination` VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `Selection` MEDIUMBLOB NOT NULL,
  `RequestedAt` DATETIME(6) NOT NULL,
  `RequestedBy` VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL DEFAULT '',
  `State` VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `AfterLog` BIGINT NOT NULL DEFAULT '0',
  `LastLog` BIGINT NOT NULL,
  `Selected` BIGINT NOT NULL DEFAULT '0',
  `Logs` BIGINT NOT NULL DEFAULT '0',
  `Records` BIGINT NOT NULL DEFAULT '0',
  `Rejected` BIGINT NOT NULL DEFAULT '0',
  `Unreadable` BIGINT NOT NULL DEFAULT '0',
  `Reason` VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL DEFAULT '',
  `Error` VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL DEFAULT '',
  `EndedAt` DATETIME(6),
  `LeaseOwner` VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '',
  `LeaseUntil` DATETIME(6),
  PRIMARY KEY (`ReplayID`),
  KEY `IX_Destination` (`Destination`, `State`)
) ENGINE=InnoDB CHARSET=utf8mb4;

CREATE TABLE IF NOT EXISTS `PilotLogs` (
  `LogID` BIGINT UNSIGNED NOT NULL AUTO_INCREMENT,
  `VO` VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `PilotStamp` VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `Part` INTEGER NOT NULL DEFAULT '1',
  `State` VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `FirstSeen` DATETIME(6) NOT NULL,
  `LastSeen` DATETIME(6) NOT NULL,
  `NumberOfLines` BIGINT NOT NULL DEFAULT '0',
  `NumberOfBytes` BIGINT NOT NULL DEFAULT '0',
  `NextSequence` INTEGER NOT NULL DEFAULT '0',
  `Resend` VARBINARY(255) NOT NULL,
  `ReturnCode` VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin,
  `PilotReference` VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL DEFAULT '',
  `Site` VARCHAR(128) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL DEFAULT '',
  `CE` VARCHAR(128) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL DEFAULT '',
  `Generation` INTEGER NOT NULL DEFAULT '0',
  `VerifiedAt` DATETIME(6),
  `LeaseOwner` VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '',
  `LeaseUntil` DATETIME(6),
  `Attempts` INTEGER NOT NULL DEFAULT '0',
  `RetryAfter` DATETIME(6),
  `LastError` VARCHAR(512) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL DEFAULT '',
  `Carry` VARBINARY(1024),
  `DroppedBytes` BIGINT NOT NULL DEFAULT '0',
  `Sender` VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '',
  `ManySenders` INTEGER NOT NULL DEFAULT '0',
  `Answers` VARBINARY(255),
  `MissingBytes` BIGINT NOT NULL DEFAULT '0',
  `ReturnCodes` VARCHAR(255) CHARACTER SET ascii COLLATE ascii_bin,
  `Senders` VARCHAR(255) CHARACTER SET ascii COLLATE ascii_bin,
  `PilotStatus` VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '',
  `Host` VARCHAR(128) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL DEFAULT '',
  PRIMARY KEY (`LogID`),
  CONSTRAINT `UK_Log` UNIQUE (`VO`, `PilotStamp`, `Part`),
  KEY `IX_CE_Seen` (`CE`, `LastSeen`, `LogID`, `State`, `ReturnCode`, `VO`),
  KEY `IX_Host` (`Host`),
  KEY `IX_LastError` (`LastError`(16)),
  KEY `IX_Missing` (`MissingBytes`),
  KEY `IX_Outcome` (`ReturnCode`, `State`, `PilotStatus`),
  KEY `IX_Reference` (`PilotReference`),
  KEY `IX_Seen` (`LastSeen`, `LogID`, `State`, `ReturnCode`),
  KEY `IX_Site_Seen` (`Site`, `LastSeen`, `LogID`, `State`, `ReturnCode`, `VO`),
  KEY `IX_Site_State` (`Site`, `State`, `ReturnCode`, `PilotStatus`, `VO`),
  KEY `IX_Stamp` (`PilotStamp`),
  KEY `IX_State_LastSeen` (`State`, `LastSeen`),
  KEY `IX_VO_Seen` (`VO`, `LastSeen`, `LogID`, `State`, `ReturnCode`),
  KEY `IX_VO_State` (`VO`, `State`, `ReturnCode`)
) ENGINE=InnoDB CHARSET=utf8mb4;

CREATE TABLE IF NOT EXISTS `PilotUnknownFailures` (
  `VO` VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `Fingerprint` VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `Leaf` VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `Template` VARCHAR(512) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  `FirstSeen` DATETIME(6) NOT NULL,
  `LastSeen` DATETIME(6) NOT NULL,
  PRIMARY KEY (`VO`, `Fingerprint`),
  KEY `IX_GroupSeen` (`VO`, `LastSeen`),
  KEY `IX_Leaf` (`VO`, `Leaf`)
) ENGINE=InnoDB CHARSET=utf8mb4;

CREATE TABLE IF NOT EXISTS `SchemaMigrations` (
  `Version` INTEGER NOT NULL,
  `Name` VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `AppliedAt` DATETIME(6) NOT NULL,
  PRIMARY KEY (`Version`)
) ENGINE=InnoDB CHARSET=utf8mb4;

CREATE TABLE IF NOT EXISTS `WriterEpochs` (
  `Epoch` VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `LastNumber` BIGINT NOT NULL,
  `Draining` INTEGER NOT NULL DEFAULT '0',
  `LastCommit` DATETIME(6) NOT NULL,
  PRIMARY KEY (`Epoch`)
) ENGINE=InnoDB CHARSET=utf8mb4;

CREATE TABLE IF NOT EXISTS `PilotLogBatches` (
  `LogID` BIGINT UNSIGNED NOT NULL,
  `Sequence` INTEGER NOT NULL,
  `Received` DATETIME(6) NOT NULL,
  `NumberOfLines` INTEGER NOT NULL,
  `NumberOfBytes` INTEGER NOT NULL,
  `Sender` VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '',
  `Payload` MEDIUMBLOB NOT NULL,
  PRIMARY KEY (`LogID`, `Sequence`),
  FOREIGN KEY(`LogID`) REFERENCES `PilotLogs` (`LogID`)
) ENGINE=InnoDB CHARSET=utf8mb4;

CREATE TABLE IF NOT EXISTS `PilotLogDiagnoses` (
  `LogID` BIGINT UNSIGNED NOT NULL,
  `NextSequence` INTEGER NOT NULL DEFAULT '0',
  `LastSeen` DATETIME(6),
  `DiagnosedAt` DATETIME(6),
  `Rules` VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '',
  `Cause` VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '',
  `Name` VARCHAR(128) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL DEFAULT '',
  `Party` VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '',
  `Line` INTEGER NOT NULL DEFAULT '0',
  `Hint` VARCHAR(512) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL DEFAULT '',
  `Details` MEDIUMBLOB,
  `Problem` VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL DEFAULT '',
  `Again` INTEGER NOT NULL DEFAULT '0',
  `Attempts` INTEGER NOT NULL DEFAULT '0',
  `LeaseOwner` VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '',
  `LeaseUntil` DATETIME(6),
  `Fingerprint` VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '',
  `TellingLine` INTEGER NOT NULL DEFAULT '0',
  `Phase` VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '',
  `Running` INTEGER NOT NULL DEFAULT '0',
  PRIMARY KEY (`LogID`),
  FOREIGN KEY(`LogID`) REFERENCES `PilotLogs` (`LogID`) ON DELETE CASCADE,
  KEY `IX_Again` (`Again`, `LogID`),
  KEY `IX_Cause` (`Cause`, `LastSeen`, `LogID`),
  KEY `IX_Diagnosed` (`LastSeen`, `Cause`, `Party`, `LogID`),
  KEY `IX_Fingerprint` (`Fingerprint`, `LastSeen`, `LogID`)
) ENGINE=InnoDB CHARSET=utf8mb4;

CREATE TABLE IF NOT EXISTS `PilotLogFiles` (
  `LogID` BIGINT UNSIGNED NOT NULL,
  `Generation` INTEGER NOT NULL,
  `NextSequence` INTEGER NOT NULL,
  `SE` VARCHAR(128) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  `LFN` VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  `GUID` VARCHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `Size` BIGINT NOT NULL,
  `Checksum` VARCHAR(8) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `RecordedAt` DATETIME(6) NOT NULL,
  `VerifiedAt` DATETIME(6),
  `CheckedAt` DATETIME(6),
  `Problem` VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL DEFAULT '',
  `BundleID` BIGINT NOT NULL DEFAULT '0',
  `MemberOffset` BIGINT NOT NULL DEFAULT '0',
  `MemberSize` BIGINT NOT NULL DEFAULT '0',
  `MemberCRC` BIGINT NOT NULL DEFAULT '0',
  PRIMARY KEY (`LogID`, `Generation`),
  FOREIGN KEY(`LogID`) REFERENCES `PilotLogs` (`LogID`),
  KEY `IX_Bundle` (`BundleID`, `LogID`),
  KEY `IX_Checked` (`CheckedAt`),
  KEY `IX_Problem` (`Problem`(16))
) ENGINE=InnoDB CHARSET=utf8mb4;

CREATE TABLE IF NOT EXISTS `PilotLogForwards` (
  `Destination` VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  `LogID` BIGINT UNSIGNED NOT NULL,
  `Sequence` INTEGER NOT NULL DEFAULT '0',
  `Offset` INTEGER NOT NULL DEFAULT '0',
  `NextSequence` INTEGER NOT NULL DEFAULT '0',
  `Line` INTEGER NOT NULL DEFAULT '0',
  `Piece` INTEGER NOT NULL DEFAULT '0',
  `Phase` VARCHAR(100) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '',
  `Time` DATETIME(6),
  `State` VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '',
  `Cause` VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '',
  `LeaseOwner` VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '',
  `LeaseUntil` DATETIME(6),
  `Parcel` BIGINT,
  PRIMARY KEY (`Destination`, `LogID`),
  FOREIGN KEY(`LogID`) REFERENCES `PilotLogs` (`LogID`) ON DELETE CASCADE,
  KEY `IX_Log` (`LogID`)
) ENGINE=InnoDB CHARSET=utf8mb4;

CREATE TABLE IF NOT EXISTS `PilotLogJobs` (
  `LogID` BIGINT UNSIGNED NOT NULL,
  `JobID` BIGINT NOT NULL,
  `Owner` VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL DEFAULT '',
  PRIMARY KEY (`LogID`, `JobID`),
  FOREIGN KEY(`LogID`) REFERENCES `PilotLogs` (`LogID`) ON DELETE CASCADE,
  KEY `IX_Job` (`JobID`),
  KEY `IX_Owner` (`Owner`, `LogID`)
) ENGINE=InnoDB CHARSET=utf8mb4;

CREATE TABLE IF NOT EXISTS `PilotLogUnsettled` (
  `LogID` BIGINT UNSIGNED NOT NULL,
  `PilotID` BIGINT NOT NULL DEFAULT '0',
  PRIMARY KEY (`LogID`),
  FOREIGN KEY(`LogID`) REFERENCES `PilotLogs` (`LogID`) ON DELETE CASCADE,
  KEY `IX_Pilot` (`PilotID`, `LogID`)
) ENGINE=InnoDB CHARSET=utf8mb4;

INSERT INTO `SchemaMigrations` (`Version`, `Name`, `AppliedAt`)
SELECT * FROM (SELECT 1 AS Version, 'create tables' AS Name, UTC_TIMESTAMP(6) AS AppliedAt UNION ALL SELECT 2 AS Version, 'state of the text, dropped bytes and senders of logs' AS Name, UTC_TIMESTAMP(6) AS AppliedAt UNION ALL SELECT 3 AS Version, 'indices that lists and agents read without rows' AS Name, UTC_TIMESTAMP(6) AS AppliedAt UNION ALL SELECT 4 AS Version, 'looks at archived copies' AS Name, UTC_TIMESTAMP(6) AS AppliedAt UNION ALL SELECT 5 AS Version, 'indices of looks at archived copies' AS Name, UTC_TIMESTAMP(6) AS AppliedAt UNION ALL SELECT 6 AS Version, 'identity of the database' AS Name, UTC_TIMESTAMP(6) AS AppliedAt UNION ALL SELECT 7 AS Version, 'output of computing elements' AS Name, UTC_TIMESTAMP(6) AS AppliedAt UNION ALL SELECT 8 AS Version, 'answers to the last messages of logs' AS Name, UTC_TIMESTAMP(6) AS AppliedAt UNION ALL SELECT 9 AS Version, 'bytes that are missing in logs' AS Name, UTC_TIMESTAMP(6) AS AppliedAt UNION ALL SELECT 10 AS Version, 'all return codes and senders of logs' AS Name, UTC_TIMESTAMP(6) AS AppliedAt UNION ALL SELECT 11 AS Version, 'diagnoses of logs' AS Name, UTC_TIMESTAMP(6) AS AppliedAt UNION ALL SELECT 12 AS Version, 'descriptions of running pilots' AS Name, UTC_TIMESTAMP(6) AS AppliedAt UNION ALL SELECT 13 AS Version, 'failures that no rule knows' AS Name, UTC_TIMESTAMP(6) AS AppliedAt UNION ALL SELECT 14 AS Version, 'diagnoses of running pilots' AS Name, UTC_TIMESTAMP(6) AS AppliedAt UNION ALL SELECT 15 AS Version, 'notices' AS Name, UTC_TIMESTAMP(6) AS AppliedAt UNION ALL SELECT 16 AS Version, 'dictionaries of texts' AS Name, UTC_TIMESTAMP(6) AS AppliedAt UNION ALL SELECT 17 AS Version, 'bundles of archived copies' AS Name, UTC_TIMESTAMP(6) AS AppliedAt UNION ALL SELECT 18 AS Version, 'destinations and how far logs were sent there' AS Name, UTC_TIMESTAMP(6) AS AppliedAt UNION ALL SELECT 19 AS Version, 'requests to send logs again' AS Name, UTC_TIMESTAMP(6) AS AppliedAt UNION ALL SELECT 20 AS Version, 'indices of bundles' AS Name, UTC_TIMESTAMP(6) AS AppliedAt UNION ALL SELECT 21 AS Version, 'parcels of destinations with transactions' AS Name, UTC_TIMESTAMP(6) AS AppliedAt UNION ALL SELECT 22 AS Version, 'indices that an interrupted step left out' AS Name, UTC_TIMESTAMP(6) AS AppliedAt) AS done
WHERE NOT EXISTS (SELECT 1 FROM `SchemaMigrations`);
