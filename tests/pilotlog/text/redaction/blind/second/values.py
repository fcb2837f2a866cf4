"""Generate values that look like credentials, and harmless values, from a seed; none was ever in use."""

import base64
import json
import string
import textwrap
import urllib.parse

from .plain import Plain

ALNUM = string.ascii_letters + string.digits
URLSAFE = ALNUM + "-_"
WORDS = [
    "amber",
    "basalt",
    "copper",
    "dingo",
    "ember",
    "falcon",
    "garnet",
    "heron",
    "indigo",
    "jasper",
    "krill",
    "lagoon",
    "maple",
    "nectar",
    "pebble",
]
LABELS = {"rsa": "RSA PRIVATE KEY", "p8": "PRIVATE KEY", "ec": "EC PRIVATE KEY", "ssh": "OPENSSH PRIVATE KEY",
          "enc": "ENCRYPTED PRIVATE KEY", "cert": "CERTIFICATE", "dsa": "DSA PRIVATE KEY"}  # fmt: skip
FILTERS = {
    "json": lambda value: json.dumps(value)[1:-1],
    "nl": lambda value: value.replace("\n", "\\n"),
    "crlf": lambda value: value.replace("\n", "\\r\\n"),
    "b64": lambda value: base64.b64encode(value.encode()).decode(),
    "b64w": lambda value: "\n".join(textwrap.wrap(base64.b64encode(value.encode()).decode(), 76)),
    "url": lambda value: urllib.parse.quote(value, safe=""),
    "hex": lambda value: value.encode().hex(),
    "in4": lambda value: textwrap.indent(value, "    "),
    "in8": lambda value: textwrap.indent(value, "        "),
    "diff": lambda value: textwrap.indent(value, "+"),
    "quote": lambda value: textwrap.indent(value, "> "),
    "body": lambda value: "\n".join(x for x in value.split("\n") if not x.startswith("-----")),
    "one": lambda value: "".join(x for x in value.split("\n") if not x.startswith("-----")),
    "w60": lambda value: "\n".join(textwrap.wrap(value, 60)),
    "xml": lambda value: value.replace("&", "&amp;").replace("<", "&lt;"),
}


class Values(Plain):
    """Make values by name."""

    def raw64(self, size):
        """Return the base64 of random bytes."""
        return base64.b64encode(self.r.randbytes(size)).decode()

    def part(self, data):
        """Return a part of a JWT."""
        text = data if isinstance(data, bytes) else json.dumps(data, separators=(",", ":")).encode()
        return base64.urlsafe_b64encode(text).decode().rstrip("=")

    # passwords

    def pw(self):
        """Return a password that most syntaxes take as it is."""
        kind = self.r.randrange(4)
        if kind == 0:
            return self.r.choice(WORDS).title() + self.some("!.-_", 1) + self.some("123456789", 4) + self.some(ALNUM, 2)
        if kind == 1:
            return self.some(ALNUM, self.r.randrange(10, 17))
        if kind == 2:
            return self.some(ALNUM, 4) + "-" + self.some(ALNUM, 4) + "-" + self.some(ALNUM, 4)
        return self.some(ALNUM, 5) + self.some("!._-+", 1) + self.some(ALNUM, 6)

    def weak(self):
        """Return a password as people choose them."""
        return self.r.choice(WORDS) + self.r.choice(WORDS) + str(self.r.randrange(10, 99))

    def pwx(self):
        """Return a password with difficult characters in it, but no space, quote or backslash."""
        middle = self.some("@#:/?%^&*(){};,~=", 1) + self.some(ALNUM, 4) + self.some("!$@#^*=", 1)
        return self.some(ALNUM, 4) + middle + self.some(ALNUM, 4)

    def pwq(self):
        """Return a password with a quote or backslash in it, to be escaped by a filter."""
        return self.some(ALNUM, 6) + self.some('"\\', 1) + self.some(ALNUM, 6)

    def phrase(self):
        """Return a pass phrase."""
        return " ".join(self.r.sample(WORDS, 4))

    # tokens

    def hex32(self):
        """Return 32 hexadecimal digits."""
        return self.some("0123456789abcdef", 32)

    def hex40(self):
        """Return 40 hexadecimal digits."""
        return self.some("0123456789abcdef", 40)

    def hex64(self):
        """Return 64 hexadecimal digits."""
        return self.some("0123456789abcdef", 64)

    def b64(self):
        """Return the base64 of a key of 32 bytes."""
        return self.raw64(32)

    def b64long(self):
        """Return the base64 of 120 bytes, as of a keytab."""
        return "BQIAAABN" + self.raw64(120)

    def esc(self):
        """Return the escape character of colours."""
        return "\x1b"

    def cr(self):
        """Return the carriage return before the end of a line."""
        return "\r"

    def tok(self):
        """Return an opaque token."""
        return self.some(ALNUM, 36)

    def toku(self):
        """Return an opaque token of the URL-safe alphabet."""
        return self.some(ALNUM, 1) + self.some(URLSAFE, 41) + self.some(ALNUM, 1)

    def boot(self):
        """Return the secret part of a bootstrap token of Kubernetes."""
        return self.some("abcdefghijklmnopqrstuvwxyz0123456789", 16)

    def tok20(self):
        """Return a short opaque token."""
        return self.some(ALNUM, 20)

    def uuid(self):
        """Return a random UUID."""
        digits = self.some("0123456789abcdef", 32)
        return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-a{digits[17:20]}-{digits[20:]}"

    def claims(self):
        """Return the claims of a WLCG token."""
        return {"wlcg.ver": "1.0", "sub": self.uuid(), "iss": f"https://{self.host()}/", "exp": 1741774272,
                "scope": "compute.create storage.read:/", "aud": "https://wlcg.cern.ch/jwt/v1/any"}  # fmt: skip

    def jwt(self):
        """Return a signed token."""
        head = {"kid": self.r.choice(WORDS), "alg": "RS256", "typ": "JWT"}
        return ".".join([self.part(head), self.part(self.claims()), self.part(self.r.randbytes(128))])

    def jwths(self):
        """Return a short token signed with a shared secret."""
        claims = {"sub": self.user(), "vo": "gridpp", "jti": self.some("0123456789abcdef", 12)}
        return ".".join([self.part({"alg": "HS256", "typ": "JWT"}), self.part(claims), self.part(self.r.randbytes(32))])

    def refresh(self):
        """Return an unsigned refresh token, as IAM makes them."""
        return self.part({"alg": "none"}) + "." + self.part({"jti": self.uuid(), "exp": self.r.randrange(10**9)}) + "."

    def macaroon(self):
        """Return a macaroon, as dCache makes them."""
        start = f"001clocation Optional.empty\n0018identifier {self.some(ALNUM, 8)}\n"
        text = start + "0016cid activity:LIST\n002fsignature "
        return self.part(text.encode() + self.r.randbytes(32) + b"\n")

    def basic(self):
        """Return the value of a header of basic authentication."""
        return base64.b64encode(f"{self.user()}:{self.pw()}".encode()).decode()

    def vault(self):
        """Return a token of Vault."""
        return "hvs." + "CAESI" + self.some(URLSAFE, 90)

    def ghp(self):
        """Return a personal token of GitHub."""
        return "ghp_" + self.some(ALNUM, 36)

    def ghs(self):
        """Return an installation's token of GitHub."""
        return "ghs_" + self.some(ALNUM, 36)

    def glpat(self):
        """Return a personal token of GitLab."""
        return "glpat-" + self.some(URLSAFE, 19) + self.some(ALNUM, 1)

    def gljob(self):
        """Return a job's token of GitLab."""
        return "glcbt-64_" + self.some(ALNUM, 20)

    def pypi(self):
        """Return a token of PyPI."""
        return "pypi-AgEIcHlwaS5vcmc" + self.some(URLSAFE, 120)

    def awskey(self):
        """Return a secret key of S3."""
        return self.some(ALNUM + "+/", 39) + self.some(ALNUM, 1)

    def awssess(self):
        """Return a session's token of AWS."""
        return "IQoJb3JpZ2luX2VjE" + self.some(ALNUM + "+/", 180) + "=="

    def sig(self):
        """Return the signature of a presigned URL."""
        return self.hex64()

    def google(self):
        """Return an API key of Google."""
        return "AIza" + self.some(URLSAFE, 35)

    def slack(self):
        """Return the path of a web hook of Slack."""
        return "T" + self.some(string.ascii_uppercase + string.digits, 8) + "/B" + self.some(
            string.ascii_uppercase + string.digits, 9) + "/" + self.some(ALNUM, 24)  # fmt: skip

    def xoxb(self):
        """Return a bot's token of Slack."""
        return "xoxb-" + self.some("0123456789", 12) + "-" + self.some("0123456789", 12) + "-" + self.some(ALNUM, 24)

    def telegram(self):
        """Return a bot's token of Telegram."""
        return self.some("123456789", 9) + ":AA" + self.some(URLSAFE, 32) + "x"

    def base32(self):
        """Return the secret of one-time passwords."""
        return self.some("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 32)

    def crypt(self):
        """Return a password's hash."""
        return "$6$" + self.some(ALNUM, 8) + "$" + self.some(ALNUM + "./", 86)

    # keys

    def pem(self, sort, size, start):
        """Return a PEM block."""
        body = start + self.raw64(size)
        return "\n".join([f"-----BEGIN {LABELS[sort]}-----", *textwrap.wrap(body, 64), f"-----END {LABELS[sort]}-----"])

    def keyrsa(self):
        """Return a traditional RSA key (of a proxy)."""
        return self.pem("rsa", 600, "MIICXAIBAAKBgQDb")

    def keyp8(self):
        """Return a PKCS 8 key."""
        return self.pem("p8", 620, "MIICdgIBADANBgkqhkiG9w0BAQEFAASC")

    def keyec(self):
        """Return a key on an elliptic curve."""
        return self.pem("ec", 110, "MHcCAQEEIJq0")

    def keyssh(self):
        """Return an OpenSSH key."""
        return self.pem("ssh", 270, "b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAA")

    def keyenc(self):
        """Return an encrypted key."""
        return self.pem("enc", 600, "MIICxjBABgkqhkiG9w0BBQ0wMzAbBgkqhkiG9w0BBQwwDgQI")

    def keyold(self):
        """Return a key encrypted in the old way."""
        block = self.keyrsa().split("\n")
        return "\n".join([block[0], "Proc-Type: 4,ENCRYPTED", "DEK-Info: DES-EDE3-CBC,16C4D1B1F5A0", "", *block[1:]])

    def keypgp(self):
        """Return a PGP key."""
        body = textwrap.wrap("lQOYBGXx" + self.raw64(380), 64)
        return "\n".join(["-----BEGIN PGP PRIVATE KEY BLOCK-----", "", *body, "-----END PGP PRIVATE KEY BLOCK-----"])

    def cert(self):
        """Return a certificate, which is public."""
        return self.pem("cert", 300, "MIIDAjCCAeqgAwIBAgIE")

    def hexkey(self):
        """Return the lines of a private exponent, as openssl prints them."""
        digits = [self.some("0123456789abcdef", 2) for _ in range(64)]
        return "\n".join("    " + ":".join(digits[i : i + 15]) + ":" for i in range(0, 60, 15))
