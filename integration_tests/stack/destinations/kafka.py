"""Apache Kafka from Maven Central: one process that is broker and controller (KRaft).

Two listeners: `port` is for those with a certificate of the stack's authority, `password_port` for the user's password
(SASL PLAIN), both with TLS. Source: Kafka's documentation, Broker Configs and Encryption and Authentication using SSL.
"""

import subprocess
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives import serialization

from ..pki import write_private
from ..processes import StackError
from .java_server import java_command
from .packages import maven
from .server import LoginServer

VERSION = "4.1.2"
ARTEFACTS = (f"org.apache.kafka:kafka_2.13:{VERSION}",)
HEAP_MB = 384
CLUSTER_ID = "c3RhY2tzdGFja3N0YWNrcw"


@dataclass(frozen=True, kw_only=True)
class Kafka(LoginServer):
    """The broker; topics are made when they are first written to, with three partitions."""

    password_port: int
    controller_port: int

    def fetch(self):
        """Fetch the jars; return the class path. Raise Missing."""
        return [self.folder, f"{maven(f'kafka-{VERSION}', ARTEFACTS)}/*"]

    def prepare(self):
        """Write configuration and credentials, and format the storage when it is new; safe to repeat."""
        self.folder.mkdir(parents=True, exist_ok=True)
        write_private(self.folder / "host.pem", _pkcs8(self.key) + self.certificate.read_bytes())
        (self.folder / "log4j2.yaml").write_text(_LOGGING)
        write_private(
            self.folder / "server.properties",
            "".join(f"{name}={value}\n" for name, value in self._options().items()).encode(),
        )
        if not (self.folder / "data" / "meta.properties").exists():
            self._format()

    def _options(self):
        listeners = {"CERTIFICATE": self.port, "PASSWORD": self.password_port, "CONTROLLER": self.controller_port}
        login = "org.apache.kafka.common.security.plain.PlainLoginModule required"
        return {
            "process.roles": "broker,controller",
            "node.id": 1,
            "controller.quorum.voters": f"1@127.0.0.1:{self.controller_port}",
            "controller.listener.names": "CONTROLLER",
            "listeners": ",".join(f"{name}://127.0.0.1:{port}" for name, port in listeners.items()),
            "advertised.listeners": ",".join(
                f"{name}://localhost:{listeners[name]}" for name in ("CERTIFICATE", "PASSWORD")
            ),
            "listener.security.protocol.map": "CERTIFICATE:SSL,PASSWORD:SASL_SSL,CONTROLLER:PLAINTEXT",
            "inter.broker.listener.name": "CERTIFICATE",
            "ssl.keystore.type": "PEM",
            "ssl.keystore.location": self.folder / "host.pem",
            "ssl.truststore.type": "PEM",
            "ssl.truststore.location": self.authority,
            "listener.name.certificate.ssl.client.auth": "required",
            "listener.name.password.sasl.enabled.mechanisms": "PLAIN",
            "listener.name.password.plain.sasl.jaas.config": f'{login} user_{self.user}="{self.password}";',
            "log.dirs": self.folder / "data",
            "num.partitions": 3,
            "offsets.topic.num.partitions": 1,
            "offsets.topic.replication.factor": 1,
            "transaction.state.log.num.partitions": 1,
            "transaction.state.log.replication.factor": 1,
            "transaction.state.log.min.isr": 1,
            "share.coordinator.state.topic.num.partitions": 1,
            "share.coordinator.state.topic.replication.factor": 1,
            "share.coordinator.state.topic.min.isr": 1,
            "group.initial.rebalance.delay.ms": 0,
        }

    def _format(self):
        tool = ("format", "-t", CLUSTER_ID, "-c", self.folder / "server.properties")
        command = java_command(128, self.fetch(), "kafka.tools.StorageTool", *tool)
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise StackError(f"kafka's storage can't be formatted: {done.stdout}{done.stderr}")

    def command(self):
        """Return the argv; it stays in the foreground."""
        return java_command(HEAP_MB, self.fetch(), "kafka.Kafka", self.folder / "server.properties")


_LOGGING = """Configuration:
  Appenders:
    Console:
      name: console
      PatternLayout:
        pattern: "%d %p %c %m%n"
  Loggers:
    Root:
      level: WARN
      AppenderRef:
        ref: console
"""


def _pkcs8(key: Path):
    """Return a private key as Kafka reads it; OpenSSL's older form it does not."""
    found = serialization.load_pem_private_key(key.read_bytes(), None)
    return found.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
