"""Workers of a forked program are forked by its own fork server (``fork_server.py``), as its siblings.

STACK_FORK_WORKERS=no in the program's environment makes them its children, each started by itself.
"""

import os
import subprocess
from pathlib import Path

from .forking import Forked, requested

SWITCH = "STACK_FORK_WORKERS"
_WORKER = ["-P", "-m", "PilotLoggingDIRAC.adapters.workers.child"]
_alone = subprocess.Popen


def fork_workers(server):
    """Have the server at the other end of a socket fork the workers that this process starts from now on."""

    class Popen(_alone):
        """A process that is started by itself, unless it is a worker."""

        def __new__(cls, argv, *args, **settings):
            if argv[1:4] != _WORKER or os.environ.get(SWITCH) == "no":
                return super().__new__(cls)
            request = requested(argv, settings.pop("env"), Path.cwd())
            return Forked(server, request, argv, **settings)

    subprocess.Popen = Popen
