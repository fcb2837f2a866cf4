"""One stack for all integration tests of a process, and what they share: a stamp of their own, connections by user.

``./dev test`` runs five processes side by side, each with whole modules and a stack of its own.
"""

import os
import shutil
import signal
import tempfile
import uuid
from functools import partial

import pytest

from . import grid
from .pilot import Connection
from .stack import Stack, ending, environment, ports
from .store import store_url, transactions  # noqa: F401  (fixtures)
from .waiting import stored

STACK = pytest.StashKey[Stack]()
#: The modules that take longest, longest first: what is left for the end is short, so that the processes end together.
LONG = (
    "test_commands", "test_agent_storage", "test_destination_kafka", "test_agent", "test_page",
    "test_faults_destinations", "test_notices", "test_deleting", "test_faults", "test_commands_follow",
    "test_faults_bundles", "test_stopping", "test_forwarding", "test_sources", "test_balancer", "test_page_tail",
    "test_replaying", "test_page_overview", "test_idle_connections", "test_slow_bodies", "test_diagnosing",
    "test_bodies", "test_access_matrix", "test_bundles", "test_installation", "test_job_pilot_output",
    "test_what_may_be_lost", "test_fuzz", "test_alarms", "test_tokens", "test_metrics", "test_expired_certificates",
    "test_portal", "test_destinations", "test_whole_reads", "test_identity", "test_forwarding_engines",
    "test_running_pilots", "test_diagnosis", "test_retry", "test_identities", "test_destination_opensearch",
    "test_search_engine", "test_collector_diset", "test_header_certificates",
)  # fmt: skip
#: The variable that tells workers the process which started them.
_FIRST_PROCESS = "TESTS_FIRST_PROCESS"


def pytest_configure(config):
    """Give each process ports of its own for its stacks, which start quickly and end with what started them."""
    os.environ[environment.QUICK_START] = "yes"
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # an interrupt ends the session in good order
    worker = os.environ.get("PYTEST_XDIST_WORKER")
    if not worker:
        folder = os.environ[environment.IDENTITIES] = tempfile.mkdtemp(prefix="identities-")
        config.add_cleanup(partial(shutil.rmtree, folder))
        os.environ[_FIRST_PROCESS] = str(os.getpid())
    else:
        ending.end_with(int(os.environ[_FIRST_PROCESS]), signal.SIGKILL)
        number = int(worker.removeprefix("gw"))
        os.environ[ports.RANGE] = ports.part(number, int(os.environ["PYTEST_XDIST_WORKER_COUNT"]))


def pytest_collection_modifyitems(items):
    """Put long modules first; within a module the order stays."""
    places = {f"{__package__}.{name}": place for place, name in enumerate(LONG)}
    items.sort(key=lambda item: places.get(item.module.__name__, len(LONG)))


@pytest.fixture(scope="session")
def stack(tmp_path_factory, pytestconfig):
    """A stack that is up, without agents: tests run those one cycle at a time."""
    with Stack(tmp_path_factory.mktemp("stack")) as stack:
        stack.up()
        pytestconfig.stash[STACK] = stack
        yield stack


@pytest.fixture(scope="module", autouse=True)
def all_ends_with_its_module(pytestconfig):
    """No module meets logs, pilots or options of another one, whichever ran before it on this stack."""
    yield
    if STACK in pytestconfig.stash:
        stack = pytestconfig.stash[STACK]
        left = stack.left_options()
        if left:
            stack.reset_options()
        grid.forget_all(stack)
        assert not left, "a module leaves options as it set them"


@pytest.fixture
def stamp():
    """A stamp as most CEs make it, that nobody else uses."""
    return uuid.uuid4().hex


def connector(stack):
    """Return ``connect(user)``: a connection to the stack's HTTPS collector with that user's proxy, or as the host.

    Its ``send`` and ``finalise`` return when what was acknowledged is in the database; ``waits`` False: at once.
    """

    def make(user, waits=True):
        credentials = stack.pki.host_folder() if user == "host" else stack.proxy(user)
        url, kept = stack.url("WorkloadManagement", "TornadoPilotLogging"), {}
        if waits:
            kept = {"stored": lambda: stored(stack)}
        return Connection(url, stack.pki.certificates, credentials, **kept)

    return make


@pytest.fixture(scope="session")
def connect(stack):
    """``connect(user)`` of the shared stack; see ``connector``."""
    return connector(stack)
