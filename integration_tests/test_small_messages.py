"""A log of very many tiny messages is read as quickly as another, by call, page and live tail."""

import time
from datetime import UTC, datetime

import pytest

from PilotLoggingDIRAC.pilotlog import validation
from PilotLoggingDIRAC.pilotlog.model import Batch, Numbered
from PilotLoggingDIRAC.pilotlog.page.document import Document
from PilotLoggingDIRAC.pilotlog.page.part_text import ChunkCache, DatabaseText
from PilotLoggingDIRAC.pilotlog.settings import PageSettings, StoreSettings
from PilotLoggingDIRAC.pilotlog.sql.connection.engine import Transactions, make_engine
from PilotLoggingDIRAC.pilotlog.sql.read.page_queries import SqlPageQueries
from PilotLoggingDIRAC.pilotlog.sql.read.reader import SqlReader
from PilotLoggingDIRAC.pilotlog.sql.write.appender import SqlAppender

from .test_collector import ALPHA

NUMBER = 60_000
GROUP = 500
#: CPU time of this process, and of whoever answers; a machine that others keep busy takes as much longer.
MAX_SECONDS = 1.2
PILOT = validation.pilot(ALPHA, "5" * 32)


def now():
    return datetime.now(UTC).replace(tzinfo=None)


@pytest.fixture(scope="module")
def transactions(stack):
    engine = make_engine(stack.engine_url("PilotLoggingDB"), StoreSettings(read_seconds=60))
    yield Transactions(engine, StoreSettings())
    engine.dispose()


@pytest.fixture(scope="module")
def log(transactions):
    """A log of 60,000 messages of one byte, every tenth of them the end of a line."""
    appender = SqlAppender(transactions, now)
    texts = [b"\n" if number % 10 == 9 else b"%d" % (number % 10) for number in range(NUMBER)]
    for start in range(0, NUMBER, GROUP):
        group = [Numbered(start + n + 1, Batch(PILOT, now(), texts[start + n])) for n in range(GROUP)]
        appender.append("5" * 32, group)
    (log,) = SqlReader(transactions).find(PILOT)
    return log


class Watch:
    """Seconds of CPU time since it was made."""

    def __init__(self):
        self._began = time.process_time()

    @property
    def seconds(self):
        return time.process_time() - self._began


LINE = b"012345678\n"


def test_its_rows_are_few(stack, log):
    ((rows, size),) = stack.sql(
        "PilotLoggingDB", "SELECT COUNT(*), SUM(NumberOfBytes) FROM PilotLogBatches WHERE LogID = %s", (log.id,)
    )
    assert (log.next_sequence, log.bytes, int(size)) == (NUMBER, NUMBER, NUMBER) and rows < NUMBER / 150


def test_it_is_read_whole_in_time(stack, connect, log):
    before, watch = time.monotonic(), Watch()
    answer = connect("opal").call("getLogs", PILOT.stamp, ALPHA)
    seconds = time.monotonic() - before
    print(f"getLogs: {seconds:.2f} s")
    assert answer["Value"]["StdOut"].encode() == LINE * (NUMBER // 10)
    assert watch.seconds < MAX_SECONDS


def test_the_store_gives_it_and_its_end_in_time(transactions, log):
    reader, watch = SqlReader(transactions), Watch()
    assert b"".join(text for _, text in reader.chunks(log)) == LINE * (NUMBER // 10)
    print(f"chunks: {watch.seconds:.2f} s")
    assert watch.seconds < MAX_SECONDS
    watch = Watch()
    start = reader.tail_starts(log, 100, 10**6)
    assert watch.seconds < 0.2 and NUMBER - 1000 - 2 * 256 < start < NUMBER - 1000


def test_cursors_in_it_lead_on(connect, log):
    operator = connect("opal")
    database = operator.call("getLog", ALPHA, PILOT.stamp, "", 1)["Value"]["Cursor"].partition("-")[0]
    for sequence in (1, 255, 256, 257, NUMBER // 2, NUMBER - 1):
        page = operator.call("getLog", ALPHA, PILOT.stamp, f"{database}-1.{sequence}.0", 5000)["Value"]
        assert page["Text"] == (LINE * (NUMBER // 10))[sequence : sequence + 5000].decode()
        following = operator.call("getLog", ALPHA, PILOT.stamp, page["Cursor"], 10)["Value"]
        assert following["Text"] == (LINE * (NUMBER // 10))[sequence + 5000 : sequence + 5010].decode()


def test_the_page_and_its_live_tail_show_it_in_time(transactions, log):
    queries, reader, settings = SqlPageQueries(transactions), SqlReader(transactions), PageSettings()
    text, watch = DatabaseText(log, queries.sizes, reader.step), Watch()
    # the log is larger than the cache, as a longer one than the default's
    document = Document(ChunkCache(settings.cache_bytes // 4), settings)
    document.grow([(log, text)])
    assert (document.size, document.ended_lines) == (NUMBER, NUMBER // 10)
    assert [line.text for line in document.lines(NUMBER // 20, 100)] == [LINE[:-1]] * 100
    print(f"page: {watch.seconds:.2f} s")
    assert watch.seconds < MAX_SECONDS
    watch, cursor, found = Watch(), "1.0", b""
    while more := document.since(cursor):
        cursor, found = more.cursor, found + more.text.encode()
    print(f"live tail from the start: {watch.seconds:.2f} s")
    assert found == LINE * (NUMBER // 10) and watch.seconds < 2 * MAX_SECONDS
    watch = Watch()
    assert b"".join(document.stream()) == found
    assert watch.seconds < MAX_SECONDS
