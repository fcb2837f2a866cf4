"""ActiveMQ of Debian 12 with STOMP over TLS: two brokers in one process, as one knows one way to log in over TLS.

`port` is for the user's password, `certificate_port` for the host's certificate. Sources: ActiveMQ 5's documentation
(STOMP, Security, How do I use SSL).
"""

import os
import subprocess
from dataclasses import dataclass

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.serialization import pkcs12

from .. import environment, world
from ..pki import write_private
from ..processes import is_listening
from .java_server import java_command
from .packages import Missing, debian, java
from .server import LoginServer

_ACTIVEMQ = "broker client console jaas kahadb-store openwire-legacy protobuf spring stomp"
_GERONIMO = "geronimo-jms_1.1_spec geronimo-j2ee-management-1.1-spec geronimo-jta-1.2-spec"
_SPRING = "core beans context expression aop"
_OTHERS = "hawtbuf slf4j-api slf4j-simple xbean-spring commons-logging"
JARS = (
    *(f"activemq-{name}" for name in _ACTIVEMQ.split()),
    *_GERONIMO.split(),
    *(f"spring3-{name}" for name in _SPRING.split()),
    *_OTHERS.split(),
)
PACKAGES = (
    "libactivemq-java",
    "libactivemq-protobuf-java",
    "libgeronimo-jms-1.1-spec-java",
    "libgeronimo-j2ee-management-1.1-spec-java",
    "libgeronimo-jta-1.2-spec-java",
    *(f"libspring-{name}-java" for name in _SPRING.split()),
    "libhawtbuf-java",
    "libslf4j-java",
    "libxbean-java",
    "libcommons-logging-java",
)
HEAP_MB = 256
#: A killed process loses nothing by it; only a machine that fails would.
_SYNC = "never" if os.environ.get(environment.QUICK_START) else "always"


@dataclass(frozen=True, kw_only=True)
class ActiveMQ(LoginServer):
    """The brokers; each keeps its messages in a store of its own."""

    certificate_port: int

    def fetch(self):
        """Return the class path. Raise Missing."""
        folder = debian("activemq", PACKAGES) / "usr/share/java"
        if lacking := [jar for jar in JARS if not (folder / f"{jar}.jar").exists()]:
            raise Missing(f"Debian's ActiveMQ comes without {', '.join(lacking)}")
        return [folder / f"{jar}.jar" for jar in JARS]

    def prepare(self):
        """Write configuration, logins and key stores; safe to repeat."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self._write_key_stores()
        (self.folder / "login.config").write_text(
            "certificates { org.apache.activemq.jaas.TextFileCertificateLoginModule required\n"
            f'  baseDir="{self.folder}"\n'
            '  org.apache.activemq.jaas.textfiledn.user="users"\n'
            '  org.apache.activemq.jaas.textfiledn.group="groups"; };\n'
        )
        subject = ", ".join(f"{key}={value}" for key, value in reversed(world.subject(world.HOST)))
        (self.folder / "users").write_text(f"host={subject}\n")
        (self.folder / "groups").write_text("forwarders=host\n")
        write_private(self.folder / "activemq.xml", self._configuration().encode())

    def _write_key_stores(self):
        certificate = x509.load_pem_x509_certificate(self.certificate.read_bytes())
        key = serialization.load_pem_private_key(self.key.read_bytes(), None)
        secret = serialization.BestAvailableEncryption(self.password.encode())
        bundle = pkcs12.serialize_key_and_certificates(b"host", key, certificate, None, secret)
        write_private(self.folder / "host.p12", bundle)
        trusted = self.folder / "authority.p12"
        if not trusted.exists():
            where = ["-keystore", trusted, "-storetype", "PKCS12", "-storepass", self.password]
            command = [java("keytool"), "-importcert", "-noprompt", "-alias", "ca", "-file", self.authority, *where]
            subprocess.run(command, check=True, capture_output=True)

    def _configuration(self):
        login = f'<authenticationUser username="{self.user}" password="{self.password}" groups="forwarders"/>'
        passwords = f"<simpleAuthenticationPlugin><users>{login}</users></simpleAuthenticationPlugin>"
        certificates = '<jaasCertificateAuthenticationPlugin configuration="certificates"/>'
        brokers = (
            self._broker("passwords", self.port, "", passwords),
            self._broker("certificates", self.certificate_port, "?transport.needClientAuth=true", certificates),
        )
        return _BEANS.format("".join(brokers))

    def _broker(self, name, port, options, plugin):
        return _BROKER.format(
            name=name, folder=self.folder, uri=f"stomp+ssl://127.0.0.1:{port}{options}", plugin=plugin,
            password=self.password, sync=_SYNC,
        )  # fmt: skip

    def command(self):
        """Return the argv; it stays in the foreground."""
        settings = {
            "activemq.home": self.folder,
            "activemq.base": self.folder,
            "java.security.auth.login.config": self.folder / "login.config",
            "org.slf4j.simpleLogger.defaultLogLevel": "warn",
        }
        properties = [f"-D{name}={value}" for name, value in settings.items()]
        start = ("start", f"xbean:file:{self.folder}/activemq.xml")
        main = "org.apache.activemq.console.Main"
        return java_command(HEAP_MB, self.fetch(), main, *start, properties=properties)

    def ready(self):
        """Whether both brokers listen."""
        return super().ready() and is_listening(self.certificate_port)


_BEANS = """<beans xmlns="http://www.springframework.org/schema/beans"
  xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="
  http://www.springframework.org/schema/beans http://www.springframework.org/schema/beans/spring-beans-2.0.xsd
  http://activemq.apache.org/schema/core http://activemq.apache.org/schema/core/activemq-core.xsd">
{}</beans>
"""
_BROKER = """  <broker xmlns="http://activemq.apache.org/schema/core" brokerName="{name}" useJmx="false" start="true"
    dataDirectory="{folder}/{name}">
    <persistenceAdapter>
      <kahaDB directory="{folder}/{name}/kahadb" journalDiskSyncStrategy="{sync}"/>
    </persistenceAdapter>
    <plugins>{plugin}</plugins>
    <sslContext><sslContext keyStore="file:{folder}/host.p12" keyStoreType="PKCS12" keyStorePassword="{password}"
      trustStore="file:{folder}/authority.p12" trustStoreType="PKCS12" trustStorePassword="{password}"/></sslContext>
    <systemUsage><systemUsage>
      <memoryUsage><memoryUsage limit="64 mb"/></memoryUsage>
      <storeUsage><storeUsage limit="512 mb"/></storeUsage>
      <tempUsage><tempUsage limit="128 mb"/></tempUsage>
    </systemUsage></systemUsage>
    <transportConnectors><transportConnector name="{name}-stomp" uri="{uri}"/></transportConnectors>
  </broker>
"""
