"""Values that are no secrets (words of a state, paths, references, code, markers), and what looks like one at all."""

from __future__ import annotations

import re

from .code import END, code_literal, is_algorithm

_STATES = (
    b"a accepted add again ale allowed already amd64 an and any are arm64 array as ask at authentication auth bad"
    b" basic be because been bool boolean both bytes by cached can cannot cant change changed char check cleared"
    b" command configured could create created default define defined deleted denied dict digest disabled does"
    b" doesn empty enabled encrypted ends eof error expired expires expiring fail failed failing failure false"
    b" fetch fetching field file files flow for found from generated get getting gone got group granted gssapi has"
    b" have hashed hidden host hosts i386 if ignored in incorrect input int invalid is it its kerberos last length"
    b" letters list loaded login long map match matched may mechanism method minimum mismatch missing must n/a"
    b" needed needs negotiate never new next nil no nobody none not nothing null number ok object of off old on one"
    b" only opaque optional or out pass passed password passwords path permission plain please prompt protected"
    b" provided public read reading received redacted refresh refreshed refreshing refused rejected renewed reset"
    b" required requested requires retry revoked rotated same saved secret secretstr see server set shadow short"
    b" should simple skipped some state stdin status storage store stored str string success successful"
    b" successfully supplied test text that the this timed timeout to token token tokens too trial true try trying"
    b" type unable unauthorized unchanged undefined unexpected unknown unset unspecified unsupported until update"
    b" updated use used user users using valid validated value varchar verification verified verify via wait"
    b" waiting was when will with without wrong yes you your raise return continue break print option options arg"
    b" val"
).split()
STATES = frozenset(_STATES)

#: Markers, references and masks.
REFERENCE = re.compile(
    rb"""(?:\[redacted:[\w-]{1,64}\]|\*+|[xX]{3,64}|\.{3,64}|-{1,64}|_{2,64}|\#{3,64}"""
    rb"""|<(?![^<>\s]{0,64}\d[^<>\s]{0,64}>)[^<>\n]{0,64}>"""
    rb"""|<(?:0x[^<>\n]{0,64}|[^<>\n]{0,6}|[a-z]{0,12}[:= -]?\d{1,6}(?:[- ][a-z ]{1,12})?)>"""
    rb"""|[\#%@]?\$?\{{1,2}[\w .,()\[\]\"'|:-]{0,64}\}{1,2}"""
    rb"""|@@?\w{1,64}@?@|[@%][_\$]?|@(?:property|\w{1,16}method|cached_property|wraps|dataclass|override)|__\w{1,64}__"""
    rb"""|~|\$\{[^{}\n]{0,64}:?[-=]\}|<?%=? ?[\w. ]{1,64} ?%>"""
    rb"""|\$[A-Za-z_][A-Za-z0-9_]*(?:(?:->)?[\[{][\w'"$-]{1,64}[\]}]|->\w{1,64}|:\w{1,64}){0,3}|\$\d"""
    rb"""|\$?%[\w()]{1,64}%?|%\([\w:.]{1,64}\)s|%\.?\d{0,4}[sdr]"""
    rb"""|\[[A-Za-z ]{1,24}\]|\([A-Za-z0-9, ]{1,30}\)"""
    rb"""|!(?:vault|secret|Ref|Sub|GetAtt|ImportValue|env(?:_var)?|include|reference)\b|(?i:redacted|masked|hidden|removed"""
    rb"""|sanitized|secret))""" + END
    + rb"|!vault\s\||&P=\w|%s[:/@4]|\(%|\# |\$\w{1,32}(?:/[\w.-]{1,64}){1,8}\#|\[\(|\(no |\$\(|`[a-z./]|\$\{\{"
      rb"|\[redacted:[\w-]{1,64}\]@|(?:[|>][+-]?|[+-])[0-9]?\[redacted:"
)  # fmt: skip
_CONSTANT = re.compile(
    rb"(?i:true|false|yes|no|none|null|nil|undefined|unset|set|on|off|ok|valid|invalid|expired|missing|found|empty"
    rb"|required|optional|unknown|denied|refused|failed|n/a)" + END
)
SMALL = re.compile(rb"-?\d{1,3}(?:\.\d{1,6})?" + END)
NUMBER = re.compile(rb"-?\d{1,20}(?:[.,]\d{1,9})?[smhd%]?" + END)

_FIRST_OF_REFERENCES = frozenset(bytes([letter]) for letter in b"[*xX.-_#<${%(!`rRmMhHsS|>~@&")
_MAX_FOLDER = 96
#: Of caches of credentials, and of names that are public.
_SCHEMES = (b"KEYRING:", b"KCM:", b"urn:")

#: A folder that paths on worker nodes begin with; base64 may begin with a slash as well.
_ROOTS = (
    b"afs batch bin builddir cephfs condor cvmfs data dev eos etc gpfs home hpc lib lustre mnt nfs opt"
    b" pbs pool private proc root run scratch"
    b" share shared srv ssd storage sys tmp user users usr var work workdir".split()
)
PATH = re.compile(
    rb"(?:file:/{1,3}|FILE:/|KEYRING:|DIR:/|KCM:|~?/(?:" + rb"|".join(_ROOTS) +
         rb")/|\.{1,2}/|~/)[\w.+@%~:/{}$-]*+" + END
    + rb"|[\w.~+-]{0,64}(?:/[\w.+@~-]{1,64}){1,16}\.(?:pem|key|crt|cert|token|tok|json|jwt|txt|cfg|conf|p12|pfx|pub"
      rb"|py)" + END
    + rb"|(?:https?|davs?|root|file)://[\w.:-]{1,80}(?:/[\w./{}~:+-]{0,200})?(?:#[\w.-]{1,64}|#)?"
      rb"(?=[\s\"'\\,;)\]}>]|\Z)"
)  # fmt: skip
BEGINNINGS = (
    *(b"/" + root + b"/" for root in _ROOTS),
    b"file:///",
    b"../",
    b"~/",
    b"https://",
    b"$(",
    b"${",
    b"********",
)
#: A distinguished name.
DN = re.compile(rb"/(?:DC|C|O|OU|CN)=[^/\n]")

WORD = re.compile(rb"[^\s,;\"'\\]{1,256}")
_WORDLIKE = re.compile(
    rb"(?:[A-Za-z]?[a-z]{1,24}|[A-Z]{1,24}|[A-Z][a-z]{1,16}[A-Z][a-z]{1,16})(?:[-_.'/][A-Za-z]?[a-z]{1,24}"
    rb"|[-_.][A-Z]{1,24}){0,8}"
    rb"(?:[.,;:!?)]{0,3}|\xe2\x80[\x90\x91])"
    rb"(?=[\s\"'\\`\x00]|[,;)\]}>|](?:[\s\"',;:)\]}]|\Z)|&[A-Za-z_]{1,40}=|</|\Z)"
)
_PHRASE = re.compile(rb"[a-z]{3,12}(?:-[a-z]{3,12}){2,7}(?:-?\d{1,4})?(?:" + END + rb"|[.:](?:\s|\Z))")
_SPACED = re.compile(rb"[a-z]{3,12}(?: [a-z]{3,12}){1,7}(?: [0-9]{1,5})?(?=[\"'`]|\\?[\r\n]|\Z)")
_VERSION = re.compile(rb"(?:\d:)?v?\d{1,4}(?:\.\d{1,5}){1,4}(?:[-+~=_.a-z][A-Za-z0-9_.+~=:-]{0,40})?" + END)
_BASE32 = re.compile(rb"(?=[A-Z]{0,31}[2-7])[A-Z2-7]{16,32}" + END)
_FIRST_WORD = re.compile(
    rb"[A-Za-z]{1,20}(?=[\s,;:'\"!)}\]]|[.?](?:[\s\"']|\Z)|[._'-][a-z]{1,16}(?![A-Za-z0-9])|[._-]?\Z)"
)
_PROSE = re.compile(rb"[A-Za-z][A-Za-z]{0,14}[,;.]?[ \t]+(?:[A-Za-z]{1,15}(?=[\s,;.:'()]|\Z)|[(\"']|\d{3}\b|\d\.\d\s)")
_SNAKE = re.compile(rb"[A-Za-z]?[a-z]{1,24}(?:[_-][a-z]{1,24}){0,6}[.,;:!]?" + END)
_TOKENLIKE = re.compile(rb"[A-Za-z0-9+/=_.~%-]{16,512}")
_HEX = re.compile(
    rb"(?=[A-Z]*[2-7])[A-Z2-7]{26,}|[0-9a-f]{32,}|[0-9A-F]{32,}|[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}"
)
_RUCIO = re.compile(rb"[\w.-]{1,64}-/[^\s\"']{1,200}-unknown-[0-9a-f]{8}")
_SHA1 = re.compile(rb"[0-9a-f]{40}(?![0-9A-Za-z])|(?:0x)?[0-9A-F]{8}(?:[0-9A-F]{8})?(?![0-9A-Za-z])")
_CLASSES = (re.compile(rb"[0-9]"), re.compile(rb"[A-Z]"), re.compile(rb"[a-z]"))
_MIXED = re.compile(rb"(?:[a-z][0-9][a-z0-9]*){3}")
_NAMED_FILE = re.compile(rb"\.[a-z][a-z0-9]{1,5}\Z|[a-z]{5}[-_/.][a-z]{4}|/[a-z]+/[a-z]+")
_PACKAGE = re.compile(
    rb"[A-Za-z][\w+.-]{0,60}-\d[\w.~+]{0,30}-\d[\w.~+]{0,30}\.(?:x86_64|noarch|i686|aarch64|rpm)" + END
)
_SIZED_TYPE = re.compile(rb"[a-z]{1,20}\(\d{1,6}\)")
_DATE = re.compile(rb"\d{4}-\d\d-\d\d|\d\d:\d\d:\d\d|v?\d{1,4}(?:\.\d{1,6}){1,4}[\w.+~-]{0,24}" + END)
_HTTP = re.compile(rb"HTTP(?:/[\d.]{1,3}|S?)\s|HTTP[A-Z]\w{3,40}\(|\w{1,30}(?:Error|Exception)\b|\d{3}\s[A-Z]")


def is_state(look: bytes) -> bool:
    """Tell if text begins with a word that tells of a state: ``not set``, ``invalid``."""
    word = _FIRST_WORD.match(look)
    return word is not None and word.group().lower() in STATES


def is_reference(look: bytes) -> bool:
    """Tell if a value stands for another: a variable, a mask, a path, a marker."""
    if look[:1] in _FIRST_OF_REFERENCES and REFERENCE.match(look):
        return True
    return (b"/" in look[:_MAX_FOLDER] and PATH.match(look) is not None) or look.startswith(_SCHEMES)


def is_wordlike(look: bytes) -> bool:
    """Tell if a value is a word, or words with signs between, and nothing else."""
    return _WORDLIKE.match(look) is not None


def are_words(text: bytes) -> bool:
    """Tell if a text is a word, or words with signs between, from its beginning to its end."""
    match = _WORDLIKE.match(text)
    return match is not None and match.end() == len(text)


def is_passwordlike(look: bytes) -> bool:
    """Tell if a value, of which only the place tells that it may be a password, looks like one."""
    word = WORD.match(look)
    if (
        not word
        or len(word.group()) < 5
        or look.startswith(b"!!")
        or is_reference(look)
        or is_state(look)
        or DN.match(look)
    ):
        return False
    return not (
        is_wordlike(look)
        or _SIZED_TYPE.match(look)
        or is_algorithm(look)
        or (b"." in word.group() and _PACKAGE.match(look))
        or NUMBER.match(look)
        or _DATE.match(look)
        or code_literal(look) is not None
        or look[:1] in b"-/(<[{"
    )


def is_opaque(look: bytes) -> bool:
    """Tell if a value looks like a token: 16 letters and digits at least, in no order that a name would have."""
    word = _TOKENLIKE.match(look)
    if not word or is_reference(look) or DN.match(look) or _DATE.match(look) or _NAMED_FILE.search(word.group()):
        return False
    text = word.group()
    if b"-/" in text[:66] and is_token_of_rucio(look):
        return False
    if _HEX.fullmatch(text):
        return True
    return all(kind.search(text) for kind in _CLASSES) or (len(text) >= 20 and _MIXED.search(text) is not None)


def is_token_of_rucio(look: bytes) -> bool:
    """Tell if a value is an account and a DN, with the secret after them, which has a rule of its own."""
    return _RUCIO.match(look) is not None


def is_fingerprint(look: bytes) -> bool:
    """Tell if a value looks like SHA-1 of a key."""
    return _SHA1.match(look) is not None


def is_prose(look: bytes) -> bool:
    """Tell if words follow: two of them, or one that is all."""
    return _PROSE.match(look) is not None or _SNAKE.match(look) is not None


def is_report(look: bytes) -> bool:
    """Tell if an error is reported: ``HTTP 403``, ``TimeoutError(...)``."""
    return _HTTP.match(look) is not None


_UUID = re.compile(rb"[0-9A-Fa-f]{8}-(?:[0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}" + END)
_REFERENCE_BEGUN = re.compile(
    rb"\\{0,3}|%2?|\$[\w{(:%]{0,64}|[\[(<][\w:.-]{0,64}\]?|\{{1,2}[\w. ]{0,64}|\*{1,64}|\.{1,3}"
    rb"|-{1,5}[A-Z0-9 ]{0,40}-{0,5}|~?/[a-z]{0,8}|[xX]{1,3}|[|>][+-]?[0-9]?(?:\[redacted:[\w-]{0,64}\]?)?"
)
_SEGMENT = re.compile(rb"[A-Za-z0-9_-]{8,128}(?=/)")
_HOOK = re.compile(rb"[A-Za-z0-9_:/@.-]{8,}")


def is_constant(look: bytes) -> bool:
    """Tell if a value is a word that stands for no value: ``None``, ``false``."""
    return _CONSTANT.match(look) is not None


def is_version(look: bytes) -> bool:
    """Tell if a value is a version or a time."""
    return _DATE.match(look) is not None


def is_package_version(look: bytes) -> bool:
    """Tell if a value is a package's version, maybe with a build after it."""
    return _VERSION.match(look) is not None


def is_phrase(look: bytes) -> bool:
    """Tell if a value is three words or more with dashes between, as made-up passwords are."""
    return _PHRASE.match(look) is not None and not is_state(look)


def is_spaced_phrase(look: bytes) -> bool:
    """Tell if quoted words, none of which tells of a state, are a password."""
    words = _SPACED.match(look)
    return (
        words is not None
        and STATES.isdisjoint(words.group().split())
        and (words.group()[-1:].isdigit() or words.group().count(b" ") > 1)
    )


def stands_out(look: bytes) -> bool:
    """Tell if a value in a column looks like a secret."""
    return is_opaque(look) or is_passwordlike(look) or is_phrase(look)


def is_seed(look: bytes) -> bool:
    """Tell if a value looks like the seed of one-time codes in base32."""
    return _BASE32.match(look) is not None


def is_uuid(look: bytes) -> bool:
    """Tell if a value is a UUID."""
    return _UUID.match(look) is not None


def may_become_reference(look: bytes) -> bool:
    """Tell if a text that ends in a value may have the beginning of a reference there."""
    return _REFERENCE_BEGUN.fullmatch(look) is not None or PATH.match(look) is not None


def is_path_of_hook(look: bytes) -> bool:
    """Tell if the rest of a URL's path holds a secret: a part of it has digits and is long."""
    path = _HOOK.match(look)
    return path is not None and any(
        is_opaque(part)
        or is_uuid(part)
        or (len(part) > 16 and not part.isdigit() and b".cpython-" not in part and any(48 <= c < 58 for c in part))
        for part in re.split(rb"[/@]", path.group())
    )


def is_segment_of_token(look: bytes) -> bool:
    """Tell if a part of a URL's path looks like a token."""
    segment = _SEGMENT.match(look)
    return segment is not None and (is_opaque(segment.group()) or _HEX.search(segment.group()) is not None)
