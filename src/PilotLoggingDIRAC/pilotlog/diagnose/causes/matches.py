"""Patterns of RE2 that only tell whether they match."""

from __future__ import annotations

from collections.abc import Callable

import re2

Matches = Callable[[bytes], bool]
"""Return True for a text that has a match."""


def matcher(pattern: bytes, ignore_case: bool = True) -> Matches:
    """Return the search for a pattern in a text. Raise re2.error.

    The wrapper of RE2 makes a match object of each, which takes longer than to find it: it is left out.
    """
    options = re2.Options()
    options.encoding = re2.Options.Encoding.LATIN1
    options.log_errors, options.never_capture, options.case_sensitive = False, True, not ignore_case
    compiled = re2.compile(pattern, options)
    try:
        match, unanchored = compiled._regexp.Match, re2._re2.RE2.Anchor.UNANCHORED
    except AttributeError:
        return lambda text: compiled.search(text) is not None
    return lambda text: match(unanchored, text, 0, len(text))[0][0] >= 0
