"""The servers of destinations in a stack: where they live, on which ports, and how they are started."""

from ..processes import StackError, wait_until
from .activemq import ActiveMQ
from .kafka import Kafka
from .opensearch import Front, OpenSearch
from .packages import Missing
from .rabbitmq import RabbitMQ
from .rsyslog import Rsyslog
from .server import LoginServer, TLSServer

USER, PASSWORD = "forwarder", "stack-password"
READY_SECONDS = 120
#: What is started for a name; the component of that name itself comes last.
PARTS = {
    "opensearch": ("opensearch-node", "opensearch"),
    "kafka": ("kafka",),
    "activemq": ("activemq",),
    "rabbitmq": ("rabbitmq",),
    "rsyslog": ("rsyslog",),
}
NAMES = tuple(PARTS)
#: The class of each component, and its ports besides its own.
_MAKERS = {
    "opensearch-node": (OpenSearch, {"transport_port": "opensearch-cluster"}),
    "opensearch": (Front, {"node_port": "opensearch-node"}),
    "kafka": (Kafka, {"password_port": "kafka-password", "controller_port": "kafka-controller"}),
    "activemq": (ActiveMQ, {"certificate_port": "activemq-certificate"}),
    "rabbitmq": (RabbitMQ, {"cluster_port": "rabbitmq-cluster", "mapper_port": "rabbitmq-mapper"}),
    "rsyslog": (Rsyslog, {"json_port": "rsyslog-json"}),
}


class Destinations:
    """The servers by name; `NAMES` has them."""

    components = tuple(part for parts in PARTS.values() for part in parts)

    def __init__(self, stack):
        self._stack = stack

    def server(self, name):
        """Return the server of a component, prepared or not."""
        make, more = _MAKERS[name]
        settings = {"folder": self._stack.root / name, "port": self._stack.ports[name]}
        settings |= {field: self._stack.ports[port] for field, port in more.items()}
        if issubclass(make, TLSServer):
            settings |= self._tls()
        if issubclass(make, LoginServer):
            settings |= {"user": USER, "password": PASSWORD}
        return make(**settings)

    def start(self, *names):
        """Start destinations, all at once, and return when they answer. Raise Missing before anything is started."""
        parts = [part for name in names for part in PARTS[name]]
        for part in parts:
            self.server(part).fetch()
        self._stack.start(*parts)

    def start_those_there_are(self, say):
        """Start all that can be had, and say what is missing; return the names of those that run."""
        there = []
        for name in NAMES:
            try:
                self.start(name)
            except Missing as missing:
                say(f"without {name}: {missing}")
            else:
                there.append(name)
        return there

    def stop(self, *names):
        """Stop destinations."""
        self._stack.stop(*(part for name in names for part in reversed(PARTS[name])))

    def wait(self, name):
        """Return when the server answers."""
        if not wait_until(self.server(name).ready, READY_SECONDS):
            raise StackError(f"{name} does not answer; see {self._stack.log(name)}")

    def _tls(self):
        pki = self._stack.pki
        return {
            "certificate": pki.certificate("host"),
            "key": pki.key("host"),
            "authority": pki.certificate("ca"),
        }
