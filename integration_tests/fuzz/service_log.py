"""A check of the service's own log: errors that nobody has an explanation for, and lines that callers forged."""

import re
from collections import Counter

from .cast import CANARY, FORGED

TRACEBACK = "Traceback (most recent call last):"
_FRAME = re.compile(r'  File "(?:.*/)?([^/"]+/[^/"]+)", line \d+, in (\S+)')
_ALARMING = re.compile(
    r"Uncaught exception|Unexpected error|Exception serving request|Logging error|never retrieved|Internal error"
)
_CHAINED = ("During handling of the above exception", "The above exception was the direct cause")
#: Errors of what lies below our handler, by the end of their traceback, and why they are no finding.
EXPLAINED = (
    (r"in private/BaseRequestHandler.py:_gatherPeerCredentials$", "DIRAC's way to log a 401 for want of credentials"),
    (r"in private/BaseRequestHandler.py:_authzJWT$|^jwt\..* in jwt/", "the same, for tokens that are none"),
    (r"in tornado_m2crypto/m2iostream.py:_verify_cert$", "the peer was gone when the TLS handshake ended"),
    (r"SSLError in SSL/Connection.py:write$", "the peer was gone when its answer was written"),
    (
        r"in tornado_m2crypto/m2iostream.py:get_ssl_certificate(_chain)?$",
        "the peer was gone when it was asked who it is",
    ),
    (r"^ssl.SSLError in tornado_m2crypto/m2iostream.py:read_from_fd$", "a broken TLS record; it closes"),
    (r"in tornado/http1connection.py:_read_(chunked_)?body$", "Tornado's way to log what is no HTTP; it closes"),
    (r"in tornado/httputil.py:parse_request_start_line$", "the same"),
    (r"^zlib.error in tornado/util.py:(de)?compress$", "Tornado's way to log broken gzip; it closes"),
)


class ServiceLog:
    """A component's log from now on."""

    def __init__(self, path):
        self._path = path
        self._start = path.stat().st_size if path.exists() else 0

    def text(self):
        """Return what was written since."""
        with self._path.open("rb") as log:
            log.seek(self._start)
            return log.read().decode(errors="replace")


def findings(text):
    """(findings, how often each traceback that is explained)."""
    counts = Counter(tracebacks(text.splitlines()))
    explained = {one: number for one, number in counts.items() if is_explained(one)}
    found = [f"service log: {one} ({number} times)" for one, number in counts.items() if one not in explained]
    forged = sum(line.startswith(FORGED) for line in re.split(r"[\r\n]", text))
    if forged:
        found.append(f"service log: {forged} lines that callers forged")
    if CANARY in text:
        found.append(f"service log: text of callers in {text.count(CANARY)} places")
    return found, explained


def is_explained(signature):
    """Return why an error is no finding; None when nothing explains it."""
    return next((reason for pattern, reason in EXPLAINED if re.search(pattern, signature)), None)


def tracebacks(lines):
    """Return each traceback as ``<error> in <file>:<function>`` (the last of a chain), and alarming words as such.

    The lines of a traceback may be indented, as our services write them.
    """
    found, place, alarm, inside, indent = [], "", "", False, ""
    for written in lines:
        line = written.removeprefix(indent)
        if written.lstrip(" ").startswith(TRACEBACK):
            inside, place, indent = True, "", written[: len(written) - len(written.lstrip(" "))]
        elif inside and (frame := _FRAME.match(line)):
            place = f"{frame.group(1)}:{frame.group(2)}"
        elif inside and line and not line.startswith(" "):
            inside, alarm = False, ""
            found.append(f"{line.partition(':')[0].partition(' ')[0][:80]} in {place}")
        elif line.startswith(_CHAINED) and found:
            found.pop()
        elif alarming := _ALARMING.search(line):
            found += [alarm] if alarm else []
            alarm = alarming.group(0)
    return [*found, alarm] if alarm else found
