"""PilotLoggingDB where the configuration says nothing of it, as on a host that was never given one."""

import subprocess
import sys

PROGRAM = """
import DIRAC
DIRAC.initialize(require_auth=False)
from PilotLoggingDIRAC.pilotlog.errors import StoreUnavailable
from PilotLoggingDIRAC.pilotlog.model import PilotId
from PilotLoggingDIRAC.adapters.database import LogDatabase

db = LogDatabase()
for _ in range(2):
    try:
        db.reader.find(PilotId("vo", "a" * 32))
    except StoreUnavailable as error:
        assert "where PilotLoggingDB is" in str(error)
        continue
    raise AssertionError("it was found")
db.close()
"""


def test_a_host_without_the_database_starts_and_gets_a_named_error_at_each_step(tmp_path):
    (tmp_path / "dirac.cfg").write_text("DIRAC\n{\n  Configuration\n  {\n    Name = none\n  }\n}\n")
    environment = {"DIRACSYSCONFIG": str(tmp_path / "dirac.cfg"), "HOME": str(tmp_path), "PATH": "/usr/bin:/bin"}
    done = subprocess.run([sys.executable, "-c", PROGRAM], env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
