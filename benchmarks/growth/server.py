"""A MariaDB of one's own, without the rest of a stack."""

import secrets
import socket
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path

from integration_tests.stack import ending
from integration_tests.stack.mariadb import MariaDB, is_mysql

NAME = "PilotLoggingDB"

#: As a database of this size gets it; the stack's 256 MB are for a demonstration.
_POOL = "--innodb-buffer-pool-size=1G"


class Server:
    """A server that runs: ``new`` makes an empty database."""

    def __init__(self, maria, pid):
        self._maria = maria
        self.pid = pid
        self.sql, self.connection = maria.sql, maria.connection

    def new(self, name=NAME):
        """Make a database, in the place of one of that name, and return its URL."""
        self.sql(None, f"DROP DATABASE IF EXISTS {name}")
        self.sql(None, f"CREATE DATABASE {name}")
        self.sql(None, f"GRANT ALL ON {name}.* TO 'Dirac'@'%'")
        return self._maria.engine_url(name)


@contextmanager
def server():
    """A server with an empty data folder, gone in the end."""
    with tempfile.TemporaryDirectory(dir="/var/tmp", prefix="growth-") as folder:
        maria = MariaDB(Path(folder), _free_port(), secrets.token_hex(8), secrets.token_hex(8))
        maria.build()
        # MySQL 9 does not know MariaDB's name for it
        redo = "--innodb-redo-log-capacity=512M" if is_mysql() else "--innodb-log-file-size=512M"
        argv = ending.tied([*maria.argv(), _POOL, redo])
        process = subprocess.Popen(argv, env=maria.environment(), stderr=subprocess.DEVNULL)
        try:
            maria.wait()
            yield Server(maria, process.pid)
        finally:
            process.terminate()
            process.wait(60)


def _free_port():
    with socket.create_server(("127.0.0.1", 0)) as found:
        return found.getsockname()[1]
