"""One stack for all integration tests of a run, and what they share: a stamp of their own, connections by user."""

import uuid

import pytest

from . import grid
from .pilot import Connection
from .stack import Stack

STACK = pytest.StashKey[Stack]()
@pytest.fixture(scope="session")
def stack(tmp_path_factory, pytestconfig):
    """A stack that is up, without agents: tests run those one cycle at a time."""
    with Stack(tmp_path_factory.mktemp("stack")) as stack:
        stack.up()
        pytestconfig.stash[STACK] = stack
        yield stack


@pytest.fixture(scope="module", autouse=True)
def logs_end_with_their_module(pytestconfig):
    """No module meets the logs of another one, whichever ran before it on this stack."""
    yield
    if STACK in pytestconfig.stash:
        grid.forget_logs(pytestconfig.stash[STACK])


@pytest.fixture
def stamp():
    """A stamp as most CEs make it, that nobody else uses."""
    return uuid.uuid4().hex


@pytest.fixture(scope="session")
def connect(stack):
    """``connect(user)``: a connection to the HTTPS collector with that user's proxy, or as the host."""

    def make(user):
        credentials = stack.pki.host_folder() if user == "host" else stack.proxy(user)
        return Connection(stack.url("WorkloadManagement", "TornadoPilotLogging"), stack.pki.certificates, credentials)

    return make
