"""Sets up a fresh Debian 12 for `./dev`: packages, `.venv` with locked versions, this extension in it.

Runs before anything is installed, so it is started as a plain file and uses the standard library alone. What it did
is remembered as a hash of all that it depends on; when that is unchanged it returns at once.
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
import time
from pathlib import Path

from storage_elements import install_gfal2

TOP = Path(__file__).resolve().parents[2]
VENV = TOP / ".venv"
STAMP = VENV / "set-up-done"
LOG = VENV.with_name(".venv.log")
#: Debian's own, which its gfal2 module is made for and brings; the oldest one that the extension runs with.
PYTHON = Path("/usr/bin/python3.11")
INPUTS = ("requirements.lock", "package-lock.json", "setup.cfg", "pyproject.toml", "integration_tests/stack/install.py")
PACKAGES = (
    "chromium-headless-shell",
    "curl",
    "fonts-dejavu-core",
    "gcc",
    "git",
    "haproxy",
    "pkg-config",
    "socat",
    "swig",
    "libssl-dev",
    "libmariadb-dev",
    "mariadb-server",
    "maven",
    "openjdk-17-jdk-headless",
    "openssl",
    "prometheus",
    "python3-dev",
    "python3-gfal2",
    "python3-venv",
    "libboost-python1.74.0",
    "gfal2-plugin-file",
    "gfal2-plugin-xrootd",
    "xrootd-server",
    "xrootd-client",
)


class SetUpFailed(SystemExit):
    """The set-up can't go on; the message says what to do."""

    def __init__(self, message):
        super().__init__(f"./dev: {message}")


class Steps:
    """Runs commands, one line of progress each; their output goes to a log that is shown when one fails."""

    def __init__(self):
        self.started = time.monotonic()

    def run(self, title, argv, **kwargs):
        """Run a command that must succeed."""
        print(f"[{time.monotonic() - self.started:4.0f} s] {title} ...", flush=True)
        with LOG.open("ab") as log:
            log.write(f"\n$ {' '.join(map(str, argv))}\n".encode())
            log.flush()
            code = subprocess.call(argv, stdin=subprocess.DEVNULL, stdout=log, stderr=log, **kwargs)
        if code:
            tail = LOG.read_text(errors="replace").splitlines()[-25:]
            raise SetUpFailed(f"{title}: failed with code {code}; the end of {LOG.name}:\n" + "\n".join(tail))

    def done(self):
        """Say how long it took."""
        print(f"[{time.monotonic() - self.started:4.0f} s] set up", flush=True)


def fingerprint():
    """Return a hash of all that the set-up depends on, the place included."""
    digest = hashlib.sha256(f"{PYTHON} {TOP}".encode())
    for name in INPUTS:
        digest.update((TOP / name).read_bytes())
    return digest.hexdigest()


def is_done():
    """Return whether an earlier run did all this already."""
    return STAMP.exists() and STAMP.read_text() == fingerprint() and (VENV / "bin" / "python").exists()


def require_debian():
    """Nothing else has the packages: Debian's gfal2 module is made for its CPython 3.11."""
    if not shutil.which("dpkg-query"):
        raise SetUpFailed("made for Debian 12: there is no dpkg here. See environment.yml for the conda way.")
    if not PYTHON.exists() and (system := system_name()) != "debian 12":
        raise SetUpFailed(f"made for Debian 12, and this is {system}. See environment.yml for the conda way.")


def system_name(file="/etc/os-release"):
    """Return the system's name and version, as in "debian 12"."""
    lines = Path(file).read_text().splitlines() if Path(file).exists() else []
    found = dict(line.replace('"', "").split("=", 1) for line in lines if "=" in line)
    return f"{found.get('ID', 'unknown')} {found.get('VERSION_ID', '')}".strip()


def missing_packages():
    """Return those of the wanted Debian packages that are not installed."""
    query = ["dpkg-query", "-W", "-f", "${Package} ${db:Status-Status}\n", *PACKAGES]
    answer = subprocess.run(query, capture_output=True, text=True, check=False).stdout
    installed = {line.split()[0] for line in answer.splitlines() if line.endswith(" installed")}
    return [package for package in PACKAGES if package not in installed]


def become_root():
    """Return the words that run a command as root without asking for a password, None when there are none."""
    if os.geteuid() == 0:
        return []
    sudo = shutil.which("sudo")
    if sudo and subprocess.call([sudo, "-n", "true"], stderr=subprocess.DEVNULL) == 0:
        return [sudo, "-n"]
    return None


def install_packages(steps):
    """Install the Debian packages that are missing, or say which when that isn't allowed."""
    missing = missing_packages()
    if not missing:
        return
    root = become_root()
    if root is None:
        command = f"apt-get install --no-install-recommends {' '.join(missing)}"
        raise SetUpFailed(f"Debian packages are missing, and there is no root or password-free sudo:\n  {command}")
    quiet = [*root, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-q", "-y"]
    steps.run("apt-get update", [*quiet, "update"])
    with NoServiceStarts(root):
        steps.run(f"apt-get install {' '.join(missing)}", [*quiet, "install", "--no-install-recommends", *missing])


class NoServiceStarts:
    """A context in which no package that is installed starts a service: the stack runs a MariaDB of its own."""

    POLICY = Path("/usr/sbin/policy-rc.d")

    def __init__(self, root):
        self.root = root
        self.mine = not self.POLICY.exists()

    def __enter__(self):
        if self.mine:
            script = f"printf '#!/bin/sh\\nexit 101\\n' > {self.POLICY} && chmod 755 {self.POLICY}"
            subprocess.check_call([*self.root, "sh", "-c", script])

    def __exit__(self, *exc):
        if self.mine:
            subprocess.check_call([*self.root, "rm", "-f", str(self.POLICY)])


def locked(name):
    """Return `name==version` as the lock has it."""
    for line in (TOP / "requirements.lock").read_text().splitlines():
        if line.startswith(f"{name}=="):
            return line.split()[0]
    raise SetUpFailed(f"requirements.lock has no {name}")


def install_python(steps):
    """Make .venv, put the locked versions into it, then this extension and Debian's gfal2 module."""
    if not PYTHON.exists():
        raise SetUpFailed(f"there is no {PYTHON}, which Debian 12 has: Debian's gfal2 module is made for it")
    python = VENV / "bin" / "python"
    steps.run("virtual environment .venv", [PYTHON, "-m", "venv", "--clear", VENV])
    steps.run("uv", [python, "-m", "pip", "install", "-q", locked("uv")])
    lock = ["--no-deps", "-r", TOP / "requirements.lock"]
    steps.run("Python packages as locked", [python, "-m", "uv", "pip", "install", "--python", python, *lock])
    editable = ["--no-deps", "--no-build-isolation", "-e", TOP]
    steps.run("PilotLoggingDIRAC", [python, "-m", "uv", "pip", "install", "--python", python, *editable])
    install_gfal2(VENV / "lib" / PYTHON.name / "site-packages")
    steps.run("gfal2 imports", [python, "-c", "import gfal2, DIRAC, M2Crypto, MySQLdb"])


def install_page_tools(steps):
    """Put the locked tools for the page's modules and tests into node_modules, with the npm that is in .venv."""
    environment = os.environ | {"PATH": f"{VENV / 'bin'}{os.pathsep}{os.environ['PATH']}"}
    command = [VENV / "bin" / "npm", "ci", "--no-audit", "--no-fund"]
    steps.run("npm packages as locked", command, cwd=TOP, env=environment)


def main():
    """Set up what is missing; say nothing when nothing is. Another one that does so already is awaited."""
    if is_done():
        return
    require_debian()
    with LOG.open("ab") as log:
        fcntl.flock(log, fcntl.LOCK_EX)
        if not is_done():
            set_up()


def set_up():
    """Set up everything."""
    LOG.write_bytes(b"")
    steps = Steps()
    print("setting up, once (details in .venv.log)", flush=True)
    install_packages(steps)
    install_python(steps)
    install_page_tools(steps)
    STAMP.write_text(fingerprint())
    steps.done()


if __name__ == "__main__":
    main()
