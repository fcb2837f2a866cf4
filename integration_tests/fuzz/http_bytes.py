"""Requests and forms as bytes."""

from urllib.parse import quote_plus

PATH = "/WorkloadManagement/TornadoPilotLogging"
FORM = "application/x-www-form-urlencoded"


def form(fields):
    """A form's body; surrogates are sent as if UTF-8 could hold them."""
    return b"&".join(f"{quote(name)}={quote(value)}".encode() for name, value in fields)


def quote(text):
    """A text as forms have it."""
    return quote_plus(text, errors="surrogatepass")


def request(body, content_type=FORM, path=PATH, headers=None, verb="POST"):
    """(head, body) of a request with a correct length."""
    fields = {"Host": "localhost", "Content-Length": str(len(body))}
    if content_type is not None:
        fields["Content-Type"] = content_type
    return head(f"{verb} {path} HTTP/1.1", fields | (headers or {})), body


def head(start_line, headers):
    """The head of a request."""
    lines = [start_line, *(f"{name}: {value}" for name, value in headers.items())]
    return "\r\n".join([*lines, "", ""]).encode("latin-1")
