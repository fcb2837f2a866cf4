"""The stack as one object: build, up, down, and what tests want to know of it."""

import fcntl
import shutil
import signal
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from . import components, configuration, environment, forking, ports, world
from .balancer import Front
from .builder import Builder
from .components import BALANCER, CONFIGURATION, GALERA, MARIADB, PORTAL, SECOND_TORNADO, TORNADO
from .destinations import Destinations
from .galera import Cluster
from .mariadb import MariaDB
from .pki import Pki
from .portal import Portal
from .processes import Processes, StackError, is_listening, popen_with_pid_file
from .settings import Settings
from .storage import Storage

START_SECONDS = 180
RELEASE_SECONDS = 30
STOP_SECONDS = dict.fromkeys((MARIADB, *GALERA), 30)


def silent(text):
    """Report nothing."""


def start_component(argv, **settings):
    """Start a component's process, which writes its pid file."""
    return forking.forked(argv, **settings) or popen_with_pid_file(argv, **settings)


class Stack:
    """A DIRAC below `root`.

    `tls` is `m2` or `std` (see tls.py); `agents` says whether `up` starts the agents too; `storage` names the storage
    elements besides the two on disk (`xrootd`, `s3`); `configuration_server` says whether there is one, or only a
    local configuration; `collectors`, how many there are, two behind the balancer; `galera`, whether the database is a
    cluster of three nodes. `component_environment` and `component_options` (full path to value) are more environment
    variables and options of single components, by name, from their next start on. Whoever opens the same `root` later,
    in another process, with the same arguments, can do all the same things.
    """

    def __init__(
        self, root: Path, tls="m2", agents=False, storage=(), configuration_server=False, collectors=1, galera=False
    ):
        self.root = Path(root).resolve()
        self.tls = tls
        self.agents = agents
        self.galera = galera
        self.configuration_server = configuration_server
        self.component_environment = {}
        self.component_options = {}
        self.front = Front(self, collectors)
        self.pki = Pki(self.root / "pki")
        self._processes = Processes(self.root, popen=start_component)
        self._builder = Builder(self)
        self._settings = Settings(self)
        self.storage = Storage(self, storage)
        self.destinations = Destinations(self)
        self.portal = Portal(self, self._builder)

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.down()

    @property
    def cfg(self):
        """The path of the dirac.cfg of all, where DIRAC's own installer looks for it too."""
        return self._settings.cfg

    @property
    def ports(self):
        """The port of each component, by name."""
        return self._settings.state.ports

    def storage_element_names(self):
        """Return the names of all storage elements; `storage_path` has where those on disk are."""
        return [*(vo.storage_element for vo in world.VOS), *self.storage.element_names()]

    def storage_path(self, name):
        """Return the folder of a storage element on disk."""
        return self.root / "se" / name

    def url(self, system, name):
        """Return the URL of a service, wherever it runs."""
        for service in components.SERVICES:
            if (service.system, service.name) == (system, name):
                return configuration.url(self.ports, service)
        raise StackError(f"there is no service {system}/{name} in the stack")

    def proxy(self, name):
        """Return the path of a proxy: a user's name, or another name in `world.PROXIES`."""
        path = self.root / "proxies" / f"{name}.proxy"
        if not path.exists():
            raise StackError(f"there is no proxy {name}")
        return path

    def make_proxy(self, name, user, group=None, limited=False, hours=24):
        """Make one more proxy and return its path; `group` None leaves the group out."""
        self._builder.make_proxies([world.ProxySpec(name, user, group, limited)], hours)
        return self.proxy(name)

    def build(self, progress=silent):
        """Make all that needs no process, as far as it is missing."""
        with self._lock():
            self._build(progress)

    def up(self, progress=silent):
        """Bring everything up that isn't, and return when it answers. Takes down again what can't come up."""
        with self._lock(), self._down_unless_done():
            self._build(progress)
            progress("database")
            for names in self.database.order():
                self.start(*names)
            self._builder.create_databases(self.database)
            if self.configuration_server:
                self.start(CONFIGURATION)
            names = [*self.front.names, *self.storage.names, *(service.name for service in components.diset_services())]
            progress(f"{len(names)} servers")
            self.start(*names)
            progress("proxies and storage elements")
            self._builder.fill()
            if self.agents:
                self.start(*(agent.name for agent in components.agents()))

    def down(self):
        """Stop all that was started here, by whomever, and whatever is left of what died."""
        others = [name for name in self._processes.names() if name != MARIADB]
        with ThreadPoolExecutor(max_workers=len(others) + 1) as pool:
            stops = [pool.submit(self.stop, name) for name in others]
        self.stop(MARIADB)
        for stop in stops:
            stop.result()

    def stay(self):
        """Let what runs, and what is started later, outlive this process; without it all ends with this process."""
        self._processes.stay()

    def purge(self):
        """Take it down and delete it."""
        self.down()
        if (self.root / "outside").is_symlink():
            shutil.rmtree((self.root / "outside").resolve(), ignore_errors=True)
        shutil.rmtree(self.root, ignore_errors=True)

    def status(self):
        """Return (name, process id or None, port or None, whether it answers there) for each component."""
        rows = []
        for name in self._component_names():
            port = self.ports.get(name)
            pid = self.pid(name)
            rows.append((name, pid, port, bool(pid and port and is_listening(port))))
        return rows

    def start(self, *names):
        """Start components, all at once, and return when they answer; those that run are left alone."""
        for name in names:
            if self.pid(name) is None:
                self._start(name)
        for name in names:
            self._wait(name)

    def stop(self, *names):
        """Stop components and whatever they started."""
        for name in names:
            self._processes.stop(name, STOP_SECONDS.get(name, 20))

    def restart(self, *names):
        """Stop and start components; those with a local configuration read it only then."""
        self.stop(*names)
        self.start(*names)

    def kill(self, name, number=signal.SIGKILL):
        """Send a signal to a component's process, and to it alone."""
        self._processes.signal(name, number)

    def kill_all(self, name, number=signal.SIGKILL):
        """Send a signal to a component's process and to all that it started, which may have ended by then."""
        self._processes.signal_all(name, number)

    def pid(self, name):
        """Return the id of a component's process, None when it doesn't run."""
        return self._processes.pid(name)

    def log(self, name):
        """Return the path of a component's log."""
        return self._processes.log(name)

    def set_option(self, path, value):
        """Set an option, by its full path, in the configuration of all; it stays set through `up` and `down`.

        With a configuration server, those who run see it after some seconds; without one, when they are restarted.
        """
        self._settings.change(path, configuration.as_text(value))

    def remove_option(self, path):
        """Remove an option from the configuration of all."""
        self._settings.change(path, None)

    @contextmanager
    def options(self, values):
        """Set options, by their full paths, and remove them at the end."""
        for path, value in values.items():
            self.set_option(path, value)
        try:
            yield
        finally:
            for path in values:
                self.remove_option(path)

    def left_options(self):
        """Return the options, by path, that are not as the stack was built; None stands for one that was removed."""
        return self._settings.left()

    def reset_options(self):
        """Go back to the configuration that the stack was built with."""
        self._settings.reset()

    def env(self, user=None):
        """Return the environment of a user's commands; without a user, that of servers and agents."""
        values = environment.base(self.root, self.pki, self.cfg, self.tls) | self.storage.client_environment()
        return values | {"X509_USER_PROXY": str(self.proxy(user))} if user else values

    def run(self, argv, user=None, timeout=300, cwd=None, input=None, **environment_changes):
        """Run a command as a user, without a proxy when none is named, and return its CompletedProcess, with text."""
        folder = Path(cwd or self.root / "work" / "commands")
        folder.mkdir(parents=True, exist_ok=True)
        return forking.run(argv, self.env(user) | environment_changes, folder, timeout, input)

    def run_agent_once(self, name="PilotLoggingAgent", timeout=300):
        """Run one cycle of an agent, which reads the configuration anew, and return its CompletedProcess."""
        return self.run([*self._argv(name), "-o", "MaxCycles=1", "-o", "PollingTime=10"], timeout=timeout)

    @property
    def database(self):
        """The MariaDB server's files and accounts, or the cluster's."""
        kept = self._settings.state
        if self.galera:
            return Cluster(self.root, kept.ports, kept.database_password, kept.database_root_password)
        folder = self.root / "mariadb"
        return MariaDB(folder, kept.ports[MARIADB], kept.database_password, kept.database_root_password)

    def sql(self, database, statement, values=()):
        """Run one SQL statement as root in a database and commit; return its rows as tuples."""
        return self.database.sql(database, statement, values)

    def engine_url(self, database):
        """Return SQLAlchemy's URL of a database, for the account that DIRAC has."""
        return self.database.engine_url(database)

    def _build(self, progress):
        self.root.mkdir(parents=True, exist_ok=True)
        for name in ("home", "tmp", "dirac/etc", *(f"se/{vo.storage_element}" for vo in world.VOS)):
            (self.root / name).mkdir(parents=True, exist_ok=True)
        self._settings.settle(idle=not any(self.pid(name) for name in self._processes.names()))
        self._settings.write()
        progress("certificates, proxies, database files")
        self._builder.build_files()

    def _server_env(self, name):
        own = {CONFIGURATION: self._settings.server_environment, PORTAL: self.portal.environment}.get(name, dict)()
        own = own | environment.IN_TORNADO if name in (TORNADO, SECOND_TORNADO, PORTAL) else own
        if name != BALANCER and (server := self._server(name)):
            own = server.environment()
        if name in GALERA:
            own = self.database.nodes[name].environment()
        return self.env() | own | self.component_environment.get(name, {})

    def _start(self, name):
        self.stop(name)
        if name in self.ports and not ports.becomes_silent(self.ports[name], RELEASE_SECONDS):
            raise StackError(f"{name}: somebody else has port {self.ports[name]}; `down`, then `up` takes others")
        if server := self._server(name):
            server.prepare()
        self._processes.start(name, self._argv(name), self._server_env(name), self.root / "work" / name)

    def _wait(self, name):
        if name in self.ports:
            self._processes.wait_for_port(name, self.ports[name], START_SECONDS)
        if name == MARIADB:
            self.database.wait()
        if name in GALERA:
            self.database.nodes[name].wait()
        if name in self.storage.names:
            self.storage.wait(name)
        if name in self.destinations.components:
            self.destinations.wait(name)

    def _component_names(self):
        services = [CONFIGURATION] * self.configuration_server + [
            service.name for service in components.diset_services()
        ]
        usual = [MARIADB, TORNADO, *self.storage.names, *services, *(agent.name for agent in components.agents())]
        return [*usual, *(name for name in self._processes.names() if name not in usual)]

    def _server(self, name):
        """Return what is no part of DIRAC and has a server's configuration to write; None when it is."""
        if name == BALANCER:
            return self.front.balancer
        if name in self.destinations.components:
            return self.destinations.server(name)
        return self.storage.server(name) if name in self.storage.names else None

    def _argv(self, name):
        if name == MARIADB:
            return self.database.argv()
        if name in GALERA:
            return self.database.nodes[name].argv()
        if server := self._server(name):
            return server.command()
        words = components.entry_point(name)
        if words is None:
            raise StackError(f"there is no component {name} in the stack")
        options = self.front.options(name) | self.component_options.get(name, {})
        more = [word for path, value in options.items() for word in ("-o", f"{path}={value}")]
        return [sys.executable, "-m", "integration_tests.stack.launcher", *words, *more]

    @contextmanager
    def _down_unless_done(self):
        try:
            yield
        except BaseException:
            self.down()
            raise

    @contextmanager
    def _lock(self):
        """Let one process at a time build or bring up this stack."""
        self.root.mkdir(parents=True, exist_ok=True)
        with (self.root / "lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield
