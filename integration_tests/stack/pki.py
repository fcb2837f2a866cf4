"""A certificate authority, and certificates for the host and for everybody in `world`."""

import datetime
import os
import socket
import subprocess
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from . import world

VALID_DAYS = 3650
BUNDLE_PASSWORD = "stack"
OIDS = {"C": NameOID.COUNTRY_NAME, "O": NameOID.ORGANIZATION_NAME, "CN": NameOID.COMMON_NAME}


class Pki:
    """The files below one folder: `certificates/` for X509_CERT_DIR, `<name>.pem` and `<name>.key` for each."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.certificates = folder / "certificates"
        self.vomsdir = folder / "vomsdir"
        self.vomses = folder / "vomses"

    def certificate(self, name):
        """Return the path of a certificate."""
        return self.folder / f"{name}.pem"

    def key(self, name):
        """Return the path of its private key."""
        return self.folder / f"{name}.key"

    def bundle(self, name):
        """Make a user's certificate and key as one file, as browsers import them, and return its path."""
        path = self.folder / f"{name}.p12"
        key = serialization.load_pem_private_key(self.key(name).read_bytes(), None)
        certificate = x509.load_pem_x509_certificate(self.certificate(name).read_bytes())
        secret = serialization.BestAvailableEncryption(BUNDLE_PASSWORD.encode())
        write_private(path, pkcs12.serialize_key_and_certificates(name.encode(), key, certificate, None, secret))
        return path

    def host_folder(self, name="host"):
        """Return a host's folder with hostcert.pem and hostkey.pem, as pilots and DIRAC's servers want it."""
        return self.folder / name

    def build(self):
        """Make what is missing."""
        hosts = ["host", *(host.folder for host in world.OTHER_HOSTS)]
        for folder in (self.certificates, self.vomsdir, self.vomses, *map(self.host_folder, hosts)):
            folder.mkdir(parents=True, exist_ok=True)
        self.folder.chmod(0o700)
        if not self.key("ca").exists():
            self._make_authority()
        authority = self._load_authority()
        for name in (*world.USERS, *world.UNREGISTERED):
            self._make(authority, name, name, [ExtendedKeyUsageOID.CLIENT_AUTH])
        both = [ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]
        self._make(authority, "host", world.HOST, both, host_names())
        for host in world.OTHER_HOSTS:
            self._make(authority, host.folder, host.name, both)
        for name in hosts:
            self._link_host(name)
        self._fill_voms()

    def _make_authority(self):
        key = new_key()
        name = x509_name(world.CA_SUBJECT)
        usage = x509.KeyUsage(False, False, False, False, False, True, True, False, False)
        builder = (
            builder_for(name, name, key.public_key())
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .add_extension(usage, critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        )
        write_certificate(self.certificate("ca"), builder.sign(key, hashes.SHA256()))
        self._install_authority()
        write_key(self.key("ca"), key)

    def _install_authority(self):
        hashed = subprocess.run(
            ["openssl", "x509", "-in", self.certificate("ca"), "-noout", "-subject_hash"],
            capture_output=True, text=True, check=True,
        ).stdout.strip()  # fmt: skip
        (self.certificates / f"{hashed}.0").write_bytes(self.certificate("ca").read_bytes())

    def _load_authority(self):
        certificate = x509.load_pem_x509_certificate(self.certificate("ca").read_bytes())
        return certificate, serialization.load_pem_private_key(self.key("ca").read_bytes(), None)

    def _make(self, authority, name, common_name, purposes, alternative_names=()):
        if self.key(name).exists():
            return
        issuer, issuer_key = authority
        key = new_key()
        usage = x509.KeyUsage(True, False, True, False, False, False, False, False, False)
        builder = (
            builder_for(x509_name(world.subject(common_name)), issuer.subject, key.public_key())
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(usage, critical=True)
            .add_extension(x509.ExtendedKeyUsage(purposes), critical=False)
        )
        if alternative_names:
            builder = builder.add_extension(x509.SubjectAlternativeName(alternative_names), critical=False)
        write_certificate(self.certificate(name), builder.sign(issuer_key, hashes.SHA256()))
        write_key(self.key(name), key)

    def _link_host(self, name):
        for kind, source in (("hostcert.pem", self.certificate(name)), ("hostkey.pem", self.key(name))):
            target = self.host_folder(name) / kind
            target.unlink(missing_ok=True)
            target.symlink_to(os.path.relpath(source, target.parent))

    def _fill_voms(self):
        # a pilot refuses to start where these are empty
        (self.vomsdir / "stack").mkdir(exist_ok=True)
        (self.vomsdir / "stack" / "placeholder.lsc").write_text("placeholder\n")
        (self.vomses / "stack").write_text(f'"stack" "localhost" "15000" "{world.dn(world.HOST)}" "stack"\n')


def host_names():
    """Return what the host may be called: components advertise the machine's own name."""
    names = dict.fromkeys(["localhost", socket.gethostname(), socket.getfqdn()])
    return [*(x509.DNSName(name) for name in names if name.isascii()), x509.IPAddress(ip_address("127.0.0.1"))]


def x509_name(pairs):
    """Return pairs of a subject as an X.509 name."""
    return x509.Name([x509.NameAttribute(OIDS[key], value) for key, value in pairs])


def builder_for(name, issuer, public_key):
    """Return a certificate builder with name, key, serial number and life time filled in."""
    start = datetime.datetime.now(datetime.UTC) - datetime.timedelta(days=1)
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(issuer)
        .public_key(public_key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + datetime.timedelta(days=VALID_DAYS))
    )


def new_key():
    """Return a new RSA key, as grid certificates have."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def write_key(path, key):
    """Write a private key, readable by its owner alone."""
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    )
    write_private(path, pem)


def write_private(path, content):
    """Write a file for its owner's eyes."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(content)


def write_certificate(path, certificate):
    """Write a certificate."""
    path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
