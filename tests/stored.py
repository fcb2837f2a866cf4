"""Fixtures of a store with logs in it: import them where they are used."""

import pytest
import zstandard

from PilotLoggingDIRAC.pilotlog.model import Numbered
from PilotLoggingDIRAC.pilotlog.sql.admin.importer import SqlImporter
from PilotLoggingDIRAC.pilotlog.sql.read.reader import SqlReader
from PilotLoggingDIRAC.pilotlog.sql.schema import dictionaries
from PilotLoggingDIRAC.pilotlog.sql.schema.dictionaries import dictionary
from PilotLoggingDIRAC.pilotlog.sql.write.appender import SqlAppender

from .conftest import PILOT, answered, batch


@pytest.fixture
def reader(transactions):
    return SqlReader(transactions)


@pytest.fixture
def importer(transactions, clock):
    return SqlImporter(transactions, clock)


@pytest.fixture
def store(transactions, clock):
    """Store messages of the pilot, in one group."""
    appender, numbers = SqlAppender(transactions, clock), iter(range(1, 1000))

    def append(*texts, return_code=None, pilot=PILOT):
        group = []
        for text in texts:
            number = next(numbers)
            group.append(Numbered(number, answered(batch(text, pilot, clock()), number)))
        if return_code is not None:
            group.append(Numbered(next(numbers), batch(b"", pilot, clock(), return_code)))
        appender.append("e", group)

    return append


@pytest.fixture
def alter(transactions):
    """Change rows of the store as other components do."""
    return lambda statement: transactions.run(lambda connection: connection.execute(statement))


@pytest.fixture
def other():
    """A dictionary that a later version of the package brought: this one has no file of it."""
    texts = [b"%d a line that is told by another pilot %d\n" % (number, number % 7) for number in range(5000)]
    made = dictionaries.Dictionary(zstandard.train_dictionary(2048, texts, dict_id=40_000).as_bytes())
    yield made
    dictionary._learned.pop(made.number, None)
