r"""Text of pilots, and names that others chose, made harmless for a terminal or a message.

What a terminal would obey is shown instead: ``\x1b`` for an escape, ``\r`` for a carriage return, ``\u202e`` for
what turns the direction of writing. So no pilot's text clears a screen, sets a title, writes to a clipboard, or
covers a line of another. Each character is looked at by itself: chunks of a text may be cut anywhere, also inside of
a sequence. Stored and archived text stays as it is.
"""

from __future__ import annotations

import functools
import re

#: C0 and C1 controls without newline and tab, DEL, what changes the direction of writing or ends a line or is not to be
#: seen, surrogates (no terminal takes them), and tags.
_OBEYED = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u034f\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\ud800-\udfff\U000e0000-\U000e007f]"
)
_SPACES = re.compile("[\t\n]")
_MARKUP = str.maketrans("", "", "<>&")
_MAX_MESSAGE_CHARACTERS = 500


def harmless(text: str) -> str:
    """Return the text with all that a terminal would obey shown as an escape; newlines and tabs stay. Takes linear
    time.
    """
    return _OBEYED.sub(_shown, text)


def one_line(text: object) -> str:
    """Return the same of anything's ``str``, with newlines and tabs shown too: for names, tables and messages."""
    return _SPACES.sub(_shown, harmless(str(text)))


def message(text: object, max_characters: int = _MAX_MESSAGE_CHARACTERS) -> str:
    """Return one short line that can be shown anywhere, without markup: the stock portal shows error messages as
    HTML.
    """
    words = " ".join(str(text).split())
    return one_line(words).translate(_MARKUP)[:max_characters]


def _shown(match: re.Match[str]) -> str:
    return _escape(match[0])


@functools.cache
def _escape(character: str) -> str:
    return ascii(character)[1:-1]
