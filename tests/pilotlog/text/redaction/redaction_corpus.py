"""The corpus of redaction: secrets of every rule in every form, and ordinary pilot text. All from a seed.

``python -m tests.pilotlog.text.redaction.redaction_corpus`` prints the figures that the tests hold.
"""

import base64
import functools
import json
import random
import string
from dataclasses import dataclass
from urllib.parse import quote, quote_plus, urlencode

LETTERS = string.ascii_letters + string.digits
HEADER = "2026-11-21T08:10:11.123456Z INFO [CheckWorkerNode] "
WRAPPER = "2026-11-21T08:10:11,123456Z DEBUG    [pilotLogger] "


@dataclass(frozen=True)
class Case:
    """A text, and the secrets in it. ``partly``: so many characters of one may be stored when it is split."""

    name: str
    text: str
    secrets: tuple[str, ...]
    partly: int = 0


class Makers:
    """Secrets, as random as real ones."""

    def __init__(self, seed):
        self.random = random.Random(seed)

    def letters(self, size, alphabet=LETTERS):
        return "".join(self.random.choice(alphabet) for _ in range(size))

    def opaque(self):
        return self.letters(self.random.randint(20, 60))

    def human(self):
        """A password as people choose it: short, with signs."""
        return self.letters(6) + self.random.choice("!#%,;:*+?@^_~)(][}{|.=-") + self.letters(self.random.randint(3, 8))

    def blob(self, size):
        return bytes(self.random.getrandbits(8) for _ in range(size))

    def jwt(self):
        head = {"alg": self.random.choice(["RS256", "ES256", "none"]), "kid": self.letters(6), "typ": "JWT"}
        if self.random.random() < 0.5:
            head = dict(reversed(head.items()))
        parts = [json.dumps(head).encode(), json.dumps({"sub": self.letters(8), "exp": 1}).encode(), self.blob(64)]
        return ".".join(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts)

    def macaroon(self):
        packet = b"0018location " + self.letters(10).encode() + b"\n0022identifier " + self.blob(40)
        return base64.urlsafe_b64encode(packet).decode().rstrip("=")

    def cloud(self):
        return self.random.choice(
            [
                "AKIA" + self.letters(16, string.ascii_uppercase + string.digits),
                "ghp_" + self.letters(36),
                "github_pat_" + self.letters(60),
                "glpat-" + self.letters(20),
                "xoxb-" + self.letters(12, string.digits) + "-" + self.letters(24),
                "AIza" + self.letters(35),
                "hvs." + self.letters(30),
                "npm_" + self.letters(36),
                "ya29." + self.letters(60),
            ]
        )

    def key(self):
        """A private key in PEM: (text, its lines of base64)."""
        kind, size, begin = self.random.choice(
            [("RSA ", 900, b"\x30\x82\x04\xa4\x02\x01"), ("EC ", 121, b"\x30\x77"), ("", 1218, b"\x30\x82\x04\xbe"),
             ("ENCRYPTED ", 1300, b"\x30\x82\x05"), ("OPENSSH ", 400, b"openssh-key-v1\0")]
        )  # fmt: skip
        body = base64.b64encode(begin + self.blob(size)).decode()
        lines = [body[at : at + 64] for at in range(0, len(body), 64)]
        extra = "Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,0123456789ABCDEF\n\n" if kind == "RSA " else ""
        whole = (
            f"-----BEGIN {kind}PRIVATE KEY-----\n{extra}" + "\n".join(lines) + f"\n-----END {kind}PRIVATE KEY-----\n"
        )
        return whole, tuple(lines)

    def certificate(self):
        body = base64.b64encode(b"\x30\x82\x03\xc5\x30\x82\x02\xad\xa0\x03\x02\x01\x02\x02" + self.blob(700)).decode()
        lines = "\n".join(body[at : at + 64] for at in range(0, len(body), 64))
        return f"-----BEGIN CERTIFICATE-----\n{lines}\n-----END CERTIFICATE-----\n"


NAMES = [
    "TOKEN",
    "BEARER_TOKEN",
    "CI_JOB_TOKEN",
    "DIRACX_ACCESS_TOKEN",
    "access_token",
    "refreshToken",
    "PASSWORD",
    "PGPASSWORD",
    "MYSQL_PWD",
    "db_password",
    "DB_PASS",
    "userPasswd",
    "PASSPHRASE",
    "SECRET",
    "client_secret",
    "clientSecret",
    "AWS_SECRET_ACCESS_KEY",
    "API_KEY",
    "apikey",
    "private-key",
    "SSH_PRIVATE_KEY",
    "encryption_key",
    "CREDENTIAL",
    "X-Auth-Token",
    "rucio.auth.token",
    "GITHUB_TOKEN_2",
    "S3_SECRET",
    "storageAccountKey",
]

#: Forms of a name with its value; those of FORMS_OF_ANY take every value, the others none with signs.
FORMS_OF_ANY = {
    "env": lambda name, value: f"{WRAPPER}{name}={value}\n",
    "colon": lambda name, value: f"{HEADER}{name}: {value}\n",
    "spaces": lambda name, value: f"    {name} = {value}\n",
    "option": lambda name, value: f"{HEADER}Executing: run --{name} {value} --verbose\n",
    "option=": lambda name, value: f"run --{name}={value} --verbose\n",
    "quoted": lambda name, value: f'export {name}="{value}"; run\n',
    "single": lambda name, value: f"export {name}='{value}'; run\n",
    "json": lambda name, value: f"{HEADER}{json.dumps({'a': 1, name: value, 'b': [2]})}\n",
    "compact json": lambda name, value: json.dumps({"a": 1, name: value, "b": [2]}, separators=(",", ":")) + "\n",
    "repr": lambda name, value: f"{HEADER}environ({ {'HOME': '/home/x', name: value, 'b': 2}!r})\n",
    "escaped json": lambda name, value: json.dumps({"body": json.dumps({"a": 1, name: value, "b": 2})}) + "\n",
    "twice escaped": lambda name, value: json.dumps(json.dumps({"x": json.dumps({name: value, "b": 2})})) + "\n",
    "urlencoded": lambda name, value: f"POST body {urlencode({'a': 1, name: value, 'b': 2})} sent\n",
    "urlencoded whole": lambda name, value: f"args={quote(f'a=1&{name}={value}&b=2', safe='')} sent\n",
    "urlencoded json": lambda name, value: f"args={quote_plus(json.dumps({'a': 1, name: value, 'b': 2}))} sent\n",
    "blanks in quotes": lambda name, value: f'{name}="{value} {value}"\n',
    "list of arguments": lambda name, value: f"{['run', f'--{name}', value, '-v']!r}\n",
    "list of arguments=": lambda name, value: f"{['run', f'--{name}={value}', '-v']!r}\n",
    "bytes": lambda name, value: f"{ {b'a': 1, name.encode(): value.encode()}!r}\n",
    "list of values": lambda name, value: json.dumps({"a": 1, name: [value, value], "b": 2}) + "\n",
    "pairs": lambda name, value: f"{[('HOME', '/home/x'), (name, value)]!r}\n",
    "yaml": lambda name, value: f"  {name}: {value}\n  other: 1\n",
    "header": lambda name, value: f"> {name}: {value}\r\n",
    "base64": lambda name, value: based(f"PATH=/bin\n{name}={value}\nHOME=/home/x\n"),
    "base64 +1": lambda name, value: based(f"xPATH=/bin\n{name}={value}\nHOME=/home/x\n"),
    "base64 +2": lambda name, value: based(f"xyPATH=/bin\n{name}={value}\nHOME=/home/x\n"),
    "base64 json": lambda name, value: f'{{"data": "{based(json.dumps({name: value})).strip()}"}}\n',
}  # fmt: skip
FORMS_OF_WORDS = {
    "query": lambda name, value: f"GET https://se.example.org/x?a=1&{name}={value}&b=2 HTTP/1.1\n",
    "cut line": lambda name, value: f"{WRAPPER}{name}={value}",
}


def based(text):
    """A line of base64."""
    return base64.b64encode(text.encode()).decode() + "\n"


def wrapped(text, width=76):
    """base64 in lines, as the program of that name writes it."""
    encoded = base64.b64encode(text.encode()).decode()
    return "".join(encoded[at : at + width] + "\n" for at in range(0, len(encoded), width))


def named(make, name):
    """A name in every form, with both kinds of value."""
    for form, build in FORMS_OF_ANY.items():
        for value in (make.opaque(), make.human()):
            yield secret_case(f"{form}: {name}", build(name, value), value)
    for form, build in FORMS_OF_WORDS.items():
        value = make.opaque()
        yield secret_case(f"{form}: {name}", build(name, value), value)


def secret_case(name, text, value, partly=8):
    """A case with one secret, in all the ways in which its text shows it."""
    shown = {value, json.dumps(value)[1:-1], quote(value, safe=""), quote_plus(value), *_in_base64(value)}
    shown |= {json.dumps(value)[1:-1].replace("\\", "\\\\"), json.dumps(json.dumps(value))[3:-3]}
    found = tuple(sorted(form for form in shown if form in text))
    assert found, name
    return Case(name, text, found, partly)


def _in_base64(value):
    """The letters of base64 that a value decides, at each alignment."""
    for shift in range(3):
        encoded = base64.b64encode(b"x" * shift + value.encode()).decode()
        yield encoded[-(-8 * shift // 6) : 8 * (shift + len(value)) // 6]


def known_by_beginning(make):
    """Secrets without a name."""
    for kind in ("jwt", "cloud", "macaroon"):
        value = getattr(make, kind)()
        body = value.split(".", 1)[-1] if kind == "jwt" else value[12:]
        for form, text in {
            "alone": f"{value}\n",
            "in a line": f"{HEADER}got {value}, going on\n",
            "in quotes": f"{HEADER}['{value}', 1]\n",
            "in json": json.dumps({"x": value, "b": 2}) + "\n",
            "in a query": f"https://se.example.org/x?y={value}&b=2\n",
            "urlencoded": f"args=%5B%22{value}%22%5D\n",
            "end": f"{HEADER}{value}",
        }.items():
            yield Case(f"{kind} {form}", text, (body,), 0)
    for value in (make.jwt(), make.opaque() + "1"):
        for form, text in {
            "header": f"> Authorization: Bearer {value}\r\n",
            "json": json.dumps({"Authorization": f"Bearer {value}", "b": 2}) + "\n",
            "curl": f"curl -H 'Authorization: Bearer {value}' https://se.example.org/x\n",
            "alone": f"{HEADER}using bearer {value} for it\n",
            "url": f"https://se.example.org/x?authz=Bearer%20{value}&b=2\n",
        }.items():
            yield Case(f"bearer {form}", text, (value[-15:],), 8)
    value = base64.b64encode(f"bob:{make.human()}".encode()).decode()
    yield Case("basic", f"> Authorization: Basic {value}\r\n", (value,), 8)
    encoded = based(make.jwt() + " and more")
    yield Case("jwt base64", encoded, (encoded[16:-1],), 4)


def urls(make):
    """Passwords in URLs."""
    for value in (make.opaque(), make.human().translate(dict.fromkeys(map(ord, "#?@%[]{}^|")))):
        for form, text in {
            "https": f"{HEADER}Cloning https://bob:{value}@git.example.org:8443/x.git ok\n",
            "database": f"engine = mysql://Dirac:{value}@db.example.org:3306/JobDB\n",
            "json": json.dumps({"url": f"https://bob:{value}@example.org/x"}) + "\n",
            "escaped": f'{{"url": "https:\\/\\/bob:{value}@example.org\\/x"}}\n',
            "urlencoded": f"next={quote(f'https://bob:{value}@example.org/x', safe='')}&b=2\n",
        }.items():
            yield secret_case(f"url {form}", text, value)
    value = make.opaque()
    yield Case("url token", f"git clone https://{value}@git.example.org/x.git\n", (value,), 19)


def keys(make):
    """Private keys, and proxies."""
    whole, lines = make.key()
    yield Case("key", whole, lines, 0)
    yield Case("key behind a header", f"{HEADER}{whole}", lines, 0)
    yield Case("key with headers", "".join(f"{HEADER}{line}\n" for line in whole.splitlines()), lines, 0)
    yield Case("key with other lines", whole.replace("\n", "\nStep done in 3 s: OK\n", 3), lines, 0)
    yield Case("key in json", json.dumps({"a": 1, "data": whole, "b": 2}) + "\n", lines, 0)
    yield Case("key in repr", f"{HEADER}{whole!r}\n", lines, 0)
    yield Case("key in json in json", json.dumps({"a": json.dumps({"data": whole})}) + "\n", lines, 0)
    encoded_lines = tuple(quote(line, safe="") for line in lines)
    yield Case("key urlencoded", f"key={quote(whole, safe='')}&b=2\n", encoded_lines, 0)
    yield Case("key urlencoded +", f"key={quote_plus(whole)}&b=2\n", encoded_lines, 0)
    yield Case("proxy", make.certificate() + whole + make.certificate(), lines, 0)
    for shift in range(3):
        text = "x" * shift + whole
        body = base64.b64encode(text.encode()).decode()[80:]
        yield Case(f"key base64 +{shift}", based(text), (body[:200], body[-120:-60]), 0)
        yield Case(f"key base64 wrapped +{shift}", wrapped(text), tuple(wrapped(text).splitlines()[1:-2]), 7)


def secrets(seed):
    """Cases with secrets: every rule, form and name."""
    make = Makers(seed)
    for name in NAMES:
        yield from named(make, name)
    yield from known_by_beginning(make)
    yield from urls(make)
    yield from keys(make)


@functools.cache
def _parts(secret):
    """Pieces one after the other, of which each piece of 5 characters has one whole."""
    return [secret[at : at + 3] for at in range(0, len(secret) - 2, 3)]


def leaked(case, stored):
    """The longest piece of a secret, of 5 characters at least (fewer are chance), that is in a text: its length."""
    return max(_longest(secret, stored) for secret in case.secrets)


def _longest(secret, stored):
    if not any(part in stored for part in _parts(secret)):
        return 0
    longest = 0
    for start in range(len(secret)):
        while start + longest < len(secret) and secret[start : start + longest + 1] in stored:
            longest += 1
    return longest if longest >= 5 else 0
