r"""Text of pilots, and names that others chose, made harmless for a terminal or a message.

A character that a terminal obeys is replaced by an escape that it shows: ``\x1b`` for the escape character, ``\r`` for
a carriage return, ``\u202e`` for a change of the writing direction. Then no pilot's text clears a screen, sets a title,
writes to a clipboard, or covers another line. Characters are replaced one by one, because a text may be cut anywhere,
also within an escape sequence. Stored and archived text is not changed.
"""

from __future__ import annotations

import functools
import re

#: C0 and C1 controls without newline and tab, DEL, characters that change the writing direction, end a line or are
#: invisible, surrogates (no terminal takes them), and tags.
_OBEYED = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u034f\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\ud800-\udfff\U000e0000-\U000e007f]"
)
_SPACES = re.compile("[\t\n]")
_MARKUP = str.maketrans("", "", "<>&")
_MAX_MESSAGE_CHARACTERS = 500


def harmless(text: str) -> str:
    """Return the text with escapes for all that a terminal obeys; newlines and tabs stay. Takes linear time."""
    return _OBEYED.sub(_shown, text)


def one_line(text: object) -> str:
    """Return ``str(text)`` as harmless text without newlines and tabs, for names, tables and messages."""
    return _SPACES.sub(_shown, harmless(str(text)))


def message(text: object, max_characters: int = _MAX_MESSAGE_CHARACTERS) -> str:
    """Return one short line without markup that can be shown anywhere: the stock portal shows errors as HTML."""
    words = " ".join(str(text).split())
    return one_line(words).translate(_MARKUP)[:max_characters]


def _shown(match: re.Match[str]) -> str:
    return _escape(match[0])


@functools.cache
def _escape(character: str) -> str:
    return ascii(character)[1:-1]
