"""Key servers that are slow, silent, endless or somebody else's: fetching ends in time, with keys or an error."""

import json
import socket
import ssl
import threading
import time

import pytest
from joserfc.jwk import OKPKey

from PilotLoggingDIRAC.adapters.issuer_keys import IssuerKeys
from PilotLoggingDIRAC.pilotlog.errors import KeysUnavailable
from PilotLoggingDIRAC.pilotlog.tokens.issuer import TokenSettings, issuer
from tests.server_certificate import certificate

#: For servers that answer, and for those that never do.
FETCH_SECONDS, SHORT_SECONDS = 20.0, 1.0
KEYS = json.dumps({"keys": [OKPKey.generate_key("Ed25519").as_dict(private=False, kid="ed")]}).encode()


class Server:
    """Answers each request by its path: ``pages`` has what is sent, in pieces with a pause before each."""

    def __init__(self, files, shake_hands=True):
        self.pages, self.asked, self._shake_hands = {}, [], shake_hands
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(*files)
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.ca, self.url = files[0], f"https://localhost:{self._socket.getsockname()[1]}"
        self.closed = threading.Event()
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self):
        while not self.closed.is_set():
            try:
                plain, _ = self._socket.accept()
                threading.Thread(target=self._serve, args=(plain,), daemon=True).start()
            except OSError:
                return

    def _serve(self, plain):
        with plain:
            if not self._shake_hands:
                self.closed.wait(30)
                return
            try:
                with self._context.wrap_socket(plain, server_side=True) as connection:
                    path = connection.recv(4096).split()[1].decode()
                    self.asked.append(path)
                    for piece in self.pages[path]:
                        connection.sendall(piece)
            except OSError:
                pass

    def close(self):
        self.closed.set()
        self._socket.shutdown(socket.SHUT_RDWR)  # ends the wait for a connection
        self._socket.close()

    def drip(self, first=b""):
        """A piece, and then a byte now and then."""
        yield first
        while not self.closed.wait(0.05):
            yield b"x"

    def silence(self, first=b""):
        """A piece, and then nothing."""
        yield first
        self.closed.wait(30)

    def flood(self):
        """No end."""
        yield head()
        while not self.closed.is_set():
            yield b" " * 65536


def head(status="200 OK", **fields):
    lines = [f"HTTP/1.1 {status}", *(f"{name.replace('_', '-')}: {value}" for name, value in fields.items())]
    return "\r\n".join([*lines, "", ""]).encode()


def page(body):
    return [head(Content_Length=len(body)) + body]


@pytest.fixture
def server(tmp_path):
    server = Server(certificate(tmp_path, "localhost"))
    yield server
    server.close()


def fetched(server, seconds=FETCH_SECONDS, **options):
    """The ids of a server's keys."""
    described = {"Issuer": server.url, "VOs": "alpha", "Audience": "us", "CA": str(server.ca)} | options
    found = issuer("test", lambda name: described.get(name, "").split(), [])
    return list(IssuerKeys(TokenSettings(keys_fetch_seconds=seconds, keys_max_bytes=10_000)).fetch(found))


def metadata(**found):
    return page(json.dumps(found).encode())


WELL_KNOWN = "/.well-known/openid-configuration"


def test_keys_are_where_the_metadata_say(server):
    server.pages = {WELL_KNOWN: metadata(issuer=server.url, jwks_uri=server.url + "/k?v=1"), "/k?v=1": page(KEYS)}
    assert fetched(server) == ["ed"]


def test_keys_are_where_the_option_says(server):
    server.pages = {"/keys": page(KEYS)}
    assert fetched(server, JWKS=server.url + "/keys") == ["ed"]


def test_keys_may_come_in_chunks(server):
    chunks = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in (KEYS[:10], KEYS[10:])) + b"0\r\n\r\n"
    server.pages = {"/keys": [head(Transfer_Encoding="chunked"), chunks]}
    assert fetched(server, JWKS=server.url + "/keys") == ["ed"]


SLOW = {
    "silent": lambda server: server.silence(),
    "silent after the head": lambda server: server.silence(head(Content_Length=100)),
    "dripping head": lambda server: server.drip(),
    "dripping field": lambda server: server.drip(b"HTTP/1.1 200 OK\r\nA: "),
    "dripping body": lambda server: server.drip(head(Content_Length=100_000)),
    "dripping without an end": lambda server: server.drip(head()),
    "dripping chunk size": lambda server: server.drip(head(Transfer_Encoding="chunked")),
    "continuing for ever": lambda server: (
        b"HTTP/1.1 100 Continue\r\n\r\n" for _ in iter(lambda: server.closed.wait(0.05), True)
    ),
}


@pytest.mark.parametrize("kind", SLOW)
def test_a_slow_server_is_left_in_time(server, kind):
    server.pages = {"/keys": SLOW[kind](server)}
    began = time.monotonic()
    with pytest.raises(KeysUnavailable):
        fetched(server, SHORT_SECONDS, JWKS=server.url + "/keys")
    assert 0.5 * SHORT_SECONDS < time.monotonic() - began < FETCH_SECONDS


def test_a_server_that_shakes_no_hands_is_left_in_time(tmp_path):
    server = Server(certificate(tmp_path, "localhost"), shake_hands=False)
    began = time.monotonic()
    with pytest.raises(KeysUnavailable):
        fetched(server, SHORT_SECONDS)
    assert time.monotonic() - began < FETCH_SECONDS
    server.close()


def test_metadata_and_keys_share_the_time(server):
    seconds = 4.0

    def slowly(body):
        server.closed.wait(0.6 * seconds)
        yield from page(body)

    told = json.dumps({"issuer": server.url, "jwks_uri": server.url + "/keys"}).encode()
    server.pages = {WELL_KNOWN: slowly(told), "/keys": slowly(KEYS)}
    with pytest.raises(KeysUnavailable):
        fetched(server, seconds)
    assert server.asked == [WELL_KNOWN, "/keys"]


BAD = {
    "redirection": [head("302 Found", Location="/keys", Content_Length=0)],
    "error": [head("503 Unavailable", Content_Length=0)],
    "no HTTP": [b"SSH-2.0-OpenSSH\r\n"],
    "nothing": [b""],
    "too long": page(KEYS + b" " * 10_000),
    "cut": [head(Content_Length=len(KEYS)) + KEYS[:-5]],
    "no keys": page(b"{}"),
}


@pytest.mark.parametrize("kind", BAD)
def test_another_answer_is_an_error(server, kind):
    server.pages = {"/bad": BAD[kind], "/keys": page(KEYS)}
    with pytest.raises(KeysUnavailable):
        fetched(server, JWKS=server.url + "/bad")
    assert server.asked == ["/bad"]


def test_an_endless_answer_is_left_at_once(server):
    server.pages = {"/keys": server.flood()}
    began = time.monotonic()
    with pytest.raises(KeysUnavailable, match="more than 10000 bytes"):
        fetched(server, JWKS=server.url + "/keys")
    assert time.monotonic() - began < FETCH_SECONDS


@pytest.mark.parametrize("changes", [
    {"issuer": "https://other.example"}, {"jwks_uri": "http://localhost/keys"}, {"jwks_uri": "file:///etc/keys"},
    {"jwks_uri": ["/keys"]}, {"jwks_uri": "https://local\r\nhost/keys"}, {"issuer": None},
])  # fmt: skip
def test_metadata_that_are_another_s_or_leave_https_are_an_error(server, changes):
    told = {"issuer": server.url, "jwks_uri": server.url + "/keys"} | changes
    server.pages = {WELL_KNOWN: metadata(**told), "/keys": page(KEYS)}
    with pytest.raises(KeysUnavailable):
        fetched(server)
    assert server.asked == [WELL_KNOWN]


def test_a_server_that_the_authorities_do_not_vouch_for_is_not_asked(server, tmp_path):
    server.pages = {"/keys": page(KEYS)}
    other = certificate(tmp_path, "other.example")[0]
    for options in (
        {"CA": str(other)},
        {"CA": ""},
        {"CA": str(tmp_path / "absent")},
        {"JWKS": server.url.replace("localhost", "127.0.0.1")},
    ):
        with pytest.raises(KeysUnavailable):
            fetched(server, **{"JWKS": server.url + "/keys"} | options)
    assert server.asked == []


def test_a_server_that_is_not_there_is_an_error(tmp_path):
    server = Server(certificate(tmp_path, "localhost"))
    server.close()
    with pytest.raises(KeysUnavailable):
        fetched(server)
