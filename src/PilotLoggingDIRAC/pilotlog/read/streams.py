"""A pilot's output put together from several sources, stream by stream.

A pilot sends its standard output, and nothing of its standard error; what it printed last may not have been sent. The
computing element has both streams to their end, for a while. So an answer is our text, the CE's standard error and,
after a log without an end, the rest that the CE has.
"""

from __future__ import annotations

import dataclasses
from itertools import takewhile

from ..model import Output
from ..text.terminal_lines import GLUED

_DOUBTFUL_CHARACTERS = 500
_DOUBTFUL_LINES = 3
_LOOKED_LINES = 1000
_MARK = "[From here on as the computing element has it, as the log has no end]\n"

_STDERR, _END = "StdErr", "end"


def is_doubtful(stdout: str, stderr: str) -> bool:
    """Return True for a few words on standard output, without a line of a pilot: a CE that has no output yet, or no
    more, may say so in place of it.
    """
    text = stdout.strip()
    short = len(text) <= _DOUBTFUL_CHARACTERS and text.count("\n") < _DOUBTFUL_LINES
    return bool(text) and short and not stderr.strip() and not _last_pilot_line(text)


def lacks(answer: Output) -> bool:
    """Return True if a source that has both streams may have more than this answer."""
    return not answer.stdout.strip() or not answer.stderr.strip() or not _has_end(answer)


def _has_end(answer: Output) -> bool:
    """Return True if the pilot reported its end, whether or not text is missing before it."""
    return answer.ended or answer.complete


def combined(answer: Output, more: Output) -> Output:
    """Return an answer with what it lacks and another source has; ``source`` then names both, and what came from which.

    The standard output is that of the first answer; if that has no end, the rest of the other one follows. Doubtful
    standard output counts only where there is no other.
    """
    if not answer.stdout.strip():
        answer, more = more, answer
    if more.doubtful:
        more = dataclasses.replace(more, stdout="")
    if answer.doubtful and more.stdout.strip():
        answer, more = more, dataclasses.replace(answer, stdout="")
    added = []
    stdout, stderr = answer.stdout, answer.stderr
    if not _has_end(answer) and more.stdout.strip() and (rest := _rest(stdout, more.stdout)):
        stdout = stdout + ("" if stdout.endswith("\n") else "\n") + _MARK + rest
        added.append(_END)
    if not stderr.strip() and more.stderr.strip():
        stderr = more.stderr
        added.append(_STDERR)
    source = f"{answer.source},{more.source}({','.join(added)})" if added else answer.source
    return dataclasses.replace(
        answer, stdout=stdout, stderr=stderr, source=source, files=answer.files or more.files, doubtful=False
    )


def _rest(ours: str, theirs: str) -> str:
    """Return the text of ``theirs`` after ``ours``: after the last line of the pilot that both have.

    All of it where they have none in common, unless ``ours`` is ahead.
    """
    anchor = _last_pilot_line(ours)
    place = theirs.find(anchor) if anchor else -1
    if place < 0:
        last = _last_pilot_line(theirs)
        return "" if last and last in ours else theirs
    behind = theirs[place + len(anchor) :].lstrip("\r\n")
    own = ours[ours.rfind(anchor) + len(anchor) :].strip("\r\n")
    return behind[len(_shared(own, behind)) :].lstrip("\r\n")


def _shared(own: str, behind: str) -> str:
    """Return what both begin with: all of ``own``, or lines of it, as a note of ours may be the last one."""
    if behind.startswith(own):
        return own
    pairs = zip(own.splitlines(True), behind.splitlines(True), strict=False)
    return "".join(line for line, _ in takewhile(lambda pair: pair[0] == pair[1], pairs))


def _last_pilot_line(text: str) -> str:
    """Return the last line of the pilot in a text, from its header on, without trailing blanks; empty without one."""
    for line in reversed(text.rsplit("\n", _LOOKED_LINES)):
        raw = line.encode("utf-8", "backslashreplace")
        found = None
        for found in GLUED.finditer(raw):  # noqa: B007  (the last one)
            pass
        if found:
            return raw[found.start() :].decode("utf-8", "backslashreplace").rstrip()
    return ""
