"""Requests that are no proper HTTP, or HTTP that nobody expects: over raw sockets, a TLS connection each."""

import gzip
import json
import random
import zlib

from .calls import Author
from .case import ANYTHING, Case
from .cast import CANARY, Cast, tag
from .http_bytes import FORM, PATH, form, head, request

OTHER_VERBS = ("GET", "HEAD", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "CONNECT", "PROPFIND", "post", "X" * 5000)
OTHER_PATHS = (
    "/", "*", "http://localhost" + PATH, PATH + "/", PATH + "/../TornadoPilotLogging", "//" + PATH, PATH + "%00",
    "/%ff", "/" + "a" * 20_000, "/../../etc/passwd", PATH.lower(), f"/{CANARY}<script>", "", "?", "/Framework/x",
)  # fmt: skip
LENGTHS = ("-1", "+9", "0", "1", "99999999999", "1_0", "0x10", "１０", "ten", "5, 6", "5, 5", "", "1e3", "9" * 400)
BOMB_BYTES = 20_000_000
WAYS = {
    "start line": 8, "headers": 10, "length": 12, "chunks": 14, "pipelined": 8, "half": 12, "expect": 4, "gzip": 8,
    "bomb": 1, "TLS records": 6, "noise": 8, "other verbs": 12, "other paths": 8,
}  # fmt: skip


class Wire:
    """Makes cases, each from its own random source."""

    def __init__(self, material, cast: Cast):
        self._material = material
        self._cast = cast

    def make(self, number, source: random.Random):
        """One connection; ``kind`` names what is wrong with it."""
        way = source.choices(list(WAYS), list(WAYS.values()))[0]
        user = "pila" if source.random() < 0.7 else self._cast.user(source)
        author = Author(source, self._material, self._cast, user)
        return getattr(_Way(number, source, author, user), "do_" + way.replace(" ", "_").lower())(f"wire: {way}")


class _Way:
    def __init__(self, number, source, author, user):
        self._number = number
        self._source = source
        self._author = author
        self._user = user

    def _body(self, method="sendMessage"):
        return form([("method", method), ("args", json.dumps(self._author.arguments(method)))])

    def _case(self, kind, chunks, answers=ANYTHING, verbs=(), end="read"):
        return Case(self._number, kind, self._user, tuple(chunks), answers, verbs, end, reflects=False)

    def _end(self):
        return self._source.choice(("read", "read", "close", "reset"))

    def do_start_line(self, kind):
        body = self._body()
        line = self._source.choice(
            (f"POST {PATH}", f"POST  {PATH}  HTTP/1.1", f"{PATH} POST HTTP/1.1", f"POST {PATH} HTTP/9.9", "", "\0",
             f"POST {PATH} HTTP/1.0", f"POST {PATH} http/1.1", f"POST\t{PATH}\tHTTP/1.1", "PRI * HTTP/2.0\r\n\r\nSM",
             "POST", "x" * 70_000, "é" * 50)
        )  # fmt: skip
        return self._case(kind, (head(line, {"Host": "x", "Content-Length": len(body), "Content-Type": FORM}), body))

    def do_headers(self, kind):
        flood = "".join(f"X-{number}: {CANARY}\r\n" for number in range(self._source.choice((100, 900, 5000))))
        odd = self._source.choice(
            (flood, "no colon\r\n", " continued\r\n", "X: " + "y" * 70_000 + "\r\n", ": empty\r\n", "X: \0\r\n",
             "X\0Y: 1\r\n", "Host: a\r\nHost: b\r\n", "Content-Type: x\r\n" * 50, "X: é\r\n", "X: a\r\n b\r\n\tc\r\n",
             "Transfer-Encoding: identity\r\n", "Connection: close\r\n")
        )  # fmt: skip
        body = self._body()
        first, _ = request(body)
        line, _, rest = first.partition(b"\r\n")
        return self._case(kind, (line + b"\r\n" + odd.encode() + rest, body))

    def do_length(self, kind):
        body = self._body()
        length = self._source.choice(LENGTHS)
        fields = f"Host: x\r\nContent-Type: {FORM}\r\nContent-Length: {length}\r\n"
        if self._source.random() < 0.2:
            fields += self._source.choice(("Content-Length: 7\r\n", "Transfer-Encoding: chunked\r\n"))
        return self._case(kind, (f"POST {PATH} HTTP/1.1\r\n{fields}\r\n".encode() + body,), end=self._end())

    def do_chunks(self, kind):
        body, source = self._body(), self._source
        proper = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in _split(body, source)) + b"0\r\n\r\n"
        first = head(f"POST {PATH} HTTP/1.1", {"Host": "x", "Content-Type": FORM, "Transfer-Encoding": "chunked"})
        if source.random() < 0.3:
            return self._case(kind, (first, *_split(proper, source)), Case.answers | {200}, ("POST",))
        garbage = (
            b"zz\r\n",
            b"-5\r\n",
            b"ffffffffffff\r\n",
            b"5;x=y\r\nabcde\r\n",
            b"5\r\nabcdeXX",
            b"\r\n",
            b"1" * 100,
            b"0\r\nX: y\r\n\r\n",
            b"0x5\r\nabcde\r\n0\r\n\r\n",
            b"1_0\r\n",
        )
        begun = source.choice((b"", b"3\r\nabc\r\n", proper[: source.randrange(len(proper))]))
        return self._case(kind, (first, begun, source.choice(garbage)), end=self._end())

    def do_pipelined(self, kind):
        number = self._source.randrange(2, 8)
        whole = b"".join(b"".join(request(self._body())) for _ in range(number))
        return self._case(kind, _split(whole, self._source), Case.answers, ("POST",) * number)

    def do_half(self, kind):
        first, body = request(self._body())
        whole = first + body
        return self._case(
            kind, (whole[: self._source.randrange(len(whole))],), end=self._source.choice(("close", "reset"))
        )

    def do_expect(self, kind):
        first, body = request(
            self._body(), headers={"Expect": self._source.choice(("100-continue", "200-maybe", "100-Continue"))}
        )
        return self._case(kind, (first, body), Case.answers, ("POST",))

    def do_gzip(self, kind):
        body, source = self._body(), self._source
        packed = gzip.compress(body, mtime=0)
        broken = source.choice(
            (
                packed[:-9],
                packed[:20],
                b"",
                b"\x1f\x8b",
                packed + b"x" * 50,
                body,
                zlib.compress(body),
                packed * 3,
                bytes(100),
            )
        )
        coding = source.choice(("gzip", "gzip", "deflate", "x-gzip", "gzip, gzip", "br"))
        first, body = request(source.choice((packed, broken)), headers={"Content-Encoding": coding})
        return self._case(kind, (first, body))

    def do_bomb(self, kind):
        text = (tag(self._user) + "\n") * (BOMB_BYTES // 27)
        body = form([("method", "sendMessage"), ("args", json.dumps([json.dumps(text), "b" * 32, ""]))])
        return self._case(kind, request(gzip.compress(body, 1, mtime=0), headers={"Content-Encoding": "gzip"}))

    def do_tls_records(self, kind):
        """Bytes that go past TLS, into the connection below."""
        first, _ = request(self._body())
        broken = self._source.choice(
            (
                b"\x17\x03\x03\x00\x20" + b"z" * 32,
                b"\x15\x03\x03\x00\x02\x02\x28",
                b"\x16\x03\x01\x00\xa5 no client hello",
                b"\0" * 50,
                first,
            )
        )
        return self._case(kind, (first[:30], b"\0raw" + broken), end=self._source.choice(("close", "reset")))

    def do_noise(self, kind):
        noise = b"".join(self._source.choices(self._author.noise, k=self._source.randrange(1, 40)))
        return self._case(kind, (noise + self._source.choice((b"", b"\r\n\r\n")),), end=self._end())

    def do_other_verbs(self, kind):
        verb = self._source.choice(OTHER_VERBS)
        first, body = request(self._source.choice((b"", self._body())), verb=verb)
        return self._case(kind, (first, body), frozenset({400, 405}), (verb,))

    def do_other_paths(self, kind):
        first, body = request(
            self._body(), path=self._source.choice(OTHER_PATHS), verb=self._source.choice(("GET", "POST"))
        )
        return self._case(kind, (first, body))


def _split(whole, source):
    """The bytes in a few pieces."""
    cuts = sorted(source.randrange(len(whole) + 1) for _ in range(source.randrange(1, 4)))
    return [whole[begin:end] for begin, end in zip([0, *cuts], [*cuts, len(whole)], strict=True)]
