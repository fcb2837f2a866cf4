"""The cost of a log's text on disk, with the dictionary and without: ``python -m benchmarks.stored``.

Logs of the corpora that the dictionary was not trained on are stored as a stock pilot sends them, in 15 messages, on a
MariaDB of its own; then the files of the tables are as large as they are.
"""

import time

from benchmarks.growth.server import NAME, server
from PilotLoggingDIRAC.adapters.database import LogDatabase, utc_now
from PilotLoggingDIRAC.pilotlog.model import Batch, Numbered, PilotId
from PilotLoggingDIRAC.pilotlog.sql.schema import payload
from tests.corpora.dictionary import messages
from tests.corpora.pilots import written

#: Enough that the 4 MB by which a file grows are little of it.
_LOGS = 10_000
_GROUP = 50
_SIZES = """SELECT SUM(IF(name LIKE '%%PilotLogBatches', file_size, 0)), SUM(IF(name LIKE '%%PilotLogs', file_size, 0))
    FROM information_schema.innodb_sys_tablespaces WHERE name LIKE %s"""


def store(db):
    """Store all logs, the messages of many pilots mixed; return (messages, bytes of text, CPU seconds)."""
    texts = [messages(log.text.encode()) for log in written.logs(written.PARTS[1])]
    sent = [
        Batch(PilotId("vo.example.org", f"{log:032x}"), utc_now(), message)
        for first in range(0, _LOGS, _GROUP)
        for place in range(max(map(len, texts)))
        for log in range(first, first + _GROUP)
        for message in texts[log % len(texts)][place : place + 1]
    ]
    began = time.process_time()
    for start in range(0, len(sent), _GROUP):
        db.appender.append(
            "benchmark", [Numbered(start + n, one) for n, one in enumerate(sent[start : start + _GROUP])]
        )
    return len(sent), sum(len(one.text) for one in sent), time.process_time() - began


def measure(running):
    """Print what the logs cost in a new database."""
    db = LogDatabase(running.new())
    number, size, seconds = store(db)
    db.close()
    ((texts, logs),) = running.sql(None, _SIZES, (f"{NAME}/%",))
    each = (
        f"{value / _LOGS:10,.0f}"
        for value in (size, texts, logs, running.sql(NAME, "SELECT SUM(LENGTH(Payload)) FROM PilotLogBatches")[0][0])
    )
    print(*each, f"{seconds / number * 1e6:8.0f} us", flush=True)


def main():
    """Print lines with the dictionary and without, in turns; the CPU of the first has the process's start in it."""
    print("bytes of a log's text, of its rows of text on disk, of its row on disk, of its payloads; CPU of a message")
    with server() as running:
        for name, least in 2 * (("with", payload._SMALL_BYTES), ("without", -1)):
            payload._SMALL_BYTES = least
            print(f"{name:8}", end="")
            measure(running)


if __name__ == "__main__":
    main()
