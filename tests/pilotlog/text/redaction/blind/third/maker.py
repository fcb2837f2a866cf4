"""Make values and ordinary lines from a seed, and hold what the forms register."""

import base64
import json
import random
import time
import uuid
from dataclasses import dataclass

from .words import AN, B64, B64U, DOMS, HEX, HOSTS, LEET, LO, USERS, VOS, WORDS


@dataclass(frozen=True)
class Case:
    """Hold one message: its text, what must not survive in it and what must."""

    kind: str
    form: str
    text: str
    secrets: tuple
    keep: tuple


#: (kind, form, what makes its text) of each form; the modules ``forms_…`` add theirs.
FORMS = []


def F(kind, form):
    """Register a form."""

    def register(make):
        FORMS.append((kind, form, make))
        return make

    return register


class G:
    """Make texts and values from a seed, and note what is secret and what must stay."""

    def __init__(self, seed):
        self.r = random.Random(seed)
        self.S: list[str] = []
        self.K: list[str] = []
        self._t = self.r.randrange(1_600_000_000, 1_740_000_000)

    # ---- marks
    def s(self, v: str) -> str:
        """Mark a secret; long ones also by tail and middle."""
        self.S.append(v)
        if len(v) >= 40:
            self.S.append(v[-16:])
            m = len(v) // 2
            self.S.append(v[m - 8 : m + 8])
        return v

    def s1(self, v: str) -> str:
        self.S.append(v)
        return v

    def k(self, v: str) -> str:
        self.K.append(v)
        return v

    # ---- atoms
    def c(self, *a):
        if len(a) == 1:
            a = a[0]
        return self.r.choice(list(a))

    def n(self, a, b):
        return self.r.randint(a, b)

    def st(self, alpha, n):
        return "".join(self.r.choice(alpha) for _ in range(n))

    def hex(self, n):
        return self.st(HEX, n)

    def an(self, n):
        return self.st(AN, n)

    def b64(self, nbytes):
        return base64.b64encode(self.r.randbytes(nbytes)).decode()

    def b64u(self, n):
        return self.st(B64U, n - 1) + self.st(AN, 1)

    def uuid(self):
        return str(uuid.UUID(int=self.r.getrandbits(128), version=4))

    def user(self):
        return self.c(USERS)

    def vo(self):
        return self.c(VOS)

    def host(self, h=None):
        return f"{h or self.c(HOSTS)}.{self.c(DOMS)}"

    def ip(self):
        private = f"10.{self.n(0, 99)}"
        return f"{self.c(private, '192.168', '188.184', '134.158')}.{self.n(1, 250)}.{self.n(2, 250)}"

    def word(self):
        return self.c(WORDS)

    def pw(self, plain=True):
        """Human or generated password; plain = only characters safe in most syntaxes."""
        w, v = self.word(), self.word()
        k = self.n(0, 8 if plain else 11)
        if k == 0:
            return w.capitalize() + str(self.n(1998, 2025)) + "!"
        if k == 1:
            return (w + v).translate(LEET) + str(self.n(1, 99))
        if k == 2:
            return f"{w}-{v}-{self.word()}-{self.n(2, 99)}"
        if k == 3:
            return self.an(self.n(8, 16))
        if k == 4:
            return w + v
        if k == 5:
            return w.capitalize() + "_" + v + str(self.n(10, 999))
        if k == 6:
            return self.an(4) + "." + self.an(5) + "-" + self.an(4)
        if k == 7:
            return "Gr1d" + v.capitalize() + self.c("!", "!!", "2!", "#1"[1:]) + str(self.n(10, 99))
        if k == 8:
            return self.st(LO, 6) + str(self.n(100, 9999))
        if k == 9:
            return w.capitalize() + self.c("&", "#", "$", "*", "^") + v + str(self.n(1, 99))
        if k == 10:
            return self.st(AN + "!@#%^*_+-=", self.n(10, 18)) + self.an(1)
        return "P@" + w + ":" + str(self.n(10, 99)) + "!" + v

    def phrase(self):
        return " ".join(self.c(WORDS) for _ in range(self.n(3, 5)))

    def ts(self, step=True):
        if step:
            self._t += self.n(0, 7)
        return time.gmtime(self._t)

    def iso(self):
        return time.strftime("%Y-%m-%d %H:%M:%S", self.ts())

    def isoz(self):
        return time.strftime("%Y-%m-%dT%H:%M:%S", self.ts()) + f".{self.n(0, 999999):06d}Z"

    def syslog(self):
        return time.strftime("%b %d %H:%M:%S", self.ts())

    def epoch(self):
        return self._t

    def site(self):
        return f"{self.c('LCG', 'DIRAC', 'EGI', 'ARC', 'CLOUD')}.{self.c('CERN', 'GRIDKA', 'CNAF', 'RAL', 'PIC', 'IN2P3', 'NIKHEF', 'Manchester', 'KEK')}.{self.c('ch', 'de', 'it', 'uk', 'es', 'fr', 'nl', 'jp')}"

    def dn(self):
        return f"/DC=ch/DC=cern/OU=Organic Units/OU=Users/CN={self.user()}/CN={self.n(400000, 899999)}/CN={self.c('Maria Rossi', 'John Doe', 'Anna Kowalski', 'Pierre Dupont')}"

    def lfn(self):
        return f"/{self.vo()}/MC/{self.n(2011, 2024)}/SIM/{self.n(100000, 999999):08d}/0000/{self.n(1, 99999999):08d}_1.sim"

    def wd(self):
        return self.c(
            f"/pool/condor/dir_{self.n(1000, 99999)}",
            f"/tmp/DIRAC_{self.an(6)}pilot",
            f"/scratch/{self.n(10**6, 10**7)}.{self.host('pbs')}",
            f"/home/{self.user()}/work",
        )

    # ---- structured secrets
    def jwt(self, alg="RS256", payload=None):
        def e(o):
            return base64.urlsafe_b64encode(json.dumps(o, separators=(",", ":")).encode()).decode().rstrip("=")

        h = {"kid": self.c("rsa1", self.an(8), "cern-2021"), "alg": alg}
        if self.n(0, 1):
            h["typ"] = "JWT"
        p = payload or {
            "wlcg.ver": "1.0",
            "sub": self.uuid(),
            "aud": "https://wlcg.cern.ch/jwt/v1/any",
            "nbf": self.epoch(),
            "scope": "storage.read:/ compute.create offline_access",
            "iss": f"https://{self.host('iam')}/",
            "exp": self.epoch() + 3600,
            "jti": self.uuid(),
        }
        sig = {"RS256": 342, "ES256": 86, "HS256": 43}[alg]
        return f"{e(h)}.{e(p)}.{self.b64u(sig)}"

    def pem_lines(self, what="RSA", nbytes=None, width=64):
        pre = {
            "RSA": "MIIEpAIBAAKCAQEA",
            "RSA1024": "MIICXQIBAAKBgQC",
            "PKCS8": "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC",
            "EC": "MHcCAQEEI",
            "ENC": "MIIFHDBOBgkqhkiG9w0BBQ0wQTApBgkqhkiG9w0BBQwwHAQI",
            "OPENSSH": "b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAABlwAAAAdzc2gtcn",
            "CERT": "MIIF2jCCBMKgAwIBAgIQ",
            "DSA": "MIIBuwIBAAKBgQD",
            "EC8": "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg",
        }[what]
        size = {
            "RSA": 1592,
            "RSA1024": 812,
            "PKCS8": 1624,
            "EC": 164,
            "ENC": 1768,
            "OPENSSH": 1876,
            "CERT": 1200,
            "DSA": 600,
            "EC8": 184,
        }[what]
        if nbytes:
            size = nbytes
        if what == "OPENSSH":
            width = 70
        body = pre + self.st(B64, size - len(pre) - 2) + self.c("==", "w=", self.an(2))
        return [body[i : i + width] for i in range(0, len(body), width)]

    def key(self, what="RSA", nbytes=None, mark=True):
        label = {
            "RSA": "RSA PRIVATE KEY",
            "RSA1024": "RSA PRIVATE KEY",
            "PKCS8": "PRIVATE KEY",
            "EC8": "PRIVATE KEY",
            "EC": "EC PRIVATE KEY",
            "ENC": "ENCRYPTED PRIVATE KEY",
            "OPENSSH": "OPENSSH PRIVATE KEY",
            "CERT": "CERTIFICATE",
            "DSA": "DSA PRIVATE KEY",
        }[what]
        L = self.pem_lines(what, nbytes)
        if mark and what != "CERT":
            for x in L:
                if len(x) >= 10:
                    self.S.append(x)
        return [f"-----BEGIN {label}-----", *L, f"-----END {label}-----"]

    # ---- context
    def pilot_line(self):
        cmd = self.c(
            "CheckCECapabilities",
            "CheckWNCapabilities",
            "InstallDIRAC",
            "ConfigureBasics",
            "ConfigureSite",
            "LaunchAgent",
            "CheckWorkerNode",
            "ConfigureArchitecture",
            "RegisterPilot",
        )
        msg = self.c(
            f"Executing command dirac-wms-get-wn-parameters -S {self.site()} -N {self.host()}",
            f"Using Python 3.{self.n(6, 11)}.{self.n(0, 14)}",
            f"Maximum memory: {self.n(2000, 8000)} MB",
            "Command module executed successfully",
            f"Number of processors = {self.n(1, 64)}",
            f"Root directory is {self.wd()}",
            f"LocalSite = {self.site()}",
            f"Site CE: {self.host()}",
            "Installing DIRACOS",
            f"DIRAC version v{self.n(7, 9)}r{self.n(0, 3)}p{self.n(1, 60)}",
            "Failed to copy pilot.json, retrying",
            "HTTPS connection to configuration server established",
            f"Disk space available: {self.n(10000, 90000)} MB",
            f"PilotUUID: {self.uuid()}",
        )
        return f"{self.isoz()} {self.c('INFO', 'INFO', 'DEBUG', 'WARN')} [{cmd}] {msg}"

    def dirac_line(self):
        comp = self.c(
            "Framework/JobAgent",
            "WorkloadManagement/JobAgent",
            "WorkloadManagement/JobWrapper",
            "Framework/dirac-configure",
            "DataManagement/FTSAgent",
            "dirac-dms-add-file",
            "Configuration/Server",
        )
        msg = self.c(
            f"INFO: Job Received {self.n(10**7, 10**9)}",
            "INFO: Starting Agent loop (cycle number 1)",
            f"VERBOSE: Owner DN {self.dn()}",
            f"NOTICE: Uploading {self.lfn()} to {self.site().split('.')[1]}-DST",
            "INFO: Getting proxy from service",
            f"WARN: Server certificate from {self.host()} will expire soon",
            "ERROR: Connection timed out, retrying in 5 s",
            f"DEBUG: Connecting to: dips://{self.host()}:9135/Configuration/Server",
            f"INFO: CPU time left {self.n(1000, 900000)}",
        )
        return f"{self.iso()} UTC {comp} {msg}"

    def shell_line(self):
        return self.c(
            f"+ cd {self.wd()}",
            "+ ulimit -a",
            f"+ mkdir -p {self.wd()}/logs",
            "+ date -u",
            f"+ hostname -f\n{self.host()}",
            "+ source /cvmfs/lhcb.cern.ch/lib/LbEnv",
            f"+ ls -l {self.wd()}\ntotal {self.n(4, 400)}",
            "+ '[' -n '' ']'",
            "+ set -e",
            f"+ python3 --version\nPython 3.{self.n(6, 12)}.{self.n(0, 9)}",
            "+ voms-proxy-info -timeleft\n" + str(self.n(1000, 86400)),
        )

    def misc_line(self):
        return self.c(
            f"INFO:root:staging {self.lfn()}",
            f"[{self.iso()},{self.n(0, 999):03d}] {{transfer.py:{self.n(10, 400)}}} INFO - attempt {self.n(1, 4)} of 4",
            f"{self.syslog()} {self.c(HOSTS)} systemd[1]: Started Session {self.n(1, 999)} of user {self.user()}.",
            f"Working directory: {self.wd()}",
            f"Payload exit code: {self.n(0, 139)}",
            "Checking access to /cvmfs/grid.cern.ch ... OK",
            f"checksum adler32:{self.hex(8)}",
            f"file size {self.n(1000, 10**10)} bytes",
            "Done.",
            "Retrying (Retry(total=2, connect=None, read=None)) after connection broken",
        )

    def lines(self, style, n):
        f = {"pilot": self.pilot_line, "dirac": self.dirac_line, "shell": self.shell_line, "misc": self.misc_line}[
            style
        ]
        return [f() for _ in range(n)]

    def wrap(self, body, style=None, before=(1, 4), after=(1, 4)):
        """Ordinary lines around; the first and last may be kept."""
        style = style or self.c("pilot", "dirac", "shell", "misc")
        a = self.lines(style, self.n(*before))
        b = self.lines(style, self.n(*after))
        if b:
            self.K.append(b[-1].split("\n")[-1])
        return "\n".join([*a, body, *b]) + "\n"

    def dlog(self, msg, level="DEBUG"):
        return f"{self.iso()} UTC {self.c('Framework/JobAgent', 'WorkloadManagement/JobWrapper', 'WorkloadManagement/PilotAgent', 'DataManagement/RequestExecutingAgent')} {level}: {msg}"

    def plog(self, msg, level="DEBUG"):
        return f"{self.isoz()} {level} [{self.c('CheckWorkerNode', 'ConfigureBasics', 'LaunchAgent', 'InstallDIRAC')}] {msg}"


def envblock(g, pairs):
    o = [
        f"HOME=/home/{g.user()}",
        "SHELL=/bin/bash",
        f"PWD={g.wd()}",
        "LANG=C.UTF-8",
        f"HOSTNAME={g.host()}",
        "X509_CERT_DIR=/etc/grid-security/certificates",
        "X509_USER_PROXY=/tmp/x509up_u1000",
        f"DIRACSITE={g.site()}",
        f"LSB_JOBID={g.n(1000, 10**7)}",
        "PATH=/usr/local/bin:/usr/bin:/bin",
        f"TMPDIR={g.wd()}",
        "OMP_NUM_THREADS=1",
        f"DIRAC={g.wd()}/diracos",
        "PYTHONUNBUFFERED=1",
        "CERNVM_REPO=/cvmfs",
        "_CONDOR_SLOT=slot1_3",
        f"JOBID={g.n(10**6, 10**9)}",
    ]
    g.r.shuffle(o)
    o = o[: g.n(5, 12)]
    g.K.append(o[0])
    g.K.append(o[-1])
    for p in pairs:
        o.insert(g.n(1, len(o) - 1), p)
    return "\n".join(o)


def curl_head(g, h, path="/api/jobs"):
    return f"*   Trying {g.ip()}:443...\n* Connected to {g.k(h)} port 443 (#0)\n* SSL connection using TLSv1.3 / TLS_AES_256_GCM_SHA384\n> GET {path} HTTP/1.1\n> Host: {h}"


def sinful(g):
    return f"<{g.ip()}:9618?addrs={g.ip().replace('.', '-')}-9618&alias={g.host('wn042')}&noUDP&sock=startd_{g.n(1000, 9999)}_{g.hex(4)}>"
