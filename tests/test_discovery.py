"""DIRAC finds every part of the extension by its own means, in front of its own parts.

``./dev build`` runs this file once more on the wheel, in an environment that has nothing else of this checkout.
"""

import collections
import collections.abc
import posixpath
import re
import subprocess
import sys
from importlib import metadata, resources

import pytest
from DIRAC.ConfigurationSystem.Client import PathFinder
from DIRAC.Core.Base.private.ModuleLoader import ModuleLoader
from DIRAC.Core.Utilities import Extensions
from DIRAC.Core.Utilities.ObjectLoader import ObjectLoader
from DIRAC.FrameworkSystem.Client.ComponentInstaller import ComponentInstaller

import PilotLoggingDIRAC

# PyPI's tornado 5.1.1, which is not DIRAC's fork, looks for this alias when it is imported
if not hasattr(collections, "MutableMapping"):
    collections.MutableMapping = collections.abc.MutableMapping

OURS = "PilotLoggingDIRAC"
WMS, MONITORING = "WorkloadManagement", "Monitoring"

SERVICES = (
    (WMS, "TornadoPilotLogging"),
    (WMS, "PilotLogging"),
    (WMS, "PilotManager"),
    (WMS, "WMSAdministrator"),
    (WMS, "TornadoWMSAdministrator"),
    (MONITORING, "WebApp"),
)
AGENTS = ((WMS, "PilotLoggingAgent"), (WMS, "PilotLogForwardingAgent"))
CLIENTS = ("PilotLoggingClient", "TornadoPilotLoggingClient")
ENDPOINTS = ("PilotLogs", "PilotLogMetrics")
PLUGINS = ("PilotLoggingDownloadPlugin", "FileCacheDownloadPlugin")
COMMANDS = [
    point
    for point in metadata.distribution(OURS).entry_points
    if point.group == "console_scripts" and point.name.startswith("dirac-admin-pilot-logs-")
]


def test_extension_comes_before_dirac():
    extensions = Extensions.extensionsByPriority()
    assert extensions.index(OURS) < extensions.index("DIRAC")
    assert Extensions.getExtensionMetadata(OURS) == {"priority": 50}


def test_importing_the_package_loads_no_dirac():
    program = f"import sys, {OURS}; print([name for name in sys.modules if name.split('.')[0] == 'DIRAC'])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(("system", "service"), SERVICES)
def test_service_is_found(system, service):
    assert (f"{system}System", f"{service}Handler") in Extensions.findServices(OURS)


@pytest.mark.parametrize(("system", "agent"), AGENTS)
def test_agent_is_found(system, agent):
    assert (f"{system}System", agent) in Extensions.findAgents(OURS)


def test_database_is_found():
    assert Extensions.findDatabases(OURS) == [("WorkloadManagementSystem", "PilotLoggingDB.sql")]


def loaded_from(loader, full_name):
    result = loader.loadModule(full_name)
    assert result["OK"], result["Message"]
    return loader.getModules()[full_name]["classObj"].__module__


@pytest.mark.parametrize(("system", "service"), SERVICES)
def test_service_is_loaded_in_front_of_dirac_s(system, service):
    loader = ModuleLoader("Service", PathFinder.getServiceSection, moduleSuffix="Handler")
    assert loaded_from(loader, f"{system}/{service}") == f"{OURS}.{system}System.Service.{service}Handler"


@pytest.mark.parametrize(("system", "agent"), AGENTS)
def test_agent_is_loaded_in_front_of_dirac_s(system, agent):
    loader = ModuleLoader("Agent", PathFinder.getAgentSection)
    assert loaded_from(loader, f"{system}/{agent}") == f"{OURS}.{system}System.Agent.{agent}"


@pytest.mark.parametrize(("system", "service"), SERVICES)
def test_handler_is_loaded_as_an_object_too(system, service):
    result = ObjectLoader().loadObject(f"{system}System.Service.{service}Handler")
    assert result["OK"], result["Message"]
    assert result["Value"].__module__.startswith(f"{OURS}.")


@pytest.mark.parametrize("name", [*(f"Client.{client}" for client in CLIENTS), "DB.PilotLoggingDB"])
def test_clients_and_database_are_loaded_as_objects(name):
    result = ObjectLoader().loadObject(f"{WMS}System.{name}")
    assert result["OK"], result["Message"]
    assert result["Value"].__module__ == f"{OURS}.{WMS}System.{name}"


@pytest.mark.parametrize("plugin", PLUGINS)
def test_plugin_is_loaded_in_front_of_dirac_s(plugin):
    result = ObjectLoader().loadObject(f"{WMS}System.Client.PilotLoggingPlugins.{plugin}")
    assert result["OK"], result["Message"]
    assert result["Value"].__module__ == f"{OURS}.{WMS}System.Client.PilotLoggingPlugins.{plugin}"


@pytest.mark.parametrize("endpoint", ENDPOINTS)
def test_endpoint_is_loaded_by_dirac_s_server(endpoint):
    loader = ModuleLoader("API", PathFinder.getAPISection, moduleSuffix="Handler")
    assert loaded_from(loader, f"{WMS}/{endpoint}") == f"{OURS}.{WMS}System.API.{endpoint}Handler"


def test_every_command_is_installed_and_loads():
    scripts = resources.files(OURS) / f"{WMS}System" / "scripts"
    written = {path.name.removesuffix(".py") for path in scripts.iterdir() if path.name.startswith("dirac_")}
    assert {command.name.replace("-", "_") for command in COMMANDS} == written != set()
    for command in COMMANDS:
        assert callable(command.load())


def test_template_of_the_configuration_is_found():
    template = (resources.files(f"{OURS}.{WMS}System") / "ConfigTemplate.cfg").read_text()
    for name in ("TornadoPilotLogging", "PilotLoggingAgent", *ENDPOINTS):
        assert f"##BEGIN {name}\n" in template


def test_page_has_every_file_that_it_names():
    folder = resources.files(OURS) / "web" / "static"
    named, looked_at = {"index.html"}, set()
    while missing := named - looked_at:
        name = missing.pop()
        looked_at.add(name)
        text = (folder / name).read_text()
        named |= set(re.findall(r'/static/([\w/-]+\.\w+)"', text))
        beside = re.findall(r'from "(\.[\w./-]+)"', text)
        named |= {posixpath.normpath(posixpath.join(posixpath.dirname(name), path)) for path in beside}
    assert {"main.js", "style.css", "icon.svg", "log/tail.js"} <= named


def test_what_we_do_not_have_falls_through_to_dirac():
    assert ObjectLoader().loadObject(f"{WMS}System.Service.MatcherHandler")["Value"].__module__.startswith("DIRAC.")


def test_dirac_install_component_knows_our_components():
    components = ComponentInstaller().getSoftwareComponents([OURS])["Value"]
    for system, service in SERVICES:
        assert service in components["Services"][system]
    # agents are found by the word AgentModule in their file
    for system, agent in AGENTS:
        assert agent in components["Agents"][system]


def test_dirac_install_db_knows_our_database():
    databases = ComponentInstaller().getAvailableSQLDatabases([OURS, "DIRAC"])["Value"]
    assert databases["PilotLoggingDB"]["System"] == WMS


def test_package_has_one_version():
    assert metadata.version(OURS) == PilotLoggingDIRAC.__version__


def test_package_says_that_it_has_types():
    assert (resources.files(OURS) / "py.typed").is_file()
