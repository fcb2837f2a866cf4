"""Finding the logs in a folder of DIRAC's own collector."""

from PilotLoggingDIRAC.pilotlog.admin import collector_log
from PilotLoggingDIRAC.pilotlog.admin.collector_log import SkippedFile
from tests.conftest import PILOT

from .imports import write


def test_names_that_are_no_logs_are_skipped(folder, tmp_path):
    (folder / "README").write_text("not a VO")
    (folder / "bad vo").mkdir()
    (folder / "bad vo" / PILOT.stamp).write_text("x")
    write(folder, f"{PILOT.stamp}.log.gz", b"x")
    write(folder, "unknown", b"x")
    write(folder, "empty0", b"")
    (folder / PILOT.vo / "linked0").symlink_to(folder / "README")
    (folder / "linked-vo").symlink_to(tmp_path)
    found = list(collector_log.find(folder))
    assert all(isinstance(item, SkippedFile) for item in found)
    assert {item.path.name for item in found} == {
        "README", PILOT.stamp, f"{PILOT.stamp}.log.gz", "unknown", "empty0", "linked0", "linked-vo",
    }  # fmt: skip
