"""Texts of logs that are sent again, on sqlite: whole, or an error that names what is wrong."""

import pytest
from sqlalchemy import update

from PilotLoggingDIRAC.assembly.forwarding.texts import LogTexts
from PilotLoggingDIRAC.pilotlog.errors import LogNotFound
from PilotLoggingDIRAC.pilotlog.forward.settings import ForwardSettings
from PilotLoggingDIRAC.pilotlog.sql.schema.tables import batches
from tests.custody_contract import World
from tests.forward_contract import UNKNOWN_DICTIONARY


@pytest.fixture
def world(transactions, clock):
    return World(transactions, clock)


@pytest.fixture
def texts(world):
    found = LogTexts(world, ForwardSettings(), lambda name, default: default)
    yield found
    found.close()


def test_text_of_the_database_comes_with_the_numbers_of_its_messages(world, texts):
    world.send(b"one\n")
    world.send(b"two\n")
    assert list(texts(world.log())) == [(0, b"one\n"), (1, b"two\n")]


@pytest.mark.parametrize("payload", [b"\x28\xb5\x2f\xfdxxxx", UNKNOWN_DICTIONARY])
def test_damaged_text_is_told(world, texts, transactions, payload):
    world.send(b"one\n")
    spoil = update(batches).values(Payload=payload)
    transactions.run(lambda connection: connection.execute(spoil) and None)
    with pytest.raises(LogNotFound, match="damaged"):
        list(texts(world.log()))


def test_log_that_is_nowhere_is_told(world, texts):
    world.finish()
    assert world.custody.keep([world.log().id]) == 1
    assert world.custody.purge_kept([world.log().id], world.later(days=1)) == 1
    with pytest.raises(LogNotFound, match="no longer kept"):
        list(texts(world.log()))
