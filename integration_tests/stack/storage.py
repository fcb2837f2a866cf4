"""The storage elements that need a server, as parts of a stack: where they live, how they are run, when they answer."""

import sys
import tempfile
from pathlib import Path

from . import world
from .processes import StackError, wait_until
from .storage_elements import CS_FOR_ALL, S3Server, XrootdServer, client_environment

READY_SECONDS = 30


class Storage:
    """The servers asked for, by component name (`xrootd`, `s3`)."""

    def __init__(self, stack, names):
        self._stack = stack
        self.names = tuple(names)

    def server(self, name):
        """Return the server of that name, prepared or not."""
        return {"xrootd": self._xrootd, "s3": self._s3}[name]()

    def element_names(self):
        """Return the names of the storage elements in DIRAC's configuration."""
        return [self.server(name).name for name in self.names]

    def configuration(self):
        """Return their parts of DIRAC's configuration."""
        return (CS_FOR_ALL, *(self.server(name).cs() for name in self.names)) if self.names else ()

    def client_environment(self):
        """Return what those who use them need in their environment."""
        return client_environment() if self.names else {}

    def wait(self, name):
        """Return when the server answers."""
        if not wait_until(self.server(name).ready, READY_SECONDS):
            raise StackError(f"{name} does not answer; see {self._stack.log(name)}")

    def _xrootd(self):
        pki = self._stack.pki
        return XrootdServer(
            folder=self._reachable_folder() / "xrootd",
            port=self._stack.ports["xrootd"],
            host_certificate=pki.certificate("host"),
            host_key=pki.key("host"),
            ca_folder=pki.certificates,
            writers={vo.name: world.dn(vo.shifter) for vo in world.VOS},
        )

    def _s3(self):
        moto = Path(sys.executable).with_name("moto_server")
        return S3Server(self._stack.root / "s3", self._stack.ports["s3"], moto)

    def _reachable_folder(self):
        """Return a folder with a short path that user nobody reaches: xrootd refuses root, and has sockets there."""
        link = self._stack.root / "outside"
        if not link.is_dir():
            link.unlink(missing_ok=True)
            folder = Path(tempfile.mkdtemp(prefix="stack-", dir=short_temporary_folder()))
            folder.chmod(0o711)
            link.symlink_to(folder)
        return link.resolve()


def short_temporary_folder():
    """Return the first temporary folder that others may search, by all its parents too."""
    for folder in (Path(tempfile.gettempdir()), Path("/tmp"), Path("/var/tmp")):
        if len(str(folder)) < 40 and all(part.stat().st_mode & 0o001 for part in (folder, *folder.parents)):
            return folder
    raise StackError("there is no temporary folder that user nobody could reach")
