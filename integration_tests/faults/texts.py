"""What senders write: lines that name their sender and their number, as pilots write them or bare.

A line's token, ``<sender>.<number>.``, is nowhere else; a text may be cut behind a token, within a line.
"""

import re

TOKEN = re.compile(rb"\b(r\d+s\d+)\.(\d+)\.")
PILOT_LINE = re.compile(rb"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[.,]\d+Z ", re.MULTILINE)
GAP_LINE = re.compile(
    rb"\n\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z WARN \[PilotLogging\] "
    rb"(\d+) messages with (\d+) bytes are missing here: [^\n]*\n"
)
SENT_AGAIN_LINE = re.compile(
    rb"\n\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z WARN \[PilotLogging\] "
    rb"\d+ bytes (?:are left out|may be missing) here: [^\n]*\n"
)
COMMANDS = ("CheckWorkerNode", "InstallDIRAC", "ConfigureBasics", "LaunchAgent")
SIZES = ((1, 30), (5, 30), (30, 20), (200, 10), (1000, 5))
LETTERS = "abcdefghijklmnopqrstuvwxyz      éß€🙂"
CUT_OF_TEN = 2


class Author:
    """Writes the chunks of one sender, one after the other."""

    def __init__(self, name, random, bare):
        """``bare`` is the share of chunks that are program output without time stamps."""
        self._name = name
        self._random = random
        self._bare = bare
        self._number = 0
        self._rest = ""

    def chunk(self, last=False):
        """The next chunk; the last one is not cut within a line."""
        random = self._random
        sizes, weights = zip(*SIZES, strict=True)
        wanted = max(1, round(random.choices(sizes, weights)[0] * random.uniform(0.5, 1)))
        bare = random.random() < self._bare
        text = self._rest + "".join(self._line(bare) for _ in range(wanted))
        self._rest = ""
        if not last and wanted > 1 and random.randrange(10) < CUT_OF_TEN:
            cut = text.rindex(".", 0, -1) + 1
            text, self._rest = text[:cut], text[cut:]
        return text

    def _line(self, bare):
        self._number += 1
        filler = "".join(self._random.choices(LETTERS, k=self._random.randrange(120)))
        text = f"{self._name}.{self._number}. {filler}\n"
        if bare:
            return text
        second, command = divmod(self._number, 4)
        clock = f"2026-01-01T{second // 3600:02d}:{second // 60 % 60:02d}:{second % 60:02d}.{self._number % 10**6:06d}Z"
        return f"{clock} INFO [{COMMANDS[command]}] {text}"


def numbers(text, name):
    """The numbers of a sender's lines in a text, in their order."""
    return [int(number) for who, number in TOKEN.findall(text) if who == name.encode()]


def strangers(text, name):
    """The senders other than this one of whom there are lines in the text."""
    return sorted({who.decode() for who, _ in TOKEN.findall(text)} - {name})


def without_gaps(text):
    """The text without the collector's own lines, and the number of messages and bytes that those of gaps tell of."""
    told = [(int(messages), int(size)) for messages, size in GAP_LINE.findall(text)]
    text = SENT_AGAIN_LINE.sub(b"", text)
    return GAP_LINE.sub(b"", text), sum(one[0] for one in told), sum(one[1] for one in told)


def is_marked(text):
    """Whether a repetition of this message must not be stored: it has a pilot's line."""
    return PILOT_LINE.search(text) is not None
