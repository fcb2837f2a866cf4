"""Names that say that a secret follows: ``API_TOKEN=...``, ``"password": "..."``, ``--client-secret ...``.

A name is taken apart at underscores, dashes, dots and changes of case. It is secret when one of its words is (or a
pair as ``api key``), unless the last one says that it is something about the secret: ``TOKEN_FILE``, ``tokenLifetime``.
"""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Iterable

#: The weight of a name: its value is a secret; is one when it looks like a password; or like a token.
STRONG, SHORT, WEAK = 3, 2, 1

_SECRET = re.compile(
    rb"(?:.*passw(?:or)?d|.*passphrase|.*passcode|.*passwort|.*secret|.*secret(?:access)?key|.*credential|.*macaroon"
    rb"|.*authz|.*token)s?"
    rb"|authorization|(?:admin|app|bind|cert|db|dest|dest(?:store|key)|ftp|gpg|http|jdbc|key|ldap|login|mail|my|p12"
    rb"|pem|pg|proxy|require|root|smtp|src(?:store|key)"
    rb"|ssh|store|sudo|svn|user|vpn|zip)pass|.*authtok|(?:bind|root|admin|db|user|my|manager|ldap)pw"
    rb"|[a-z]{2,12}pwd|masterauth|cookie|jsessionid|phpsessid|sessionid|(?:access|account|api|auth|pre"
    rb"|pre?shared|secret|private|shared"
    rb"|master|signing|encryption|license)key(?:data)?|authenticator|creds?|totp|totpseed|userpasswd|assertion|awssecret|sas"
)
_KEYS = (
    b"access account admin aes api auth client consumer crypt data deploy encryption encrypt fernet hmac host jwt"
    b" license master preshared priv private principal rsa secret service session shared signature signing ssh"
    b" storage stream state subscription symmetric transfer user"
).split()
_KEY = re.compile(rb"(?:" + rb"|".join(_KEYS) + rb")keys?")
_SHORT = (b"pass", b"pwd", b"pw", b"psk", b"passwort")

#: Pairs, the second after the first, that are secret together.
_PAIRS = frozenset(
    [(b"code", b"verifier"), (b"saml", b"response"),
     (b"device", b"code"), (b"user", b"code"), (b"csrf", b"id"), (b"oauth", b"verifier"), (
         b"oauth", b"signature"),
     (b"mfa", b"seed"), (b"totp", b"seed"), (b"otp", b"seed"), (b"2fa", b"seed"), (b"url", b"sig"), (b"key", b"base"),
     (b"key", b"data"), (b"master", b"key"), (b"recovery", b"code"), (b"recovery", b"codes"), (b"verification",
          b"code"), (b"x", b"signature"), (b"totp", b"secret"),
     (b"secret", b"id"), (b"jenkins", b"crumb"), (b"cap", b"sym"), (b"cap", b"msg"),
     (b"private", b"exponent"), (b"backup", b"code"), (b"client", b"random"), (b"q", b"signature"), (b"hub",
          b"signature")]
)  # fmt: skip

#: Names whose values count when they look like a token, or like a password.
_WEAK = frozenset(
    b"auth authkey bearer code csrf hmac jwt key secretid seed sid sig signature sso verifier xsrf".split()
)
_WORDY = frozenset(
    b"pass pwd pw psk pin otp passwort contrase\xc3\xb1a \xd0\xbf\xd0\xb0\xd1\x80\xd0\xbe\xd0\xbb\xd1\x8c".split()
)

#: The last word of a name that is about a secret, and names none itself.
_ABOUT = frozenset(
    b"accessor backend engine driver handler helper hasher validator validators encoding encryption given index"
    b" identifier jar kind lookup specified strategy supported age alg info re algorithm algorithms allowed"
    b" audience auth ca callback cert certificate class client count date deb denied dir directory disabled"
    b" discovery enabled endpoint env error errors exchange expiration expire expired expires expiry failed file"
    b" filename files fingerprint folder format go groups header host id ids invalid issuer issued java js label"
    b" len length level lifetime limit list location manager max md method methods min missing mode module name"
    b" names num number owner path paths param params pattern plugin policy port prefix process provider proxy py"
    b" refreshed regex renewal required response rpm ref reference reqd resource role role s scheme schema scope"
    b" scopes server service sh size source state stats status stdin store subject supported template time timeout"
    b" timestamp ttl txt type types uri url usage used user valid validity value values version whl yaml yml".split()
)

_WORDS = re.compile(rb"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|[\x80-\xff]+")

#: Names that hold such a word, and are no secrets.
_PLAIN = frozenset([b"extracredentials", b"oldpwd", b"publicclaimid", b"htgettoken", b"pgpass", b"cpp-jwt"])
#: Words before a secret's name in an option that does something with it.
_VERBS = frozenset(b"allow delete disable enable export gen generate import list no show without".split())
#: Words before the word secret where it is called by its name.
_CALLED = (b"existing", b"pull")
_FILE = re.compile(rb"\.(?:c|h|cc|cpp|hpp|go|rb|rs|pl|pm|md|rst|html|xml|in|am|po|\d)\Z")
_PACKAGE = re.compile(rb"-\d{1,4}\.\d")

#: Where a name may be: what begins it is looked for after the hit. RE2, without case. Words lack their first letters
#: where these begin many others, so that the scan has few states and stays in the processor's cache.
KEYWORDS = (
    rb"oken|pass|pw|cret|dential|acaroon|uthz|uthoriz|rauth|[a-z_.-]key|[erp]_code|rifier|ookie|essionid|essid"
    rb"|[_-]cred|creds|uthtok|rumb|p\.(?:sym|msg)|gnature|[_ ]seed|l_sig|sertion|xponent|mlresponse|nticator"
)


class Names:
    """The names of secrets: those of here, with some more, and without some. Case makes no difference."""

    def __init__(self, secret: Iterable[str] = (), plain: Iterable[str] = ()):
        self._secret = frozenset(name.strip().lower().encode() for name in secret if name.strip())
        self._plain = _PLAIN.union(name.strip().lower().encode() for name in plain if name.strip())
        self.strength = functools.lru_cache(4096)(self._strength)

    @property
    def keywords(self) -> bytes:
        """Return a pattern of RE2 for what a secret name holds."""
        return rb"|".join([KEYWORDS, *(re.escape(name) for name in sorted(self._secret))])

    def _strength(self, name: bytes) -> int:
        """Return how much a name says of its value; 0 where it is no secret."""
        lower = name.lower().strip(b"-_.")
        if lower in self._plain:
            return 0
        if lower in self._secret:
            return STRONG
        words = [word.lower() for word in _WORDS.findall(name)]
        while words and words[-1].isdigit():
            words.pop()
        if not words or words[0].startswith(b"lib") or _PACKAGE.search(name):
            return 0
        if words[0] in _VERBS and b"-" in name and name == lower:
            return 0
        if words[-1] in (b"secret", b"secrets") and any(word in _CALLED for word in words):
            return 0
        if words[-1] in (b"value", b"values") and len(words) > 1:
            return min(SHORT, _said_by(words[:-1]))
        if tuple(words[-2:]) in _PAIRS or (words[0] == b"x" and words[-1] == b"signature"):
            return STRONG
        if words[-1] == b"auth" and len(words) == 2:
            return SHORT
        return 0 if (words[-1] in _ABOUT and len(words) > 1) or _FILE.search(lower) else _said_by(words)


def _said_by(words: list[bytes]) -> int:
    if any(_SECRET.fullmatch(word) or _KEY.fullmatch(word) for word in words):
        return STRONG
    pairs = itertools.pairwise(words)
    if any(second in (b"key", b"keys") and first in _KEYS for first, second in pairs):
        return STRONG
    if words[-1] in _SHORT:
        return STRONG if len(words) > 1 else SHORT
    if words[-1] in _WORDY:
        return SHORT
    return WEAK if words[-1] in _WEAK and (len(words) < 3 or words[-1] == b"key") and words[0] != b"public" else 0
