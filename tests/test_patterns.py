"""Regular expressions mean the same to every Python that the extension runs on."""

import re
from pathlib import Path

SOURCES = Path(__file__).parents[1] / "src"
#: A group that is repeated possessively, and whose last alternative is not the empty one.
REPEATED = re.compile(r"(?<!(?<!\\)\|)\)(?:[*+?]|\{[^\n]*?\})\+(?!\+)")


def test_a_possessively_repeated_group_ends_with_an_empty_alternative():
    """Before Python 3.11.5, Debian 12's among them, a turn that fails half-way counts as matched (gh-106052)."""
    found = [
        f"{path.relative_to(SOURCES)}:{number}"
        for path in sorted(SOURCES.rglob("*.py"))
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if REPEATED.search(line)
    ]
    assert found == []


def test_what_is_looked_for_is_the_wrong_form():
    assert REPEATED.search(r"(?:a|b\d)*+") and REPEATED.search(r"(?:ab?c)++") and REPEATED.search("(?:ab){1,3}+")
    assert REPEATED.search(r"(?:a|b\|)*+") and REPEATED.search("(?:ab){{0,{max(most - 1, 0)}}}+")
    assert not REPEATED.search(r"(?:a|b\d|)*+ [a-z]*+ (?>ab|)")
    assert [re.match(pattern, "aca")[0] for pattern in ("(?:ab?c|)*+", "(?>ab?c|)")] == ["ac", "ac"]
