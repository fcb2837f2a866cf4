"""A private mariadbd, or the server that SERVER names: data folder, port and accounts of its own."""

import getpass
import os
import shutil
import subprocess
from contextlib import contextmanager
from pathlib import Path

import MySQLdb

from .components import MARIADB
from .processes import StackError, wait_until

#: A variable with the folder of another server than the installed one; `bin` in it has mariadbd or mysqld.
SERVER = "STACK_DATABASE_SERVER"

SERVER_OPTIONS = (
    "--bind-address=127.0.0.1",
    "--skip-name-resolve",
    "--skip-log-bin",
    "--character-set-server=utf8mb4",
    "--collation-server=utf8mb4_general_ci",
    "--innodb-buffer-pool-size=256M",
    "--innodb-flush-log-at-trx-commit=1",
    "--max-allowed-packet=64M",
    # relative to the data folder, as the path of a socket may not be long
    "--socket=mariadb.sock",
)


#: Debian's folder for files is not there where the server is not installed.
MYSQL_OPTIONS = ("--mysqlx=OFF", "--secure-file-priv=NULL")


def is_mysql():
    """Return whether SERVER is a MySQL."""
    return (Path(os.environ.get(SERVER, "/nowhere")) / "bin" / "mysqld").exists()


def _path():
    other = os.environ.get(SERVER)
    return (f"{other}/bin:" if other else "") + os.environ.get("PATH", "") + ":/usr/sbin:/usr/bin:/sbin:/bin"


def _make_files():
    """The command, without its options of place and user, that makes a data folder."""
    if is_mysql():
        return ["mysqld", "--initialize-insecure"]
    return ["mariadb-install-db", "--auth-root-authentication-method=normal", "--skip-test-db"]


class MariaDB:
    """Files and accounts of the server; who runs it is `Stack`'s affair."""

    def __init__(self, folder: Path, port, password, root_password):
        self.folder = folder
        self.port = port
        self._passwords = {"Dirac": password, "root": root_password}
        self._user = getpass.getuser()

    def order(self):
        """Names of the components of a stack that it consists of, in groups that are started one after the other."""
        return ((MARIADB,),)

    @property
    def _data(self):
        return self.folder / "data"

    @property
    def _init_file(self):
        return self.folder / "accounts.sql"

    def build(self):
        """Make the data folder, which appears under its name only when it is whole."""
        if self._data.exists():
            return
        part = self.folder / "data.new"
        shutil.rmtree(part, ignore_errors=True)
        (self.folder / "tmp").mkdir(parents=True, exist_ok=True)
        program, *options = _make_files()
        argv = [program, "--no-defaults", *options, f"--user={self._user}", f"--datadir={part}"]
        done = subprocess.run(argv, env=self.environment(), capture_output=True, text=True, check=False)
        if done.returncode:
            raise StackError(f"{argv[0]} failed:\n{done.stdout}{done.stderr}")
        part.rename(self._data)

    def environment(self):
        """Return the environment for the server."""
        return {"PATH": _path(), "HOME": str(self.folder), "TMPDIR": str(self.folder / "tmp")}

    def argv(self):
        """Return the command that runs the server; it sets the accounts' passwords at each start."""
        self._write_init_file()
        server = shutil.which("mysqld" if is_mysql() else "mariadbd", path=_path())
        if not server:
            raise StackError("there is no mariadbd: install mariadb-server")
        own = [f"--user={self._user}", f"--datadir={self._data}", f"--port={self.port}",
               f"--pid-file={self.folder / 'mariadbd.pid'}", f"--init-file={self._init_file}"]  # fmt: skip
        return [server, "--no-defaults", *own, *SERVER_OPTIONS, *(MYSQL_OPTIONS if is_mysql() else ())]

    def _write_init_file(self):
        # one statement a line: the server reads no other way
        with os.fdopen(os.open(self._init_file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write("\n".join(self.accounts()) + "\n")

    def accounts(self):
        """Return the statements that set the accounts and their passwords."""
        # 'Dirac'@'%' is the account that dirac-install-db grants to
        accounts = (("root", "127.0.0.1"), ("root", "localhost"), ("Dirac", "%"))
        lines = ["DROP USER IF EXISTS ''@'localhost';"]
        for user, host in accounts:
            account, password = f"'{user}'@'{host}'", self._passwords[user]
            lines.append(f"CREATE USER IF NOT EXISTS {account} IDENTIFIED BY '{password}';")
            lines.append(f"ALTER USER {account} IDENTIFIED BY '{password}';")
        lines.append("GRANT ALL ON *.* TO 'root'@'127.0.0.1' WITH GRANT OPTION;")
        return lines

    def wait(self, patience_seconds=60):
        """Return when the accounts work."""
        if not wait_until(self._answers, patience_seconds):
            raise StackError("mariadbd does not answer")
        self._init_file.unlink(missing_ok=True)

    def _answers(self):
        try:
            self.sql(None, "SELECT 1")
        except MySQLdb.OperationalError:
            return False
        return True

    @contextmanager
    def without_strictness(self):
        """Let connections that are made meanwhile index the first characters of a long column; only MySQL needs it.

        Its strict mode refuses DIRAC's own FileCatalogDB for such an index, where MariaDB warns.
        """
        if not is_mysql():
            yield
            return
        ((strict,),) = self.sql(None, "SELECT @@GLOBAL.sql_mode")
        self.sql(None, "SET GLOBAL sql_mode = ''")
        try:
            yield
        finally:
            self.sql(None, "SET GLOBAL sql_mode = %s", (strict,))

    @contextmanager
    def connection(self, database=None, user="root"):
        """Return a connection that is closed in the end."""
        where = {"database": database} if database else {}
        connection = MySQLdb.connect(
            host="127.0.0.1", port=self.port, user=user, password=self._passwords[user], charset="utf8mb4",
            connect_timeout=5, **where,
        )  # fmt: skip
        try:
            yield connection
        finally:
            connection.close()

    def sql(self, database, statement, values=()):
        """Run one statement as root and commit; return its rows as tuples."""
        with self.connection(database) as connection:
            cursor = connection.cursor()
            cursor.execute(statement, values or None)
            rows = cursor.fetchall()
            connection.commit()
            return list(rows)

    def engine_url(self, database):
        """Return SQLAlchemy's URL of a database, for DIRAC's account."""
        return f"mysql+mysqldb://Dirac:{self._passwords['Dirac']}@127.0.0.1:{self.port}/{database}?charset=utf8mb4"
