"""The two collectors that are compared, each in a Tornado of its own on one stack.

``dirac`` is DIRAC's own handler with FileCacheLoggingPlugin, in a process that does not see our extension; ``ours``
is ours with PilotLoggingDB. Same certificates, same configuration, same TLS.
"""

from integration_tests.pilot import Connection
from integration_tests.stack import Stack, world
from integration_tests.stack.components import MARIADB, OURS, SECOND_TORNADO, TORNADO

from .crowd import BenchmarkFailed
from .floor import Floor
from .plan import LINE_BYTES

_PATH = "WorkloadManagement/TornadoPilotLogging"
_PLUGIN = "/Systems/WorkloadManagement/Services/TornadoPilotLogging/LoggingPlugin"

_REFERRING = (
    "SELECT DISTINCT TABLE_NAME FROM information_schema.KEY_COLUMN_USAGE "
    "WHERE TABLE_SCHEMA = 'PilotLoggingDB' AND REFERENCED_TABLE_NAME = 'PilotLogs'"
)


class Side:
    """One collector: where it is, its process, and what it stored."""

    def __init__(self, stack, component):
        self.stack = stack
        self._component = component
        self.url = f"https://localhost:{stack.ports[component]}/{_PATH}"

    @property
    def pid(self):
        """The id of the collector's process."""
        return self.stack.pid(self._component)

    def connection(self, user="opal"):
        """A connection of a user, for calls beside the measurement."""
        return Connection(self.url, self.stack.pki.certificates, self.stack.proxy(user))

    def require_storage(self, expected):
        """Raise BenchmarkFailed unless the process is the collector that it is taken for."""
        found = self.connection().call("getMetadata")["Value"].get("Storage", "")
        if found != expected:
            raise BenchmarkFailed(f"{self.name} stores in {found!r}")

    def require_lines(self, prefix, promised):
        """Raise BenchmarkFailed unless the logs have as many lines as were acknowledged."""
        stored = self.stored_lines(prefix)
        if stored != promised:
            raise BenchmarkFailed(f"{self.name}: {promised} lines acknowledged, {stored} stored")


class Ours(Side):
    """The collector of this project."""

    name = "ours"

    def __init__(self, stack):
        super().__init__(stack, TORNADO)

    def start(self):
        """Start it and see that it is it."""
        self.stack.start(TORNADO)
        self.require_storage("PilotLoggingDB")

    def stored_lines(self, prefix):
        """Return how many lines the logs have whose stamps begin so."""
        statement = "SELECT SUM(NumberOfLines) FROM PilotLogs WHERE VO = %s AND PilotStamp LIKE %s"
        return int(self.stack.sql("PilotLoggingDB", statement, (world.ALPHA.name, f"{prefix}%"))[0][0] or 0)

    def clean(self):
        """Forget all logs."""
        tables = [table for (table,) in self.stack.sql("PilotLoggingDB", _REFERRING)] + ["PilotLogs"]
        with self.stack.database.connection("PilotLoggingDB") as connection:
            cursor = connection.cursor()
            cursor.execute("SET FOREIGN_KEY_CHECKS = 0")
            for table in tables:
                cursor.execute(f"TRUNCATE TABLE {table}")


class Diracs(Side):
    """DIRAC's own collector."""

    name = "dirac"

    def __init__(self, stack):
        super().__init__(stack, SECOND_TORNADO)
        stack.component_environment[SECOND_TORNADO] = {"STACK_HIDDEN_EXTENSION": OURS}
        stack.component_options[SECOND_TORNADO] = {_PLUGIN: "FileCacheLoggingPlugin"}

    def start(self):
        """Start it and see that it is it. It refuses one of two first messages that would make its folder."""
        self._folder.mkdir(parents=True, exist_ok=True)
        self.stack.start(SECOND_TORNADO)
        self.require_storage("")

    def stored_lines(self, prefix):
        """Return how many lines the files have whose stamps begin so."""
        return sum(file.stat().st_size for file in self._files(f"{prefix}*")) // LINE_BYTES

    def clean(self):
        """Forget all logs."""
        for file in self._files("*"):
            file.unlink()

    @property
    def _folder(self):
        return self.stack.root / "work" / SECOND_TORNADO / "pilotlogs" / world.ALPHA.name

    def _files(self, pattern):
        return self._folder.glob(pattern)


class Arena:
    """A stack with both sides, the database and the bare server, and nothing else that runs."""

    def __init__(self, root, tls):
        self.tls = tls
        self.stack = Stack(root, tls=tls)
        self.ours = self.dirac = None
        self.floor = Floor(self.stack)

    def __enter__(self):
        try:
            self._enter()
        except BaseException:
            self._leave()
            raise
        return self

    def _enter(self):
        self._bring_up({TORNADO})
        self.ours, self.dirac = Ours(self.stack), Diracs(self.stack)
        for side in (*self.sides, self.floor):
            side.start()

    def _bring_up(self, names):
        """Start the stack; of it, what has these names and the database stay."""
        self.stack.build()
        for quota in ("MaxBytesPerHour", "MaxNewLogsPerHour"):
            self.stack.set_option(f"/Operations/{world.ALPHA.name}/PilotLogging/{quota}", 0)
        self.stack.up()
        self.stack.stop(*(name for name, pid, _, _ in self.stack.status() if pid and name not in {MARIADB, *names}))

    def __exit__(self, *exc):
        self._leave()

    def _leave(self):
        self.floor.stop()
        self.stack.down()

    @property
    def sides(self):
        """DIRAC's own, then ours."""
        return self.dirac, self.ours

    @property
    def database_pid(self):
        """The id of mariadbd."""
        return self.stack.pid(MARIADB)
