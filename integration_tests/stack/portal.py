"""DIRAC's web portal beside the stack, started on demand.

WebAppDIRAC is an extension: whoever sees it gets its parts in between DIRAC's and ours. It is installed into a folder
of its own, which only the portal's process has on its path.
"""

import fcntl
import shutil
import subprocess
import sys
from pathlib import Path
from urllib.parse import quote

from . import components, environment, world
from .processes import StackError

LOCK = environment.TOP / "requirements-portal.lock"
PACKAGES = environment.TOP / ".portal"
SETUP = "stack"


def install():
    """Install the locked versions, unless they are there; 40 MB from PyPI."""
    stamp, wanted = PACKAGES / "set-up-done", LOCK.read_text()
    with PACKAGES.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if stamp.exists() and stamp.read_text() == wanted:
            return
        shutil.rmtree(PACKAGES, ignore_errors=True)
        words = [
            "uv",
            "pip",
            "install",
            "-q",
            "--no-deps",
            "--python",
            sys.executable,
            "--target",
            PACKAGES,
            "-r",
            LOCK,
        ]
        done = subprocess.run([sys.executable, "-m", *words], capture_output=True, text=True, check=False)
        if done.returncode:
            raise StackError(f"the portal can't be installed:\n{done.stderr}")
        stamp.write_text(wanted)


class Portal:
    """The portal of a `Stack`, and the service that only it needs."""

    names = (components.PORTAL_SERVICE.name, components.PORTAL)

    def __init__(self, stack, builder):
        self._stack = stack
        self._builder = builder

    @property
    def origin(self):
        """The portal's scheme, host and port."""
        return f"https://localhost:{self._stack.ports[components.PORTAL]}"

    def url(self, user, application=None):
        """Return where a user's group, and an application in it (`PilotMonitor`), is open."""
        group = next(group.name for group in world.GROUPS if user in group.users)
        opened = f"|*DIRAC.{application}.classes.{application}:" if application else ""
        return f"{self.origin}/DIRAC/s:{SETUP}/g:{group}/?view=tabs&theme=crisp&url_state=1{quote(opened, safe='|*.:')}"

    def start(self):
        """Start it, installed and with its database, and return when it answers."""
        install()
        self._builder.create(self._stack.database, components.PORTAL_DATABASE[1])
        self._stack.start(*self.names)

    def stop(self):
        """Stop it."""
        self._stack.stop(*self.names)

    def environment(self):
        """Return the folder of the portal's own packages, below DIRAC's root: it serves no other files."""
        place = Path(self._stack.root, "dirac", "portal")
        if not place.is_symlink():
            place.symlink_to(PACKAGES)
        return {"PYTHONPATH": f"{place}:{self._stack.env()['PYTHONPATH']}"}
