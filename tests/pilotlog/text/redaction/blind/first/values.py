"""Generate every value of the corpus from a seed: none of them was ever a real credential."""

import base64
import gzip
import json
import random
import string
import urllib.parse
import zlib

from .values_vendors import Vendors

ALNUM = string.ascii_letters + string.digits
URLSAFE = ALNUM + "-_"
WORDS = [
    "amber",
    "anchor",
    "basil",
    "beacon",
    "birch",
    "bobcat",
    "canyon",
    "cedar",
    "cobalt",
    "comet",
    "copper",
    "coral",
    "delta",
    "ember",
    "falcon",
    "fjord",
    "garnet",
    "glacier",
    "harbor",
    "hazel",
    "heron",
    "indigo",
    "jasper",
    "juniper",
    "kestrel",
    "lagoon",
    "lantern",
    "maple",
    "meadow",
    "nectar",
    "nimbus",
    "onyx",
    "orchid",
    "otter",
    "pebble",
    "pepper",
    "quartz",
    "raven",
    "saffron",
    "sierra",
    "tundra",
    "umber",
    "velvet",
    "walnut",
    "willow",
    "zephyr",
]
NAMES = [
    "aferrari",
    "bnowak",
    "cdupont",
    "dkowalski",
    "ehansen",
    "fmoreau",
    "gbianchi",
    "hschmidt",
    "ijones",
    "jnovak",
    "kpatel",
    "lrossi",
]
SITES = ["LCG.CERN.ch", "LCG.IN2P3.fr", "LCG.GRIDKA.de", "LCG.RAL.uk", "LCG.PIC.es", "LCG.CNAF.it", "LCG.NIKHEF.nl"]
DOMAINS = ["example.org", "example.net", "grid.example.edu", "cloud.example.com", "hep.example.ac.uk", "t2.example.fr"]
STEMS = [
    "wn",
    "node",
    "worker",
    "ce01",
    "se02",
    "dbod-pilot",
    "mq",
    "storage",
    "dav",
    "auth",
    "registry",
    "vault",
    "git",
    "repo",
]


class Values(Vendors):
    """Hold a seeded random source with one method for each sort of value."""

    def __init__(self, seed):
        """Seed the source."""
        self.r = random.Random(seed)

    def chars(self, alphabet, n):
        """Return n characters of an alphabet."""
        return "".join(self.r.choice(alphabet) for _ in range(n))

    # passwords as people and password managers make them
    def pw(self):
        """Return a password that needs no quoting in most languages."""
        return self.r.choice([self.pw_word, self.pw_alnum, self.pw_mixed, self.pw_phrase, self.pw_leet])()

    def pw_word(self):
        """Return two words with a number."""
        a, b = self.r.sample(WORDS, 2)
        return f"{a.title()}{b.title()}{self.r.randrange(10, 9999)}"

    def pw_alnum(self):
        """Return letters and digits, 10 to 20 of them."""
        return self.chars(ALNUM, self.r.randrange(10, 21))

    def pw_mixed(self):
        """Return a password with some punctuation."""
        s = list(self.chars(ALNUM, self.r.randrange(11, 17)))
        for i in self.r.sample(range(1, len(s) - 1), 2):
            s[i] = self.r.choice("-_.+=")
        return "".join(s)

    def pw_phrase(self):
        """Return words joined by hyphens."""
        return "-".join(self.r.sample(WORDS, 4))

    def pw_leet(self):
        """Return a word in leet."""
        w = self.r.choice([x for x in WORDS if len(x) > 5])
        return w.title().translate(str.maketrans("aeo", "430")) + f"_{self.r.randrange(100, 9999)}x"

    def pw_punct(self):
        """Return a password full of shell characters."""
        s = list(self.chars(ALNUM, 14))
        for i in self.r.sample(range(1, 13), 4):
            s[i] = self.r.choice("!#$%^*()?~")
        return "".join(s)

    def pw_space(self):
        """Return a pass phrase with spaces."""
        return " ".join(self.r.sample(WORDS, 4)) + f" {self.r.randrange(10, 99)}"

    def pin(self):
        """Return a numeric code of 8 digits."""
        return self.chars(string.digits, 8)

    def hex16(self):
        """Return 16 hexadecimal digits."""
        return self.chars("0123456789abcdef", 16)

    def hex32(self):
        """Return 32 hexadecimal digits."""
        return self.chars("0123456789abcdef", 32)

    def hex40(self):
        """Return 40 hexadecimal digits."""
        return self.chars("0123456789abcdef", 40)

    def hex64(self):
        """Return 64 hexadecimal digits."""
        return self.chars("0123456789abcdef", 64)

    def alnum20(self):
        """Return 20 letters and digits."""
        return self.chars(ALNUM, 20)

    def alnum32(self):
        """Return 32 letters and digits."""
        return self.chars(ALNUM, 32)

    def alnum40(self):
        """Return 40 letters and digits."""
        return self.chars(ALNUM, 40)

    def url43(self):
        """Return 43 characters of URL-safe base64, as of 32 bytes."""
        return self.chars(URLSAFE, 42) + self.chars(ALNUM, 1)

    def url86(self):
        """Return 86 characters of URL-safe base64, as of 64 bytes."""
        return self.chars(URLSAFE, 85) + self.chars(ALNUM, 1)

    def b64_32(self):
        """Return 32 bytes in base64, with its padding."""
        return base64.b64encode(self.r.randbytes(32)).decode()

    def b64_64(self):
        """Return 64 bytes in base64, with its padding."""
        return base64.b64encode(self.r.randbytes(64)).decode()

    def b64_48(self):
        """Return 48 bytes in base64, which need no padding."""
        return base64.b64encode(self.r.randbytes(48)).decode()

    def uuid(self):
        """Return a UUID of version 4."""
        h = self.chars("0123456789abcdef", 32)
        return f"{h[:8]}-{h[8:12]}-4{h[13:16]}-a{h[17:20]}-{h[20:]}"

    # structured tokens
    def seg(self, obj):
        """Encode an object as a part of a JWT."""
        return base64.urlsafe_b64encode(json.dumps(obj, separators=(",", ":")).encode()).decode().rstrip("=")

    def jwt(self):
        """Return a JWT signed by RS256 or ES256."""
        alg, n = self.r.choice([("RS256", 342), ("ES256", 86)])
        head = {"kid": self.hex16(), "alg": alg, "typ": "JWT"}
        iat = self.r.randrange(1700000000, 1800000000)
        body = {"wlcg.ver": "1.0", "sub": self.uuid(), "iss": f"https://iam.{self.r.choice(DOMAINS)}/", "iat": iat}
        body.update({"exp": iat + 3600, "jti": self.uuid(), "scope": "storage.read:/ compute.create offline_access"})
        return ".".join([self.seg(head), self.seg(body), self.chars(URLSAFE, n)])

    def jwt_hs(self):
        """Return a short JWT signed by HS256."""
        body = {"sub": self.r.choice(NAMES), "iat": self.r.randrange(1700000000, 1800000000)}
        return ".".join([self.seg({"alg": "HS256", "typ": "JWT"}), self.seg(body), self.url43()])

    def jwe(self):
        """Return a JWE in its compact form."""
        head = self.seg({"alg": "RSA-OAEP", "enc": "A256GCM"})
        return ".".join([head] + [self.chars(URLSAFE, n) for n in (342, 16, 120, 22)])

    def macaroon(self):
        """Return a macaroon of the first version, in URL-safe base64."""
        packets = [
            "location https://dav.example.org:2880/",
            f"identifier {self.alnum20()}",
            "cid activity:DOWNLOAD,LIST",
        ]
        packets += ["cid path:/data/vo", f"signature {self.alnum32()}"]
        raw = "".join(f"{len(p) + 5:04x}{p}\n" for p in packets).encode()
        return base64.urlsafe_b64encode(raw).decode().rstrip("=")

    def basic(self):
        """Return what follows Basic in an Authorization header."""
        return base64.b64encode(f"{self.r.choice(NAMES)}:{self.pw()}".encode()).decode()

    # keys
    def key_body(self, n=1190):
        """Return the lines of a key in DER, as base64 of 64 columns."""
        text = base64.b64encode(b"\x30\x82" + (n - 4).to_bytes(2, "big") + self.r.randbytes(n - 4)).decode()
        return "\n".join(text[i : i + 64] for i in range(0, len(text), 64))

    def ec_body(self):
        """Return the lines of a key on an elliptic curve."""
        return self.key_body(121)

    def short_body(self):
        """Return the lines of a shorter key, for long texts."""
        return self.key_body(340)

    def openssh_body(self):
        """Return the lines of an OpenSSH key, 70 columns wide."""
        text = base64.b64encode(b"openssh-key-v1\0\0\0\0\x04none\0\0\0\x04none" + self.r.randbytes(360)).decode()
        return "\n".join(text[i : i + 70] for i in range(0, len(text), 70))

    def hexcolon(self):
        """Return lines of bytes in hexadecimal with colons, as openssl prints a key."""
        rows = [":".join(f"{b:02x}" for b in self.r.randbytes(15)) for _ in range(4)]
        return "\n".join(row + ":" for row in rows)

    def pem_text(self):
        """Return a whole private key in PEM, to be encoded as a block."""
        label = "PRIV" + "ATE KEY-----"
        return f"-----BEGIN {label}\n{self.short_body()}\n-----END {label}\n"

    def docker_json(self):
        """Return the configuration of docker with a login to a registry, in base64."""
        raw = json.dumps({"auths": {self.host(): {"auth": self.basic()}}})
        return base64.b64encode(raw.encode()).decode()

    def kube_gz(self):
        """Return a Helm-like release, gzipped and in base64, with a password inside."""
        raw = json.dumps({"password": self.pw(), "host": self.host()}).encode()
        return base64.b64encode(gzip.compress(raw, mtime=0)).decode()

    def zlib64(self):
        """Return a compressed credential in base64."""
        return base64.b64encode(zlib.compress(self.chars(ALNUM, 90).encode())).decode()

    # what is no secret
    def host(self):
        """Return a host's name."""
        return f"{self.r.choice(STEMS)}{self.r.randrange(1, 99):02d}.{self.r.choice(DOMAINS)}"

    def user(self):
        """Return an account's name."""
        return self.r.choice(NAMES)

    def site(self):
        """Return a site's name."""
        return self.r.choice(SITES)

    def num(self):
        """Return a number of four digits."""
        return str(self.r.randrange(1000, 9999))

    def port(self):
        """Return a port."""
        return str(self.r.choice([443, 8443, 9133, 1094, 2880, 8080, 9619]))

    def ts(self):
        """Return a time in ISO's form."""
        d, h, m, s = (self.r.randrange(a, b) for a, b in ((10, 28), (10, 24), (10, 60), (10, 60)))
        return f"2026-03-{d}T{h}:{m}:{s}.{self.r.randrange(100000, 999999)}Z"

    def lfn(self):
        """Return a logical file's name."""
        return f"/lhcb/user/{self.r.choice('abcd')}/prod_{self.num()}/sim_{self.r.randrange(10**6):08d}.dst"

    def dn(self):
        """Return a subject's name."""
        u = self.user()
        return f"/DC=org/DC=example/OU=Users/CN={u}/CN={self.num()}{self.num()}/CN={u.title()}"

    # filters, applied to a value before it is put into a text
    FILTERS = {
        "url": lambda s: urllib.parse.quote(s, safe=""),
        "url2": lambda s: urllib.parse.quote(urllib.parse.quote(s, safe=""), safe=""),
        "b64": lambda s: base64.b64encode(s.encode()).decode(),
        "b64w": lambda s: base64.encodebytes(s.encode()).decode().rstrip("\n"),
        "hex": lambda s: s.encode().hex(),
        "json": lambda s: json.dumps(s)[1:-1],
        "nl": lambda s: s.replace("\n", "\\n"),
        "nl2": lambda s: s.replace("\n", "\\\\n"),
        "one": lambda s: s.replace("\n", ""),
        "sp": lambda s: s.replace("\n", " "),
        "in2": lambda s: s.replace("\n", "\n  "),
        "in4": lambda s: s.replace("\n", "\n    "),
        "in8": lambda s: s.replace("\n", "\n        "),
        "gt": lambda s: s.replace("\n", "\n> "),
        "plus": lambda s: s.replace("\n", "\n+"),
        "crlf": lambda s: s.replace("\n", "\r\n"),
        "repr": lambda s: s.replace("\n", "\\n'\n '"),
        "hash": lambda s: s.replace("\n", "\n# "),
        "uesc": lambda s: "".join(f"\\u{ord(c):04x}" for c in s),
        "xesc": lambda s: "".join(f"\\x{ord(c):02x}" for c in s),
        "eqesc": lambda s: s.replace("=", "\\u003d").replace("+", "\\u002b"),
        "rev": lambda s: s[::-1],
        "xml": lambda s: s.replace("&", "&amp;"),
    }
