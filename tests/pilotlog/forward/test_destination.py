"""The contract of destinations, on one in memory: so its tests are seen to pass without an outside system."""

import json

import pytest

from PilotLoggingDIRAC.pilotlog.errors import DestinationUnavailable

from ...destination_contract import DestinationContract


class InMemory:
    def __init__(self, is_there=True):
        self.is_there, self.lines = is_there, []

    def send(self, records):
        if not self.is_there:
            raise DestinationUnavailable("nobody answers")
        self.lines += [record.as_json() for record in records]
        return ()

    def close(self):
        pass


class TestInMemory(DestinationContract):
    @pytest.fixture
    def destination(self):
        return InMemory()

    @pytest.fixture
    def received(self, destination):
        return lambda: [json.loads(line) for line in destination.lines]

    @pytest.fixture
    def unreachable(self):
        return InMemory(is_there=False)
