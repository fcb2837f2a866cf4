"""A certificate authority, and the certificates that it issues to hosts and to the administrator."""

import subprocess

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.x509.oid import ExtendedKeyUsageOID

from ..stack.pki import builder_for, new_key, write_certificate, write_key, x509_name

ADMIN = (("C", "ch"), ("O", "dirac"), ("CN", "ada"))


def host_subject(name):
    """Return the subject of a host's certificate."""
    return (("C", "ch"), ("O", "dirac"), ("CN", name))


def dn(subject):
    """Return a subject as DIRAC writes it."""
    return "".join(f"/{key}={value}" for key, value in subject)


class Authority:
    """A certificate authority whose key lives in memory."""

    def __init__(self):
        self._key, self._name = new_key(), x509_name(host_subject("walk CA"))
        usage = x509.KeyUsage(False, False, False, False, False, True, True, False, False)
        identifier = x509.SubjectKeyIdentifier.from_public_key(self._key.public_key())
        builder = builder_for(self._name, self._name, self._key.public_key())
        builder = builder.add_extension(x509.BasicConstraints(True, None), True).add_extension(usage, True)
        self._certificate = builder.add_extension(identifier, False).sign(self._key, hashes.SHA256())

    def install(self, folder):
        """Write the authority's own certificate to a folder of them, named as OpenSSL looks it up."""
        path = folder / "ca.pem"
        write_certificate(path, self._certificate)
        words = ["openssl", "x509", "-in", path, "-noout", "-subject_hash"]
        path.rename(folder / f"{subprocess.check_output(words, text=True).strip()}.0")

    def issue(self, subject, where, names=()):
        """Write ``<where>cert.pem`` and ``<where>key.pem`` for a subject, and for these names of a host."""
        own, purposes = new_key(), [ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]
        signing = x509.KeyUsage(True, False, True, False, False, False, False, False, False)
        builder = builder_for(x509_name(subject), self._name, own.public_key())
        builder = builder.add_extension(signing, True).add_extension(x509.ExtendedKeyUsage(purposes), False)
        builder = builder.add_extension(x509.BasicConstraints(False, None), True)
        if names:
            alternative = x509.SubjectAlternativeName([x509.DNSName(name) for name in names])
            builder = builder.add_extension(alternative, False)
        write_certificate(where.with_name(f"{where.name}cert.pem"), builder.sign(self._key, hashes.SHA256()))
        write_key(where.with_name(f"{where.name}key.pem"), own)
