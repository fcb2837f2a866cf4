"""Every example of a command of ours, in the guide and in the commands' own usage, in words that work on a stack."""

import re
import shlex
import uuid
from dataclasses import dataclass
from pathlib import Path

from .stack import world
from .stack.environment import TOP

GUIDE = TOP / "docs" / "administrator"
SCRIPTS = TOP / "src" / "PilotLoggingDIRAC" / "WorkloadManagementSystem" / "scripts"
STAMP = "9d3f6a0c5b1e4f6f8a7b2c1d0e9f8a7b"
REFERENCE = "htcondorce://ce.example.org/1234.0"
COLLECTOR = re.compile(r"https://(?:dirac\d|pilotlogs)\.example\.org:8443/WorkloadManagement/TornadoPilotLogging")
#: Commands that ask before they do it.
ASKING = ("delete", "disable", "enable")
LONG_AGO = "2024-06-01 12:00:00"

#: Words of examples that may find nothing.
_MAY_FIND_NOTHING = ("--Cause", "Stale file handle", "--Rule", "--Running", "--User", "4711")
#: Those that the examples of deleting name must not be missed by others.
_DELETING = "dirac-admin-pilot-logs-delete"
#: They need a destination and its agent, and are run by test_replaying.
_FORWARDING = "dirac-admin-pilot-logs-forward"


def examples():
    """The command lines, each once."""
    texts = [path.read_text() for path in (*sorted(GUIDE.glob("*.rst")), *sorted(SCRIPTS.glob("dirac_*.py")))]
    found = (line for text in texts for line in re.findall(r"^ +\$ (dirac-admin-pilot-logs-.*)$", text, re.M))
    return list(dict.fromkeys(found))


def split():
    """The examples of sending logs again, and all others."""
    found = examples()
    return [[each for each in found if each.startswith(_FORWARDING) is forwards] for forwards in (True, False)]


#: Runs what only Ctrl-C ends; a program in the background ignores that, unless it is told otherwise.
UNTIL_CTRL_C = ["env", "--default-signal=INT", "timeout", "--preserve-status", "--signal=INT", "20"]


@dataclass(frozen=True)
class Names:
    """Values for the examples' names: a pilot to ask for, one to delete, a folder of old logs, a collector."""

    pilot: object
    victim: object
    folder: Path
    collector: str

    def words(self, example):
        """An example's words."""
        pilot = self.victim if example.startswith(_DELETING) else self.pilot
        own = {
            "vo.example.org": world.ALPHA.name,
            "LCG.Example.org": world.ALPHA.site,
            "ce1.example.org": world.ALPHA.ce,
            "/opt/dirac/pilotlogs": str(self.folder),
            "<folder>": str(self.folder),
            "saved-pilot.log": str(_saved(self.folder)),
            REFERENCE: pilot.reference,
            STAMP: pilot.stamp,
            STAMP[:8]: pilot.stamp[:8],
        }
        example = COLLECTOR.sub(self.collector, example)
        for name, its in own.items():
            example = example.replace(name, its)
        return shlex.split(example)


def _saved(folder):
    """A file with a pilot's log, beside the folder of old ones."""
    path = folder.parent / f"{folder.name}-saved-pilot.log"
    path.write_text("2026-11-26T08:10:11.123456Z ERROR [InstallDIRAC] Could not install DIRACOS [ERROR 1]\n")
    return path


def may_end_with(example):
    """The exit codes of an example that nobody confirms: 3 where there is something to confirm.

    ``status`` and ``doctor`` warn, with 1, of the stack's single collector. Lists and figures of causes
    end with 2 where no pilot has one, and so do lists of what runs, or of jobs that the stack does not have, and a rule
    for a group of failures that it does not have.
    """
    if goes_on(example):
        return (130,)
    if any(word in example for word in _MAY_FIND_NOTHING) or example.startswith("dirac-admin-pilot-logs-summary"):
        return (0, 2)
    if example.startswith(("dirac-admin-pilot-logs-status", "dirac-admin-pilot-logs-doctor")):
        return (1,)
    asks = any(example.startswith(f"dirac-admin-pilot-logs-{name} ") for name in ASKING) and "--Yes" not in example
    return (0, 3) if asks else (0,)


def goes_on(example):
    """Return whether it follows many pilots, until it is interrupted."""
    return "--Follow" in example and any(f" {switch} " in example for switch in ("--Site", "--VO", "--CE"))


def old_logs(folder):
    """A folder as DIRAC's own collector leaves it."""
    place = folder / world.ALPHA.name
    place.mkdir(parents=True)
    (place / f"{uuid.uuid4().hex}.log").write_text("an old log\n")
    return folder
