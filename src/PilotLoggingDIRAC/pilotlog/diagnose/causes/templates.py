"""Templates of lines that no rule knows: what is the same in them, and a fingerprint of it.

The algorithm is that of Drain (P. He et al., ICWS 2017): a line's words are compared with the templates of lines that
have as many words and the same first one; it belongs to the most similar one, whose differing words become wildcards.
Where Drain keeps its tree in memory, the tree here is a table of ``Leaf`` keys, which agents share: words that vary are
masked before, so that all agents give a line the same key and, if it is new, the same fingerprint.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass

#: Changes with masks, keys or fingerprints: templates of another version are never compared with those of this one.
VERSION = 1

WILD = "<*>"
_MAX_WORDS = 60
_MAX_TEXT = 400
#: The share of words that have to be the same, among those that are not wild in the template.
_SIMILAR = 0.6

_HEADER = re.compile(
    r"^\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z| UTC)? +(?:\S+ )?(?:\[\d+\] )?(?=[A-Z]{4,9}\b)|\[\d{3,}\]"
)
#: What varies from pilot to pilot, in this order: quoted text, addresses, paths, hosts, numbers of any kind.
_VARIES = re.compile(
    r"'[^'\n]{1,200}'|\"[^\"\n]{1,200}\"|‘[^’\n]{1,200}’"
    r"|\b[a-z][a-z0-9+.-]{1,12}://[^\s,;)\]}>]+"
    r"|(?<![\w.])~?/[^\s,:;)\]}>'\"]+"
    r"|\b(?:[A-Za-z0-9-]+\.){1,6}[a-z]{2,12}(?::\d+)?\b(?!\()"
    r"|\b0x[0-9a-fA-F]+\b|\b[0-9a-fA-F]{8,}(?:-[0-9a-fA-F]{2,})*\b"
    r"|[+-]?\d[\d.,:/-]*(?:[A-Za-z%]{1,3}\b)?"
)
_NAMED = re.compile(r"\b[A-Za-z_]*\d[\w-]*\b")


@dataclass(frozen=True, slots=True)
class Template:
    """The common form of some lines: words, of which those that vary are ``WILD``."""

    words: tuple[str, ...]

    @property
    def text(self) -> str:
        """Return the words as one line of at most 400 characters."""
        return " ".join(self.words)[:_MAX_TEXT]

    @property
    def leaf(self) -> str:
        """Return the key of the templates that this one is compared with: the number of words and the first one."""
        first = next((word for word in self.words[:2] if WILD not in word), "")
        return _digest(str(VERSION), str(len(self.words)), first)[:16]

    @property
    def fingerprint(self) -> str:
        """Return the version and a hash of the words, as ``1-4be02f5c11d8``."""
        return f"{VERSION}-{_digest(*self.words)[:12]}"

    def similarity(self, other: Template) -> float:
        """Return the share of the words of this template that the other one has in the same places, 0 to 1.

        Wild words count neither way; a template of nothing but wild words is like its equal only.
        """
        if len(self.words) != len(other.words):
            return 0.0
        said = [(mine, its) for mine, its in zip(self.words, other.words, strict=True) if mine != WILD]
        return sum(mine == its for mine, its in said) / len(said) if said else float(self.words == other.words)

    def joined(self, other: Template) -> Template:
        """Return what is the same in both."""
        pairs = zip(self.words, other.words, strict=True)
        return Template(tuple(mine if mine == its else WILD for mine, its in pairs))


def template(line: str) -> Template:
    """Return the template of one line: its words without header, those masked that vary by their form."""
    text = _NAMED.sub(WILD, _VARIES.sub(WILD, _HEADER.sub("", line.strip()[: 4 * _MAX_TEXT])))
    return Template(tuple(_squeezed(word) for word in text.split()[:_MAX_WORDS]))


def parsed(text: str) -> Template:
    """Return the template whose ``text`` this is."""
    return Template(tuple(text.split()))


def nearest(wanted: Template, known: Iterable[Template]) -> Template | None:
    """Return the template that is like the wanted one, the most similar of several; None without any."""
    near = [(known_one.similarity(wanted), known_one) for known_one in known]
    best = max(near, key=lambda pair: pair[0], default=(0.0, None))
    return best[1] if best[0] >= _SIMILAR else None


def _squeezed(word: str) -> str:
    """Return a word whose wild parts, and what stands between them, are one."""
    if word.count(WILD) < 2:
        return word
    return word[: word.index(WILD)] + WILD + word[word.rindex(WILD) + len(WILD) :]


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()
