"""Pilots and jobs as DIRAC's databases have them, and a computing element that gives output, for tests of reading."""

import signal
import uuid
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from .stack import world
from .stack.environment import TOP

PLUGINS = TOP / "integration_tests" / "plugins"
#: What a collector or an agent may keep in its memory, and what no test changes.
KEPT_TABLES = {"DatabaseIdentity", "PilotLogDictionaries", "SchemaMigrations", "WriterEpochs"}
#: A VO's extension, which comes before ours.
NEIGHBOUR = TOP / "integration_tests" / "neighbour"
READING_SERVICES = ("WebApp", "PilotManager")
PILOT_ROLE = "/{}/Role=pilot"


@dataclass(frozen=True)
class GridPilot:
    """A pilot with a row in PilotAgentsDB."""

    vo: world.VO
    stamp: str
    reference: str


def add_pilot(stack, vo=world.ALPHA, status="Running", grid_type="Stack", stamp=None):
    """Make a pilot known to DIRAC and return it."""
    stamp = uuid.uuid4().hex if stamp is None else stamp
    pilot = GridPilot(vo, stamp, f"stack://{vo.ce}/{uuid.uuid4().hex[:12]}")
    row = (pilot.reference, stamp, vo.ce, "q", vo.site, vo.name, grid_type, status)
    stack.sql(
        "PilotAgentsDB",
        "INSERT INTO PilotAgents (PilotJobReference, PilotStamp, DestinationSite, Queue, GridSite, VO, GridType,"
        " Status, SubmissionTime, LastUpdateTime)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, UTC_TIMESTAMP(), UTC_TIMESTAMP())",
        row,
    )
    return pilot


def set_status(stack, pilot, status):
    """Change a pilot's status."""
    where = (status, pilot.reference)
    stack.sql("PilotAgentsDB", "UPDATE PilotAgents SET Status = %s WHERE PilotJobReference = %s", where)


def forget_pilot(stack, pilot):
    """Delete a pilot's row, as DIRAC does after some weeks, when we have noted its reference and site."""
    noted = (pilot.reference, pilot.vo.site, pilot.stamp)
    stack.sql("PilotLoggingDB", "UPDATE PilotLogs SET PilotReference = %s, Site = %s WHERE PilotStamp = %s", noted)
    stack.sql("PilotAgentsDB", "DELETE FROM PilotAgents WHERE PilotJobReference = %s", (pilot.reference,))


def forget_logs(stack, but=""):
    """Delete all logs, except one, from the database: an agent's cycle takes as long as there are logs to archive."""
    for table in ("PilotLogFiles", "PilotLogBatches"):
        delete = f"DELETE gone FROM {table} gone JOIN PilotLogs USING (LogID) WHERE PilotStamp <> %s"
        stack.sql("PilotLoggingDB", delete, (but,))
    stack.sql("PilotLoggingDB", "DELETE FROM PilotLogs WHERE PilotStamp <> %s", (but,))


def forget_all(stack):
    """Delete logs, and all else that tests leave in the database: sendings, notices, failures, pilots."""
    forget_logs(stack)
    tables = {name for (name,) in stack.sql("PilotLoggingDB", "SHOW TABLES", ())} - KEPT_TABLES
    for table in sorted(tables):
        stack.sql("PilotLoggingDB", f"DELETE FROM {table}", ())
    for table in ("JobToPilotMapping", "PilotOutput", "PilotAgents"):
        stack.sql("PilotAgentsDB", f"DELETE FROM {table}", ())


def match_job(stack, job, *pilots):
    """Note that a job ran in pilots."""
    for pilot in pilots:
        stack.sql(
            "PilotAgentsDB",
            "INSERT INTO JobToPilotMapping (PilotID, JobID, StartTime)"
            " SELECT PilotID, %s, UTC_TIMESTAMP() FROM PilotAgents WHERE PilotJobReference = %s",
            (job, pilot.reference),
        )


class OutputFolder:
    """The output that the test's CE gives for each pilot."""

    def __init__(self, path: Path):
        self.path = path
        path.mkdir()

    def give(self, pilot, output, error=""):
        """Let the CE give this output."""
        (self.path / f"{pilot.stamp}.out").write_text(output)
        (self.path / f"{pilot.stamp}.err").write_text(error)

    def inform(self, pilot, info):
        """Let the CE give this logging info."""
        (self.path / f"{pilot.stamp}.info").write_text(info)

    def lose(self, pilot):
        """Let the CE have nothing of this pilot any more."""
        (self.path / f"{pilot.stamp}.out").unlink()

    def hang(self, pilot):
        """Let the CE hang when it is asked for this pilot."""
        (self.path / f"{pilot.stamp}.hang").touch()

    def asked(self, pilot):
        """The identities that the CE was asked as, one for each time."""
        path = self.path / f"{pilot.stamp}.asked"
        return path.read_text().splitlines() if path.exists() else []


@contextmanager
def changed(stack, options, services=READING_SERVICES, extensions=(PLUGINS,)):
    """Restart services with other options and with extensions, by default the tests' CE plugin; at the end go back."""
    original = stack.env
    for path, value in options.items():
        stack.set_option(path, value)
    stack.env = lambda user=None: _with_extensions(original(user), extensions)
    try:
        stack.restart(*services)
        yield
    finally:
        del stack.env
        stack.reset_options()
        stack.restart(*services)


def _with_extensions(environment, extensions):
    return environment | {"PYTHONPATH": ":".join([environment["PYTHONPATH"], *map(str, extensions)])}


def ce_options(folder: Path):
    """Options that make the CEs of the stack give what is in a folder, asked with the pilots' proxy."""
    options = {}
    for vo in world.VOS:
        options[f"/Resources/Sites/TEST/{vo.site}/CEs/{vo.ce}/OutputFolder"] = str(folder)
        options[f"/Registry/Groups/{vo.prefix}_pilot/VOMSRole"] = PILOT_ROLE.format(vo.name)
    return options


def store_pilot_proxies(stack):
    """Put proxies of the pilots into the ProxyDB as if they had VOMS extensions: there is no VOMS server here."""
    for vo in world.VOS:
        group = f"{vo.prefix}_pilot"
        row = (vo.pilot, world.dn(vo.pilot), group, PILOT_ROLE.format(vo.name), stack.proxy(vo.pilot).read_text())
        stack.sql(
            "ProxyDB",
            "REPLACE INTO ProxyDB_VOMSProxies (UserName, UserDN, UserGroup, VOMSAttr, Pem, ExpirationTime)"
            " VALUES (%s, %s, %s, %s, %s, TIMESTAMPADD(DAY, 30, UTC_TIMESTAMP()))",
            row,
        )


@contextmanager
def database_hangs(stack):
    """A database server that takes connections and answers nothing."""
    stack.kill("mariadb", signal.SIGSTOP)
    try:
        yield
    finally:
        stack.kill("mariadb", signal.SIGCONT)


@contextmanager
def storage_down(stack, vo=world.ALPHA):
    """A storage element whose folder is a file: nothing can be read or written there."""
    folder = stack.storage_path(vo.storage_element)
    aside = folder.with_suffix(".aside")
    folder.rename(aside)
    folder.touch()
    try:
        yield
    finally:
        folder.unlink()
        aside.rename(folder)
