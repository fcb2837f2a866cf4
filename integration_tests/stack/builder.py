"""Makes the parts of a stack that are made once: certificates, proxies, databases, what DIRAC must be told."""

import fcntl
import json
import os
import shutil
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from . import components, environment, world
from .mariadb import is_mysql
from .processes import StackError

DAY_SECONDS = 86400
PROXY_DAYS = 90
RENEW_AFTER_DAYS = 20


class Builder:
    """Works on a `Stack`; what is done is remembered by files in `root/done`."""

    def __init__(self, stack):
        self.stack = stack

    def build_files(self):
        """Make certificates and proxies, and meanwhile the database's files."""
        with ThreadPoolExecutor() as pool:
            for work in (pool.submit(self._identities), pool.submit(self.stack.database.build)):
                work.result()

    def _identities(self):
        """Make keys and proxies; stacks that have a folder for it share them, as keys take seconds to make."""
        if (shared := os.environ.get(environment.IDENTITIES)) is None:
            self._make_identities()
            return
        with Path(shared, "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            copy_missing(Path(shared), self.stack.root)
            self._make_identities()
            copy_missing(self.stack.root, Path(shared))

    def _make_identities(self):
        self.stack.pki.build()
        missing = [spec for spec in world.PROXIES if not self._has_fresh_proxy(spec.name)]
        if missing:
            self.make_proxies(missing, PROXY_DAYS * 24)

    def _has_fresh_proxy(self, name):
        return is_fresh(self.stack.root / "proxies" / f"{name}.proxy", RENEW_AFTER_DAYS)

    def make_proxies(self, specs, hours):
        """Make proxies, by DIRAC's own code."""
        folder = self.stack.root / "proxies"
        folder.mkdir(mode=0o700, exist_ok=True)
        words = [json.dumps([spec.name, spec.user, spec.group, spec.limited, float(hours)]) for spec in specs]
        self._python("proxies", self.stack.pki.folder, folder, *words)

    def create_databases(self, database):
        """Create the databases that are missing; one that was left half made is made again."""
        self.create(database, *(name for _, name in components.databases()))

    def create(self, database, *names):
        """Create those of the named databases that are missing."""
        missing = [name for name in names if not self._done(f"database-{name}").exists()]
        for name in missing:
            database.sql(None, f"DROP DATABASE IF EXISTS `{name}`")
        strict = [name for name in missing if name == components.OUR_DATABASE or not is_mysql()]
        self._create(strict)
        with database.without_strictness():
            self._create([name for name in missing if name not in strict])

    def _create(self, names):
        if names:
            self._python("filling", "databases", *names)
        for name in names:
            self._mark(f"database-{name}")

    def fill(self):
        """Tell DIRAC, through its services, whose proxies it holds and which storage elements work."""
        with ThreadPoolExecutor() as pool:
            for work in (pool.submit(self._upload_proxies), pool.submit(self._activate)):
                work.result()

    def _upload_proxies(self):
        if is_fresh(self._done("proxies"), RENEW_AFTER_DAYS):
            return
        users = [user for vo in world.VOS for user in (vo.shifter, vo.pilot)]
        self._python("filling", "proxies", self.stack.pki.folder, *users, user="admin")
        self._mark("proxies")

    def _activate(self):
        """Declare storage elements Active in the resource status, those that are not yet."""
        names = [name for name in self.stack.storage_element_names() if not self._done(f"active-{name}").exists()]
        if names:
            self._python("filling", "active", *names, user="admin")
        for name in names:
            self._mark(f"active-{name}")

    def _done(self, what):
        return self.stack.root / "done" / what

    def _mark(self, what):
        self._done(what).parent.mkdir(exist_ok=True)
        self._done(what).touch()

    def _python(self, module, *words, user=None):
        answer = self.stack.run([sys.executable, "-m", f"integration_tests.stack.{module}", *words], user=user)
        if answer.returncode:
            raise StackError(f"{module} {' '.join(map(str, words))} failed:\n{answer.stdout}{answer.stderr}")


def copy_missing(source, target):
    """Copy certificates and proxies to where there are none."""
    for name in ("pki", "proxies"):
        if Path(source, name).exists() and not Path(target, name).exists():
            shutil.copytree(Path(source, name), Path(target, name), symlinks=True)


def is_fresh(path, days):
    """Return whether there is such a file, not older than this."""
    return path.exists() and time.time() - path.stat().st_mtime < days * DAY_SECONDS
