"""Without an issuer a token is no way in: nobody looks at it, asks for its keys or writes it down."""

import json
import ssl
import time
import urllib.error
import urllib.request
from urllib.parse import urlencode

import pytest

from .issuer import Issuer
from .stack import world

SERVICES = ("TornadoPilotLogging", "TornadoWMSAdministrator")
DEBUG = (
    "/Operations/Defaults/Logging/DefaultLogLevel",
    *(f"/Systems/WorkloadManagement/Services/{name}/LogLevel" for name in SERVICES),
)
#: What is asked without a certificate: a service's method, or a path.
QUESTIONS = [
    *((name, "ping") for name in SERVICES),
    ("TornadoPilotLogging", "getStatus"),
    ("/pilotlogs/api/me", ""),
    ("/metrics", ""),
]


@pytest.fixture(scope="module")
def issuer(stack):
    """An identity provider of DIRAC, to whom the Registry's people are known, and a Tornado that says all it does."""
    with Issuer(stack.pki) as issuer:
        provider = "/Resources/IdProviders/stack"
        stack.set_option(f"{provider}/ProviderType", "OAuth2")
        stack.set_option(f"{provider}/issuer", issuer.url)
        stack.set_option(f"{provider}/client_id", "stack")
        stack.set_option("/Registry/Users/opal/ID", "opal-subject")
        stack.set_option("/Registry/Users/opal/DN", f"{world.dn('opal')}, /O=DIRAC/CN=opal-subject")
        stack.set_option("/Registry/Groups/alpha_operator/IdPRole", "operator")
        for option in DEBUG:
            stack.set_option(option, "DEBUG")
        stack.component_environment["tornado"] = {"REQUESTS_CA_BUNDLE": str(stack.pki.certificate("ca"))}
        stack.restart("tornado")
        yield issuer
    stack.component_environment.clear()
    stack.reset_options()
    stack.restart("tornado")


@pytest.fixture(scope="module")
def token(issuer):
    """A token that its issuer made a moment ago, for an operator."""
    now = int(time.time())
    claims = {"iss": issuer.url, "sub": "opal-subject", "scope": "operator", "iat": now, "nbf": now, "exp": now + 3600}
    return issuer.sign(claims, "RS256")


def asked(stack, where, method, token, user=None, arguments=(), **more):
    """(HTTP status, text) of what a service or path answers to somebody with a token."""
    context = ssl.create_default_context(capath=str(stack.pki.certificates))
    if user:
        context.load_cert_chain(str(stack.proxy(user)))
    url = stack.url("WorkloadManagement", "TornadoPilotLogging").partition("/WorkloadManagement")[0]
    path = where if where.startswith("/") else f"/WorkloadManagement/{where}"
    body = urlencode({"method": method, "args": json.dumps(arguments)} | more).encode() if method else None
    request = urllib.request.Request(url + path, body, {"Authorization": f"Bearer {token}"})
    try:
        with urllib.request.urlopen(request, timeout=30, context=context) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


@pytest.mark.parametrize(("where", "method"), QUESTIONS)
def test_a_token_is_refused_unseen(stack, issuer, token, where, method):
    assert asked(stack, where, method, token)[0] == 401
    assert issuer.connections == 0
    log = stack.log("tornado").read_text()
    assert "DEBUG" in log
    assert [part for part in token.split(".") if part in log] == []


def test_a_token_beside_a_certificate_changes_nothing(stack, issuer, token):
    status, answer = asked(stack, "TornadoPilotLogging", "whoami", token, "pila")
    assert (status, json.loads(answer)["Value"]["username"]) == (200, "pila")
    assert issuer.connections == 0
