"""Names that say that a secret follows: ``API_TOKEN=...``, ``"password": "..."``, ``--client-secret ...``.

A name is taken apart at underscores, dashes, dots and changes of case. It is secret when one of its words is (or a
pair as ``api key``), unless the last one says that it is something about the secret: ``TOKEN_FILE``, ``tokenLifetime``.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable

_SECRET = re.compile(
    rb"(?:.*passw(?:or)?d|.*passphrase|.*secret|.*secret(?:access)?key|.*credential|.*macaroon|.*authz|.*token)s?"
    rb"|authorization|(?:admin|db|ftp|ldap|mail|my|root|smtp|ssh|store|sudo|user)pass"
)
_KEYS = (
    b"access account admin aes api auth client consumer crypt deploy encryption encrypt hmac host jwt license master priv"
    b" private rsa secret service session shared signature signing ssh storage stream subscription"
).split()
_KEY = re.compile(rb"(?:" + rb"|".join(_KEYS) + rb")keys?")
_SHORT = (b"pass", b"pwd")

#: The last word of a name that is about a secret, and none itself.
_ABOUT = frozenset(
    b"age alg algorithm audience ca cert certificate class client count date dir directory enabled endpoint error"
    b" errors exchange expiration expired expires expiry file filename files fingerprint folder format header host id"
    b" ids issuer len length lifetime limit location manager max method min mode name names num number owner path paths"
    b" plugin policy port prefix provider proxy renewal required scope scopes server service size source state status"
    b" store time timeout timestamp ttl type uri url usage used user valid validity version".split()
)

_WORDS = re.compile(rb"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")

#: DIRAC's word for the group that a host acts for.
_PLAIN = frozenset([b"extracredentials"])

#: Where a name may be: what begins it is looked for behind the hit. RE2, without case.
KEYWORDS = (
    rb"token|pass(?:w|phrase)|[a-z0-9_.-]pass|[a-z0-9_.-]pwd|secret|credential|macaroon|authz|authorization|x-(?:amz|goog)-signature"
    rb"|(?:" + rb"|".join(_KEYS) + rb")[_-]?key"
)


class Names:
    """Which names are secret: those of here, with some more, and without some. Case makes no difference."""

    def __init__(self, secret: Iterable[str] = (), plain: Iterable[str] = ()):
        self._secret = frozenset(name.strip().lower().encode() for name in secret if name.strip())
        self._plain = _PLAIN.union(name.strip().lower().encode() for name in plain if name.strip())
        self.is_secret = functools.lru_cache(4096)(self._is_secret)

    @property
    def keywords(self) -> bytes:
        """A pattern of RE2 for what a secret name holds."""
        return rb"|".join([KEYWORDS, *(re.escape(name) for name in sorted(self._secret))])

    def _is_secret(self, name: bytes) -> bool:
        """Whether the value of a name is a secret."""
        lower = name.lower().strip(b"-_.")
        if lower in self._plain:
            return False
        if lower in self._secret:
            return True
        words = [word.lower() for word in _WORDS.findall(name)]
        while words and words[-1].isdigit():
            words.pop()
        return bool(words) and words[-1] not in _ABOUT and not words[0].startswith(b"lib") and _says_secret(words)


def _says_secret(words: list[bytes]) -> bool:
    if any(_SECRET.fullmatch(word) or _KEY.fullmatch(word) for word in words):
        return True
    pairs = zip(words, words[1:], strict=False)
    if any(second in (b"key", b"keys") and first in _KEYS for first, second in pairs):
        return True
    return (len(words) > 1 and words[-1] in _SHORT) or (words[:1] == [b"x"] and words[-1] == b"signature")
