"""Tokens of an issuer of our own on a real Tornado: who is let in, who is not, and that nobody waits for keys."""

import base64
import contextlib
import hmac
import http.client
import json
import ssl
import threading
import time
import uuid

import pytest
from joserfc.jwk import OKPKey

from .issuer import KEYS, METADATA, SECTION, Issuer
from .pilot import pilot_line
from .stack import world
from .test_no_tokens import DEBUG, asked
from .waiting import until

ALPHA, BETA = world.ALPHA.name, world.BETA.name
RETRY_SECONDS, FETCH_SECONDS, RECHECK_SECONDS = 1, 3, 2
LEEWAY_SECONDS = 60
COLLECTOR = "TornadoPilotLogging"
#: The answer to a pilot is due in this time.
ANSWER_SECONDS = 5


@pytest.fixture(scope="module")
def issuer(stack):
    """An issuer that speaks for the first VO, of a Tornado that says all it does."""
    with Issuer(stack.pki) as issuer:
        for name, value in issuer.options(ALPHA, ("pila", "opal", "alice", "pilb", "serge")).items():
            stack.set_option(name, value)
        stack.set_option(f"{SECTION}/KeysRetrySeconds", str(RETRY_SECONDS))
        stack.set_option(f"{SECTION}/KeysFetchSeconds", str(FETCH_SECONDS))
        stack.set_option("/Systems/WorkloadManagement/APIs/PilotLogs/RecheckSeconds", str(RECHECK_SECONDS))
        for option in DEBUG:
            stack.set_option(option, "DEBUG")
        stack.restart("tornado")
        yield issuer
    stack.reset_options()
    stack.restart("tornado")


@pytest.fixture(autouse=True)
def in_order(issuer):
    """The issuer's server answers."""
    issuer.behave = "well"


@pytest.fixture
def here(stack):
    """The audience: the server."""
    return stack.url("WorkloadManagement", COLLECTOR).partition("/WorkloadManagement")[0]


@pytest.fixture
def claims(issuer, here):
    """``claims(**changes)``: what a pilot's token says; None leaves a claim out."""

    def make(**changes):
        now = int(time.time())
        said = {
            "iss": issuer.url, "sub": "sub-pila", "aud": here, "iat": now, "nbf": now, "exp": now + 600, "vo": ALPHA,
            "dirac_group": "alpha_pilot", "dirac_properties": list(world.PILOT_PROPERTIES),
        } | changes  # fmt: skip
        return {name: value for name, value in said.items() if value is not None}

    return make


@pytest.fixture
def works(stack, issuer, claims):
    """Good tokens are let in: what is refused next is so for a reason of its own."""
    until(lambda: who(stack, issuer.sign(claims()))[0] == 200)


def who(stack, token, user=None):
    """(HTTP status, (user, group)) as the collector sees somebody."""
    status, text = asked(stack, COLLECTOR, "whoami", token, user)
    value = json.loads(text)["Value"] if status == 200 else {}
    return status, (value.get("username"), value.get("group"))


def call(stack, token, method, *arguments, user=None):
    """DIRAC's answer to a call with a token."""
    status, text = asked(stack, COLLECTOR, method, token, user, arguments)
    assert status == 200, text
    return json.loads(text)


@pytest.mark.parametrize("kind", ["Ed25519", "RS256", "ES256"])
def test_a_token_lets_its_holder_write(stack, issuer, claims, works, kind, stamp):
    token = issuer.sign(claims(), kind)
    assert who(stack, token) == (200, ("pila", "alpha_pilot"))
    assert call(stack, token, "sendMessage", json.dumps(pilot_line("by token")), stamp, BETA)["OK"]
    found = stack.sql("PilotLoggingDB", "SELECT VO FROM PilotLogs WHERE PilotStamp = %s", (stamp,))
    assert found == [(ALPHA,)] or found == ((ALPHA,),)


def test_a_holder_reads_what_policy_allows_and_no_more(stack, connect, issuer, claims, works, stamp):
    assert connect("pila").send(pilot_line("text"), stamp)["OK"]
    operator = {"sub": "sub-opal", "dirac_group": "alpha_operator"}
    assert call(stack, issuer.sign(claims(**operator, dirac_properties=["Operator"])), "getLogs", stamp, ALPHA)["OK"]
    for less in (
        operator | {"dirac_properties": ["NormalUser"]},
        {"sub": "sub-alice", "dirac_group": "alpha_user"},
        {},
    ):
        assert not call(stack, issuer.sign(claims(**less)), "getLogs", stamp, ALPHA)["OK"]


def test_page_and_metrics_take_tokens(stack, issuer, claims, works):
    token = issuer.sign(claims(sub="sub-opal", dirac_group="alpha_operator", dirac_properties=["Operator"]))
    until(lambda: asked(stack, "/pilotlogs/api/me", "", token)[0] == 200)
    assert json.loads(asked(stack, "/pilotlogs/api/me", "", token)[1])["user"] == "opal"
    assert asked(stack, "/metrics", "", token)[0] == 200
    assert asked(stack, "/metrics", "", issuer.sign(claims()))[0] == 401


def test_wms_administrator_takes_none(stack, issuer, claims, works):
    assert asked(stack, "TornadoWMSAdministrator", "ping", issuer.sign(claims()))[0] == 401


def test_a_certificate_wins(stack, issuer, claims, works):
    token = issuer.sign(claims(sub="sub-serge", dirac_group="services"))
    assert who(stack, token) == (200, ("serge", "services"))
    assert who(stack, token, "pila") == (200, ("pila", "alpha_pilot"))
    assert asked(stack, COLLECTOR, "sendMessage", issuer.sign(claims()), "evil")[0] == 401


def test_extra_credentials_say_nothing(stack, issuer, claims, works):
    token = issuer.sign(claims())
    for claimed in ('"hosts"', '["/CN=somebody", "alpha_operator"]', '"alpha_operator"'):
        status, text = asked(stack, COLLECTOR, "whoami", token, None, (), extraCredentials=claimed)
        assert status != 200 or json.loads(text)["Value"]["group"] == "alpha_pilot"


BAD = {
    "expired": {"exp": -61, "iat": -600, "nbf": -600},
    "never expires": {"exp": None},
    "not yet valid": {"nbf": 90},
    "made in the future": {"iat": 90},
    "foreign issuer": {"iss": "https://localhost:1"},
    "foreign audience": {"aud": "https://other.example"},
    "no audience": {"aud": None},
    "other VO's group": {"sub": "sub-pilb", "dirac_group": "beta_pilot", "vo": BETA},
    "other VO": {"vo": BETA},
    "group that is not the user's": {"dirac_group": "alpha_operator"},
    "hosts": {"dirac_group": "hosts"},
    "unknown user": {"sub": "sub-mallory"},
    "no group": {"dirac_group": None},
    "no scope nor properties": {"dirac_properties": None},
    "no property": {"dirac_properties": []},
    "no scope nor properties, with a group's scope": {"dirac_properties": None, "scope": "openid"},
}


@pytest.mark.parametrize("kind", BAD)
def test_a_token_is_refused(stack, issuer, claims, works, kind):
    """Before and after a good token of the same user."""
    now = int(time.time())
    changes = {name: now + value if isinstance(value, int) else value for name, value in BAD[kind].items()}
    bad = issuer.sign(claims(**changes))
    assert [who(stack, token)[0] for token in (bad, issuer.sign(claims()), bad)] == [401, 200, 401]


def forged(issuer, claims):
    """(kind, token): what nobody signed who may."""
    good = issuer.sign(claims())
    head, body, signature = good.split(".")
    rsa = issuer.keys["RS256"]
    yield "none", f"{part({'alg': 'none', 'kid': rsa.kid})}.{body}."
    for name, secret in (("PEM", rsa.as_pem(private=False)), ("JWK", json.dumps(rsa.as_dict(private=False)).encode())):
        signed = f"{part({'alg': 'HS256', 'kid': rsa.kid})}.{body}"
        yield (
            f"HS256 with the public key as {name}",
            f"{signed}.{encoded(hmac.digest(secret, signed.encode(), 'sha256'))}",
        )
    thief = OKPKey.generate_key("Ed25519", {"alg": "EdDSA", "kid": issuer.keys["Ed25519"].kid})
    yield "another's key", issuer.sign(claims(), key=thief)
    yield "another's key in the header", issuer.sign(claims(), key=thief, jwk=thief.as_dict(private=False))
    yield "unknown key", issuer.sign(claims(), kid="unknown")
    yield "no key id", issuer.sign(claims(), kid=None)
    yield "another payload", f"{head}.{part(claims(sub='sub-serge', dirac_group='services'))}.{signature}"
    yield "garbage", "garbage"
    yield "parts of garbage", "abc.def.ghi"
    yield "deep", f"{encoded(b'[' * 9000)}.{body}.{signature}"
    yield "huge", issuer.sign(claims(more="x" * 20_000))


def part(value):
    return encoded(json.dumps(value).encode())


def encoded(content):
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


def test_forged_tokens_are_refused(stack, issuer, claims, works):
    found = {kind: who(stack, token)[0] for kind, token in forged(issuer, claims)}
    assert set(found.values()) == {401}, found
    assert len(found) == 12


def test_rights_that_end_end_at_the_next_request(stack, issuer, claims, works):
    short = issuer.sign(claims(exp=int(time.time()) + 5 - LEEWAY_SECONDS))
    assert who(stack, short)[0] == 200
    until(lambda: who(stack, short)[0] == 401)


def test_a_tail_that_is_watched_ends_with_the_token(stack, connect, issuer, claims, works, stamp):
    assert connect("pila").send(pilot_line("first"), stamp)["OK"]
    ends = int(time.time()) + 10
    operator = {"sub": "sub-opal", "dirac_group": "alpha_operator", "dirac_properties": ["Operator"]}
    token = issuer.sign(claims(**operator, exp=ends - LEEWAY_SECONDS))
    context = ssl.create_default_context(capath=str(stack.pki.certificates))
    watching = http.client.HTTPSConnection("localhost", stack.ports["tornado"], context=context, timeout=60)
    watching.request("GET", f"/pilotlogs/api/log/{ALPHA}/{stamp}/tail", headers={"Authorization": f"Bearer {token}"})
    answer = watching.getresponse()
    assert answer.status == 200
    assert any(b"first" in line for line in iter(answer.readline, b""))
    with contextlib.suppress(http.client.HTTPException, OSError):
        while answer.readline():
            pass
    late = time.time() - ends
    print(f"ended {late:.1f} s after the token")
    assert 0 <= late <= RECHECK_SECONDS + 5


@pytest.mark.parametrize("behaviour", ["hang", "trickle", "flood", "redirect", "fail"])
def test_keys_that_do_not_come_keep_nobody_waiting(stack, connect, issuer, claims, works, behaviour, stamp):
    """Many tokens with unknown keys, new proxies and known ones at the same time; then all is well again."""
    issuer.behave = behaviour
    before = len(issuer.asked)
    stop, refused = threading.Event(), []

    def forge():
        while not stop.is_set():
            refused.append(timed(lambda: who(stack, issuer.sign(claims(), kid=uuid.uuid4().hex))[0] == 401))

    forgers = [threading.Thread(target=forge) for _ in range(4)]
    for forger in forgers:
        forger.start()
    try:
        until(lambda: len(issuer.asked) > before)
        stack.make_proxy(f"new_{behaviour}", "pila", "alpha_pilot")
        took = [
            timed(lambda user=user: pilot_sends(connect, user, stamp))
            for user in ("pila", f"new_{behaviour}", "host") * 5
        ]
        assert who(stack, issuer.sign(claims()))[0] == 200, "keys that were fetched before hold on"
    finally:
        stop.set()
        for forger in forgers:
            forger.join()
    print(f"{behaviour}: pilots {max(took):.2f} s at most, {len(refused)} forged tokens {max(refused):.2f} s at most")
    assert max(took + refused) < ANSWER_SECONDS
    assert_asked_seldom(issuer, before)


def pilot_sends(connect, user, stamp):
    return connect(user).send(pilot_line("alive"), stamp, ALPHA)["OK"]


def timed(action):
    """The seconds that an action takes, which must say that all is right."""
    began = time.monotonic()
    assert action()
    return time.monotonic() - began


def assert_asked_seldom(issuer, before):
    """Once in ``RETRY_SECONDS``, however many ask."""
    times = [at for at, path in zip(issuer.times[before:], issuer.asked[before:], strict=True) if path == METADATA]
    assert len(times) <= (times[-1] - times[0]) / RETRY_SECONDS + 2


@pytest.mark.parametrize("kind", ["Ed25519", "RS256"])
def test_rotated_keys_are_picked_up(stack, issuer, claims, works, kind):
    for _ in range(3):  # keys may be fetched between the two
        old = issuer.sign(claims(), kind)
        issuer.rotate(kind)
        held = who(stack, old)[0] == 200
        until(lambda: who(stack, issuer.sign(claims(), kind))[0] == 200)
        assert who(stack, old)[0] == 401
        if held:
            break
    assert held, "a key holds until the next fetch"


def test_nothing_of_a_token_is_in_the_log(stack, issuer, claims, works):
    tokens = [issuer.sign(claims()), issuer.sign(claims(exp=1)), *(token for _, token in forged(issuer, claims))]
    for token in tokens:
        for where, method in ((COLLECTOR, "whoami"), ("/pilotlogs/api/me", ""), ("/metrics", "")):
            asked(stack, where, method, token)
    log = stack.log("tornado").read_text()
    assert "DEBUG" in log
    assert [word for token in tokens for word in token.split(".") if len(word) > 20 and word in log] == []


def test_keys_are_asked_for_by_nobody_else(issuer):
    assert set(issuer.asked) == {METADATA, KEYS}
