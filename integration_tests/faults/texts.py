"""The texts of senders: lines that name their sender and their number, as pilots write them or bare.

A line's token, ``<sender>.<number>.``, is nowhere else; a text may be cut after a token, within a line.
"""

import re

TOKEN = re.compile(rb"(r\d+s\d+)\.(\d+)\.")
PILOT_LINE = re.compile(rb"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[.,]\d+Z ", re.MULTILINE)
_OUR_LINE = rb"\n\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z WARN \[PilotLogging\] "
GAP_LINE = re.compile(_OUR_LINE + rb"(\d+) messages with (\d+) bytes are missing here: [^\n]*\n")
SENT_AGAIN_LINE = re.compile(_OUR_LINE + rb"(\d+) bytes (are left out|may be missing) here: [^\n]*\n")
COMMANDS = ("CheckWorkerNode", "InstallDIRAC", "ConfigureBasics", "LaunchAgent")
SIZES = ((1, 30), (5, 30), (30, 20), (200, 10), (1000, 5))
#: No word of these is the name of a secret, which would be redacted.
LETTERS = "bcdfghjlmnqrvxz      éß€🙂"
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

    def logged(self, words, level="INFO", mark="."):
        """A line of the pilot's logger."""
        return self._stamped(f"{words} {self._token()}\n", level, mark)

    def wrapper(self):
        """Return what the pilot's wrapper wrote before there was a pilot; its time stamps have a comma."""
        return "".join(
            self.logged(f"VARIABLE_{place}=value", "DEBUG", ",") for place in range(self._random.randrange(40))
        )

    def output(self):
        """Return what one read of a program returned."""
        self._bare = 1.0
        return self.chunk()

    def _token(self):
        self._number += 1
        return f"{self._name}.{self._number}."

    def _stamped(self, text, level, mark):
        second, command = divmod(self._number, 4)
        clock = f"2026-01-01T{second // 3600:02d}:{second // 60 % 60:02d}:{second % 60:02d}"
        return f"{clock}{mark}{self._number % 10**6:06d}Z {level} [{COMMANDS[command]}] {text}"

    def _line(self, bare):
        filler = "".join(self._random.choices(LETTERS, k=self._random.randrange(120)))
        text = f"{self._token()} {filler}\n"
        return text if bare else self._stamped(text, "INFO", ".")


def numbers(text, name):
    """The numbers of a sender's lines in a text, in their order."""
    return [int(number) for who, number in TOKEN.findall(text) if who == name.encode()]


def tokens(text, name):
    """(name, number) of a sender's lines in a text, in their order."""
    return [(name, number) for number in numbers(text, name)]


def strangers(text, *names):
    """The senders other than these of whom there are lines in the text."""
    return sorted({who.decode() for who, _ in TOKEN.findall(text)} - set(names))


def may_be_missing(text):
    """The bytes that a log says may be missing, as nobody knows whether they had been sent before."""
    return sum(int(size) for size, words in SENT_AGAIN_LINE.findall(text) if words == b"may be missing")


def without_gaps(text):
    """The text without the collector's own lines, and the number of messages and bytes that those of gaps tell of."""
    told = [(int(messages), int(size)) for messages, size in GAP_LINE.findall(text)]
    text = SENT_AGAIN_LINE.sub(b"", text)
    return GAP_LINE.sub(b"", text), sum(one[0] for one in told), sum(one[1] for one in told)


def is_marked(text):
    """Return whether a repetition of this message must not be stored: it has a pilot's line."""
    return PILOT_LINE.search(text) is not None
