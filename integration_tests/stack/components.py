"""The parts of the stack that run as processes of DIRAC, and the databases they need.

Which code is run is DIRAC's choice: its loader takes ours where there is one, and its own otherwise.
"""

import importlib.util
from dataclasses import dataclass
from pathlib import Path

OURS = "PilotLoggingDIRAC"
TORNADO = "tornado"
SECOND_TORNADO = "tornado-2"  # the same once more on a port of its own; started by name only
BALANCER = "balancer"
MARIADB = "mariadb"
GALERA = ("galera-1", "galera-2", "galera-3")  # nodes of a cluster, if there is one; MARIADB is then HAProxy
CONFIGURATION = "Configuration"
PORTAL = "portal"
PORTAL_HTTP = "portal-http"  # it insists on that one, too
#: Ports of what logs are forwarded to, and of its other doors.
DESTINATIONS = (
    *("opensearch", "opensearch-node", "opensearch-cluster", "kafka", "kafka-password", "kafka-controller"),
    *("activemq", "activemq-certificate", "rabbitmq", "rabbitmq-cluster", "rabbitmq-mapper"),
    *("rsyslog", "rsyslog-json"),
)
STORAGE = ("xrootd", "s3")


@dataclass(frozen=True)
class Service:
    """A service: over DISET with a port of its own, or inside Tornado."""

    system: str
    name: str
    https: bool = False

    @property
    def full_name(self):
        """The name DIRAC starts it by."""
        return f"{self.system}/{self.name}"


@dataclass(frozen=True)
class Agent:
    """An agent, with the seconds between its cycles when it runs by itself."""

    system: str
    name: str
    polling_seconds: int = 10

    @property
    def full_name(self):
        """The name DIRAC starts it by."""
        return f"{self.system}/{self.name}"


WMS = "WorkloadManagement"
SERVICES = (
    Service(WMS, "TornadoPilotLogging", https=True),
    Service(WMS, "TornadoWMSAdministrator", https=True),
    Service(WMS, "PilotLogging"),
    Service(WMS, "PilotManager"),
    Service(WMS, "WMSAdministrator"),
    Service("Monitoring", "WebApp"),
    Service("DataManagement", "FileCatalog"),
    Service("Framework", "ProxyManager"),
    Service("ResourceStatus", "ResourceStatus"),
)
#: What only the portal needs; started with it.
PORTAL_SERVICE = Service("Framework", "UserProfileManager")
PORTAL_DATABASE = ("Framework", "UserProfileDB")
#: DIRAC's own mail service, started by tests of mail only.
NOTIFICATION = Service("Framework", "Notification")
#: Services that are started by their names only.
ON_DEMAND = (PORTAL_SERVICE, NOTIFICATION)
AGENTS = (Agent(WMS, "PilotLoggingAgent"), Agent(WMS, "PilotLogForwardingAgent"))
#: What Tornado serves besides services; a section of the CS each.
APIS = ((WMS, "PilotLogs"), (WMS, "PilotLogMetrics"))
OUR_DATABASE = "PilotLoggingDB"
DATABASES = (
    (WMS, "PilotAgentsDB"),
    (WMS, "JobDB"),
    (WMS, OUR_DATABASE),
    ("Framework", "ProxyDB"),
    ("DataManagement", "FileCatalogDB"),
    ("ResourceStatus", "ResourceStatusDB"),
)


def extension_folders():
    """Return the folders of DIRAC and of our extension, DIRAC's first, without importing either."""
    found = (importlib.util.find_spec(name) for name in ("DIRAC", OURS))
    return [Path(spec.origin).parent for spec in found if spec]


def exists(system, kind, name):
    """Return whether DIRAC or our extension has the file `<system>System/<kind>/<name>`."""
    return any((folder / f"{system}System" / kind / name).exists() for folder in extension_folders())


def services():
    """Return the services for which there is code."""
    return [service for service in SERVICES if exists(service.system, "Service", f"{service.name}Handler.py")]


def diset_services():
    """Return those that are a process of their own."""
    return [service for service in services() if not service.https]


def agents():
    """Return the agents for which there is code."""
    return [agent for agent in AGENTS if exists(agent.system, "Agent", f"{agent.name}.py")]


def apis():
    """Return (system, name) of the APIs for which there is code."""
    return [(system, name) for system, name in APIS if exists(system, "API", f"{name}Handler.py")]


def entry_point(name):
    """Return the launcher's words for a component, None when there is none of that name."""
    words = {TORNADO: ["tornado"], SECOND_TORNADO: ["tornado"], CONFIGURATION: ["service", "Configuration/Server"]}
    words[PORTAL] = ["portal", "-o", "/DIRAC/Setup=stack"]
    words |= {service.name: ["service", service.full_name] for service in (*diset_services(), *ON_DEMAND)}
    words |= {agent.name: ["agent", agent.full_name] for agent in agents()}
    # `PilotLoggingAgent-2` is one more of the same, started by name only
    return words.get(name) or words.get(name.partition("-")[0])


def databases():
    """Return (system, name) of the databases for which there is a schema."""
    return [(system, name) for system, name in DATABASES if exists(system, "DB", f"{name}.sql")]


def galera_ports(name):
    """Return the names of a node's other ports: the cluster's talk, changes that it missed, a copy of all data."""
    return [f"{name}-group", f"{name}-ist", f"{name}-sst"]


def port_names():
    """Return the names of all that may listen, whether there is code for it yet or not."""
    diset = (service.name for service in (*SERVICES, *ON_DEMAND) if not service.https)
    own = [MARIADB, TORNADO, SECOND_TORNADO, BALANCER, CONFIGURATION, *DESTINATIONS, PORTAL, PORTAL_HTTP]
    cluster = (port for name in GALERA for port in (name, *galera_ports(name)))
    return [*own, *STORAGE, *cluster, *diset]
