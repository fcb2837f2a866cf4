"""A host as the guide expects it: /opt/dirac with DIRAC in it, a certificate, and a MySQL server that it may use.

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
from ..stack.pki import builder_for, new_key, write_certificate, write_key, x509_name

VO, GROUP, PILOTS = "vo.example.org", "dirac_admin", "example_pilot"
ADMIN = (("C", "ch"), ("O", "dirac"), ("CN", "ada"))
ROOT = Path("/opt/dirac")
PASSWORDS = {"Password": "dirac-password", "RootPwd": "root-password"}

#: In front of all else in DIRAC's environment: what DIRACOS2's tornado has and PyPI's lacks.
SITE = """
import collections, collections.abc, os, sys
if not hasattr(collections, "MutableMapping"):
    collections.MutableMapping = collections.abc.MutableMapping
if any(os.path.basename(word) in ("tornado-start-all", "tornado-start-CS") for word in sys.orig_argv):
    import dirac_tornado
    dirac_tornado.install("m2")
"""
#: Older names of runit's commands, which DIRAC uses: DIRACOS2 has them, Debian's runit has ``sv`` alone.
RUNSVCTRL = """#!/bin/bash
mode=$1; shift
for folder; do printf %s "$mode" > "$folder/supervise/control" || exit 1; done
"""
RUNSVSTAT = """#!/bin/bash
for folder; do
    told=$(sv status "$folder" | sed -E 's/;.*//')
    case $told in
        run:*) sed -E 's/^run: (.*): \\(pid ([0-9]+)\\) ([0-9]+)s.*/\\1: run (pid \\2) \\3 seconds/' <<<"$told" ;;
        down:*) sed -E 's/^down: (.*): ([0-9]+)s.*/\\1: down \\2 seconds/' <<<"$told" ;;
        *) echo "$folder: runsv not running" ;;
    esac
done
"""
BASHRC = """
export DIRAC=/opt/dirac DIRAC_ROOT_PATH=/opt/dirac
unset REQUESTS_CA_BUNDLE CURL_CA_BUNDLE SSL_CERT_FILE PYTHONPATH
source /opt/dirac/diracos/bin/activate
export X509_CERT_DIR=/opt/dirac/etc/grid-security/certificates
export X509_VOMS_DIR=/opt/dirac/etc/grid-security/vomsdir X509_VOMSES=/opt/dirac/etc/grid-security/vomses
"""
INSTALL_CFG = """
LocalInstallation
{{
  ConfigurationName = Walk
  ConfigurationMaster = yes
  VirtualOrganization = {vo}
  Host = {name}
  HostDN = {host_dn}
  UseServerCertificate = yes
  AdminUserName = ada
  AdminUserDN = {admin_dn}
  AdminUserEmail = ada@example.org
  AdminGroupName = {group}
  Systems = Configuration, Framework, WorkloadManagement, ResourceStatus, Monitoring
  Databases = InstalledComponentsDB, ResourceStatusDB, ProxyDB, PilotAgentsDB, JobDB
  Services = {services}
  Database
  {{
    User = Dirac
    Password = {passwords[Password]}
    RootPwd = {passwords[RootPwd]}
    Host = {name}
    Port = 3306
  }}
}}
DIRAC
{{
  Security
  {{
    UseServerCertificate = yes
    CertFile = /opt/dirac/etc/grid-security/hostcert.pem
    KeyFile = /opt/dirac/etc/grid-security/hostkey.pem
  }}
}}
Registry
{{
  VO
  {{
    {vo}
    {{
      VOName = {vo}
    }}
  }}
  Groups
  {{
    {pilots}
    {{
      Users = ada
      Properties = GenericPilot, LimitedDelegation
      VO = {vo}
    }}
  }}
}}
Operations
{{
  Defaults
  {{
    MonitoringBackends
    {{
      Default =
    }}
  }}
}}
"""
SERVICES = (
    "Configuration/Server", "Framework/ComponentMonitoring", "Framework/ProxyManager", "Framework/SystemAdministrator",
    "ResourceStatus/ResourceStatus", "WorkloadManagement/PilotManager",
)  # fmt: skip


def dn(subject):
    """Return a subject as DIRAC writes it."""
    return "".join(f"/{key}={value}" for key, value in subject)


class Host:
    """One host; commands run in a shell of its administrator."""

    def __init__(self, name, log):
        self.name = name
        self.subject = (("C", "ch"), ("O", "dirac"), ("CN", name))
        self._log = log
        self._log_path = Path(log.name)

    def make(self):
        """Make /opt/dirac, up to what DIRAC's own installer makes."""
        grid = ROOT / "etc" / "grid-security"
        for folder in (grid / "certificates", grid / "vomsdir" / VO, grid / "vomses", Path.home() / ".globus"):
            folder.mkdir(parents=True, exist_ok=True)
        self._environment()
        self._certificates(grid)
        (ROOT / "bashrc").write_text(BASHRC)
        facts = {"host_dn": dn(self.subject), "admin_dn": dn(ADMIN), "services": ", ".join(SERVICES)}
        words = {"vo": VO, "group": GROUP, "pilots": PILOTS, "passwords": PASSWORDS, "name": self.name}
        (ROOT / "etc" / "dirac.cfg").write_text(f"DiracX\n{{\n  DisabledVOs = {VO}\n}}\n")
        (ROOT / "install.cfg").write_text(INSTALL_CFG.format(**facts, **words))

    def _environment(self):
        uv, lock = Path(sys.executable).with_name("uv"), TOP / "requirements.lock"
        environment = ROOT / "diracos"
        self._call([uv, "venv", "-q", "--seed", "--python", Path(sys.executable).resolve(), environment])
        python = environment / "bin" / "python"
        self._call([uv, "pip", "install", "-q", "--python", python, "--no-deps", "-r", lock])
        (site,) = environment.glob("lib/python3.*/site-packages")
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
            program = environment / "bin" / name
            program.write_text(script)
            program.chmod(0o755)

    def _certificates(self, grid):
        from cryptography import x509
        from cryptography.hazmat.primitives import hashes
        from cryptography.x509.oid import ExtendedKeyUsageOID

        key, name = new_key(), x509_name((("C", "ch"), ("O", "dirac"), ("CN", "walk CA")))
        usage = x509.KeyUsage(False, False, False, False, False, True, True, False, False)
        authority = builder_for(name, name, key.public_key()).add_extension(x509.BasicConstraints(True, None), True)
        identifier = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
        authority = authority.add_extension(usage, True).add_extension(identifier, False).sign(key, hashes.SHA256())
        write_certificate(grid / "ca.pem", authority)
        hashed = self._call(["openssl", "x509", "-in", grid / "ca.pem", "-noout", "-subject_hash"]).strip()
        (grid / "ca.pem").rename(grid / "certificates" / f"{hashed}.0")
        globus, alternative = Path.home() / ".globus", x509.SubjectAlternativeName([x509.DNSName(self.name)])
        purposes = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH])
        for subject, where in ((self.subject, grid / "host"), (ADMIN, globus / "user")):
            own = new_key()
            builder = builder_for(x509_name(subject), name, own.public_key())
            signing = x509.KeyUsage(True, False, True, False, False, False, False, False, False)
            builder = builder.add_extension(signing, True).add_extension(purposes, False)
            builder = builder.add_extension(x509.BasicConstraints(False, None), True)
            builder = builder.add_extension(alternative, False) if where.name == "host" else builder
            write_certificate(where.with_name(f"{where.name}cert.pem"), builder.sign(key, hashes.SHA256()))
            write_key(where.with_name(f"{where.name}key.pem"), own)

    def start_database(self):
        """Start a MySQL server of an empty data folder, as the guide supposes that there is one."""
        data = Path("/opt/mysql")
        (data / "tmp").mkdir(parents=True)
        Path("/run/mysqld").mkdir()
        quiet = ["--no-defaults", "--user=root", f"--datadir={data}/data"]
        self._call(["mariadb-install-db", *quiet, "--auth-root-authentication-method=normal", "--skip-test-db"])
        (data / "accounts.sql").write_text("".join(f"{line};\n" for line in self._accounts()))
        places = [f"--tmpdir={data}/tmp", "--socket=/run/mysqld/mysqld.sock", f"--init-file={data}/accounts.sql"]
        server = ["mariadbd", *quiet, "--bind-address=127.0.0.1", "--port=3306", "--skip-name-resolve", *places]
        subprocess.Popen(server, stdout=self._log, stderr=self._log)
        self._call(["bash", "-c", "until mariadb-admin ping >&2; do sleep 0.2; done"])

    def _accounts(self):
        """Yield the statements that make DIRAC's account and root's, as DIRAC's own guide has them."""
        yield "DROP USER IF EXISTS " + ", ".join(f"root@'{host}'" for host in ("127.0.0.1", "::1", self.name))
        for host in ("localhost", "%"):
            for user, password in (("root", "RootPwd"), ("Dirac", "Password")):
                yield f"CREATE OR REPLACE USER {user}@'{host}' IDENTIFIED BY '{PASSWORDS[password]}'"
            yield f"GRANT ALL ON *.* TO root@'{host}' WITH GRANT OPTION"

    def _call(self, argv):
        done = subprocess.run(
            [str(word) for word in argv], stdout=subprocess.PIPE, stderr=self._log, check=True, text=True
        )
        return done.stdout

    def shell(self, command, answers="", timeout=600):
        """Run a command in the administrator's shell; return (exit code, output)."""
        script = "cd /opt/dirac; source /opt/dirac/bashrc\n" + textwrap.dedent(command)
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TERM") if name in os.environ}
        self._log.write(f"\n$ {command}\n")
        self._log.flush()
        start = self._log_path.stat().st_size
        done = subprocess.run(
            ["bash", "-c", script], input=answers, env=kept, stdout=self._log, stderr=subprocess.STDOUT,
            timeout=timeout, text=True, check=False,
        )  # fmt: skip
        with self._log_path.open(errors="replace") as log:
            log.seek(start)
            output = log.read()
        self._log.write(f"[{done.returncode}]\n")
        return done.returncode, output
