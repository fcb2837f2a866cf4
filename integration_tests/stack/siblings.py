"""Workers of a forked program are forked by its own fork server (``fork_server.py``), as its siblings."""

import subprocess
from pathlib import Path

from .forking import Forked, python_words

_WORKER = ["-P", "-m", "PilotLoggingDIRAC.adapters.workers.child"]
_alone = subprocess.Popen


def fork_workers(server):
    """Have the server at the other end of a socket fork the workers that this process starts from now on."""

    class Popen(_alone):
        """A process that is started by itself, unless it is a worker."""

        def __new__(cls, argv, *args, **settings):
            if argv[1:4] != _WORKER:
                return super().__new__(cls)
            env = settings.pop("env")
            request = {"argv": python_words(argv, env), "env": env, "cwd": str(Path.cwd()), "tied": False}
            return Forked(server, request, argv, **settings)

    subprocess.Popen = Popen
