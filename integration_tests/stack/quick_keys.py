"""RSA keys in a quarter of the time: cryptography makes them, whose OpenSSL is newer than that of M2Crypto."""

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from M2Crypto import RSA


def use():
    """Let M2Crypto, and DIRAC with it, make its keys so in this process and in those that are forked from it."""
    RSA.gen_key = _key


def _key(bits, exponent, callback=None):
    made = rsa.generate_private_key(exponent, bits)
    return RSA.load_key_string(made.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption()))
