"""Credentials remembered by certificate chain, on chains that DIRAC's own code made; HTTPS is in integration_tests."""

import datetime

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from DIRAC.ConfigurationSystem.Client.ConfigurationData import gConfigurationData
from DIRAC.ConfigurationSystem.Client.Helpers.Registry import getVOForGroup
from DIRAC.Core.Security.X509Chain import X509Chain
from DIRAC.Core.Utilities.ReturnValues import returnValueOrRaise

from PilotLoggingDIRAC.transport.identity.known_chains import KnownChains, chain_bytes

GROUP, VO = "credentials_pilot", "vo.alpha.org"
CHAIN = (b"proxy", b"user")


def pem_of_a_user():
    """Certificate and key, signed by itself, as PEM."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, "t"), x509.NameAttribute(NameOID.COMMON_NAME, "u")])
    now = datetime.datetime.now(datetime.UTC)
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(1).not_valid_before(now).not_valid_after(now + datetime.timedelta(days=1))
    certificate = builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)
    form = serialization.PrivateFormat.TraditionalOpenSSL
    return certificate + key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption())


@pytest.fixture(scope="module")
def user():
    """The chain of a user with its key, that proxies are made from."""
    chain, pem = X509Chain(), pem_of_a_user().decode()
    returnValueOrRaise(chain.loadChainFromString(pem))
    returnValueOrRaise(chain.loadKeyFromString(pem))
    return chain


@pytest.fixture
def credentials(user):
    """``credentials(group)``: what DIRAC reads from a proxy with that group."""
    gConfigurationData.setOptionInCFG(f"/Registry/Groups/{GROUP}/VO", VO)
    getVOForGroup.cache_clear()

    def read(group):
        chain = X509Chain()
        returnValueOrRaise(chain.loadChainFromString(returnValueOrRaise(user.generateProxyToString(3600, group))))
        return returnValueOrRaise(chain.getCredentials(withRegistryInfo=False)) | {"x509Chain": chain}

    yield read
    gConfigurationData.deleteOptionInCFG(f"/Registry/Groups/{GROUP}/VO")


@pytest.fixture
def chains(seconds):
    return KnownChains(max_chains=3, clock=seconds)


def test_a_known_chain_has_the_credentials_that_dirac_read(chains, credentials):
    read = credentials(GROUP)
    chains.add(CHAIN, read)
    assert chains.get(CHAIN) == read
    assert (read["group"], read["VO"], read["isProxy"]) == (GROUP, VO, True)


def test_what_is_done_to_the_credentials_of_a_request_is_gone_with_it(chains, credentials):
    """AuthManager completes and changes them, and a host's body may name somebody else."""
    read = credentials(GROUP)
    chains.add(CHAIN, read)
    for changed in (read, chains.get(CHAIN)):
        changed |= {"DN": "/CN=somebody else", "group": "admin", "properties": ["ServiceAdministrator"]}
    fresh = chains.get(CHAIN)
    assert (fresh["DN"], fresh["group"], "properties" in fresh) == ("/O=t/CN=u", GROUP, False)


def test_another_chain_is_somebody_else(chains, credentials):
    chains.add(CHAIN, credentials(GROUP))
    assert chains.get((b"proxy",)) is None
    assert chains.get((b"proxy", b"another user")) is None


def test_a_chain_is_forgotten_when_it_expires(chains, credentials, seconds):
    chains.add(CHAIN, credentials(GROUP))
    seconds.now += 1800
    assert 1700 < chains.get(CHAIN)["secondsLeft"] <= 1800
    seconds.now += 1801
    assert chains.get(CHAIN) is None and not chains.has(CHAIN)


def test_the_vo_of_a_group_is_what_the_registry_says_now(chains, credentials):
    chains.add(CHAIN, credentials(GROUP))
    gConfigurationData.setOptionInCFG(f"/Registry/Groups/{GROUP}/VO", "another")
    getVOForGroup.cache_clear()
    assert chains.get(CHAIN)["VO"] == "another"


def test_a_proxy_without_a_group_is_not_remembered(chains, credentials):
    """Its group is the Registry's choice, which may change."""
    chains.add(CHAIN, credentials(None) | {"group": GROUP})
    assert chains.get(CHAIN) is None


def test_a_certificate_is_remembered(chains, user):
    chains.add(CHAIN, returnValueOrRaise(user.getCredentials(withRegistryInfo=False)) | {"x509Chain": user})
    found = chains.get(CHAIN)
    assert (found["isProxy"], "VO" in found) == (False, False)


def test_the_chains_used_last_are_kept(chains, credentials):
    read = credentials(GROUP)
    for name in (b"1", b"2", b"3"):
        chains.add((name,), read)
    chains.get((b"1",))
    chains.add((b"4",), read)
    assert [name for name in (b"1", b"2", b"3", b"4") if chains.has((name,))] == [b"1", b"3", b"4"]


def test_a_chain_is_known_by_the_bytes_of_all_its_certificates(user):
    certificate = user.getCertInChain(0)["Value"]

    class Certificate:
        def as_pem(self):
            return certificate.asPem().encode()

    assert chain_bytes([Certificate(), Certificate()]) == (certificate.asPem().encode(),) * 2
