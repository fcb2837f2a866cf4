"""A VO's day: some sixty pilots at five sites in all states, five things that go wrong; for pictures and timings."""

import random
import uuid
from collections import namedtuple
from datetime import UTC, datetime, timedelta

from PilotLoggingDIRAC.pilotlog.diagnose import standard

from .pilot import Connection
from .stack import world
from .waiting import stored, until

ALPHA = world.ALPHA
#: By site, the code of the cause of each pilot that fails there; the last site has an administrator in the stack.
FAULTS = {
    "LCG.CERN.cern": ("proxy-expired",) * 3,
    "LCG.IN2P3-CC.fr": ("cvmfs-not-mounted",) * 3,
    "LCG.RAL-HEP.uk": ("disk-full",) * 3,
    "LCG.CNAF.it": (*("terminated",) * 3, "cvmfs-not-mounted"),
    ALPHA.site: (*("dns-failed",) * 3, "cvmfs-not-mounted"),
}
#: The command in which it goes wrong.
IN_COMMAND = {"proxy-expired": "ConfigureBasics", "dns-failed": "ConfigureBasics", "terminated": "LaunchAgent"}
GOOD, RUNNING = 6, 2
OWNERS = ("ada", "ben", "cleo", "dora", "emil", "fay", "gus")
COMMANDS = ("CheckWorkerNode", "InstallDIRAC", "ConfigureBasics", "RegisterPilot", "CheckCECapabilities", "LaunchAgent")
SAYINGS = {
    "CheckWorkerNode": (
        "Host Name  = wn{n:04d}.farm.example",
        "Host FQDN  = wn{n:04d}.farm.example",
        "CPU (model)  = AMD EPYC 7702 64-Core Processor",
        "Memory (kB)  = 263856540",
        "DiskSpace (MB) = 812446",
    ),
    "InstallDIRAC": (
        "Installing DIRACOS2 version 2.48",
        "Extracting to /scratch/pilot_{n:04d}/diracos",
        "DIRAC==9.1.22 installed",
        "Source of diracosrc done",
    ),
    "ConfigureBasics": (
        "Configuring with dirac-configure -S Production -C dips://cs.example:9135",
        "Local configuration file written: pilot.cfg",
    ),
    "RegisterPilot": ("Pilot registered as {n:04d}",),
    "CheckCECapabilities": (
        "Queue parameters: CPUTime 172800, NumberOfProcessors 8",
        "CE tags: MultiProcessor, WholeNode",
    ),
    "LaunchAgent": (
        "JobAgent requesting a job",
        "Matched job {job}",
        "Job {job}: input sandbox downloaded",
        "Job {job}: running, 1200 s of CPU so far",
        "Job {job}: heartbeat sent",
    ),
}


class Teller:
    """Tells a pilot's story, by a clock of its own."""

    def __init__(self, seed, began):
        self.random = random.Random(seed)
        self.now = began
        self.number = self.random.randrange(9999)
        self.job = 90_000_000 + self.random.randrange(9_999_999)

    def line(self, level, command, text):
        """One line of the pilot's logger, a moment later."""
        self.now += timedelta(seconds=self.random.expovariate(1.5))
        return f"{self.now:%Y-%m-%dT%H:%M:%S.%fZ} {level} [{command}] {text}\n"

    def story(self, until="LaunchAgent", rounds=14, error=""):
        """The whole of it; with what a program says in the command that it comes to last, which then ends the pilot."""
        text = self.line("DEBUG", "pilotLogger", "HOME=/home/pilot") + self.line(
            "INFO", "Pilot", f"Executing commands: {list(COMMANDS)}"
        )
        for command in COMMANDS[: COMMANDS.index(until) + 1]:
            text += self.line("INFO", command, f"Command {command} instantiated from pilotCommands")
            for _ in range(rounds if command == "LaunchAgent" else 2):
                text += "".join(
                    self.line("INFO", command, saying.format(n=self.number, job=self.job))
                    for saying in SAYINGS[command]
                )
                if self.random.random() < 0.25:
                    text += self.line("WARN", command, "Load average is 61.2 on 64 cores")
        if error:
            text += f"{error}\n" + self.line("ERROR", until, f"{until} failed")
            text += self.line("ERROR", until, "Exiting with code 3")
        return text


#: Logs are archived some time after their end, and a busy machine archives fewer in a cycle.
CYCLES = 60
#: A pilot of the scene.
ScenePilot = namedtuple("ScenePilot", "vo stamp site ce reference job owner host")


class Scene:
    """Pilots in all states, of the last hours."""

    def __init__(self, stack):
        self.stack = stack
        self.url = stack.url("WorkloadManagement", "TornadoPilotLogging")
        self.number = 0
        self.times = {}
        self.runners = []

    def fill(self):
        """Make the pilots in place of all that there are, and let the agent work; return some of them by name."""
        self._forget()
        for site, faults in FAULTS.items():
            failed = [self.failed(site, code) for code in faults]
            good = [self.good(site) for _ in range(GOOD)]
            running = [self.running(site) for _ in range(RUNNING)]
        silent = self.pilot("LCG.CNAF.it", 190, None, until="CheckCECapabilities")
        killed = self.pilot("LCG.CERN.cern", 95, None, "Aborted", until="InstallDIRAC")
        stored(self.stack)
        until(self._described, seen=self._described)
        self._agent(good)
        self._age()
        self.set(silent, LastSeen=ago(140), Attempts=2, LastError="ALPHA-disk: No space left on device")
        archived = next(pilot for pilot in good if self._is_archived(pilot))
        self._purge(archived)
        return {"failed": failed[0], "running": running[0], "archived": archived, "silent": silent, "killed": killed}

    def failed(self, site, code):
        """A pilot that ends by a cause."""
        command = IN_COMMAND.get(code, "InstallDIRAC")
        return self.pilot(site, 20 + 17 * (self.number % 9), "3", until=command, error=standard().by_code[code].example)

    def good(self, site):
        """A pilot that did its work."""
        return self.pilot(site, 60 + 13 * (self.number % 20), "0")

    def running(self, site):
        """A pilot that runs."""
        pilot = self.pilot(site, 3 + self.number % 5, None, rounds=10)
        self.runners.append(pilot)
        return pilot

    def beat(self):
        """Let those that run be heard of now, or they are called silent by and by."""
        for pilot in self.runners:
            self.set(pilot, LastSeen=ago(0))

    def pilot(self, site, minutes, end, status="", **story):
        """A pilot that began so many minutes ago; ``end`` None is one that has not reported its end."""
        self.number += 1
        seed = self.number
        name, _, domain = site.partition(".")[2].rpartition(".")
        ce = f"ce{seed % 3 + 1:02d}.{name.lower()}.{domain}"
        stamp = uuid.UUID(int=random.Random(seed).getrandbits(128)).hex
        teller = Teller(seed, datetime.now(UTC) - timedelta(minutes=minutes))
        reference = f"htcondorce://{ce}/{40_000 + seed * 37}.0"
        host = f"wn{teller.number:04d}.farm.example"
        pilot = ScenePilot(ALPHA.name, stamp, site, ce, reference, teller.job, OWNERS[seed % len(OWNERS)], host)
        began = teller.now
        text = teller.story(**story)
        self._submit(pilot, status or {None: "Running", "0": "Done"}.get(end, "Failed"), began)
        connection = self.connection()
        connection.send(text, stamp)
        if end is not None:
            connection.finalise(stamp, end)
        self.times[stamp] = (began, datetime.now(UTC) if end is None and not status else teller.now)
        return pilot

    def connection(self):
        """A pilot's way to the collector."""
        return Connection(self.url, self.stack.pki.certificates, self.stack.proxy(ALPHA.pilot))

    def set(self, pilot, **columns):
        """Change a log's row, as an agent would by and by."""
        names = ", ".join(f"{name}=%s" for name in columns)
        values = (*columns.values(), pilot.stamp)
        self.stack.sql("PilotLoggingDB", f"UPDATE PilotLogs SET {names} WHERE PilotStamp=%s", values)

    def _forget(self):
        for table in ("PilotLogBatches", "PilotLogFiles", "PilotLogs"):
            self.stack.sql("PilotLoggingDB", f"DELETE FROM {table}")
        for table in ("JobToPilotMapping", "PilotAgents"):
            self.stack.sql("PilotAgentsDB", f"DELETE FROM {table}")
        for table in ("Jobs", "JobJDLs"):
            self.stack.sql("JobDB", f"DELETE FROM {table}")

    def _submit(self, pilot, status, began):
        """The pilot and its job as DIRAC knows them."""
        columns = "PilotJobReference PilotStamp DestinationSite Queue GridSite VO GridType Status CurrentJobID"
        row = (pilot.reference, pilot.stamp, pilot.ce, "grid", pilot.site, pilot.vo, "HTCondorCE", status, pilot.job)
        times = (plain(began), plain(datetime.now(UTC)))
        self._insert("PilotAgentsDB", "PilotAgents", f"{columns} SubmissionTime LastUpdateTime", (*row, *times))
        self._insert("JobDB", "JobJDLs", "JobID JDL JobRequirements OriginalJDL", (pilot.job, "", "", ""))
        job = (pilot.job, pilot.site, pilot.owner, "alpha_user", pilot.vo, "Running", *times)
        self._insert("JobDB", "Jobs", "JobID Site Owner OwnerGroup VO Status SubmissionTime LastUpdateTime", job)
        self.stack.sql(
            "PilotAgentsDB",
            "INSERT INTO JobToPilotMapping (PilotID, JobID, StartTime)"
            " SELECT PilotID, %s, UTC_TIMESTAMP() FROM PilotAgents WHERE PilotJobReference = %s",
            (pilot.job, pilot.reference),
        )

    def _insert(self, database, table, columns, values):
        names, marks = ", ".join(columns.split()), ", ".join(["%s"] * len(values))
        self.stack.sql(database, f"INSERT INTO {table} ({names}) VALUES ({marks})", values)

    def _described(self):
        """Tell if the collector has noted every pilot's site and job."""
        ((logs,),) = self.stack.sql("PilotLoggingDB", "SELECT COUNT(*) FROM PilotLogs WHERE Site <> ''")
        ((jobs,),) = self.stack.sql("PilotLoggingDB", "SELECT COUNT(*) FROM PilotLogJobs")
        return (logs, jobs) == (self.number, self.number)

    def _agent(self, pilots):
        """Cycles of the agent, until these are archived: it archives what ended, and finds the causes of failures."""
        for _ in range(CYCLES):
            done = self.stack.run_agent_once()
            assert done.returncode == 0, done.stdout + done.stderr
            if all(map(self._is_archived, pilots)):
                return
        raise AssertionError(f"Not archived after {CYCLES} cycles: {done.stdout}{done.stderr}")

    def _age(self):
        """Give the logs the times that their texts tell, and some the states that they had in between."""
        for stamp, (began, last) in self.times.items():
            values = (plain(began), plain(min(last, datetime.now(UTC))), stamp)
            self.stack.sql(
                "PilotLoggingDB", "UPDATE PilotLogs SET FirstSeen=%s, LastSeen=%s WHERE PilotStamp=%s", values
            )
        self.stack.sql(
            "PilotLoggingDB", "UPDATE PilotLogs SET State='Complete' WHERE State='Archived' AND LogID % 3 = 0"
        )

    def _is_archived(self, pilot):
        question = "SELECT COUNT(*) FROM PilotLogs WHERE PilotStamp=%s AND State='Archived'"
        return self.stack.sql("PilotLoggingDB", question, (pilot.stamp,)) == [(1,)]

    def _purge(self, pilot):
        """Take the text of an archived log out of the database."""
        self.stack.sql(
            "PilotLoggingDB",
            "DELETE gone FROM PilotLogBatches gone JOIN PilotLogs USING (LogID) WHERE PilotStamp = %s",
            (pilot.stamp,),
        )
        self.set(pilot, State="Purged")


def ago(minutes):
    """The time so many minutes ago, as the database has times."""
    return plain(datetime.now(UTC) - timedelta(minutes=minutes))


def plain(moment):
    """A time of UTC as the database has times."""
    return moment.replace(tzinfo=None)
