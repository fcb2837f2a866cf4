"""An issuer of tokens: an HTTPS server with keys of its own, which can also be slow, silent, or redirect elsewhere."""

import http.server
import json
import ssl
import threading
import time

from joserfc import jws
from joserfc.jwk import ECKey, OKPKey, RSAKey

#: How each kind of key is made, and the algorithm that it signs with.
KINDS = {
    "Ed25519": lambda: OKPKey.generate_key("Ed25519", {"alg": "EdDSA"}),
    "RS256": lambda: RSAKey.generate_key(2048, {"alg": "RS256"}),
    "ES256": lambda: ECKey.generate_key("P-256", {"alg": "ES256"}),
}
ALL = ("none", "HS256", "HS512", *KINDS, "EdDSA", "RS512")
SECTION = "/Systems/WorkloadManagement/PilotLogging/Tokens"
METADATA, KEYS = "/.well-known/openid-configuration", "/keys"


class Issuer:
    """A server of keys; ``asked`` and ``times`` have the paths and the times of all requests.

    ``connections`` counts them. It serves until it is closed.

    ``behave`` says how it answers: ``well``, ``hang``, ``trickle``, ``redirect`` (to http), ``flood``, ``fail``.
    """

    def __init__(self, pki):
        self.keys = {}
        self.asked, self.times, self.connections, self.behave = [], [], 0, "well"
        self.closed = threading.Event()
        for kind in KINDS:
            self.rotate(kind)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(pki.certificate("host"), pki.key("host"))
        self._ca = pki.certificate("ca")
        self._server = _Server(self, context)
        self.url = f"https://localhost:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        self.closed.set()
        self._server.shutdown()
        self._server.server_close()

    def rotate(self, kind):
        """Make a new key of a kind in place of the old one, and return it."""
        key = KINDS[kind]()
        key.ensure_kid()
        self.keys[kind] = key
        return key

    def sign(self, claims, kind="Ed25519", key=None, **header):
        """A token of these claims; ``header`` changes what its header says, None leaves it out."""
        key = key or self.keys[kind]
        head = {"alg": key.get("alg"), "kid": key.kid, "typ": "at+jwt"} | header
        head = {name: value for name, value in head.items() if value is not None}
        registry = jws.JWSRegistry(algorithms=ALL, strict_check_header=False)
        return jws.serialize_compact(head, json.dumps(claims), key, registry=registry)

    def options(self, vo, users):
        """Options that have its tokens taken for a VO, and make these users known by ``sub-<name>``."""
        described = {"Issuer": self.url, "VOs": vo, "CA": str(self._ca)}
        options = {f"{SECTION}/stack/{name}": value for name, value in described.items()}
        return options | {f"/Registry/Users/{user}/ID": f"sub-{user}" for user in users}

    def token(self, stack, user, group, properties, seconds=6 * 3600):
        """A token of a user in a group for so many seconds."""
        now = int(time.time())
        said = {"sub": f"sub-{user}", "dirac_group": group, "dirac_properties": list(properties)}
        server = stack.url("WorkloadManagement", "TornadoPilotLogging").partition("/WorkloadManagement")[0]
        return self.sign(said | {"iss": self.url, "aud": server, "exp": now + seconds})

    def public(self):
        """Return what it publishes: the JWKS."""
        return {"keys": [key.as_dict(private=False) | {"use": "sig"} for key in self.keys.values()]}


class _Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, issuer, context):
        self.issuer, self._context = issuer, context
        super().__init__(("127.0.0.1", 0), _Handler)

    def finish_request(self, request, client_address):
        self.issuer.connections += 1
        request.settimeout(30)
        super().finish_request(self._context.wrap_socket(request, server_side=True), client_address)

    def handle_error(self, request, client_address):
        """Say nothing: whoever asked has gone."""


class _Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        issuer = self.server.issuer
        issuer.times.append(time.monotonic())
        issuer.asked.append(self.path)
        getattr(self, f"_{issuer.behave}")(issuer)

    def _well(self, issuer):
        known = {METADATA: {"issuer": issuer.url, "jwks_uri": issuer.url + KEYS}, KEYS: issuer.public()}
        self._answer(200 if self.path in known else 404, json.dumps(known.get(self.path, {})).encode())

    def _hang(self, issuer):
        issuer.closed.wait(600)

    def _trickle(self, issuer):
        self._head(200, {"Content-Length": "100000"})
        while not issuer.closed.wait(0.2):
            self.wfile.write(b" ")
            self.wfile.flush()

    def _flood(self, issuer):
        self._head(200, {})
        until = time.monotonic() + 30
        while time.monotonic() < until and not issuer.closed.is_set():
            self.wfile.write(b" " * 65536)

    def _redirect(self, issuer):
        self._head(302, {"Location": "http://localhost:1" + self.path})

    def _fail(self, issuer):
        self._answer(503, b"")

    def _answer(self, status, body):
        self._head(status, {"Content-Type": "application/json", "Content-Length": str(len(body))})
        self.wfile.write(body)

    def _head(self, status, fields):
        self.send_response(status)
        for name, value in fields.items():
            self.send_header(name, value)
        self.end_headers()

    def log_message(self, *_):
        """Say nothing."""
