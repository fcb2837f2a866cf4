"""Training of the dictionary that small texts are packed with: ``python -m tests.corpora.dictionary`` writes its file.

Its number is made of what it was trained on. A dictionary that was ever used keeps its file; ``STANDARD`` in
``schema/dictionaries/dictionary.py`` names the one that texts are packed with.
"""

import hashlib
import random
from pathlib import Path

import zstandard

from PilotLoggingDIRAC.pilotlog.sql.schema import dictionaries

from .pilots import logs, written

MESSAGES = 15
_BYTES = 128 * 1024
#: Logs that people have written are fewer than those made by a program; each counts so often.
_WRITTEN = 3
#: Numbers below and above are the format's own (RFC 8878).
_LEAST_NUMBER, _MOST_NUMBER = 32_768, 2**31 - 1


def messages(text):
    """Return a log as the messages in which a stock pilot sends it."""
    lines = text.splitlines(keepends=True)
    size = max(1, len(lines) // MESSAGES)
    return [b"".join(lines[start : start + size]) for start in range(0, len(lines), size)]


def samples():
    """Return the messages of all logs of the corpora but those of ``measured``, in an order that prefers none."""
    found = [log for part in logs.parts() for log in logs.logs(part)] + _WRITTEN * list(written.logs(written.PARTS[0]))
    mixed = [message for log in found for message in messages(log.text.encode())]
    random.Random(1).shuffle(mixed)
    return mixed


def measured():
    """Return the messages of the logs that a dictionary is measured on."""
    return [message for log in written.logs(written.PARTS[1]) for message in messages(log.text.encode())]


def train(found):
    """Return a dictionary's content that was trained on messages."""
    digest = int.from_bytes(hashlib.sha256(b"".join(found)).digest()[:4], "big")
    number = _LEAST_NUMBER + digest % (_MOST_NUMBER - _LEAST_NUMBER)
    return zstandard.train_dictionary(_BYTES, found, dict_id=number).as_bytes()


def main():
    """Train, write the file, and say its number."""
    content = train(samples())
    number = dictionaries.Dictionary(content).number
    Path(dictionaries.__path__[0], f"{number}.zdict").write_bytes(content)
    print(f"STANDARD = {number}")


if __name__ == "__main__":
    main()
