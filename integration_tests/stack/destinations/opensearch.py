"""OpenSearch: one node from Maven Central's artefacts, and HAProxy in front for TLS, passwords and certificates.

The node itself speaks plain HTTP: OpenSearch's security plugin comes only with its distribution. Without a
distribution there is no program that loads modules from folders, so `OpenSearchNode.java` gives them to the node.
"""

import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path

from ..balancer import PROGRAM
from ..pki import write_private
from .java_server import java_command
from .packages import Missing, compiled, maven
from .server import LoginServer, Server

VERSION = "2.19.6"
ARTEFACTS = (
    f"org.opensearch:opensearch:{VERSION}",
    f"org.opensearch.plugin:transport-netty4-client:{VERSION}",
    f"org.opensearch.plugin:lang-painless:{VERSION}",
    f"org.opensearch.plugin:analysis-common:{VERSION}",
    "org.apache.logging.log4j:log4j-core:2.25.4",
)
HEAP_MB = 512


@dataclass(frozen=True, kw_only=True)
class OpenSearch(Server):
    """The node, at `port` for HTTP."""

    transport_port: int

    def fetch(self):
        """Fetch what the node is made of; return the class path. Raise Missing."""
        jars = maven(f"opensearch-{VERSION}", ARTEFACTS)
        launcher = compiled(f"opensearch-{VERSION}-node", Path(__file__).with_name("OpenSearchNode.java"), jars)
        return [launcher, f"{jars}/*"]

    def prepare(self):
        """Write the configuration; safe to repeat."""
        (self.folder / "config").mkdir(parents=True, exist_ok=True)
        lines = {
            "cluster.name": "stack",
            "node.name": "stack-1",
            "discovery.type": "single-node",
            "network.host": "127.0.0.1",
            "http.port": self.port,
            "transport.port": self.transport_port,
            "path.data": self.folder / "data",
            "path.logs": self.folder / "logs",
            # so that a test's request can be too large
            "http.max_content_length": "4mb",
            # a test's disk may be fuller than an engine likes
            "cluster.routing.allocation.disk.threshold_enabled": "false",
        }
        text = "".join(f"{name}: {value}\n" for name, value in lines.items())
        (self.folder / "config" / "opensearch.yml").write_text(text)

    def command(self):
        """Return the argv; it stays in the foreground."""
        return java_command(HEAP_MB, self.fetch(), "OpenSearchNode", self.folder)

    def ready(self):
        """Whether the node answers, with shards assigned."""
        url = f"http://127.0.0.1:{self.port}/_cluster/health?wait_for_status=yellow&timeout=1s"
        direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            return direct.open(url, timeout=5).status == 200
        except (OSError, urllib.error.URLError):
            return False


@dataclass(frozen=True, kw_only=True)
class Front(LoginServer):
    """HAProxy in front of the node: whoever comes needs the password or a certificate of the authority."""

    node_port: int

    def fetch(self):
        """Raise Missing where there is no HAProxy."""
        if not Path(PROGRAM).exists():
            raise Missing("there is no HAProxy: apt-get install haproxy")

    def prepare(self):
        """Write the configuration and the certificate with its key; safe to repeat."""
        self.folder.mkdir(parents=True, exist_ok=True)
        both = self.folder / "host.pem"
        write_private(both, self.certificate.read_bytes() + self.key.read_bytes())
        (self.folder / "haproxy.cfg").write_text(
            "defaults\n    mode http\n    timeout connect 5s\n    timeout client 60s\n    timeout server 60s\n"
            f"userlist known\n    user {self.user} insecure-password {self.password}\n"
            "frontend opensearch\n"
            f"    bind 127.0.0.1:{self.port} ssl crt {both} ca-file {self.authority} verify optional\n"
            "    http-request auth unless { ssl_c_used } or { http_auth(known) }\n"
            "    default_backend node\n"
            f"backend node\n    server node 127.0.0.1:{self.node_port}\n"
        )

    def command(self):
        """Return the argv; it stays in the foreground."""
        return [PROGRAM, "-db", "-f", str(self.folder / "haproxy.cfg")]
