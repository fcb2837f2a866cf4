"""RSA keys at once: M2Crypto, and DIRAC with it, gets them from a few that were made before.

A key of a proxy takes a twentieth of a second to make even with cryptography, whose OpenSSL is newer than that of
M2Crypto, and most of the work of DIRAC's ProxyManager and of its callers was that. There are several, so
that one proxy's key does not fit another proxy, as a rule.
"""

import secrets
from functools import cache

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from M2Crypto import RSA

_KEYS = 8
_USUAL = (2048, 65537)


def use():
    """Let M2Crypto take its keys from here, in this process and in those that are forked from it, and make some."""
    _made(*_USUAL)
    RSA.gen_key = _key


def _key(bits, exponent, callback=None):
    return RSA.load_key_string(secrets.choice(_made(bits, exponent)))


@cache
def _made(bits, exponent):
    return [_pem(rsa.generate_private_key(exponent, bits)) for _ in range(_KEYS)]


def _pem(key):
    return key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption())
