"""A catalogue of any size, as a year leaves it: one log in ten still has its text, five batches of 1 kB.

Statements of the database make the rows, so that a million takes a minute or two. What a log is depends on its number
alone: filling again gives the same.
"""

from datetime import timedelta
from hashlib import sha1

import zstandard

from PilotLoggingDIRAC.adapters.database import LogDatabase, utc_now
from PilotLoggingDIRAC.pilotlog.model import PilotId
from PilotLoggingDIRAC.pilotlog.settings import StoreSettings
from PilotLoggingDIRAC.pilotlog.sql.connection.engine import make_engine
from PilotLoggingDIRAC.pilotlog.sql.schema.migrations import migrate

VOS, SITES, CES, DAYS = 10, 200, 500, 365
#: Tables with a row or more for each log, or for each that has something of the kind.
TABLES = (
    *("PilotLogs", "PilotLogFiles", "PilotLogBundles", "PilotLogBatches", "PilotLogJobs", "PilotLogUnsettled"),
    *("PilotLogDiagnoses", "PilotUnknownFailures", "PilotLogForwards"),
)
DESTINATION = "Broker"
BATCHES = 5
BATCH_BYTES = 1000
_STEP = 100_000
_TEXTS = 64
_LINES = 10


def vo(number):
    """The name of a VO."""
    return f"vo{number}.example.org"


def pilot(number):
    """Whose log has this number (its ``LogID``)."""
    return PilotId(vo(number % VOS), f"{number:032x}")


def fill(url, number, now=None):
    """Fill an empty database with so many logs, the youngest of ``now``; its LogDatabase."""
    now = now or utc_now()
    engine = make_engine(url, StoreSettings(read_seconds=3600))
    migrate(engine, utc_now)
    with engine.connect() as connection:
        cursor = connection.connection.cursor()
        _texts(cursor)
        for first in range(1, number + 1, _STEP):
            last = min(first + _STEP - 1, number)
            values = {"first": first, "last": last, "all": number, "here": int(number * 0.9), "now": now}
            for statement in (_LOGS, _FILES, _BUNDLES, _BATCHES, _JOBS, _UNSETTLED, _DIAGNOSES, _UNKNOWN, _FORWARDS):
                cursor.execute(statement, values)
            connection.connection.commit()
        for table in TABLES:
            cursor.execute(f"ANALYZE TABLE {table}")
            cursor.fetchall()
    engine.dispose()
    return LogDatabase(url)


def seen(number, of, now):
    """About when a log of so many began."""
    return now - timedelta(days=DAYS) * (1 - number / of)


def _texts(cursor):
    cursor.execute("CREATE TEMPORARY TABLE texts (n INT PRIMARY KEY, payload MEDIUMBLOB) ENGINE=InnoDB")
    rows = [(number, zstandard.compress(text(number), 1)) for number in range(_TEXTS)]
    cursor.executemany("INSERT INTO texts VALUES (%s, %s)", rows)


def text(number):
    """A batch of 1 kB, much like a pilot's, each number another."""
    stem = "2026-11-21T08:10:11.{:06d}Z INFO [CheckWorkerNode] checking {} "
    lines = (
        stem.format(place, sha1(b"%d" % place).hexdigest()[:36])
        for place in range(number * _LINES, (number + 1) * _LINES)
    )
    return "".join(f"{line:.<{BATCH_BYTES // _LINES - 1}}\n" for line in lines).encode()


def _digits(most):
    return " UNION ALL ".join(f"SELECT {digit} AS seq" for digit in range(most))


def _numbers():
    """The statement for a step's numbers: MySQL has no table of numbers as MariaDB has."""
    places = range(len(str(_STEP - 1)))
    value = " + ".join(f"{10**place} * d{place}.seq" for place in places)
    return f"SELECT %(first)s + {value} AS seq FROM " + " JOIN ".join(f"({_digits(10)}) d{place}" for place in places)


# h is a number without order, made of the log's own. Ages: logs begin evenly over the year and last up to
# 12 hours; of the last hundredth, which still go on, one in ten is silent.
_LOGS = f"""
INSERT INTO PilotLogs (LogID, VO, PilotStamp, State, FirstSeen, LastSeen, NumberOfLines, NumberOfBytes, NextSequence,
    Resend, ReturnCode, PilotReference, Site, CE, PilotStatus, Host, Generation, VerifiedAt, Attempts, LastError,
    RetryAfter)
SELECT n, CONCAT('vo', n %% 10, '.example.org'), LPAD(LOWER(HEX(n)), 32, '0'), s, f, l,
    50, 5000, 5, '', IF(s = 'Receiving' OR s = 'Incomplete' OR h DIV 50 %% 20 = 0, NULL,
        IF(h DIV 50 %% 33 = 1, IF(h DIV 50 %% 2000 = 1, '77', '1'), '0')),
    CONCAT('htcondorce://ce', h DIV 7919 %% 500, '.example.org/', n),
    CONCAT('LCG.Site', h DIV 997 %% 200, '.org'),
    CONCAT('ce', h DIV 7919 %% 500, '.example.org'),
    IF(s = 'Receiving', IF(h DIV 50 %% 50, 'Running', 'Failed'),
        COALESCE(ELT(1 + h DIV 50 %% 20, 'Failed', 'Aborted'), 'Done')),
    CONCAT('wn', h DIV 31 %% 5000, '.example.org'),
    s IN ('Archived', 'Purged'), IF(s IN ('Archived', 'Purged'), l + INTERVAL 10 MINUTE, NULL),
    IF(s IN ('Complete', 'Incomplete') AND h DIV 50 %% 4 = 0, 2, 0),
    IF(s IN ('Complete', 'Incomplete') AND h DIV 50 %% 4 = 0,
        'UploadFailed: the storage element SE-1 does not answer', ''),
    IF(s = 'Kept' OR (s IN ('Complete', 'Incomplete') AND h DIV 50 %% 4 = 0), l, NULL)
FROM (SELECT n, h, s, f, IF(s = 'Receiving' AND h DIV 50 %% 10, %(now)s - INTERVAL h %% 1800 SECOND,
        LEAST(%(now)s, f + INTERVAL h %% 43200 SECOND)) AS l
    FROM (SELECT n, h, %(now)s - INTERVAL 365 * 86400 * (1 - n / %(all)s) SECOND AS f,
        CASE WHEN n <= %(here)s THEN 'Purged' WHEN n > %(all)s * 0.99 THEN 'Receiving' WHEN h %% 50 = 0 THEN 'Complete'
            WHEN h %% 50 = 1 THEN 'Incomplete' WHEN h %% 50 < 5 THEN 'Kept' ELSE 'Archived' END AS s
        FROM (SELECT seq AS n, CRC32(CONCAT(seq, 'x')) AS h FROM ({_numbers()}) numbers
            WHERE seq <= %(last)s) a) b) c
"""

_FILES = """
INSERT INTO PilotLogFiles (LogID, Generation, NextSequence, SE, LFN, GUID, Size, Checksum, RecordedAt, VerifiedAt,
    CheckedAt, BundleID, MemberSize)
SELECT LogID, 1, NextSequence, 'SE-1',
    CONCAT('/', VO, '/pilots/', DATE_FORMAT(FirstSeen, '%%Y/%%m/%%d/'), PilotStamp, '.1.1.log.gz'),
    INSERT(INSERT(INSERT(INSERT(PilotStamp, 9, 0, '-'), 14, 0, '-'), 19, 0, '-'), 24, 0, '-'),
    1500, '0a1b2c3d', VerifiedAt, VerifiedAt, VerifiedAt,
    IF(LogID %% 2, 0, 10 + LogID DIV 100 * 10 + LogID %% 10), 1500
FROM PilotLogs WHERE LogID BETWEEN %(first)s AND %(last)s AND State IN ('Archived', 'Purged')
"""

# Logs of even numbers, and so of every other VO, are in bundles of ten.
_BUNDLES = """
INSERT IGNORE INTO PilotLogBundles (BundleID, VO, SE, LFN, GUID, Size, Checksum, RecordedAt, VerifiedAt)
SELECT BundleID, VO, SE, CONCAT('/', VO, '/pilots/', BundleID, '.zip'), GUID, 150000, '0a1b2c3d', RecordedAt,
    PilotLogFiles.VerifiedAt
FROM PilotLogFiles JOIN PilotLogs USING (LogID) WHERE LogID BETWEEN %(first)s AND %(last)s AND BundleID != 0
"""

_BATCHES = f"""
INSERT INTO PilotLogBatches (LogID, Sequence, Received, NumberOfLines, NumberOfBytes, Payload)
SELECT LogID, seq, LastSeen, 10, 1000, payload FROM PilotLogs
    JOIN ({_digits(BATCHES)}) parts JOIN texts ON n = (LogID * 5 + seq) %% 64
WHERE LogID BETWEEN %(first)s AND %(last)s AND LogID > %(here)s
"""

_JOBS = """
INSERT INTO PilotLogJobs (LogID, JobID, Owner)
SELECT LogID, LogID * 2 + seq, CONCAT('user', LogID %% 300) FROM PilotLogs JOIN (SELECT 0 AS seq UNION ALL SELECT 1) two
WHERE LogID BETWEEN %(first)s AND %(last)s
"""

_UNSETTLED = """
INSERT INTO PilotLogUnsettled (LogID, PilotID)
SELECT LogID, IF(LogID %% 10, LogID, 0) FROM PilotLogs
WHERE LogID BETWEEN %(first)s AND %(last)s AND LogID > %(here)s
"""

# Of the failed pilots every tenth has a cause that no rule knows, one of 300 kinds.
_DIAGNOSES = """
INSERT INTO PilotLogDiagnoses (LogID, NextSequence, LastSeen, DiagnosedAt, Rules, Cause, Name, Party, Line, Fingerprint,
    Running)
SELECT LogID, NextSequence, LastSeen, LastSeen, 'rules', c, c, IF(c = '', '', 'site'), IF(c = '', 0, 40),
    IF(c = 'unknown', CONCAT('1:', LogID %% 300), ''), State = 'Receiving'
FROM (SELECT *, CASE WHEN ReturnCode IS NULL OR ReturnCode = '0' THEN '' WHEN LogID %% 10 = 0 THEN 'unknown'
        ELSE CONCAT('cause-', LogID %% 150) END AS c
    FROM PilotLogs WHERE LogID BETWEEN %(first)s AND %(last)s) logs
"""

# One destination has had nearly all text that is there.
_FORWARDS = f"""
INSERT INTO PilotLogForwards (Destination, LogID, Sequence, NextSequence, Line, State, Cause)
SELECT '{DESTINATION}', LogID, l.NextSequence - (LogID %% 50 = 0), l.NextSequence - (LogID %% 50 = 0), NumberOfLines,
    l.State, COALESCE(Cause, '')
FROM PilotLogs l LEFT JOIN PilotLogDiagnoses d USING (LogID)
WHERE LogID BETWEEN %(first)s AND %(last)s AND LogID > %(here)s
"""

_UNKNOWN = """
INSERT IGNORE INTO PilotUnknownFailures (VO, Fingerprint, Leaf, Template, FirstSeen, LastSeen)
SELECT VO, Fingerprint, '0', 'it failed at <*>', MIN(l.LastSeen), MAX(l.LastSeen)
FROM PilotLogs l JOIN PilotLogDiagnoses d USING (LogID)
WHERE LogID BETWEEN %(first)s AND %(last)s AND Fingerprint != '' GROUP BY VO, Fingerprint
"""
