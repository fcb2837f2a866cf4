"""Secrets in pilots' logs; every value is made up by a seeded generator, the templates are in ``forms``."""

import base64
import hashlib
import json
import random
import re
import string
from dataclasses import dataclass
from urllib.parse import quote

from .forms import FORMS

AN = string.ascii_letters + string.digits
LOW = string.ascii_lowercase + string.digits
B64 = AN + "+/"
B64U = AN + "-_"
HEX = "0123456789abcdef"


@dataclass(frozen=True)
class Case:
    kind: str
    form: str
    text: str
    secrets: tuple
    keep: tuple


class Multi(str):
    """A rendered value whose secret parts are not the whole of it."""

    parts = ()

    @classmethod
    def of(cls, text, parts):
        m = cls(text)
        m.parts = tuple(parts)
        return m


def rs(r, alpha, n, m=None):
    if m:
        n = r.randint(n, m)
    while True:
        s = "".join(r.choice(alpha) for _ in range(n))
        if n < 8 or len(set(s)) > 3:
            return s


WORDS = (
    "otter maple copper violin harbour falcon saffron pebble thunder walnut orchid lantern glacier"
    " meadow cobalt juniper marble sparrow tundra velvet badger cinder quartz ripple"
).split()
HOSTN = ("wn", "node", "n", "compute", "gridwn", "batch", "slot", "worker")
SITES = (
    "gridka.example.de",
    "cern.example.ch",
    "in2p3.example.fr",
    "rl.example.ac.uk",
    "pic.example.es",
    "cnaf.example.it",
    "nikhef.example.nl",
    "jinr.example.ru",
    "ihep.example.cn",
    "triumf.example.ca",
    "egi.example.eu",
    "desy.example.de",
    "glasgow.example.ac.uk",
    "ific.example.es",
    "kisti.example.kr",
)
SVC = (
    "dcache",
    "se01",
    "eos",
    "storm",
    "xrootd",
    "webdav",
    "gw",
    "api",
    "iam",
    "vault",
    "db",
    "mysql01",
    "pg",
    "registry",
    "gitlab",
    "ce07",
    "condor",
    "rucio",
    "voms",
    "myproxy",
    "fts3",
    "broker",
    "s3",
    "monit",
)
USERS = (
    "alice",
    "bvolkov",
    "cmsprod",
    "lhcbpilot",
    "fmartin",
    "gridops",
    "jdupont",
    "atlasprd",
    "mkowalski",
    "tnakamura",
    "biomed01",
    "svc_pilot",
    "pilot",
    "robot_belle",
    "deploy",
    "reporter",
    "ci_runner",
    "ilc",
)
VOS = ("lhcb", "belle", "biomed", "ilc", "juno", "cta", "gridpp", "na62", "t2k.org", "clas12")
ERRS = (
    "Permission denied",
    "Connection refused",
    "Connection timed out",
    "certificate verify failed",
    "No such file or directory",
    "Authentication failed",
    "403 Forbidden",
    "401 Unauthorized",
    "certificate has expired",
    "Name or service not known",
    "No route to host",
    "Operation expired",
    "Communication error on send",
    "Stale file handle",
    "Disk quota exceeded",
    "invalid_grant",
    "unable to get local issuer certificate",
    "SSL handshake failure",
    "Broken pipe",
    "Access denied by server policy",
    "quota exceeded on pool 7",
    "503 Service Unavailable",
)


class G:
    """Value generators.  Names used in templates map to methods."""

    def __init__(self, r):
        self.r = r
        self.t = 1795219200 + r.randint(0, 86400 * 30)

    # ---------- time ----------
    def _adv(self):
        import datetime

        self.t += self.r.choice((0, 0, 1, 1, 2, 5, 11))
        return datetime.datetime.fromtimestamp(self.t, datetime.timezone.utc)

    def ts(self):
        return self._adv().strftime("%Y-%m-%dT%H:%M:%S.") + "%06dZ" % self.r.randint(0, 999999)

    def tss(self):
        return self._adv().strftime("%Y-%m-%d %H:%M:%S")

    def tsl(self):
        return self._adv().strftime("%Y-%m-%d %H:%M:%S,") + "%03d" % self.r.randint(0, 999)

    def tsy(self):
        return self._adv().strftime("%b %d %H:%M:%S")

    def tsc(self):
        return self._adv().strftime("%m/%d/%y %H:%M:%S")

    def tsg(self):
        return self._adv().strftime("%Y/%m/%d %H:%M:%S")

    def amzdate(self):
        return self._adv().strftime("%Y%m%dT%H%M%SZ")

    def date8(self):
        return self._adv().strftime("%Y%m%d")

    def hd(self, arg="JobAgent"):
        lvl = self.r.choice(("INFO", "INFO", "INFO", "DEBUG", "WARNING"))
        return "%s %s [%s]" % (self.ts(), lvl, arg)

    # ---------- names to keep ----------
    def host(self):
        r = self.r
        return "%s.%s" % (r.choice(SVC), r.choice(SITES))

    def wn(self):
        r = self.r
        return "%s%s-%d.%s" % (r.choice(HOSTN), r.choice(("", "-b", "-07")), r.randint(10, 999), r.choice(SITES))

    def site(self):
        return self.r.choice(SITES)

    def user(self):
        return self.r.choice(USERS)

    def vo(self):
        return self.r.choice(VOS)

    def err(self):
        return self.r.choice(ERRS)

    def ip(self):
        return "10.%d.%d.%d" % (self.r.randint(0, 255), self.r.randint(0, 255), self.r.randint(2, 254))

    def pid(self):
        return str(self.r.randint(1200, 98000))

    def job(self):
        return str(self.r.randint(10**8, 10**9))

    def n3(self):
        return str(self.r.randint(100, 999))

    def word(self):
        return self.r.choice(WORDS)

    def uuid(self):
        h = rs(self.r, HEX, 32)
        return "-".join((h[:8], h[8:12], "4" + h[13:16], "a" + h[17:20], h[20:]))

    def dn(self):
        return "/DC=org/DC=example/O=Grid/CN=%s %d" % (self.r.choice(USERS), self.r.randint(1000, 99999))

    def akid(self):
        return self.r.choice(("AKIA", "ASIA")) + rs(self.r, string.ascii_uppercase + "234567", 16)

    def s3id(self):
        return rs(self.r, HEX, 32)

    def bucket(self):
        return "%s-%s" % (self.r.choice(WORDS), self.r.choice(("data", "logs", "sandbox", "mc2026")))

    def lfn(self):
        return "/%s/user/%s/%s/%05d.root" % (
            self.r.choice(VOS),
            self.r.choice("abcfjmt"),
            self.word(),
            self.r.randint(1, 99999),
        )

    # ---------- secrets ----------
    def pw(self):
        """password safe in most contexts"""
        r = self.r
        k = r.randint(0, 4)
        if k == 0:
            return rs(r, AN, 10, 16)
        if k == 1:
            return (
                r.choice(WORDS).capitalize()
                + r.choice("-_.")
                + rs(r, string.digits, 3, 4)
                + rs(r, string.ascii_letters, 3)
            )
        if k == 2:
            return rs(r, AN + "_-.", 11, 15) + r.choice(AN)
        if k == 3:
            return rs(r, AN, 5) + r.choice("!*+") + rs(r, AN, 6)
        return rs(r, string.ascii_letters, 4) + rs(r, AN, 16)

    def pwx(self):
        """password with symbols (no quotes, no blanks, no backslash)"""
        r = self.r
        return (
            rs(r, AN, 3) + r.choice("#%&*+") + rs(r, AN, 3) + r.choice("!?^~=") + rs(r, AN + "!#*", 5, 8) + r.choice(AN)
        )

    def pww(self):
        """what humans type"""
        r = self.r
        return r.choice(
            (
                lambda: r.choice(WORDS).capitalize() + r.choice(WORDS).capitalize() + str(r.randint(10, 2099)) + "!",
                lambda: r.choice(WORDS) + "-" + r.choice(WORDS) + "-" + r.choice(WORDS),
                lambda: (
                    r.choice(WORDS).replace("a", "4").replace("e", "3").capitalize() + "@" + str(r.randint(1950, 2026))
                ),
                lambda: r.choice(WORDS) + str(r.randint(100, 99999)) + r.choice(("", "!", "#1")),
            )
        )()

    def phrase(self):
        return " ".join(self.r.choice(WORDS) for _ in range(4))

    def q(self):
        """percent-encoded password"""
        r = self.r
        s = rs(r, AN, 4) + r.choice("@/:#") + rs(r, AN, 4) + r.choice("!$&=") + rs(r, AN, 3)
        return quote(s, safe="")

    def hex16(self):
        return rs(self.r, HEX, 16)

    def hex24(self):
        return rs(self.r, HEX, 24)

    def hex32(self):
        return rs(self.r, HEX, 32)

    def hex40(self):
        return rs(self.r, HEX, 40)

    def hex64(self):
        return rs(self.r, HEX, 64)

    def hex128(self):
        return rs(self.r, HEX, 128)

    def HEX32(self):
        return rs(self.r, HEX, 32).upper()

    def an20(self):
        return rs(self.r, AN, 20)

    def an24(self):
        return rs(self.r, AN, 24)

    def an32(self):
        return rs(self.r, AN, 32)

    def an40(self):
        return rs(self.r, AN, 40)

    def an60(self):
        return rs(self.r, AN, 60)

    def an64(self):
        return rs(self.r, AN, 64)

    def u43(self):
        return rs(self.r, B64U, 43)

    def u86(self):
        return rs(self.r, B64U, 86)

    def u64(self):
        return rs(self.r, B64U, 64)

    def b44(self):
        return rs(self.r, B64, 43) + "="

    def b88(self):
        return rs(self.r, B64, 86) + "=="

    def b24(self):
        return rs(self.r, B64, 22) + "=="

    def _rb(self, n):
        return bytes(self.r.randint(0, 255) for _ in range(n))

    def awssec(self):
        return rs(self.r, B64, 40)

    def awstok(self):
        return "IQoJb3JpZ2luX2VjE" + rs(self.r, B64, 320, 420) + "=="

    def awstokq(self):
        return "IQoJb3JpZ2luX2VjE" + quote(rs(self.r, B64, 240, 300) + "==", safe="")

    def jwt(self):
        r = self.r
        b = lambda d: base64.urlsafe_b64encode(json.dumps(d, separators=(",", ":")).encode()).decode().rstrip("=")
        alg, n = r.choice((("RS256", 342), ("ES256", 86), ("HS256", 43)))
        head = b({"kid": rs(r, HEX, 12), "typ": "JWT", "alg": alg})
        body = b(
            {
                "wlcg.ver": "1.0",
                "sub": self.uuid(),
                "aud": "https://wlcg.cern.ch/jwt/v1/any",
                "iss": "https://iam.%s/" % self.site(),
                "exp": self.t + 3600,
                "iat": self.t,
                "scope": r.choice(
                    ("storage.read:/ storage.create:/", "compute.create compute.read", "openid offline_access")
                ),
                "jti": self.uuid(),
            }
        )
        sig = rs(r, B64U, n)
        return Multi.of(".".join((head, body, sig)), (sig,))

    def jwe(self):
        r = self.r
        head = base64.urlsafe_b64encode(b'{"alg":"RSA-OAEP","enc":"A256GCM"}').decode().rstrip("=")
        segs = [rs(r, B64U, 342), rs(r, B64U, 16), rs(r, B64U, 220), rs(r, B64U, 22)]
        return Multi.of(".".join([head] + segs), (segs[0], segs[2]))

    def jwtw(self):
        """a JWT wrapped at 76 columns, as `fold` and mail do: every line of the signature counts"""
        t = self.jwt()
        lines = [t[i : i + 76] for i in range(0, len(t), 76)]
        tail = [l for l in lines[-2:] if len(l) >= 8]
        return Multi.of("\n".join(lines), tail)

    def mac(self):
        loc = (
            b"0022location Optional.empty\n0018identifier "
            + rs(self.r, AN, 8).encode()
            + b"\n0015cid iid:"
            + rs(self.r, AN, 8).encode()
            + b"\n"
        )
        body = base64.urlsafe_b64encode(b"00" + loc[2:] + self._rb(self.r.choice((90, 120, 150)))).decode().rstrip("=")
        return Multi.of(body, (body[-60:],))

    def basic(self):
        return base64.b64encode(("%s:%s" % (self.user(), rs(self.r, AN, 14, 20))).encode()).decode()

    def refresh(self):
        """an IAM refresh token: unsigned JWT"""
        b = base64.urlsafe_b64encode(json.dumps({"jti": self.uuid()}).encode()).decode().rstrip("=")
        return Multi.of("eyJhbGciOiJub25lIn0.%s." % b, (b,))

    # vendors
    def ghp(self):
        return self.r.choice(("ghp_", "gho_", "ghs_")) + rs(self.r, AN, 36)

    def ghpat(self):
        return "github_pat_" + rs(self.r, AN, 22) + "_" + rs(self.r, AN, 59)

    def glpat(self):
        return "glpat-" + rs(self.r, B64U, 20)

    def glcb(self):
        return "glcbt-" + rs(self.r, HEX, 2) + "_" + rs(self.r, B64U, 20)

    def glrt(self):
        return "glrt-" + rs(self.r, B64U, 20)

    def gldt(self):
        return "gldt-" + rs(self.r, B64U, 20)

    def pypi(self):
        return "pypi-AgEIcHlwaS5vcmcC" + rs(self.r, B64U, 150, 170)

    def npm(self):
        return "npm_" + rs(self.r, AN, 36)

    def hf(self):
        return "hf_" + rs(self.r, string.ascii_letters, 34)

    def openai(self):
        return "sk-proj-" + rs(self.r, B64U, 48) + "T3BlbkFJ" + rs(self.r, B64U, 48)

    def anth(self):
        return "sk-ant-api03-" + rs(self.r, B64U, 93) + "AA"

    def hvs(self):
        return "hvs.CAES" + rs(self.r, B64U, 90)

    def hvs1(self):
        return "s." + rs(self.r, AN, 24)

    def xoxb(self):
        return "xoxb-%s-%s-%s" % (rs(self.r, string.digits, 12), rs(self.r, string.digits, 12), rs(self.r, AN, 24))

    def slackhook(self):
        return "T0%s/B0%s/%s" % (
            rs(self.r, string.ascii_uppercase + string.digits, 9),
            rs(self.r, string.ascii_uppercase + string.digits, 9),
            rs(self.r, AN, 24),
        )

    def discord(self):
        return rs(self.r, B64U, 68)

    def ya29(self):
        return "ya29.c." + rs(self.r, B64U, 160, 200)

    def aiza(self):
        return "AIza" + rs(self.r, B64U, 35)

    def gocspx(self):
        return "GOCSPX-" + rs(self.r, B64U, 28)

    def azsec(self):
        return rs(self.r, AN, 3) + "8Q~" + rs(self.r, AN + "-_.~", 33) + rs(self.r, AN, 1)

    def sassig(self):
        return quote(rs(self.r, B64, 43) + "=", safe="")

    def dop(self):
        return "dop_v1_" + rs(self.r, HEX, 64)

    def sg(self):
        return "SG.%s.%s" % (rs(self.r, B64U, 22), rs(self.r, B64U, 43))

    def stripe(self):
        return "sk_live_" + rs(self.r, AN, 24)

    def tg(self):
        return rs(self.r, string.digits, 10) + ":AA" + rs(self.r, B64U, 33)

    def dckr(self):
        return "dckr_pat_" + rs(self.r, B64U, 27)

    def akc(self):
        return "AKCp" + rs(self.r, AN, 69)

    def sqp(self):
        return "sqp_" + rs(self.r, HEX, 40)

    def atlas(self):
        return rs(self.r, AN, 14) + ".atlasv1." + rs(self.r, B64U, 67)

    def pul(self):
        return "pul-" + rs(self.r, HEX, 40)

    def dapi(self):
        return "dapi" + rs(self.r, HEX, 32)

    def glsa(self):
        return "glsa_" + rs(self.r, AN, 32) + "_" + rs(self.r, HEX, 8)

    def nrak(self):
        return "NRAK-" + rs(self.r, string.ascii_uppercase + string.digits, 27)

    def atatt(self):
        return "ATATT3xFfGF0" + rs(self.r, B64U, 170) + "=" + rs(self.r, HEX, 8).upper()

    def r8(self):
        return "r8_" + rs(self.r, AN, 37)

    def swm(self):
        return "SWMTKN-1-%s-%s" % (rs(self.r, LOW, 50), rs(self.r, LOW, 25))

    def kubeadm(self):
        return rs(self.r, LOW, 6) + "." + rs(self.r, LOW, 16)

    def age(self):
        return "AGE-SECRET-KEY-1" + rs(self.r, "QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L", 58)

    def influx(self):
        return rs(self.r, B64U, 86) + "=="

    def munge(self):
        return "MUNGE:AwQFAAC" + rs(self.r, B64, 120) + ":"

    def argon(self):
        return "$6$" + rs(self.r, AN + "./", 16) + "$" + rs(self.r, AN + "./", 86)

    def apr1(self):
        return "$apr1$" + rs(self.r, AN, 8) + "$" + rs(self.r, AN + "./", 22)

    def lin(self):
        return "lin_api_" + rs(self.r, AN, 40)

    def ntn(self):
        return "ntn_" + rs(self.r, AN, 46)

    def shpat(self):
        return "shpat_" + rs(self.r, HEX, 32)

    def mfa(self):
        return rs(self.r, string.ascii_uppercase + "234567", 32)

    def b64env(self):
        return base64.b64encode(rs(self.r, AN + "!#", 18).encode()).decode()

    # keys
    def _pem(self, label, prefix, nbytes, sep="\n", indent="", width=64):
        body = prefix + rs(self.r, B64, nbytes) + "=="[: self.r.randint(1, 2)]
        lines = [body[i : i + width] for i in range(0, len(body), width)]
        if len(lines[-1]) < 10:
            lines[-1] = rs(self.r, B64, 14) + "=="
        text = sep.join(indent + x for x in ["-----BEGIN %s-----" % label] + lines + ["-----END %s-----" % label])
        return Multi.of(text, (lines[0], lines[len(lines) // 2], lines[-1]))

    def rsakey(self):
        return self._pem("RSA PRIVATE KEY", "MIIEpAIBAAKCAQEA", 1180)

    def rsa1024(self):
        return self._pem("RSA PRIVATE KEY", "MIICXAIBAAKBgQC", 780)

    def pk8(self):
        return self._pem("PRIVATE KEY", "MIICdgIBADANBgkqhkiG9w0BAQEFAASCAmAwggJcAgEAAoGB", 770)

    def pk8esc(self):
        return self._pem("PRIVATE KEY", "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC", 900, sep="\\n")

    def pk8esc2(self):
        return self._pem("PRIVATE KEY", "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC", 700, sep="\\\\n")

    def eckey(self):
        return self._pem("EC PRIVATE KEY", "MHcCAQEEI", 150)

    def enckey(self):
        return self._pem("ENCRYPTED PRIVATE KEY", "MIIFHDBOBgkqhkiG9w0BBQ0wQTApBgkqhkiG9w0BBQwwHAQI", 800)

    def sshkey(self):
        return self._pem(
            "OPENSSH PRIVATE KEY",
            "b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAMwAAAAtzc2gtZWQy",
            300,
            width=70,
        )

    def sshkeyi(self):
        return self._pem(
            "OPENSSH PRIVATE KEY",
            "b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAMwAAAAtzc2gtZWQy",
            300,
            width=70,
            indent="      ",
        )

    def pgp(self):
        return self._pem("PGP PRIVATE KEY BLOCK", "lQVYBGf", 900)

    def dxblock(self):
        return self._pem("DIRACX", "eyJhY2Nlc3NfdG9rZW4i", 500)

    def pk8diff(self):
        return self._pem("PRIVATE KEY", "MIICdgIBADANBgkqhkiG9w0BAQEFAASCAmAwggJcAgEAAoGB", 500, sep="\n", indent="+")

    def rsasys(self):
        pre = "%s wn-12 pilot[4211]: " % self.tsy()
        return self._pem("RSA PRIVATE KEY", "MIICXAIBAAKBgQC", 600, indent=pre)

    def b64pem(self):
        p = (
            "-----BEGIN PRIVATE KEY-----\n"
            + rs(self.r, B64, 64)
            + "\n"
            + rs(self.r, B64, 64)
            + "\n-----END PRIVATE KEY-----\n"
        )
        e = base64.b64encode(p.encode()).decode()
        return Multi.of(e, (e[60:200],))

    def cert(self):
        body = "MIICsDCCAZigAwIBAgIE" + rs(self.r, B64, 400)
        return (
            "-----BEGIN CERTIFICATE-----\n"
            + "\n".join(body[i : i + 64] for i in range(0, len(body), 64))
            + "\n-----END CERTIFICATE-----"
        )

    def asn1hex(self):
        rows = [":".join(rs(self.r, HEX, 2) for _ in range(15)) + ":" for _ in range(6)]
        return Multi.of("\n".join("    " + x for x in rows), (rows[0][:-1], rows[3][:-1], rows[5][:-1]))

    def split2(self):
        s = rs(self.r, AN, 24)
        return s

    def xmlq(self):
        s = rs(self.r, AN, 5) + "&amp;" + rs(self.r, AN, 6) + "&lt;" + rs(self.r, AN, 3)
        return s

    def uni(self):
        return (
            rs(self.r, AN, 4) + self.r.choice("äéñøß") + rs(self.r, AN, 5) + self.r.choice("üçłž") + rs(self.r, AN, 3)
        )

    def jsonq(self):
        return rs(self.r, AN, 5) + '\\"' + rs(self.r, AN, 6) + "\\\\" + rs(self.r, AN, 4)


TOK = re.compile(r"«([!+?=]?)([^»]*)»")


def fill(tmpl, g):
    """Render a template.  «!gen» secret, «+gen» keep, «gen» neutral, «=text» keep this literal,
    «?a|b|c» choice; «!gen:1» names a value so that it can be used again."""
    secrets, keep, named = [], [], {}

    def sub(m):
        flag, body = m.groups()
        if flag == "?":
            return g.r.choice(body.split("|"))
        if flag == "=":
            if len(body) > 2:  # "5", "22": no use as a thing to keep
                keep.append(body)
            return body
        name, _, arg = body.partition(":")
        if name == "hd":
            return g.hd(arg or "JobAgent")
        key = (name, arg)
        if arg and key in named:
            v = named[key]
        else:
            v = getattr(g, name)()
            if flag == "!":  # words may not collide with names kept
                while v in keep or any(v in k or k in v for k in keep):
                    v = getattr(g, name)()
            if arg:
                named[key] = v
        if flag == "!":
            secrets.extend(v.parts if isinstance(v, Multi) else (v,))
        elif flag == "+":
            keep.append(str(v))
        return str(v)

    text = TOK.sub(sub, tmpl)
    return text, tuple(dict.fromkeys(secrets)), tuple(dict.fromkeys(keep))


def pilot_line(g):
    r = g.r
    cmd = r.choice(
        (
            "CheckWorkerNode",
            "InstallDIRAC",
            "ConfigureBasics",
            "ConfigureSite",
            "CheckCECapabilities",
            "CheckWNCapabilities",
            "LaunchAgent",
            "ConfigureCPURequirements",
            "ConfigureArchitecture",
            "JobAgent",
        )
    )
    msg = r.choice(
        (
            lambda: "Executing command %s" % cmd,
            lambda: "CE = %s, Queue = nordugrid-slurm-%s" % (g.host(), r.choice(("grid", "long", "mcore"))),
            lambda: "Host Name  = %s" % g.wn(),
            lambda: (
                "CPU Model  = %s"
                % r.choice(("AMD EPYC 7763 64-Core Processor", "Intel(R) Xeon(R) Gold 6326 CPU @ 2.90GHz"))
            ),
            lambda: "DiskSpace (MB) = %d" % r.randint(9000, 900000),
            lambda: "Memory (kB) = %d kB" % r.randint(16000000, 512000000),
            lambda: "Command execution ended with return code 0",
            lambda: "Maximum number of processors: %d" % r.choice((1, 8, 16, 64)),
            lambda: "Environment dumped in file environmentLocal",
            lambda: "Requesting job, %d s left in the queue" % r.randint(1000, 260000),
            lambda: "Job %s matched, owner %s, group %s_user" % (g.job(), g.user(), g.vo()),
            lambda: "Remaining wall clock: %d s" % r.randint(1000, 90000),
            lambda: "Working directory: /tmp/dirac_%s/job%d" % (rs(r, LOW, 8), r.randint(1, 9)),
        )
    )()
    return "%s INFO [%s] %s" % (g.ts(), cmd, msg)


def build(kind, form, tmpl, g):
    body, secrets, keep = fill(tmpl.strip("\n"), g)
    n = body.count("\n") + 1
    room = 40 - n
    pre = min(g.r.randint(2, 6), max(room - 1, 1))
    post = min(max(g.r.randint(1, 4), 5 - n - pre), max(room - pre, 0))
    lines = [pilot_line(g) for _ in range(pre)] + [body] + [pilot_line(g) for _ in range(post)]
    return Case(kind, form, "\n".join(lines) + "\n", secrets, keep)


def cases(seed=1, per_form=3):
    out = []
    for kind, form, tmpl in FORMS:
        for i in range(per_form):
            for attempt in range(50):
                h = hashlib.sha256(("%s/%s/%d/%d" % (seed, form, i, attempt)).encode()).digest()
                c = build(kind, form, tmpl, G(random.Random(int.from_bytes(h[:8], "big"))))
                if not bad(c):
                    break
            else:
                raise ValueError("%s: %s" % (form, bad(c)))
            out.append(c)
    return out


def bad(c):
    n = c.text.count("\n")
    if not 5 <= n <= 40:
        return "%d lines" % n
    if not c.secrets or not c.keep:
        return "no secret or no keep"
    for s in c.secrets:
        if s not in c.text:
            return "secret missing: %r" % s
        if len(s) < 7:
            return "short secret: %r" % s
    for k in c.keep:
        if k not in c.text:
            return "keep missing: %r" % k
        if any(k in s or s in k for s in c.secrets):
            return "keep/secret overlap: %r" % k
    rest = c.text
    for s in sorted(c.secrets, key=len, reverse=True):
        rest = rest.replace(s, "\0")
    for k in c.keep:
        if k not in rest:
            return "keep only within a secret: %r" % k
    return ""
