"""PilotAgentsDB and JobDB on sqlite, with the columns that are read."""

import pytest
from sqlalchemy import create_engine, text

from PilotLoggingDIRAC.adapters.job_owners import JobOwners
from PilotLoggingDIRAC.adapters.pilot_agents import PilotAgents
from PilotLoggingDIRAC.pilotlog.settings import StoreSettings

_TABLES = (
    "CREATE TABLE PilotAgents (PilotID INTEGER PRIMARY KEY, PilotStamp TEXT, VO TEXT, PilotJobReference TEXT,"
    " GridSite TEXT, DestinationSite TEXT, Status TEXT)",
    "CREATE TABLE JobToPilotMapping (PilotID INTEGER, JobID INTEGER)",
    "CREATE TABLE Jobs (JobID INTEGER PRIMARY KEY, Owner TEXT)",
)


class Dirac:
    """DIRAC's databases with pilots and jobs, and the adapters over them; ``statements`` counts what is asked."""

    def __init__(self, path):
        self.url = f"sqlite:///{path}"
        self._engine = create_engine(self.url)
        self.pilots = PilotAgents(StoreSettings(), self.url, keys_per_query=2)
        self.owners = JobOwners(StoreSettings(), self.url)
        self.run(*_TABLES)

    def run(self, *statements, **values):
        """Run statements with values."""
        with self._engine.begin() as connection:
            for statement in statements:
                connection.execute(text(statement), values)

    def submit(self, pilot, number, status="Submitted", site="LCG.Alpha.org", ce="ce.alpha.org"):
        """Note a new pilot, as the agent that submits pilots does."""
        self.run(
            "INSERT INTO PilotAgents VALUES (:number, :stamp, :vo, :reference, :site, :ce, :status)",
            number=number,
            stamp=pilot.stamp,
            vo=pilot.vo,
            reference=f"htcondorce://{ce}/{number}",
            site=site,
            ce=ce,
            status=status,
        )

    def set(self, number, **values):
        """Change columns of a pilot."""
        columns = ", ".join(f"{name} = :{name}" for name in values)
        self.run(f"UPDATE PilotAgents SET {columns} WHERE PilotID = :number", number=number, **values)

    def match(self, number, job, owner=None):
        """Give a job to a pilot."""
        self.run("INSERT INTO JobToPilotMapping VALUES (:number, :job)", number=number, job=job)
        if owner:
            self.run("INSERT INTO Jobs VALUES (:job, :owner)", job=job, owner=owner)

    def close(self):
        """Close all connections."""
        self.pilots.close()
        self.owners.close()
        self._engine.dispose()


@pytest.fixture
def dirac(tmp_path):
    """DIRAC's databases without pilots."""
    found = Dirac(tmp_path / "dirac.db")
    yield found
    found.close()
