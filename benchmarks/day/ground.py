"""The stack that a day is lived on: real collectors, MariaDB, agents; time limits short, so that text is purged too."""

import re
from collections import Counter

from integration_tests.stack import Stack, world
from PilotLoggingDIRAC.assembly.agent_settings import AgentProcessSettings

from .life import stamp

AGENT = "PilotLoggingAgent"
FILE_CATALOGUE = "FileCatalog"
_UNUSED = ("PilotLogging", "PilotManager", "WMSAdministrator", "WebApp", "PilotLogForwardingAgent")
_AGENT_SECTION = f"/Systems/WorkloadManagement/Agents/{AGENT}"
_DONE = ("Archived", "Purged")
_STATUS = ("Innodb_log_writes", "Innodb_os_log_written", "Innodb_data_written", "Com_commit")
_TEXTS = "SELECT COUNT(*), SUM(LENGTH(Payload)), COUNT(DISTINCT LogID) FROM PilotLogBatches"
_PILOT = """INSERT INTO PilotAgents (PilotJobReference, PilotStamp, DestinationSite, Queue, GridSite, VO, GridType,
    Status, SubmissionTime, LastUpdateTime)
    VALUES (%s, %s, %s, 'q', %s, %s, 'Stack', 'Running', UTC_TIMESTAMP(), UTC_TIMESTAMP())"""


class Ground:
    """A stack that is up, with its collectors and no agents; text is purged a pilot's life after it was archived."""

    def __init__(self, root, life_seconds, tls="m2", collectors=1, polling=10):
        self.stack = Stack(root, tls=tls, collectors=collectors)
        self.batches_seconds, self._polling = round(life_seconds), polling
        self._agents = []

    def __enter__(self):
        stack = self.stack
        stack.build()
        for name, value in self._agent_options().items():
            stack.set_option(f"{_AGENT_SECTION}/{name}", value)
        for vo in world.VOS:
            for name, value in self._operations().items():
                stack.set_option(f"/Operations/{vo.name}/PilotLogging/{name}", value)
        try:
            stack.up()
            stack.stop(*_UNUSED)
        except BaseException:
            stack.down()
            raise
        return self

    def __exit__(self, *exc):
        self.stack.down()

    def _agent_options(self):
        """A pilot is silent when it said nothing for its whole life."""
        silent = {f"Silent{kind}Seconds": self.batches_seconds for kind in ("Final", "Unknown", "Running")}
        niceness = AgentProcessSettings().niceness
        return {"PollingTime": self._polling, "MaxCycles": 0, "SettleSeconds": 2, "Niceness": niceness, **silent}

    def _operations(self):
        return {"BatchesSeconds": self.batches_seconds, "MaxBytesPerHour": 0, "MaxNewLogsPerHour": 0}

    def start_agents(self, number, workers, bundle=1, bundle_seconds=3600):
        """Start so many agents with so many workers each, in a folder of its own each.

        ``bundle`` logs share a file, which is closed after ``bundle_seconds``.
        """
        self._agents = [AGENT, *(f"{AGENT}-{other}" for other in range(2, number + 1))][:number]
        for name in self._agents:
            folders = {"WorkDirectory": f"work/{name}", "ControlDirectory": f"control/{name}"}
            bundles = {"BundleLogs": bundle, "BundleSeconds": bundle_seconds}
            self.stack.component_options[name] = folders | {"Workers": workers} | bundles
        self.stack.start(*self._agents)

    def stop_agents(self):
        """Stop those that were started."""
        self.stack.stop(*self._agents)
        self._agents = []

    def enlist(self, prefix, load, seconds, vos=world.VOS):
        """Make the pilots known to DIRAC, as its site directors do."""
        rows = []
        for number in range(load.arrivals(seconds)):
            vo = vos[number % len(vos)]
            rows.append((f"stack://{vo.ce}/{prefix}{number}", stamp(prefix, number), vo.ce, vo.site, vo.name))
        with self.stack.database.connection("PilotAgentsDB") as connection:
            connection.cursor().executemany(_PILOT, rows)
            connection.commit()

    def all_archived(self, prefix):
        """Return whether no log waits for its archive, nor for its pilot."""
        statement = "SELECT COUNT(*) FROM PilotLogs WHERE PilotStamp LIKE %s AND State NOT IN %s"
        return not self._agents or not self.stack.sql("PilotLoggingDB", statement, (f"{prefix}%", _DONE))[0][0]

    def stored_lines(self, prefix):
        """Return how many lines the pilots' logs have."""
        statement = "SELECT COALESCE(SUM(NumberOfLines), 0) FROM PilotLogs WHERE PilotStamp LIKE %s"
        return int(self.stack.sql("PilotLoggingDB", statement, (f"{prefix}%",))[0][0])

    def archived_per_second(self, prefix):
        """Return how many logs were archived per second, from the first to the last."""
        statement = """SELECT COUNT(*), TIMESTAMPDIFF(MICROSECOND, MIN(f.VerifiedAt), MAX(f.VerifiedAt)) / 1e6
            FROM PilotLogFiles f JOIN PilotLogs l ON l.LogID = f.LogID WHERE l.PilotStamp LIKE %s"""
        number, seconds = self.stack.sql("PilotLoggingDB", statement, (f"{prefix}%",))[0]
        return float(number / seconds) if seconds else 0.0

    def catalogue_calls(self):
        """Return the calls that DIRAC's file catalogue has answered since the stack is up, by method."""
        text = self.stack.log(FILE_CATALOGUE).read_text(errors="replace")
        return Counter(re.findall(r"Executing action.*/(\w+)\(", text))

    def written(self):
        """MariaDB's counters."""
        rows = dict(self.stack.sql(None, "SHOW GLOBAL STATUS"))
        return {name: int(rows.get(name, 0)) for name in _STATUS}

    def written_since(self, before, pilots):
        """In words, what MariaDB did for each pilot, DIRAC's databases included."""
        now = self.written()
        share = {name: (now[name] - before[name]) / max(1, pilots) for name in _STATUS}
        return (
            f"for each pilot {share['Com_commit']:.1f} commits, {share['Innodb_log_writes']:.1f} writes of the redo"
            f" log, {share['Innodb_os_log_written'] / 1e3:.0f} kB of redo log and"
            f" {share['Innodb_data_written'] / 1e3:.0f} kB of data; {self._room()}"
        )

    def _room(self):
        """In words, what one log takes on the database's disk: its text while it is there, and what stays for long."""
        statement = """SELECT TABLE_NAME, DATA_LENGTH + INDEX_LENGTH FROM information_schema.TABLES
            WHERE TABLE_SCHEMA = 'PilotLoggingDB'"""
        self.stack.sql("PilotLoggingDB", "ANALYZE TABLE PilotLogs, PilotLogFiles, PilotLogBatches")
        size = {name: int(length or 0) for name, length in self.stack.sql(None, statement)}
        logs = max(1, self.stack.sql("PilotLoggingDB", "SELECT COUNT(*) FROM PilotLogs")[0][0])
        batches, payload, texts = self.stack.sql("PilotLoggingDB", _TEXTS)[0]
        rows = (size["PilotLogs"] + size["PilotLogFiles"]) / logs / 1e3
        text = size["PilotLogBatches"] / max(1, texts) / 1e3
        return (
            f"on disk {text:.0f} kB of text for each log with text ({batches / max(1, texts):.1f} batches, compressed"
            f" {float(payload or 0) / max(1, texts) / 1e3:.0f} kB), {rows:.1f} kB of rows for each log"
        )
