"""RSA keys of proxies in a fifth of the time: made by cryptography, whose OpenSSL is newer than the one of M2Crypto."""

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from M2Crypto import RSA


def use():
    """Let M2Crypto, and DIRAC with it, make its keys so in this process and in those that are forked from it."""
    RSA.gen_key = _key


def _key(bits, exponent, callback=None):
    made = rsa.generate_private_key(exponent, bits)
    return RSA.load_key_string(made.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption()))
