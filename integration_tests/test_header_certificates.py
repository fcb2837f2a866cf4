"""A certificate in a header is nobody's, unless a balancer that we name passes it on and its chain is good."""

import datetime
import http.client
import json
import ssl
from urllib.parse import quote, urlencode

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization

from . import grid
from .stack import pki, world

ALPHA = world.ALPHA.name
SHARED = "/Systems/WorkloadManagement/PilotLogging"
BALANCER = {"/WebApp/Balancer": "nginx"}
WAYS = ("TornadoPilotLogging", "TornadoWMSAdministrator", "page", "metrics")


def call(stack, way, header, credentials=None, verified="SUCCESS"):
    """(status, text) of a request with a certificate in its header, over a connection with another or none."""
    context = ssl.create_default_context(capath=str(stack.pki.certificates))
    if credentials:
        context.load_cert_chain(*credentials)
    connection = http.client.HTTPSConnection("localhost", stack.ports["tornado"], context=context, timeout=30)
    headers = {"X-SSL-CERT": quote(header), "X-Ssl_client_verify": verified}
    if way in ("page", "metrics"):
        connection.request("GET", {"page": "/pilotlogs/api/me", "metrics": "/metrics"}[way], headers=headers)
    else:
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        connection.request(
            "POST", f"/WorkloadManagement/{way}", urlencode({"method": "whoami", "args": "[]"}), headers | form
        )
    answer = connection.getresponse()
    return answer.status, answer.read().decode()


def user_in(way, answer):
    """Whom an answer names; metrics name nobody."""
    status, text = answer
    if status != 200 or way == "metrics":
        return status
    value = json.loads(text)
    return value["user"] if way == "page" else value["Value"]["username"]


def own(stack, name):
    """Certificate and key of a user or a host, for a connection."""
    return stack.pki.certificate(name), stack.pki.key(name)


def self_signed(subject):
    """A certificate with a user's subject, by nobody but itself."""
    key, name = pki.new_key(), pki.x509_name(subject)
    return pem(pki.builder_for(name, name, key.public_key()).sign(key, hashes.SHA256()))


def pem(certificate):
    return certificate.public_bytes(serialization.Encoding.PEM).decode()


def of_our_authority(stack, subject, days, server_only=False):
    """A certificate of the stack's CA that ends so many days from now."""
    authority = x509.load_pem_x509_certificate(stack.pki.certificate("ca").read_bytes())
    key = serialization.load_pem_private_key(stack.pki.key("ca").read_bytes(), None)
    now = datetime.datetime.now(datetime.UTC)
    builder = x509.CertificateBuilder().subject_name(pki.x509_name(subject)).issuer_name(authority.subject)
    builder = builder.public_key(pki.new_key().public_key()).serial_number(x509.random_serial_number())
    builder = builder.not_valid_before(now - datetime.timedelta(days=9)).not_valid_after(
        now + datetime.timedelta(days=days)
    )
    builder = builder.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    if server_only:
        builder = builder.add_extension(
            x509.ExtendedKeyUsage([x509.oid.ExtendedKeyUsageOID.SERVER_AUTH]), critical=False
        )
    return pem(builder.sign(key, hashes.SHA256()))


def chain_of(proxy):
    """The certificates of a proxy file, without the key."""
    text, end = proxy.read_text(), "-----END CERTIFICATE-----\n"
    return [
        f"-----BEGIN CERTIFICATE-----{part.split('-----BEGIN CERTIFICATE-----')[1]}{end}"
        for part in text.split(end)[:-1]
    ]


class TestNobodyIsNamed:
    """DIRAC is told of a balancer; we are not."""

    @pytest.fixture(scope="class", autouse=True)
    @classmethod
    def configured(cls, stack):
        with grid.changed(stack, BALANCER, ("tornado",)):
            yield

    @pytest.mark.parametrize("way", WAYS)
    def test_a_header_says_nothing(self, stack, way):
        subject = world.subject("opal")
        for header in (
            self_signed(subject),
            stack.pki.certificate("opal").read_text(),
            "".join(chain_of(stack.proxy("opal"))),
        ):
            assert call(stack, way, header)[0] == 401

    @pytest.mark.parametrize("way", WAYS)
    def test_the_connection_s_certificate_says_who_calls(self, stack, way):
        header = "".join(chain_of(stack.proxy("admin")))
        expected = 200 if way == "metrics" else "opal"
        assert user_in(way, call(stack, way, header, (stack.proxy("opal"),))) == expected
        assert call(stack, way, header, own(stack, "host"))[0] == 401  # the host names no group, so it is nobody


@pytest.fixture(scope="module", params=["DN", "address"])
def front(request, stack):
    """Return certificate and key that the balancer connects with, or None; it is named as the parameter says."""
    named = {f"{SHARED}/BalancerDNs": world.dn(world.HOST)}
    if request.param == "address":
        named = {f"{SHARED}/BalancerAddresses": "192.0.2.1, 127.0.0.0/8"}
    with grid.changed(stack, BALANCER | named, ("tornado",)):
        yield own(stack, "host") if request.param == "DN" else None


@pytest.mark.parametrize("way", WAYS)
def test_a_named_balancer_passes_a_caller_on(stack, front, way):
    for _ in range(2):
        for user, status in (("opal", 200), ("alice", 401), ("admin", 200)):
            answer = call(stack, way, "".join(chain_of(stack.proxy(user))), front)
            assert user_in(way, answer) == (status if way == "metrics" else user)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    "kind",
    ["self-signed", "expired", "for servers", "proxy without its user", "foreign proxy", "mixed", "garbage", "empty"],
)
def test_a_chain_that_is_not_good_is_refused(stack, front, way, kind, tmp_path):
    subject, (proxy, user, *_) = world.subject("opal"), chain_of(stack.proxy("opal"))
    header = {
        "self-signed": lambda: self_signed(subject),
        "expired": lambda: of_our_authority(stack, subject, -1),
        "for servers": lambda: of_our_authority(stack, subject, 1, server_only=True),
        "proxy without its user": lambda: proxy,
        "foreign proxy": lambda: chain_of(stack.proxy("bob"))[0] + user,
        "mixed": lambda: self_signed(subject) + proxy + user,
        "garbage": lambda: "-----BEGIN CERTIFICATE-----\nabcd\n-----END CERTIFICATE-----\n",
        "empty": lambda: "",
    }[kind]()
    assert call(stack, way, header, front)[0] == 401


@pytest.mark.parametrize("way", WAYS)
def test_others_can_not_pass_anybody_on(stack, front, way):
    header = "".join(chain_of(stack.proxy("admin")))
    expected = 200 if way == "metrics" else "opal"
    assert user_in(way, call(stack, way, header, (stack.proxy("opal"),))) == expected
    assert call(stack, way, header, (stack.proxy("alice"),))[0] == (401 if way == "metrics" else 200)
    assert call(stack, way, header, own(stack, "untrusted"))[0] == 401
    if front:  # named by its DN
        assert call(stack, way, header)[0] == 401
    assert call(stack, way, header, front, verified="NONE")[0] == 401
