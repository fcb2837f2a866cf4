"""What stands behind a name, and whether it is a secret: paths, references, markers and plain words are none."""

from __future__ import annotations

import re

from .names import Names
from .swallow import BARE, LISTED, QUERY, QUOTED, QUOTES, Opened, Secret, swallow

RULE = b"secret"

#: Between a name and its value: ``=``, ``:``, ``=>``, the same urlencoded, or ``", "`` as in a list of arguments.
_SEPARATOR = rb"(?:" + QUOTES + rb")?(?:[ \t]|%20)*(?:=>|:=|[=:]|%3[AaDd]|,[ \t]?(?:\\{3}|\\)?[\"'])"
_NAME_LETTERS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-"
_MAX_NAME = 64
_LOOK = 512

_NAME = re.compile(rb"[A-Za-z0-9_.-]++")
_ENTRY = re.compile(
    rb"(?P<separator>" + _SEPARATOR + rb"|[ \t]+)(?:[ \t]|%20|(?<=%3[AaDd])\+)*+"
    rb"(?:[bBrRuU]{1,2}(?=[\"']))?(?P<quote>" + QUOTES + rb")?"
)
_SCHEME = re.compile(rb"(?i:bearer|basic|token|negotiate|digest|gssapi|macaroon)(?:[ \t]|%20|\+)+")
_SCHEMES = (b"bearer", b"basic", b"token", b"negotiate", b"digest", b"gssapi", b"macaroon")

_END = rb"""(?=[\s"'\\,;)&\]}>]|%2[267]|\Z)"""
_PLAIN = re.compile(
    rb"""(?i:true|false|yes|no|none|null|nil|undefined|unset|set|on|off|ok|valid|invalid|expired|missing|found|empty
    |required|optional|unknown|denied|refused|failed|n/a|hosts?|amd64|i386|arm64|\*+|\.{3}|<[^<>\n]{0,64}>|\$\{[^}\n]{0,64}\}|\$[A-Z_][A-Z0-9_]*
    |%[A-Z_]+%|\[redacted:[\w-]{1,64}\]|-?\d{1,3}(?:\.\d{1,6})?)"""
    + _END,
    re.VERBOSE,
)
_NUMBER = re.compile(rb"\d{1,20}" + _END)
#: A folder that paths on worker nodes begin with; base64 may begin with a slash as well.
_ROOTS = (
    b"afs builddir cephfs cvmfs data dev eos etc gpfs home hpc lustre mnt nfs opt pbs pool private proc root run scratch"
    b" share shared srv ssd storage sys tmp usr users var work workdir".split()
)
_PATH = re.compile(
    rb"(?:file:/{1,3}|~?/(?:" + rb"|".join(_ROOTS) + rb")/|\.{1,2}/|~/)[\w.+@%~:/{}$-]*+" + _END
    + rb"|[\w.~+-]{0,64}(?:/[\w.+@~-]{1,64}){1,16}\.(?:pem|key|crt|cert|token|tok|json|jwt|txt|cfg|conf|p12|pfx|pub)" + _END
)  # fmt: skip
_BEGINNINGS = tuple(b"/" + root + b"/" for root in _ROOTS) + (b"file:///", b"../", b"~/")
_CONTAINER = re.compile(rb"""[\[{(](?=[\s"'\\{\[(}\])]|\Z)""")
_LIST = re.compile(rb"\[\s{0,8}[bu]?(?:" + QUOTES + rb")")
_PROSE = re.compile(rb"[A-Za-z][a-z]{0,14}[,;.]?[ \t]+[A-Za-z]{1,15}(?=[\s,;.:]|\Z)")
_WORD = re.compile(rb"[^\s,;\"'\\]{1,256}")
_LAST_QUOTE = re.compile(rb"\\*[\"']\Z")
#: A quote that may be to come, or a list, or a marker that is not whole.
_UNKNOWN = re.compile(
    rb"\\{0,3}|%2?|[bBrRuU]{1,2}|[\[{(]\s{0,8}[bu]?\\{0,3}|\[(?:r|re|red|reda|redac|redact|redacte|redacted|redacted:[\w-]{0,64}\]?)"
)


def anchor(names: Names) -> bytes:
    """A pattern of RE2 that hits a name that may be secret up to its separator."""
    words = rb"(?i:" + names.keywords + rb")[A-Za-z0-9_.-]*"
    return rb"--[A-Za-z0-9_.-]*" + words + rb"[ \t]+|" + words + _SEPARATOR


class Values:
    """The rule of names and values."""

    def __init__(self, names: Names):
        self._names = names

    def find(self, text: bytes, start: int, end: int) -> Secret | None:
        """The secret that stands behind the name around the hit, if it is one."""
        first = _begin(text, start)
        name = _NAME.match(text, first).group()
        entry = _ENTRY.match(text, first + len(name))
        if not entry or not self._names.is_secret(name[-_MAX_NAME:].strip(b"-_.")):
            return None
        return _value(text, first, name, entry)


def _begin(text: bytes, start: int) -> int:
    left = text[max(0, start - _MAX_NAME) : start]
    return start - (len(left) - len(left.rstrip(_NAME_LETTERS)))


def _value(text: bytes, first: int, name: bytes, entry: re.Match[bytes]) -> Secret | None:
    separator, quote, at = entry["separator"], entry["quote"], entry.end()
    if separator.endswith((b'"', b"'")):
        quote = _LAST_QUOTE.search(separator).group()
    if scheme := _SCHEME.match(text, at):
        at = scheme.end()
    encoded = b"%3" in separator or text[first - 1 : first] in (b"?", b"&")
    opened = Opened(RULE, QUOTED, quote) if quote else Opened(RULE, QUERY if encoded else BARE)
    if _LIST.match(text, at):
        return Secret(at, Opened(RULE, LISTED))
    look = text[at : at + _LOOK]
    if at + len(look) == len(text) and swallow(opened, look, 0)[1]:
        is_plain = _may_become_plain(look)
    else:
        is_plain = _is_plain(look, name.strip(b"-_."), separator, quote)
    return None if is_plain else Secret(at, opened)


def _is_plain(look: bytes, name: bytes, separator: bytes, quote: bytes | None) -> bool:
    """Whether the value that ``look`` begins with, and that has its end there or beyond, need not be kept secret."""
    if look[:1] in b"\r\n" or _PLAIN.match(look) or _PATH.match(look) or (name[-1:] in b"sS" and _NUMBER.match(look)):
        return True
    if quote:
        return look.startswith(quote)
    word = _WORD.match(look)
    if not word or look[:1] in b"=)]}" or word.group().rstrip(b"])}") == name.upper() or _CONTAINER.match(look):
        return True
    if separator.isspace():
        return look[:1] == b"-" or _PROSE.match(look) is not None
    return separator.endswith(b":") and b"pass" not in name.lower() and _PROSE.match(look) is not None


def _may_become_plain(look: bytes) -> bool:
    """Whether the text ends before it can be seen that the value is a secret; then the next message is waited for."""
    return (
        _UNKNOWN.fullmatch(look) is not None
        or _PATH.match(look) is not None
        or any(scheme.startswith(look.lower()) for scheme in _SCHEMES)
        or any(beginning.startswith(look) for beginning in _BEGINNINGS)
    )
