"""Database servers of other releases of Debian, unpacked into a folder each; they run with their own libraries.

Nothing is installed: apt has lists and a status of its own here, so that it names all that a server needs, down to
the C library. A server's folder has `bin` with what `stack.mariadb` starts.
"""

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from .unavailable import Unavailable

_LOADER = "usr/lib64/ld-linux-x86-64.so.2"
_LIBRARIES = "usr/lib/x86_64-linux-gnu"
#: What is run of a package, by its place.
_PROGRAMS = ("usr/sbin/mariadbd", "usr/sbin/mysqld", "usr/bin/my_print_defaults", "usr/bin/resolveip")


@dataclass(frozen=True)
class DebianServer:
    """A server as a release of Debian has it."""

    suite: str
    packages: tuple[str, ...]

    def unpack(self, folder: Path) -> Path:
        """Return the folder with the server in it; it appears under its name when it is whole. Raise Unavailable."""
        if not folder.exists():
            part = folder.with_name(f"{folder.name}.new")
            shutil.rmtree(part, ignore_errors=True)
            for package in _Apt(part / "apt", self.suite).download(self.packages):
                subprocess.run(["dpkg-deb", "-x", package, part], check=True, capture_output=True)
            _write_programs(part, folder)
            shutil.rmtree(part / "apt")
            part.rename(folder)
        return folder


class _Apt:
    """apt with one suite of the mirror that this machine uses."""

    def __init__(self, folder, suite):
        self._folder, self._suite = folder, suite
        for name in ("state/lists/partial", "archives/partial"):
            (folder / name).mkdir(parents=True)
        (folder / "state" / "status").touch()
        (folder / "sources.list").write_text(f"deb [signed-by={_KEYS}] {_mirror()} {suite} main\n")

    def download(self, packages):
        """Return the files of the packages and of all that they need."""
        self._run("update")
        self._run("install", "--yes", "--download-only", "--no-install-recommends", *packages)
        return sorted((self._folder / "archives").glob("*.deb"))

    def _run(self, *words):
        options = {
            "Dir::State": "state",
            "Dir::State::status": "state/status",
            "Dir::Etc::sourcelist": "sources.list",
            "Dir::Etc::sourceparts": "none",
            "Dir::Cache": ".",
            "Dir::Cache::archives": "archives",
        }
        given = [f"-o{name}={self._folder / value}" for name, value in options.items()]
        done = subprocess.run(["apt-get", "-q", *given, *words], capture_output=True, text=True, check=False)
        if done.returncode:
            raise Unavailable(f"Debian {self._suite} can't be had: {done.stderr.strip().splitlines()[-1]}")


_KEYS = "/usr/share/keyrings/debian-archive-keyring.gpg"


def _mirror():
    if not shutil.which("apt-get"):
        raise Unavailable("there is no apt here")
    asked = ["apt-get", "indextargets", "--format", "$(REPO_URI)", "Created-By: Packages", "Origin: Debian"]
    found = subprocess.run(asked, capture_output=True, text=True, check=False).stdout.split()
    plain = [uri for uri in found if "security" not in uri]
    if not plain:
        raise Unavailable("apt knows no mirror of Debian")
    return plain[0]


def _write_programs(root, final):
    """Let each program run with the libraries that came with it; `final` is where they will be."""
    own = root / "bin"
    own.mkdir()
    loader = f"{final / _LOADER} --library-path {final / _LIBRARIES}"
    for name in _PROGRAMS:
        program = root / name
        if program.is_file() and not program.is_symlink():
            program.rename(program.with_name(f"{program.name}.real"))
            _write(program, f'{loader} {final / name}.real "$@"')
            if "sbin" in name:
                _write(own / program.name, f'{final / name} "$@" --basedir={final / "usr"}')
    if (root / "usr/bin/mariadb-install-db").exists():
        _write(own / "mariadb-install-db", f'{final / "usr/bin/mariadb-install-db"} "$@" --basedir={final / "usr"}')


def _write(path, command):
    path.write_text(f"#!/bin/sh\nexec {command}\n")
    path.chmod(0o755)


SERVERS = {
    "MariaDB 11.8": DebianServer("trixie", ("mariadb-server-core", "mariadb-client-core", "mariadb-server")),
    "MySQL 9": DebianServer("sid", ("mysql-server-core",)),
}
