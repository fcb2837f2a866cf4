"""One URL for each collector, whatever is installed in which order; see docs/decisions/0003-collector-urls.rst."""

import itertools

import pytest
from DIRAC.ConfigurationSystem.Client.ConfigurationData import gConfigurationData

from PilotLoggingDIRAC.commands.client import CollectorClient
from PilotLoggingDIRAC.commands.installation import collector_urls
from PilotLoggingDIRAC.commands.installation.collector_urls import DISET, HTTPS, NotACollectorURL
from PilotLoggingDIRAC.WorkloadManagementSystem.Client.TornadoPilotLoggingClient import TornadoPilotLoggingClient
from PilotLoggingDIRAC.WorkloadManagementSystem.scripts.dirac_admin_pilot_logs_urls import arrange
from tests.local_cs import LocalCS, LocalInstaller

URLS = "Systems/WorkloadManagement/URLs"
ONE = "https://one.example.org:8443/WorkloadManagement/TornadoPilotLogging"
TWO = "https://two.example.org:8443/WorkloadManagement/TornadoPilotLogging"
DIPS = "dips://one.example.org:9147/WorkloadManagement/PilotLogging"


@pytest.fixture
def cs():
    return LocalCS()


def urls(cs):
    return {name: cs.value(f"{URLS}/{name}") for name in (HTTPS, DISET)}


def install(cs, collector, host="one.example.org", **options):
    assert LocalInstaller(cs, host).install("service", collector, **options)["OK"]


def test_installer_registers_https_under_the_other_name(cs):
    # why all this is needed; when DIRAC changes this, it can go
    install(cs, HTTPS)
    assert urls(cs) == {HTTPS: None, DISET: ONE}


def test_installing_diset_does_not_write_over_https(cs):
    install(cs, HTTPS)
    install(cs, DISET)
    assert urls(cs) == {HTTPS: None, DISET: ONE}


@pytest.mark.parametrize("steps", itertools.permutations(["https", "diset"]))
def test_each_collector_has_its_url_when_the_command_is_run_after_each_installation(cs, steps):
    codes = []
    for step in steps:
        if step == "https":
            install(cs, HTTPS)
        else:
            install(cs, DISET, Port="9147")
        codes.append(arrange(cs, []))
    if steps[0] == "diset":
        # the installer has written over it, and the command says so
        assert (urls(cs), codes) == ({HTTPS: ONE, DISET: None}, [0, 2])
        assert arrange(cs, [DIPS]) == 0
    assert urls(cs) == {HTTPS: ONE, DISET: DIPS}


def test_https_url_that_was_written_over_is_missed_aloud(cs):
    install(cs, HTTPS)
    install(cs, DISET, Port="9147")
    assert arrange(cs, []) == 2
    assert arrange(cs, [ONE]) == 0
    assert urls(cs) == {HTTPS: ONE, DISET: DIPS}


def test_second_host_is_added_to_the_first(cs):
    install(cs, HTTPS)
    arrange(cs, [])
    other = LocalInstaller(cs, "two.example.org")
    other.addDefaultOptionsToCS(
        cs, "service", "WorkloadManagement", HTTPS, ["PilotLoggingDIRAC", "DIRAC"], overwrite=True
    )
    assert arrange(cs, []) == 0
    assert urls(cs) == {HTTPS: f"{ONE}, {TWO}", DISET: None}


def test_arranging_again_writes_nothing(cs):
    install(cs, HTTPS)
    arrange(cs, [])
    assert (arrange(cs, []), cs.commits) == (0, 1)


def test_dry_run_writes_nothing(cs):
    install(cs, HTTPS)
    before = str(cs.cfg)
    assert (arrange(cs, [TWO], dry_run=True), cs.commits, str(cs.cfg)) == (0, 0, before)


@pytest.mark.parametrize(
    "url",
    [
        "http://one:8443/WorkloadManagement/TornadoPilotLogging",
        "https://one:8443/WorkloadManagement/PilotLogging",
        "https://one:8443/WorkloadManagement/PilotManager",
        "one:8443",
        "",
    ],
)
def test_url_of_something_else_is_refused(cs, url):
    with pytest.raises(NotACollectorURL):
        arrange(cs, [url])
    assert cs.commits == 0


@pytest.fixture
def registered():
    """``registered(name, url)`` registers a URL in the configuration that clients read."""
    written = []

    def register(name, url):
        written.append(f"/{URLS}/{name}")
        gConfigurationData.setOptionInCFG(written[-1], url)

    yield register
    for path in written:
        gConfigurationData.deleteOptionInCFG(path)


CLIENTS = pytest.mark.parametrize("client", [CollectorClient, TornadoPilotLoggingClient])


@CLIENTS
def test_client_finds_the_collector_right_after_the_installer(client, registered):
    registered(DISET, ONE)
    assert client().getServer() == "WorkloadManagement/PilotLogging"


@CLIENTS
def test_client_prefers_https(client, registered):
    registered(DISET, DIPS)
    registered(HTTPS, ONE)
    assert client().getServer() == "WorkloadManagement/TornadoPilotLogging"


@CLIENTS
def test_client_goes_where_it_is_told(client, registered):
    registered(HTTPS, ONE)
    assert client(TWO).getServer() == TWO


def test_without_any_url_clients_ask_for_the_name_that_stock_clients_ask_for():
    assert collector_urls.service_name() == "WorkloadManagement/TornadoPilotLogging"


@CLIENTS
def test_client_has_the_methods_of_the_service(client):
    for method in ("getLog", "getLogs", "getPilotLogs", "getStatus", "getMetadata", "importLog"):
        assert method in dir(client)
