"""Forms in which a log may show a secret, and ordinary lines that look like it, filled from a seed.

``python -m tests.pilotlog.text.redaction.redaction_forms [form|split|header|ordinary]`` prints those that redaction
does not treat as it should.
"""

import base64
import collections
import functools
import json
import re
import string
import sys
from pathlib import Path

from .redaction_corpus import LETTERS, WRAPPER, Case, Makers, leaked

FORMS = Path(__file__).with_name("redaction_forms.txt")
ORDINARY = Path(__file__).with_name("redaction_ordinary.txt")

_SIGNS = str.maketrans({"⏎": "\n", "⇥": "\t", "␀": "\0", "␛": "\x1b"})
_PLACE = re.compile("«(plain)?([a-z0-9_]+)»")
_SEPARATED = re.compile(r"[\n:.,=+/ -]+")


def _base64(make, size):
    return base64.b64encode(make.blob(size)).decode()


def _url64(make, size):
    return base64.urlsafe_b64encode(make.blob(size)).decode().rstrip("=")


def _unlike_a_word(make, size, alphabet=LETTERS):
    """Letters with a digit and a capital among them."""
    return (
        make.letters(size - 3, alphabet) + make.letters(1, string.digits) + make.letters(1, string.ascii_letters) + "7"
    )


def _pem(make):
    return make.key()[0].rstrip("\n")


#: How the values of a kind are made; (maker, size).
KINDS = {
    "pw": lambda make, size: make.human(),
    "short": lambda make, size: _unlike_a_word(make, 8),
    "pwurl": lambda make, size: make.letters(5) + "%21" + make.letters(4),
    "words": lambda make, size: " ".join(make.letters(5) for _ in range(4)),
    "mid_quote": lambda make, size: make.letters(4) + "'" + make.letters(4),
    "line": lambda make, size: make.human(),
    "unicode": lambda make, size: make.letters(4) + "é√ß" + make.letters(4),
    "op": lambda make, size: _unlike_a_word(make, make.random.randint(20, 44)),
    "hex": lambda make, size: make.blob((size or 32) // 2).hex(),
    "akid": lambda make, size: "AKIA" + make.letters(16, "ABCDEFGHJKLMNPQRSTUVWXYZ234567"),
    "b64": lambda make, size: _base64(make, 32),
    "b64long": lambda make, size: _base64(make, 120),
    "b64u": lambda make, size: _url64(make, 64),
    "b64json": lambda make, size: base64.b64encode(
        json.dumps({"access_token": make.jwt(), "expires_in": 9}).encode()
    ).decode(),
    "b32": lambda make, size: make.letters(32, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"),
    "pem1": lambda make, size: json.dumps(_pem(make))[1:-1],
    "hex40up": lambda make, size: make.blob(20).hex().upper(),
    "b": lambda make, size: _unlike_a_word(make, size),
    "upper": lambda make, size: make.letters(size, "ABCDEFGHJKLMNPQRSTUVWXYZ234567"),
    "num": lambda make, size: make.letters(size or 5, string.digits),
    "uuid": lambda make, size: re.sub("(.{8})(.{4})(.{4})(.{4})", r"\1-\2-\3-\4-", make.blob(16).hex(), count=1),
    "jwt": lambda make, size: make.jwt(),
    "jwe": lambda make, size: make.jwt() + "." + _url64(make, 40),
    "macaroon": lambda make, size: make.macaroon(),
    "azure": lambda make, size: make.letters(3) + "8Q~" + make.letters(33),
    "pypi": lambda make, size: "pypi-AgEIcHlwaS5vcmc" + make.letters(60),
    "fernet": lambda make, size: base64.urlsafe_b64encode(make.blob(32)).decode(),
    "wg": lambda make, size: _base64(make, 32),
    "telegram": lambda make, size: make.letters(10, string.digits) + ":AA" + make.letters(33),
    "cloud": lambda make, size: make.cloud(),
    "sigb64": lambda make, size: _base64(make, 32).translate({43: "%2B", 47: "%2F", 61: "%3D"}),
    "usercode": lambda make, size: (
        make.letters(4, string.ascii_uppercase) + "-" + make.letters(4, string.ascii_uppercase)
    ),
    "colonhex": lambda make, size: ":".join(f"{b:02x}" for b in make.blob(15)) + ":",
    "crypt": lambda make, size: make.letters(size or 86, LETTERS + "./"),
    "age": lambda make, size: "AGE-SECRET-KEY-1" + make.letters(58, "QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L"),
    "pem": lambda make, size: _pem(make),
}


def _filled(make, name):
    """A value of a kind; a number after the kind is its size."""
    if name in KINDS:
        return KINDS[name](make, 0)
    kind, size = re.fullmatch("([a-z]+)([0-9]+)", name).groups()
    return KINDS[kind](make, int(size))


def fill(form, make):
    """The text of a form, and its secrets."""
    secrets = []

    def value(place):
        text = _filled(make, place[2])
        secrets.extend([] if place[1] else [text])
        return text

    return _PLACE.sub(value, form).translate(_SIGNS), tuple(secrets)


def entries(path):
    """(section, line) of a file of forms."""
    section = ""
    for line in path.read_text().splitlines():
        if re.fullmatch(r"\[[a-z ]+\]", line) and not line.startswith("[remote"):
            section = line[1:-1]
        elif line and not line.startswith("# "):
            yield section, line


def cases(seed, tail="\n"):
    """One case for each form."""
    for number, (section, form) in enumerate(entries(FORMS)):
        make = Makers(f"{seed} {number}")
        text, secrets = fill(form, make)
        yield Case(f"{section}: {form}", text if text.endswith("\n") else text + tail, _pieces(secrets), 8)


def _pieces(secrets):
    """A secret on many lines counts by its lines."""
    lines = (line for secret in secrets for line in secret.replace("\\n", "\n").split("\n"))
    return tuple(line for line in lines if line and not line.startswith(("-----", "Proc-Type", "DEK-Info")))


def with_headers(text):
    """The text as a pilot logs it, line by line."""
    return "".join(f"{WRAPPER}{line}" for line in text.splitlines(keepends=True))


def ordinary(seed):
    """Ordinary lines."""
    for number, (_, form) in enumerate(entries(ORDINARY)):
        yield fill(form, Makers(f"{seed} {number}"))[0] + "\n"


def worst_of_cuts(case, redacted):
    """The most characters of a secret that some cut in two lets through, and where."""
    raw, worst = case.text.encode(), (0, 0)
    for cut in range(1, len(raw), 1 if len(raw) < 600 else 5):
        worst = max(worst, (leaked(case, redacted(raw[:cut], raw[cut:]).decode(errors="replace")), cut))
    return worst


def _print(mode, seed):
    from .test_redaction import redacted, shown

    sections = collections.Counter(case.name.split(":")[0] for case in cases(seed))
    missed = collections.Counter()
    for case in cases(seed):
        case = case if mode != "header" else Case(case.name, with_headers(case.text), case.secrets, 8)
        out = shown(case.text)
        seen, cut = worst_of_cuts(case, redacted) if mode == "split" else (leaked(case, out), 0)
        if seen > (case.partly if mode == "split" else 0):
            missed[case.name.split(":")[0]] += 1
            print(
                seen,
                cut,
                case.name,
                "=>",
                out if len(out) < 300 else out[:300],
                sep="  ",
                end="" if out.endswith("\n") else "\n",
            )
    print({name: f"{missed[name]}/{count}" for name, count in sections.items()}, missed.total(), sections.total())


def _print_ordinary(seed):
    from .test_redaction import shown

    changed = [(line, shown(line)) for line in ordinary(seed) if shown(line) != line]
    print("".join(f"{line}   {out}" for line, out in changed), len(changed), len(list(ordinary(seed))))


if __name__ == "__main__":
    mode = sys.argv[1] if len(sys.argv) > 1 else "form"
    functools.partial(_print_ordinary if mode == "ordinary" else functools.partial(_print, mode))(
        sys.argv[2] if len(sys.argv) > 2 else "1"
    )
