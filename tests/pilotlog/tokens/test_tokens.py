"""The holder of a token: real keys and signatures, a clock and a Registry of the test's own."""

import base64
import hmac
import json
import time
from typing import ClassVar

import pytest
from joserfc import jws
from joserfc.jwk import ECKey, OKPKey, RSAKey

from PilotLoggingDIRAC.pilotlog.errors import KeysUnavailable, TokenRefused
from PilotLoggingDIRAC.pilotlog.tokens.check import check
from PilotLoggingDIRAC.pilotlog.tokens.holder import Holder
from PilotLoggingDIRAC.pilotlog.tokens.issuer import ALGORITHMS, InvalidIssuer, TokenSettings, issuer
from PilotLoggingDIRAC.pilotlog.tokens.keyring import Keyring
from PilotLoggingDIRAC.pilotlog.tokens.keys import read_keys

NOW = 1_800_000_000
URL = "https://issuer.example"
HERE = "https://collector.example:8443"
OPTIONS = {"Issuer": URL, "VOs": "alpha", "Audience": HERE}


def made(key, name):
    key.dict_value["kid"] = name
    return key


KEYS = {
    "EdDSA": made(OKPKey.generate_key("Ed25519"), "ed"),
    "RS256": made(RSAKey.generate_key(2048), "rsa"),
    "ES256": made(ECKey.generate_key("P-256"), "ec"),
}
KEYS |= {"Ed25519": KEYS["EdDSA"], "PS256": KEYS["RS256"], "RS512": KEYS["RS256"]}
SIGNERS = jws.JWSRegistry(algorithms=["none", "HS256", *ALGORITHMS], strict_check_header=False)


class People:
    """A Registry: two groups of each of two VOs."""

    groups: ClassVar = {"alpha_pilot": ("alpha", ["pila"]), "alpha_user": ("alpha", ["alice", "twin", "nameless"])}
    groups |= {
        "beta_pilot": ("beta", ["pilb", "pila"]),
        "hosts": ("alpha", ["pila"]),
        "sub/alpha_pilot": ("alpha", ["pila"]),
    }

    def vo(self, group):
        return self.groups.get(group, ("", ()))[0]

    def members(self, group):
        return self.groups.get(group, ("", ()))[1]

    def subjects(self, user):
        return {"alice": ["sub-alice", "sub-twin"]}.get(user, [f"sub-{user}"])

    def name(self, user):
        return "" if user == "nameless" else f"/CN={user}"


def described(**options):
    return issuer("test", lambda name: (OPTIONS | options).get(name, "").split(), [])


def public(*keys):
    return json.dumps({"keys": [key.as_dict(private=False) for key in keys]}).encode()


def claims(**changes):
    """Return the claims of a pilot's token; None leaves a claim out."""
    said = {
        "iss": URL, "sub": "sub-pila", "aud": HERE, "iat": NOW, "nbf": NOW, "exp": NOW + 600, "vo": "alpha",
        "dirac_group": "alpha_pilot", "dirac_properties": ["GenericPilot"],
    } | changes  # fmt: skip
    return {name: value for name, value in said.items() if value is not None}


def signed(said, algorithm="EdDSA", key=None, **header):
    key = key or KEYS[algorithm]
    head = {name: value for name, value in ({"alg": algorithm, "kid": key.kid} | header).items() if value is not None}
    return jws.serialize_compact(head, json.dumps(said), key, registry=SIGNERS)


@pytest.fixture
def keyring():
    ring = Keyring(
        lambda _: read_keys(public(*{id(key): key for key in KEYS.values()}.values())), TokenSettings(), time.monotonic
    )
    ring.refresh([described()])
    return ring


@pytest.fixture
def checked(keyring):
    """``checked(token, **options)``: who holds it, by an issuer with these options."""

    def look(token, **options):
        found = described(**options)
        keyring.refresh([found])
        return check(token, [found], keyring, People(), TokenSettings(), NOW)

    return look


@pytest.mark.parametrize("algorithm", KEYS)
def test_a_good_token_says_who_holds_it(checked, algorithm):
    expected = Holder("pila", "/CN=pila", "alpha_pilot", "alpha", "test", NOW + 660, frozenset({"GenericPilot"}))
    assert checked(signed(claims(), algorithm)) == expected


BAD = {
    "expired": {"exp": NOW - 60},
    "never expires": {"exp": None},
    "expires in words": {"exp": "tomorrow"},
    "expires in a list": {"exp": [NOW + 600]},
    "expires truly": {"exp": True},
    "expires at infinity": {"exp": float("inf")},
    "expires at no number": {"exp": float("nan")},
    "expires beyond all floats": {"exp": 10**400},
    "began before all floats": {"nbf": -(10**400)},
    "not yet valid": {"nbf": NOW + 61},
    "made in the future": {"iat": NOW + 61},
    "begins truly": {"nbf": True},
    "foreign issuer": {"iss": "https://other.example"},
    "issuer with a slash": {"iss": URL + "/"},
    "issuer in a list": {"iss": [URL]},
    "no issuer": {"iss": None},
    "foreign audience": {"aud": "https://other.example"},
    "audience that begins like ours": {"aud": HERE + ".example"},
    "foreign audiences": {"aud": ["https://other.example", 7]},
    "no audience": {"aud": None},
    "other VO than the group's": {"vo": "beta"},
    "group of another VO": {"dirac_group": "beta_pilot", "vo": "beta"},
    "group that is not the user's": {"dirac_group": "alpha_user"},
    "group that is not there": {"dirac_group": "alpha_kings"},
    "no group": {"dirac_group": None},
    "groups": {"dirac_group": ["alpha_pilot"]},
    "path for a group": {"dirac_group": "sub/alpha_pilot"},
    "hosts": {"dirac_group": "hosts"},
    "no user": {"sub": None},
    "empty user": {"sub": ""},
    "unknown user": {"sub": "sub-mallory"},
    "two users": {"sub": "sub-twin", "dirac_group": "alpha_user"},
    "user without a name": {"sub": "sub-nameless", "dirac_group": "alpha_user"},
    "no scope nor properties": {"dirac_properties": None},
    "no property": {"dirac_properties": []},
    "properties that are no list": {"dirac_properties": {"GenericPilot": 1}},
}  # fmt: skip


@pytest.mark.parametrize("kind", BAD)
def test_a_token_is_refused(checked, kind):
    with pytest.raises(TokenRefused):
        checked(signed(claims(**BAD[kind])))


GOOD = {
    "expired within the leeway": {"exp": NOW - 59},
    "valid within the leeway": {"nbf": NOW + 60, "iat": NOW + 60},
    "one of several audiences": {"aud": ["https://other.example", HERE]},
    "no times but the end": {"nbf": None, "iat": None},
    "no VO": {"vo": None},
}


@pytest.mark.parametrize("kind", GOOD)
def test_a_token_is_taken(checked, kind):
    assert checked(signed(claims(**GOOD[kind]))).user == "pila"


def part(value):
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


def shared(secret):
    """A token that is signed with a secret, as if the public key were one."""
    signed = f"{part({'alg': 'HS256', 'kid': 'rsa'})}.{part(claims())}"
    return f"{signed}.{base64.urlsafe_b64encode(hmac.digest(secret, signed.encode(), 'sha256')).decode().rstrip('=')}"


def broken_tokens():
    """(what is wrong, token)."""
    good = signed(claims())
    head, body, signature = good.split(".")
    rsa = KEYS["RS256"]
    secret = {"pem": rsa.as_pem(private=False), "json": json.dumps(rsa.as_dict(private=False)).encode()}
    yield "no signature", f"{head}.{body}."
    yield "none", f"{part({'alg': 'none', 'kid': 'ed'})}.{body}."
    yield "none with a signature", f"{part({'alg': 'none', 'kid': 'ed'})}.{body}.{signature}"
    yield "None", f"{part({'alg': 'None', 'kid': 'ed'})}.{body}.{signature}"
    for name, content in secret.items():
        yield f"HS256 with the public key as {name}", shared(content)
    yield "another's key of the same id", signed(claims(), "EdDSA", made(OKPKey.generate_key("Ed25519"), "ed"))
    yield (
        "its own key in the header",
        signed(
            claims(), "EdDSA", other := made(OKPKey.generate_key("Ed25519"), "ed"), jwk=other.as_dict(private=False)
        ),
    )
    yield "key of another kind", signed(claims(), "EdDSA", kid="rsa")
    yield "unknown key", signed(claims(), kid="new")
    yield "no key", signed(claims(), kid=None)
    yield "number for a key", f"{part({'alg': 'EdDSA', 'kid': 7})}.{body}.{signature}"
    yield "another payload", f"{head}.{part(claims(dirac_group='alpha_user', sub='sub-alice'))}.{signature}"
    yield "cut signature", good[:-4]
    yield "critical extension", signed(claims(), crit=["kid"])
    yield "payload as it is", f"{part({'alg': 'EdDSA', 'kid': 'ed', 'b64': False, 'crit': ['b64']})}.{body}.{signature}"
    yield "refresh token", signed(claims(), typ="rt+jwt")
    yield "five parts", "a.b.c.d.e"
    yield "garbage", "garbage"
    yield "empty", ""
    yield "line break", good + "\n"
    yield "bytes of no alphabet", "ä.ö.ü"
    yield "list for a header", f"{part([])}.{body}.{signature}"
    yield "list for a payload", signed([])
    yield "deep header", f"{part(json.loads('[' * 500 + ']' * 500))}.{body}.{signature}"
    yield "deeper than can be read", f"{base64.urlsafe_b64encode(b'[' * 9000).decode()}.{body}.{signature}"
    yield (
        "number without an end",
        signed(claims()).replace(body, base64.urlsafe_b64encode(b'{"iss":' + b"9" * 9000 + b"}").decode()),
    )
    yield "huge", signed(claims(more="x" * 20_000))


@pytest.mark.parametrize(("kind", "token"), list(broken_tokens()), ids=[kind for kind, _ in broken_tokens()])
def test_what_is_no_good_token_is_refused_in_words_that_hold_nothing_of_it(checked, kind, token):
    with pytest.raises(TokenRefused) as refused:
        checked(token)
    assert [word for word in token.split(".") if len(word) > 20 and word in str(refused.value)] == []


def test_only_algorithms_of_the_list_are_taken(checked):
    assert checked(signed(claims(), "RS256"), Algorithms="RS256")
    with pytest.raises(TokenRefused):
        checked(signed(claims()), Algorithms="RS256")


def test_scopes_are_needed_where_they_are_set_and_properties_limit_all_the_same(checked):
    scopes = {"Scopes": "pilotlog.write other"}
    assert checked(signed(claims(scope="a pilotlog.write other")), **scopes).properties == {"GenericPilot"}
    assert (
        checked(signed(claims(scope=["pilotlog.write", "other"], dirac_properties=None)), **scopes).properties is None
    )
    for scope in (None, "pilotlog.write", "pilotlog.writeother", 7, {"pilotlog.write": "other"}):
        with pytest.raises(TokenRefused):
            checked(signed(claims(scope=scope)), **scopes)


def test_only_groups_of_the_list_are_taken(checked):
    assert checked(signed(claims()), Groups="alpha_pilot")
    with pytest.raises(TokenRefused):
        checked(signed(claims()), Groups="alpha_user")


def test_an_issuer_may_name_no_audience_but_not_another(checked):
    assert checked(signed(claims(aud=None)), AudienceNeeded="False")
    for aud in ("https://other.example", None, [], ""):
        with pytest.raises(TokenRefused):
            checked(signed(claims() | {"aud": aud}), AudienceNeeded="False")


def test_an_issuer_may_name_users_as_the_registry_does(checked):
    assert checked(signed(claims(preferred_username="pila")), UserClaim="preferred_username").user == "pila"
    with pytest.raises(TokenRefused):
        checked(signed(claims(preferred_username="alice")), UserClaim="preferred_username")


@pytest.mark.parametrize("options", [
    {"Issuer": "http://issuer.example"}, {"Issuer": ""}, {"Issuer": "https://user@issuer.example"}, {"Issuer": "https://"},
    {"JWKS": "file:///etc/keys"}, {"VOs": ""}, {"Audience": ""}, {"Algorithms": "HS256"}, {"Algorithms": "RS256 none"},
    {"Issuer": f"{URL} {URL}"},
])  # fmt: skip
def test_an_issuer_whose_options_make_no_sense_is_none(options):
    with pytest.raises(InvalidIssuer):
        described(**options)


class Source:
    """Fetches keys: those that it is given, or a failure; and a clock."""

    def __init__(self, *keys):
        self.keys, self.calls, self.now = keys, [], 0.0

    def __call__(self, asked):
        self.calls.append(asked.name)
        if not self.keys:
            raise KeysUnavailable("down")
        return read_keys(public(*self.keys))


def ring(*keys, **settings):
    source = Source(*keys)
    return source, Keyring(source, TokenSettings(**settings), lambda: source.now)


def test_looking_for_a_key_fetches_nothing_and_asks_for_it():
    source, keyring = ring(KEYS["EdDSA"])
    with pytest.raises(TokenRefused):
        keyring.key(described(), "ed")
    assert (source.calls, keyring.wanted.is_set()) == ([], True)
    assert keyring.refresh([described()]) == {}
    assert keyring.key(described(), "ed")


def test_a_new_key_is_fetched_when_it_is_missed_and_the_old_one_is_gone():
    source, keyring = ring(KEYS["EdDSA"])
    keyring.refresh([described()])
    source.keys, source.now = (KEYS["ES256"],), 61.0
    with pytest.raises(TokenRefused):
        keyring.key(described(), "ec")
    assert keyring.wanted.is_set()
    keyring.refresh([described()])
    assert keyring.key(described(), "ec")
    with pytest.raises(TokenRefused):
        keyring.key(described(), "ed")


def test_missed_keys_are_fetched_no_more_often_than_once_in_a_while():
    source, keyring = ring(KEYS["EdDSA"], keys_retry_seconds=60)
    for source.now in map(float, range(600)):
        keyring.refresh([described()])
        with pytest.raises(TokenRefused):
            keyring.key(described(), "unknown")
    assert len(source.calls) == 10


def test_keys_are_fetched_anew_in_time_and_sooner_after_a_failure():
    source, keyring = ring(KEYS["EdDSA"], keys_refresh_seconds=3600, keys_retry_seconds=60)
    for source.now in map(float, range(7201)):
        keyring.refresh([described()])
    assert len(source.calls) == 3
    source.keys = ()
    for source.now in map(float, range(7201, 10801 + 60)):
        keyring.refresh([described()])
    assert len(source.calls) == 5


def test_keys_live_through_failures_until_they_are_too_old():
    source, keyring = ring(KEYS["EdDSA"], keys_max_age_seconds=86400)
    keyring.refresh([described()])
    source.keys, source.now = (), 86400.0
    assert keyring.refresh([described()]) == {"test": "down"}
    assert keyring.key(described(), "ed")
    source.now += 1
    with pytest.raises(TokenRefused):
        keyring.key(described(), "ed")


def test_keys_of_an_issuer_that_is_none_any_more_are_forgotten():
    _, keyring = ring(KEYS["EdDSA"])
    keyring.refresh([described()])
    keyring.refresh([])
    with pytest.raises(TokenRefused):
        keyring.key(described(), "ed")


def test_the_thread_sleeps_until_something_is_due():
    source, keyring = ring(KEYS["EdDSA"], keys_refresh_seconds=30, keys_retry_seconds=60)
    assert keyring.pause() == 60
    keyring.refresh([described()])
    assert keyring.pause() == 30
    source.now = 29.0
    assert keyring.pause() == 1


@pytest.mark.parametrize("content", [
    b"", b"[]", b"{}", b'{"keys": {}}', b'{"keys": []}', b'{"keys": [1, null, {}]}', b"\xff", b"[" * 100_000,
    b'{"keys": [{"kty": "oct", "kid": "a", "k": "c2VjcmV0"}]}',
    b'{"keys": [{"kty": "RSA", "kid": "a", "n": "AQAB", "e": "AQAB"}]}',
    b'{"keys": [{"kty": "EC", "kid": "a", "crv": "P-256", "x": "AA", "y": "AA"}]}',
    b'{"keys": [{"kty": ["RSA"], "kid": "a"}]}',
])  # fmt: skip
def test_what_is_no_set_of_keys_is_none(content):
    with pytest.raises(KeysUnavailable):
        read_keys(content)


def test_keys_that_can_t_be_used_are_left_out():
    good = KEYS["EdDSA"].as_dict(private=False)
    weak = RSAKey.generate_key(1024).as_dict(private=False, kid="weak")
    private = KEYS["ES256"].as_dict(private=True)
    entries = [
        good,
        weak,
        private,
        good | {"kid": "enc", "use": "enc"},
        good | {"kid": "ops", "key_ops": ["sign"]},
        good | {"kid": "null ops", "key_ops": None},
        good | {"kid": "number of ops", "key_ops": 7},
        {"kty": "new", "kid": "new"},
    ]
    twice = [good | {"kid": "twice"}, KEYS["ES256"].as_dict(private=False) | {"kid": "twice"}]
    assert list(read_keys(json.dumps({"keys": entries + twice}).encode())) == ["ed"]


def test_a_key_is_used_for_its_own_algorithm_only():
    key = made(RSAKey.generate_key(2048), "pss")
    found = described()
    ring = Keyring(
        lambda _: read_keys(json.dumps({"keys": [key.as_dict(private=False, alg="PS256")]}).encode()),
        TokenSettings(),
        time.monotonic,
    )
    ring.refresh([found])
    assert check(signed(claims(), "PS256", key), [found], ring, People(), TokenSettings(), NOW)
    with pytest.raises(TokenRefused):
        check(signed(claims(), "RS256", key), [found], ring, People(), TokenSettings(), NOW)
