"""POST requests that are proper HTTP, whatever their bodies are."""

import json
import random
from urllib.parse import quote

from .calls import SENDING, Author, reflects
from .case import Case
from .cast import ANONYMOUS, CANARY, FORGED, HOST, TRAP, WRITERS, Cast
from .http_bytes import FORM, PATH, form, request

NO_METHODS = (
    "", " ", "__class__", "_store", "offer_sendMessage", "export_sendMessage", "post", "prepare", "collector",
    "sendMessage ", "sendMessage\0", "SENDMESSAGE", "sendMessage.__class__", "😀", "x" * 100_000, f"x\n{FORGED}",
    f"x\r\n{FORGED}", "\ud800", "../x", "%73endMessage", "initializeHandler", "getLogs\x1b[2J", CANARY,
)  # fmt: skip
CONTENT_TYPES = (
    None, "", "application/json", "text/plain", f"{FORM}; charset=utf-16", f"{FORM}; charset=\xff",
    "multipart/form-data", "multipart/form-data; boundary=", "multipart/form-data; boundary=b",
    'multipart/form-data; boundary="b"', "x" * 5000, "multipart/form-data; boundary=" + "b" * 200, FORM.upper(),
    f"{FORM},{FORM}", "multipart/mixed; boundary=b",
)  # fmt: skip
EXTRAS = (
    '"hosts"', '"alpha_pilot"', '"dirac_admin"', '""', "[]", '["x"]', '["/C=zz/O=stack/CN=pila", "alpha_pilot"]', "{}",
    "0", "null", "NaN", "{", '"\\ud800"', json.dumps(f"x\n{FORGED}"), '"' + "g" * 5000 + '"', "[[]]", "[1, 2]",
    '[["a"], {"b": 1}]', json.dumps({"__dCls": "x", "__dMod": TRAP}), '{"__dCls": "dt", "obj": "x"}', "[" * 2000,
    '"visitor"', '"../../Groups/dirac_admin"', '["a", "b", "c"]', '[null, null]', '["/C=zz/O=stack/CN=alice", []]',
)  # fmt: skip
LAYERS = {
    "nothing": 8, "arguments": 34, "encoded arguments": 16, "method": 9, "form": 10, "extra credentials": 9,
    "content type": 7, "bytes": 7,
}  # fmt: skip


class Forms:
    """Makes cases, each from its own random source."""

    def __init__(self, material, cast: Cast):
        self._material = material
        self._cast = cast

    def make(self, number, source: random.Random):
        """One request; ``kind`` names the layer that was tampered with."""
        layer = source.choices(list(LAYERS), list(LAYERS.values()))[0]
        return _Form(number, source, self._material, self._cast).make(layer)


class _Form:
    def __init__(self, number, source, material, cast):
        self._number = number
        self._source = source
        self._material = material
        self._user = cast.user(source)
        self._author = Author(source, material, cast, self._user)
        self._method = self._author.method()
        self._arguments = self._author.arguments(self._method)

    def make(self, layer):
        tamper = getattr(self, "_tamper_" + layer.replace(" ", "_"))
        readable = layer in ("nothing", "arguments", "encoded arguments")
        sending = readable and self._method in SENDING and (self._user in WRITERS or self._user == HOST)
        head, body = tamper()
        return Case(
            self._number,
            layer,
            self._user,
            (head, body),
            answers=frozenset({200}) if sending else Case.answers,
            reflects=reflects(self._method, self._user) or self._user == ANONYMOUS,
            is_sending=sending,
        )

    def _fields(self, arguments=None):
        encoded = json.dumps(self._arguments if arguments is None else arguments)
        fields = [("method", self._method), ("args", encoded)]
        return [*fields, ("extraCredentials", '"hosts"')] if self._user == HOST else fields

    def _tamper_nothing(self):
        return request(form(self._fields()))

    def _tamper_arguments(self):
        return request(form(self._fields(self._author.changed(self._arguments))))

    def _tamper_encoded_arguments(self):
        fields = dict(self._fields()) | {"args": self._author.encoded(self._arguments)}
        return request(form(fields.items()))

    def _tamper_method(self):
        name = self._source.choice([*NO_METHODS, self._author.text()])
        return request(form((dict(self._fields()) | {"method": name}).items()))

    def _tamper_extra_credentials(self):
        fields = [field for field in self._fields() if field[0] != "extraCredentials"]
        return request(form([*fields, ("extraCredentials", self._source.choice(EXTRAS))]))

    def _tamper_form(self):
        fields, source = self._fields(), self._source
        body = form(fields)
        queries = (
            "?method=sendMessage",
            "?method=getStatus&args=[]",
            "?args=[]",
            "?" + "&" * 3000,
            "?%ff=%ff",
            "?method=%ff",
            "?=",
            "??",
        )
        return source.choice(
            [
                lambda: request(form([*fields, *fields])),
                lambda: request(form([*fields, ("method", source.choice(NO_METHODS))])),
                lambda: request(form([*fields, ("args", "x"), ("args", "[]")])),
                lambda: request(form([*fields, ("rawContent", source.choice(("1", "", "true")))])),
                lambda: request(form(fields[1:])),
                lambda: request(form(fields[:1])),
                lambda: request(b""),
                lambda: request(body, path=PATH + source.choice(queries)),
                lambda: request(b"", path=PATH + "?" + body[:60_000].decode()),
                lambda: request(body.replace(b"%", source.choice((b"%zz", b"%", b"%u1234", b"%ff")))),
                lambda: request(body.replace(b"&", source.choice((b";", b"&&&", b"&=&", b"\0&")))),
                lambda: request(b"&".join([b"a%d=1" % n for n in range(3000)] + [body])),
                lambda: request(body, headers=self._odd_headers()),
            ]
        )()

    def _odd_headers(self):
        token = "eyJhbGciOiJub25lIn0.eyJpc3MiOiJ4In0."
        return self._source.choice(
            [
                {"Authorization": f"Bearer {token}"},
                {"Authorization": "Bearer x"},
                {"Authorization": "Basic " + CANARY},
                {"X-Forwarded-For": f"1.2.3.4, {CANARY}", "X-Real-Ip": "::1"},
                {"X-Ssl_client_verify": "SUCCESS", "X-SSL-CERT": quote("-----BEGIN CERTIFICATE-----\nx\n")},
                {"Accept-Encoding": "gzip"},
                {"Cookie": "x=" + "\xff" * 100 + ';"'},
                {"Host": "\xff\xfe"},
                {"X-Scheme": "javascript", "Origin": "null"},
                {"Connection": "Upgrade", "Upgrade": "websocket"},
                {"If-None-Match": "*", "Range": "bytes=0-1"},
            ]
        )

    def _tamper_content_type(self):
        kind = self._source.choice(CONTENT_TYPES)
        if kind and "multipart" in kind and self._source.random() < 0.8:
            return request(self._multipart(), kind)
        return request(form(self._fields()), kind)

    def _multipart(self):
        parts = [
            b'Content-Disposition: form-data; name="%s"\r\n\r\n%s\r\n'
            % (name.encode(), value.encode("utf-8", "replace"))
            for name, value in self._fields()
        ]
        odd = (
            b"\r\n", b"x\r\n\r\n\r\n", b"\xff: \xff\r\n\r\nx\r\n", b"Content-Disposition: form-data\r\n\r\nx\r\n",
            b" continued\r\n\r\nx\r\n",
            b'Content-Disposition: form-data; name="args"; filename="../../x"\r\n\r\n[]\r\n',
            b"Content-Disposition: form-data; name*=\x00'en'x\r\n\r\nx\r\n",
            b"Content-Disposition: form-data; name*=x''%ff\r\n\r\nx\r\n",
            b'Content-Disposition: form-data; name="' + b'"' * 3000 + b"\r\n\r\nx\r\n",
        )  # fmt: skip
        if self._source.random() < 0.7:
            parts.insert(self._source.randrange(len(parts) + 1), self._source.choice(odd))
        return b"".join(b"--b\r\n" + part for part in parts) + self._source.choice((b"--b--\r\n", b"--b\r\n", b""))

    def _tamper_bytes(self):
        body = bytearray(form(self._fields())[:100_000])
        for _ in range(self._source.choice((1, 1, 2, 5, 30))):
            where = self._source.randrange(len(body) + 1)
            change = self._source.randrange(4)
            if change == 0:
                body[where : where + 1] = bytes([self._source.randrange(256)])
            elif change == 1:
                del body[where : where + self._source.randrange(1, 20)]
            elif change == 2:
                body[where:where] = self._source.choice(self._material.noise)
            else:
                body[where:where] = body[: self._source.randrange(50)]
        return request(bytes(body))
