"""Three MariaDB nodes that hold the same data, and HAProxy in front at the database's port, as the guide shows.

In a stack the component MARIADB is then HAProxy, and the nodes are components of their own. Sources: MariaDB's
documentation of Galera (system variables wsrep_*, provider options), HAProxy 2.6's configuration manual.
"""

import os
import re
import subprocess
from pathlib import Path

import MySQLdb

from . import environment
from .balancer import PROGRAM
from .components import GALERA, MARIADB, galera_ports
from .mariadb import MariaDB
from .processes import StackError, is_listening, wait_until

GUIDE = environment.TOP / "docs" / "administrator" / "haproxy-database.cfg"
CHECK = GUIDE.with_name("galera-check.sh")
PROVIDER = "/usr/lib/galera/libgalera_smm.so"
#: Our name of MariaDB's script that copies all data to a node by rsync.
COPYING = "stack"
_SCRIPT = Path("/usr/bin/wsrep_sst_rsync")
_YOURS = re.compile(r"^ +(\S+).*# yours\n", re.MULTILINE)
_BOOTSTRAP = re.compile(r"^safe_to_bootstrap: \d", re.MULTILINE)
_POSITION = re.compile(r"WSREP: Recovered position: (\S+)")
_SEQNO = re.compile(r"^seqno:\s+(-?\d+)", re.MULTILINE)

NODE_OPTIONS = (
    "--wsrep-on=ON",
    f"--wsrep-provider={PROVIDER}",
    "--wsrep-cluster-name=stack",
    f"--wsrep-sst-method={COPYING}",
    "--binlog-format=ROW",
    "--innodb-autoinc-lock-mode=2",
    "--innodb-buffer-pool-size=64M",
)


def _as_root(script):
    """Let a node that root runs be written as root: rsync would write as nobody."""
    common = '$(dirname "$0")/wsrep_sst_common'
    assert common in script, "another wsrep_sst_rsync than Debian 12's"
    return script.replace(common, f'"{_SCRIPT.parent}/wsrep_sst_common"').replace(
        "use chroot = no\n", f"use chroot = no\nuid = {os.geteuid()}\ngid = {os.getegid()}\n"
    )


class Node(MariaDB):
    """One node; `others` are there to be joined."""

    def __init__(self, folder, name, ports, passwords):
        super().__init__(folder, ports[name], *passwords)
        self.name = name
        self._ports = ports

    def argv(self):
        """Return the command: it joins the others, or begins the cluster when none of them runs."""
        others = [name for name in GALERA if name != self.name]
        joins = any(is_listening(self._ports[galera_ports(name)[0]]) for name in others)
        if not joins:
            self._may_begin()
        group, state, copy = (self._ports[name] for name in galera_ports(self.name))
        provider = f"gmcast.listen_addr=tcp://127.0.0.1:{group};ist.recv_addr=127.0.0.1:{state};gcache.size=32M"
        members = ",".join(f"127.0.0.1:{self._ports[galera_ports(name)[0]]}" for name in GALERA)
        own = [
            f"--wsrep-cluster-address=gcomm://{members}",
            f"--wsrep-node-name={self.name}",
            f"--wsrep-node-address=127.0.0.1:{group}",
            f"--wsrep-provider-options={provider}",
            f"--wsrep-sst-receive-address=127.0.0.1:{copy}",
            *self._recovered(),
            # the last gives its data first, the first one last: it is the one that is written to
            f"--wsrep-sst-donor={','.join(reversed(others))}",
        ]
        # the accounts are set once, by the one that begins
        plain = [word for word in super().argv() if not (joins and word.startswith("--init-file="))]
        return [*plain, *NODE_OPTIONS, *own, *(() if joins else ("--wsrep-new-cluster",))]

    def environment(self):
        """Return the environment for the node, with our way of copying."""
        script = self.folder / "bin" / f"wsrep_sst_{COPYING}"
        if not script.exists():
            script.parent.mkdir(parents=True, exist_ok=True)
            script.write_text(_as_root(_SCRIPT.read_text()))
            script.chmod(0o755)
        found = super().environment()
        return found | {"PATH": f"{script.parent}:{found['PATH']}"}

    def accounts(self):
        """HAProxy's checks have an account without any rights."""
        return [*super().accounts(), "CREATE USER IF NOT EXISTS 'haproxy'@'%';"]

    @property
    def seqno(self):
        """The number of the last change it had when it ended in good order; -1 when it didn't."""
        found = _SEQNO.search(self._grastate.read_text()) if self._grastate.exists() else None
        return int(found[1]) if found else -1

    def is_ready(self):
        """Return whether it is in the primary component and has all changes."""
        ask = "SHOW STATUS WHERE Variable_name IN ('wsrep_local_state', 'wsrep_ready')"
        try:
            return dict(self.sql(None, ask)) == {"wsrep_local_state": "4", "wsrep_ready": "ON"}
        except MySQLdb.OperationalError:
            return False

    def wait(self, patience_seconds=120):
        """Return when it is ready."""
        if not wait_until(self.is_ready, patience_seconds):
            raise StackError(f"{self.name} does not get ready")

    def _recovered(self):
        """Return where a killed node stood; without this it takes a copy of all data, though it has most."""
        if not self._grastate.exists() or self.seqno >= 0:
            return []
        done = subprocess.run([*super().argv(), *NODE_OPTIONS, "--wsrep-recover"], env=self.environment(), text=True,
                              capture_output=True, check=False)  # fmt: skip
        found = _POSITION.search(done.stderr + done.stdout)
        return [f"--wsrep-start-position={found[1]}"] if found else []

    @property
    def _grastate(self):
        return self.folder / "data" / "grastate.dat"

    def _may_begin(self):
        if self._grastate.exists():
            self._grastate.write_text(_BOOTSTRAP.sub("safe_to_bootstrap: 1", self._grastate.read_text()))


class Cluster(MariaDB):
    """The three nodes as one database server, at HAProxy's port."""

    def __init__(self, root: Path, ports, password, root_password):
        super().__init__(root / MARIADB, ports[MARIADB], password, root_password)
        self.nodes = {name: Node(root / name, name, ports, (password, root_password)) for name in GALERA}
        self._ports = ports

    def order(self):
        """Names of the components, in groups that are started one after the other: the one that has most begins."""
        first, *others = sorted(self.nodes, key=lambda name: -self.nodes[name].seqno)
        return ((first,), tuple(others), (MARIADB,))

    def build(self):
        """Make the first node's files; the others take a copy of all when they join."""
        first, *others = self.nodes.values()
        first.build()
        for node in others:
            for name in ("data", "tmp"):
                (node.folder / name).mkdir(parents=True, exist_ok=True)

    def argv(self):
        """Return the command of HAProxy, which stays in the foreground."""
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / "haproxy.cfg").write_text(self.configuration())
        return [PROGRAM, "-db", "-f", str(self.folder / "haproxy.cfg")]

    def configuration(self):
        """The guide's file with this stack's addresses in it."""
        ours = {
            "log": "    log stdout format raw local0\n",
            "bind": f"    bind 127.0.0.1:{self.port}\n",
            "external-check": f"    external-check command {CHECK}\n",
        }
        nodes = iter(GALERA)

        def mine(line):
            if line[1] != "server":
                return ours.get(line[1], "")
            words = line[0].partition("#")[0].split()
            name = next(nodes)
            return f"    server {name} 127.0.0.1:{self._ports[name]} {' '.join(words[3:])}\n"

        return _YOURS.sub(mine, GUIDE.read_text())
