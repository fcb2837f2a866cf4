"""RabbitMQ of Debian 12 with its STOMP plugin, over TLS.

Users log in with their password, or with a certificate: its common name is then the user's. Erlang's port mapper runs
in the foreground beside the broker, so that it ends with it. Sources: RabbitMQ 3.10's documentation (Configuration,
STOMP plugin, TLS), Erlang/OTP 25's of erl and epmd.
"""

import json
import os
import stat
from dataclasses import dataclass

from .. import world
from .packages import debian
from .server import LoginServer

_ERLANG = (
    "asn1 base crypto eldap ftp inets mnesia os-mon parsetools public-key runtime-tools snmp ssl syntax-tools tftp "
    "tools xmerl"
)
PACKAGES = ("rabbitmq-server", *(f"erlang-{name}" for name in _ERLANG.split()))
PLUGINS = ("rabbitmq_stomp", "rabbitmq_auth_mechanism_ssl")
#: A queue that is there from the first start on. One that a client's message makes, and what it holds, may be lost when
#: the broker is killed right after it has confirmed the message.
LASTING = "lasting"
_ALL = {"configure": ".*", "write": ".*", "read": ".*"}


@dataclass(frozen=True, kw_only=True)
class RabbitMQ(LoginServer):
    """The broker, at `port` for STOMP."""

    cluster_port: int
    mapper_port: int

    def fetch(self):
        """Return the folder of the unpacked packages. Raise Missing."""
        return debian("rabbitmq", PACKAGES)

    def prepare(self):
        """Write configuration, users and starters; safe to repeat."""
        self.folder.mkdir(parents=True, exist_ok=True)
        options = {
            "listeners.tcp": "none",
            "stomp.listeners.tcp": "none",
            "stomp.listeners.ssl.1": f"127.0.0.1:{self.port}",
            "stomp.ssl_cert_login": "true",
            "ssl_cert_login_from": "common_name",
            "ssl_options.cacertfile": self.authority,
            "ssl_options.certfile": self.certificate,
            "ssl_options.keyfile": self.key,
            "ssl_options.verify": "verify_peer",
            "ssl_options.fail_if_no_peer_cert": "false",
            "load_definitions": self.folder / "definitions.json",
            "disk_free_limit.absolute": "50MB",
            "log.console": "true",
            "log.console.level": "warning",
            "log.file": "false",
        }
        text = "".join(f"{name} = {value}\n" for name, value in options.items())
        (self.folder / "rabbitmq.conf").write_text(text)
        (self.folder / "enabled_plugins").write_text(f"[{','.join(PLUGINS)}].\n")
        (self.folder / "definitions.json").write_text(json.dumps(self._definitions()))
        self._write_starter("erl", 'exec "$BINDIR/erlexec" "$@"')
        self._write_starter("broker", f'"$BINDIR/epmd" &\nexec {self._programs() / "sbin" / "rabbitmq-server"}')

    def _definitions(self):
        names = (self.user, world.HOST)
        return {
            "users": [{"name": name, "password": self.password, "tags": ""} for name in names],
            "vhosts": [{"name": "/"}],
            "permissions": [{"user": name, "vhost": "/", **_ALL} for name in names],
            "queues": [{"name": LASTING, "vhost": "/", "durable": True, "auto_delete": False, "arguments": {}}],
        }

    def _programs(self):
        return next((self.fetch() / "usr/lib/rabbitmq/lib").glob("rabbitmq_server-*"))

    def _write_starter(self, name, line):
        path = self.folder / "bin" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"#!/bin/sh\n{line}\n")
        path.chmod(path.stat().st_mode | stat.S_IXUSR)

    def command(self):
        """Return the argv; it stays in the foreground."""
        return [str(self.folder / "bin" / "broker")]

    def environment(self):
        """Return what the command needs in its environment."""
        erlang = self.fetch() / "usr/lib/erlang"
        ours = {
            "NODENAME": "stack@localhost",
            "DIST_PORT": self.cluster_port,
            "CONFIG_FILE": self.folder / "rabbitmq.conf",
            "ENABLED_PLUGINS_FILE": self.folder / "enabled_plugins",
            "PLUGINS_DIR": self._programs() / "plugins",
            "MNESIA_BASE": self.folder / "data",
            "LOG_BASE": self.folder / "log",
            "LOGS": "-",
            "CONF_ENV_FILE": "/dev/null",
            "SERVER_ADDITIONAL_ERL_ARGS": "-kernel inet_dist_use_interface {127,0,0,1} +sbwt none",
        }
        return {f"RABBITMQ_{name}": str(value) for name, value in ours.items()} | {
            "HOME": str(self.folder),
            "PATH": f"{self.folder / 'bin'}:{erlang / 'bin'}:{os.environ.get('PATH', '/usr/bin:/bin')}",
            "ROOTDIR": str(erlang),
            "BINDIR": str(next(erlang.glob("erts-*/bin"))),
            "EMU": "beam",
            "PROGNAME": "erl",
            "ERL_EPMD_PORT": str(self.mapper_port),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
        }
