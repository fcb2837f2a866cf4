"""Two real storage elements on this machine: xrootd for DIRAC's GFAL2_XROOT plugin, moto's S3 server for its S3 plugin.

A server here only says what it needs; who starts it keeps the process: `prepare()`, run `command()` in `environment()`,
wait until `ready()`, then merge `cs()` into the configuration and make `name` Active in ResourceStatus. Imports neither
DIRAC nor gfal2, so the stack may use it before either is installed.

Sources: xrootd 5.5 reference (xrootd.org/docs.html: Xrd/XRootd, Security, Authorization), DIRAC 9.1.22
`Resources/Storage/{GFAL2_StorageBase,GFAL2_XROOTStorage,S3Storage,StorageFactory,StorageElement}.py`, moto 5.
"""

import os
import shutil
import socket
import sysconfig
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

LOOPBACK = "127.0.0.1"
DEBIAN_GFAL2 = Path("/usr/lib/python3/dist-packages/gfal2.cpython-311-x86_64-linux-gnu.so")

_PROTOCOL_OPTIONS = ("AccessProtocols", "WriteProtocols", "RegistrationProtocols")
CS_FOR_ALL = {
    "Operations": {"Defaults": {"DataManagement": dict.fromkeys(_PROTOCOL_OPTIONS, "file, root, s3")}},
    "Resources": {"StorageElements": {"ChecksumType": "ADLER32"}},
}
"""What both need besides their own section.

RegistrationProtocols has no counterpart per SE; without ours in it `putAndRegister` uploads, then fails to name the
PFN, and leaves the file behind. ChecksumType: the gfal2 plugins read only this one, never the SE's own; without it they
compare only sizes and `getFileMetadata` has an empty checksum.
"""


def install_gfal2(venv_site_packages: Path) -> Path:
    """Copy Debian's gfal2 module into a virtual environment of CPython 3.11 and return where it is.

    It loads libgfal2, its plugins and libboost-python from the system. PyPI's gfal2-python does not build against
    Debian's libgfal2. Raises FileNotFoundError when python3-gfal2 is not installed.
    """
    return Path(shutil.copy(DEBIAN_GFAL2, venv_site_packages))


def client_environment() -> dict[str, str]:
    """Return what a process that uses these storage elements has to have in its environment before DIRAC is imported.

    Only GSI: DIRAC asks for "gsi,unix", and falling back to unix hides a broken proxy. No delegation: DIRAC offers the
    proxy for third-party copies, which nobody makes here, and the server makes a key for each connection that offers
    it, seven times the work of the rest, before it declines (XrdSecgsi, `-dlgpxy:0`). The XRD_ ones bound, in
    seconds, the wait for an absent or hanging xrootd (xrdcp(1), ENVIRONMENT; with the defaults it is many minutes).
    For S3 only the number of tries can be set, each waits 60 s for an answer (botocore `retries`, `read_timeout`).
    A slow transfer is not bounded by any of these: whoever starts the process must also end it.
    """
    return {
        "XrdSecPROTOCOL": "gsi",
        "XrdSecGSIDELEGPROXY": "0",
        "XRD_CONNECTIONWINDOW": "5",
        "XRD_CONNECTIONRETRY": "1",
        "XRD_REQUESTTIMEOUT": "20",
        "XRD_STREAMTIMEOUT": "20",
        "XRD_STREAMERRORWINDOW": "5",
        "XRD_TIMEOUTRESOLUTION": "1",
        "AWS_MAX_ATTEMPTS": "1",
    }


@dataclass(frozen=True)
class XrootdServer:
    """An xrootd storage element that admits by GSI proxy and keeps each VO to `/<vo>`.

    `writers` maps a VO to the DN of its shifter's certificate. `host_certificate` must have "localhost" as its common
    name: the gsi module compares the CN, not the alternative names, with the name the client used. xrootd refuses root,
    so a root stack hands it to nobody, who must be able to search every parent. It cannot bind to one address: it
    listens on all and drops whoever does not come from loopback as soon as it is accepted.
    """

    folder: Path
    port: int
    host_certificate: Path
    host_key: Path
    ca_folder: Path
    writers: Mapping[str, str]
    name: str = "XROOT-disk"

    @property
    def data(self) -> Path:
        """The folder that holds the stored files, named as their LFNs."""
        return self.folder / "data"

    def prepare(self) -> None:
        """Write configuration, grid map, rights and copies of the credentials; safe to repeat."""
        here = self.folder
        for folder in (here, self.data, here / "admin", here / "ca"):
            folder.mkdir(parents=True, exist_ok=True)
            self._give(folder)
        shutil.copytree(self.ca_folder, here / "ca", dirs_exist_ok=True)
        shutil.copy(self.host_certificate, here / "hostcert.pem")
        (here / "hostkey.pem").unlink(missing_ok=True)
        (here / "hostkey.pem").touch(0o600)
        (here / "hostkey.pem").write_bytes(self.host_key.read_bytes())
        self._give(here / "hostkey.pem")
        (here / "gridmap").write_text("".join(f'"{dn}" {vo}\n' for vo, dn in self.writers.items()))
        (here / "authdb").write_text("".join(f"u {vo} /{vo} a\n" for vo in self.writers))
        (here / "xrootd.cfg").write_text(self._configuration())

    @staticmethod
    def _give(path: Path) -> None:
        if os.geteuid() == 0:
            shutil.chown(path, "nobody", "nogroup")

    def _configuration(self) -> str:
        here = self.folder
        modules = f"/usr/lib/{sysconfig.get_config_var('MULTIARCH') or 'x86_64-linux-gnu'}"
        gsi = f"-certdir:{here}/ca -cert:{here}/hostcert.pem -key:{here}/hostkey.pem -crl:0 -gridmap:{here}/gridmap"
        lines = [f"all.export /{vo}" for vo in self.writers] + [
            f"oss.localroot {self.data}",
            f"all.adminpath {here}/admin",
            f"all.pidpath {here}/admin",
            f"xrd.port {self.port}",
            f"xrd.allow host {LOOPBACK}",
            "xrd.network nodnr",
            "xrootd.chksum max 2 adler32",
            "xrootd.seclib libXrdSec.so",
            f"sec.protocol {modules} gsi {gsi} -gmapopt:2 -dlgpxy:0",
            "ofs.authorize 1",
            f"acc.authdb {here}/authdb",
        ]
        return "\n".join(lines) + "\n"

    def command(self) -> list[str]:
        """Return the argv; it stays in the foreground and logs to standard error."""
        user = ["-R", "nobody"] if os.geteuid() == 0 else []
        return ["/usr/bin/xrootd", "-I", "v4", *user, "-c", str(self.folder / "xrootd.cfg")]

    def environment(self) -> dict[str, str]:
        """Return what `command` needs in its environment."""
        return {}

    def ready(self) -> bool:
        """Say whether the server accepts connections; those that come early are answered when it is initialised."""
        try:
            socket.create_connection((LOOPBACK, self.port), timeout=1).close()
        except OSError:
            return False
        return True

    def cs(self) -> dict:
        """Return the SE's section. The host is a name because of the certificate."""
        protocol = {"PluginName": "GFAL2_XROOT", "Protocol": "root", "Host": "localhost", "Port": str(self.port)}
        return _section(self.name, "GFAL2_XROOT.1", protocol | {"Path": "/"})


@dataclass(frozen=True)
class S3Server:
    """An S3 storage element of one bucket, kept in memory: a restart empties it, SIGSTOP makes it hang with its data.

    moto checks no signature, so wrong credentials are not refused.
    """

    folder: Path
    port: int
    moto_server: Path
    name: str = "S3-disk"
    bucket: str = "pilotlogs"

    def prepare(self) -> None:
        """Make the folder the process runs in."""
        self.folder.mkdir(parents=True, exist_ok=True)

    def command(self) -> list[str]:
        """Return the argv; it stays in the foreground and logs to standard error."""
        return [str(self.moto_server), "-H", LOOPBACK, "-p", str(self.port)]

    def environment(self) -> dict[str, str]:
        """Return what `command` needs in its environment: temporary files of large objects go into the folder."""
        return {"TMPDIR": str(self.folder)}

    def ready(self) -> bool:
        """Create the bucket, which DIRAC never does, and say whether it is there; safe to repeat."""
        request = urllib.request.Request(f"http://{LOOPBACK}:{self.port}/{self.bucket}", method="PUT")
        direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            return direct.open(request, timeout=2).status == 200
        except OSError:
            return False

    def cs(self) -> dict:
        """Return the SE's section.

        With keys in the section the plugin talks to the server itself, without them it asks DIRAC's S3Gateway service
        for signed URLs. `Path` is the bucket, and the objects' keys are the LFNs without their first slash.
        """
        protocol = {"PluginName": "S3", "Protocol": "s3", "Host": LOOPBACK, "Port": str(self.port)}
        keys = {"SecureConnection": "False", "Aws_access_key_id": "lab", "Aws_secret_access_key": "lab"}
        return _section(self.name, "S3.1", protocol | {"Path": self.bucket} | keys)


def _section(name: str, section: str, protocol: dict) -> dict:
    options = {"Access": "remote", "SpaceToken": "", "WSUrl": ""}
    storage = {"BackendType": "local", "ChecksumType": "ADLER32", section: protocol | options}
    return {"Resources": {"StorageElements": {name: storage}}}
