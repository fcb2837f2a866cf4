"""The speed of redaction: MB/s on ordinary and on hostile text, one core.

python -m benchmarks.redaction
"""

import base64
import random
import time

from PilotLoggingDIRAC.pilotlog.text.redaction.redactor import default
from tests.pilot_texts import Texts
from tests.pilotlog.text.redaction.redaction_hostile import HOSTILE

_BYTES = 1024 * 1024
_RUNS = 20
_TALK = ("token", "pass", "redential", "secret", "authoriz", "key", "macaroon")


def ordinary(size):
    """Messages without talk of secrets, but for one line in a hundred."""
    texts, lines = Texts(1), []
    while sum(map(len, lines)) < size:
        line = texts.line()
        if len(lines) % 100 == 0 or not any(word in line.lower() for word in _TALK):
            lines.append(line)
    return "".join(lines).encode()[:size]


def seconds(text, runs):
    """The shortest of some runs."""
    found = []
    for _ in range(runs):
        started = time.perf_counter()
        default().redact(b"", text)
        found.append(time.perf_counter() - started)
    return min(found)


def rows():
    """Yield (name, text as bytes, runs) of each row."""
    yield "ordinary, 50 lines", ordinary(6_000), _RUNS
    yield "ordinary, 1000 lines", ordinary(142_000), _RUNS
    yield "half the lines talk of secrets", Texts(1).message(1000).encode(), _RUNS
    yield "environment of a worker node", Texts(1).environment().encode(), _RUNS
    yield "base64 that does not repeat", base64.encodebytes(random.Random(1).randbytes(4 * _BYTES)), 1
    for name, text in HOSTILE.items():
        yield f"hostile: {name}", (text * (_BYTES // len(text) + 1))[:_BYTES], 3


def main():
    """Print the table."""
    print(f"{'text':40} {'kB':>8} {'ms':>9} {'MB/s':>8}")
    for name, text, runs in rows():
        took = seconds(text, runs)
        print(f"{name:40} {len(text) / 1e3:8.1f} {took * 1e3:9.3f} {len(text) / took / 1e6:8.1f}")


if __name__ == "__main__":
    main()
