"""A check of the database's rows: no gap in a log, sizes that add up, and nobody's text in another VO's log."""

import re

import zstandard

from PilotLoggingDIRAC.pilotlog.sql.schema import payload

from .cast import ANY_VO, CANARY, USERS, WRITERS, tag

DATABASE = "PilotLoggingDB"
_TAG = re.compile(re.escape(CANARY.encode()) + rb"-([0-9a-f]{16})")
_LOGS = (
    "SELECT LogID, VO, PilotStamp, NextSequence, NumberOfBytes, NumberOfLines FROM PilotLogs"
    " WHERE LogID > %s AND State <> 'Deleted'"
)
_BATCHES = (
    "SELECT Sequence, NumberOfBytes, NumberOfLines, Payload FROM PilotLogBatches WHERE LogID = %s ORDER BY Sequence"
)


def last(stack):
    """The last log that there is."""
    return stack.sql(DATABASE, "SELECT COALESCE(MAX(LogID), 0) FROM PilotLogs")[0][0]


def findings(stack, known):
    """(findings, number of logs, number of batches) of the logs after a known one."""
    logs = stack.sql(DATABASE, _LOGS, (known,))
    found, number = [], 0
    users = {tag(user).encode(): user for user in USERS}
    for log_id, vo, stamp, *expected in logs:
        batches = stack.sql(DATABASE, _BATCHES, (log_id,))
        number += len(batches)
        wrong = [*_uneven(batches, expected), *_intruders(batches, vo, users)]
        found += [f"log: {finding} ({vo}, {stamp})" for finding in wrong]
    return found, len(logs), number


def _uneven(batches, expected):
    if [number for batch in batches for number in _numbers(batch)] != list(range(expected[0])):
        yield "a gap in its sequence"
    if [sum(batch[1] for batch in batches), sum(batch[2] for batch in batches)] != expected[1:]:
        yield "its sizes do not add up"
    for _, size, _, packed in batches:
        try:
            text = _unpacked(packed)
            text.decode()
        except (zstandard.ZstdError, UnicodeDecodeError) as error:
            yield f"a batch can't be read: {type(error).__name__}"
            continue
        if len(text) != size:
            yield "a batch is not as long as its row says"


def _numbers(batch):
    """The sequence numbers that a row stands for: small chunks are put together in one."""
    try:
        return [number for number, _ in payload.unpack(batch[0], batch[3])]
    except zstandard.ZstdError:
        return [batch[0]]


def _intruders(batches, vo, users):
    tags = {match.group(0) for batch in batches for match in _TAG.finditer(_text(batch[3]))}
    for user in sorted(users[one] for one in tags if one in users):
        if user not in ANY_VO and WRITERS.get(user) != vo:
            yield f"it holds text of {user}"


def _unpacked(packed):
    return b"".join(text for _, text in payload.unpack(0, packed))


def _text(packed):
    try:
        return _unpacked(packed)
    except zstandard.ZstdError:
        return b""
