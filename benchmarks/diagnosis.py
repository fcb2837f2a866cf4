"""The speed of diagnoses: MB/s of one core's CPU time on ordinary and on hostile text, and the memory for it.

python -m benchmarks.diagnosis
"""

import random
import resource
import time

from PilotLoggingDIRAC.pilotlog.diagnose import DiagnosisReader, diagnose, standard
from tests.pilot_texts import PLAIN_LINES
from tests.pilotlog.diagnose.made_logs import HARMLESS, MadeLog

_BYTES = 30_000_000
_PIECE_BYTES = 1024 * 1024
_SMALL_LOGS = 200
#: The best of this many runs counts, as others may use the processor.
_RUNS = 5


def ordinary(size):
    """A job agent's long log: two lines in three alike, the others of all kinds."""
    draw, kinds, lines, length, number = random.Random(1), PLAIN_LINES.splitlines(), [MadeLog().text], 0, 0
    while length < size:
        number += 1
        second = number // 100
        head = (
            f"2026-11-26T{8 + second // 3600 % 12:02}:{second // 60 % 60:02}:{second % 60:02}.{number % 1000000:06}Z "
        )
        text = (
            draw.choice(kinds) if number % 3 == 0 else f"INFO [LaunchAgent] event {number} of the ordinary kind, done"
        )
        lines.append(f"{head}{text}\n".encode())
        length += len(lines[-1])
    return b"".join(lines)


def repeated(text, size=_BYTES):
    """A text again and again."""
    return text * (size // len(text) + 1)


def rows():
    """Yield (name, text) of each row."""
    yield "ordinary", ordinary(_BYTES)
    yield "a whole pilot again and again", repeated(MadeLog().text)
    yield "harmless errors", repeated("".join(f"{line}\n" for line in HARMLESS).encode())
    yield (
        "each line of one rule",
        repeated(b"2026-11-26T08:10:11.123456Z ERROR [InstallDIRAC] No space left on device\n"),
    )
    yield "each line of another rule", repeated("".join(f"{rule.example}\n" for rule in standard()).encode())
    yield (
        "another second each line",
        b"".join(
            f"2026-11-26T{n // 3600 % 24:02}:{n // 60 % 60:02}:{n % 60:02}.123456Z INFO [X] a\n".encode()
            for n in range(_BYTES // 46)
        ),
    )
    yield "one line", b"x" * _BYTES
    yield "carriage returns and NULs", b"\r\0" * (_BYTES // 2)


def seconds(text):
    """The CPU time of reading a text in pieces, and of its diagnosis."""
    started = time.process_time()
    reader = DiagnosisReader(standard())
    for at in range(0, len(text), _PIECE_BYTES):
        reader.feed(text[at : at + _PIECE_BYTES])
    reader.finish()
    return time.process_time() - started


def small_log_seconds():
    """The CPU time of the diagnosis of one small log."""
    text = MadeLog().fail("InstallDIRAC", "No space left on device").text
    started = time.process_time()
    for _ in range(_SMALL_LOGS):
        diagnose([text])
    return (time.process_time() - started) / _SMALL_LOGS


def main():
    """Print the table."""
    diagnose([MadeLog().text])
    print(f"{len(standard())} rules")
    for name, text in rows():
        took = min(seconds(text) for _ in range(_RUNS))
        print(f"{name:32} {len(text) / 1e6:6.1f} MB {took:7.2f} s {len(text) / took / 1e6:8.1f} MB/s")
    print(f"{'one small log':32} {small_log_seconds() * 1e3:26.2f} ms")
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{'memory, with the texts':32} {most:26.0f} MiB")


if __name__ == "__main__":
    main()
