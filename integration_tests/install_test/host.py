"""Hosts as the guide expects them: /opt/dirac with DIRAC in it, a certificate, and a MySQL server on one of them.

DIRACOS2 can't be had everywhere, so a virtual environment of the locked versions stands for it; PyPI's tornado is
made fit for DIRAC when a Tornado starts (``stack/tls.py``).
"""

import os
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

from ..stack.environment import TOP
from . import network
from .certificates import ADMIN, dn, host_subject
from .files import (
    BASHRC,
    FURTHER_CFG,
    GROUP,
    INSTALL_CFG,
    PASSWORDS,
    PILOTS,
    RUNSVCTRL,
    RUNSVSTAT,
    SERVICES,
    SITE,
    VO,
)

#: The first process of a host: it collects what others leave, and ends with the pipe that it reads.
BOOT = """
mount --bind {folder}/opt /opt
mount -t tmpfs tmpfs /run && mkdir /run/mysqld
mount -t tmpfs tmpfs /tmp
hostname {name}
ip link set lo up
echo up
while read -r _; do :; done
"""
NAMESPACES = ("mount", "uts", "pid", "net")


class Host:
    """One host, below a folder; commands run in a shell of its administrator."""

    def __init__(self, name, work, log):
        self.name = name
        self.short_name = name.split(".")[0]
        self._folder = work / self.short_name
        self._log = log
        self._log_path = Path(log.name)
        self._first_process = None

    def make(self, authority, model=None):
        """Make /opt/dirac, up to what DIRAC's own installer makes; its environment is a model's, where there is one."""
        root, home = self._folder / "opt" / "dirac", self._folder / "home"
        grid = root / "etc" / "grid-security"
        for folder in (grid / "certificates", grid / "vomsdir" / VO, grid / "vomses", home / ".globus"):
            folder.mkdir(parents=True)
        authority.install(grid / "certificates")
        authority.issue(host_subject(self.name), grid / "host", (self.name, network.BALANCER))
        (root / "bashrc").write_text(BASHRC)
        (root / "etc" / "dirac.cfg").write_text(f"DiracX\n{{\n  DisabledVOs = {VO}\n}}\n")
        words = {"vo": VO, "group": GROUP, "pilots": PILOTS, "passwords": PASSWORDS, "name": self.name}
        if model:
            network.call("cp", "-al", model.environment, self.environment)
            (root / "install.cfg").write_text(FURTHER_CFG.format(first=model.name, **words))
            return
        self._environment()
        authority.issue(ADMIN, home / ".globus" / "user")
        second = {"second": network.SECOND, "second_dn": dn(host_subject(network.SECOND))}
        facts = {
            "host_dn": dn(host_subject(self.name)),
            "admin_dn": dn(ADMIN),
            "services": ", ".join(SERVICES),
            **second,
        }
        (root / "install.cfg").write_text(INSTALL_CFG.format(**facts, **words))

    @property
    def environment(self):
        """The folder of DIRAC's environment, as seen from outside."""
        return self._folder / "opt" / "dirac" / "diracos"

    def _environment(self):
        network.call("mount", "--bind", self._folder / "opt", "/opt")
        uv, lock = Path(sys.executable).with_name("uv"), TOP / "requirements.lock"
        network.call(uv, "venv", "-q", "--seed", "--python", Path(sys.executable).resolve(), "/opt/dirac/diracos")
        python = "/opt/dirac/diracos/bin/python"
        network.call(uv, "pip", "install", "-q", "--python", python, "--no-deps", "-r", lock)
        network.call("umount", "/opt")
        self._complete()

    def _complete(self):
        """Add what DIRACOS2 has, and PyPI lacks."""
        (site,) = self.environment.glob("lib/python3.*/site-packages")
        (mine,) = (Path(sys.executable).parents[1]).glob("lib/python3.*/site-packages")
        for module in mine.glob("gfal2.*.so"):
            shutil.copy(module, site)
        about = site / "gfal2_python-1.12.0.dist-info"
        about.mkdir()
        (about / "METADATA").write_text("Metadata-Version: 2.1\nName: gfal2-python\nVersion: 1.12.0\n")
        (about / "RECORD").write_text("")
        (about / "INSTALLER").write_text("debian\n")
        shutil.copy(TOP / "integration_tests" / "stack" / "tls.py", site / "dirac_tornado.py")
        (site / "sitecustomize.py").write_text(SITE)
        for name, script in (("runsvctrl", RUNSVCTRL), ("runsvstat", RUNSVSTAT)):
            program = self.environment / "bin" / name
            program.write_text(script)
            program.chmod(0o755)

    def boot(self, more_addresses=()):
        """Start the host: namespaces with a first process, and a cable to the bridge."""
        words = ["unshare", *(f"--{kind}" for kind in NAMESPACES), "--fork", "--kill-child", "--mount-proc", "bash"]
        script = BOOT.format(folder=self._folder, name=self.name)
        self._first_process = subprocess.Popen(
            [*words, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._log, text=True
        )
        if self._first_process.stdout.readline() != "up\n":
            raise OSError(f"{self.name} does not boot (see {self._log_path})")
        network.connect(self.name, self._first_process.pid)
        for address in (network.ADDRESSES[self.name], *more_addresses):
            network.call(*self._inside("ip", "address", "add", f"{address}/24", "dev", "eth0"))
        network.call(*self._inside("ip", "link", "set", "eth0", "up"))

    def _inside(self, *words):
        """Return a command so that it runs on the host."""
        of = f"/proc/{self._first_process.pid}/ns"
        names = {"mount": "mnt", "uts": "uts", "net": "net", "pid": "pid_for_children"}
        return ["nsenter", *(f"--{kind}={of}/{names[kind]}" for kind in NAMESPACES), "--", *words]

    def start_database(self):
        """Start a MySQL server of an empty data folder, as the guide supposes that there is one."""
        data = "/opt/mysql"
        outside = self._folder / "opt" / "mysql"
        (outside / "tmp").mkdir(parents=True)
        (outside / "accounts.sql").write_text("".join(f"{line};\n" for line in self._accounts()))
        quiet = ["--no-defaults", "--user=root", f"--datadir={data}/data"]
        self._call("mariadb-install-db", *quiet, "--auth-root-authentication-method=normal", "--skip-test-db")
        places = [f"--tmpdir={data}/tmp", "--socket=/run/mysqld/mysqld.sock", f"--init-file={data}/accounts.sql"]
        server = ["mariadbd", *quiet, "--bind-address=0.0.0.0", "--port=3306", "--skip-name-resolve", *places]
        subprocess.Popen(self._inside(*server), stdout=self._log, stderr=self._log)
        self._call("bash", "-c", "until mariadb-admin ping; do sleep 0.2; done")

    def _accounts(self):
        """Yield the statements that make DIRAC's account and root's, as DIRAC's own guide has them."""
        yield "DROP USER IF EXISTS " + ", ".join(f"root@'{host}'" for host in ("127.0.0.1", "::1", self.name))
        for host in ("localhost", "%"):
            for user, password in (("root", "RootPwd"), ("Dirac", "Password")):
                yield f"CREATE OR REPLACE USER {user}@'{host}' IDENTIFIED BY '{PASSWORDS[password]}'"
            yield f"GRANT ALL ON *.* TO root@'{host}' WITH GRANT OPTION"

    def _call(self, *words):
        subprocess.run(self._inside(*words), stdout=self._log, stderr=self._log, check=True)

    def lose_power(self):
        """Kill all processes of the host but its first."""
        subprocess.run(self._inside("bash", "-c", "kill -9 -1"), check=False)

    def start_runit(self):
        """Start what runit keeps, as the service of a server does when it boots."""
        words = ["runsvdir", "/opt/dirac/startup", "log:  DIRAC runsv"]
        script = f"source /opt/dirac/bashrc; exec {words[0]} {words[1]} '{words[2]}'"
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        subprocess.Popen(self._inside("bash", "-c", script), env=self._variables(), **quiet)

    def visit(self):
        """Open a shell of the administrator."""
        subprocess.call(self._inside("bash", "--rcfile", "/opt/dirac/bashrc"), env=self._variables())

    def _variables(self):
        kept = {name: os.environ[name] for name in ("PATH", "LANG", "TERM") if name in os.environ}
        return kept | {"HOME": str(self._folder / "home")}

    def shell(self, command, answers="", timeout=600):
        """Run a command in the administrator's shell; return (exit code, output)."""
        script = "cd /opt/dirac; source /opt/dirac/bashrc\n" + textwrap.dedent(command)
        self._log.write(f"\n{self.short_name}$ {command}\n")
        self._log.flush()
        start = self._log_path.stat().st_size
        done = subprocess.run(
            self._inside("bash", "-c", script), input=answers, env=self._variables(), stdout=self._log,
            stderr=subprocess.STDOUT, timeout=timeout, text=True, check=False,
        )  # fmt: skip
        with self._log_path.open(errors="replace") as log:
            log.seek(start)
            output = log.read()
        self._log.write(f"[{done.returncode}]\n")
        return done.returncode, output
