"""Redaction, measured on three corpora whose authors had not seen its rules."""

import gzip
from pathlib import Path

import pytest

from PilotLoggingDIRAC.pilotlog.text.redaction.redactor import default

from .blind.first import cases as first
from .blind.second import cases as second
from .blind.third import cases as third

CORPORA = pytest.mark.parametrize("corpus", [first, second, third], ids=["first", "second", "third"])
SHARE_FOUND, SHARE_CHANGED = 0.99, 0.001

LINES_OF_A_MESSAGE = 50


def redacted(text):
    return default().redact(b"", text.encode())[0].decode(errors="replace")


def ordinary(corpus):
    """The ordinary lines of a corpus in messages of some lines, each with its text."""
    text = gzip.decompress(Path(corpus.__file__).with_name("ordinary.txt.gz").read_bytes()).decode()
    lines = text.splitlines(keepends=True)
    return [lines[start : start + LINES_OF_A_MESSAGE] for start in range(0, len(lines), LINES_OF_A_MESSAGE)]


def missed(corpus):
    """The cases of which a secret is shown."""
    return [case for case in corpus.cases() if any(secret in redacted(case.text) for secret in case.secrets)]


@CORPORA
def test_secrets_of_a_blind_corpus_are_found(corpus):
    found = missed(corpus)
    assert len(found) <= (1 - SHARE_FOUND) * len(corpus.cases()), sorted({f"{case.kind}/{case.form}" for case in found})


@CORPORA
def test_ordinary_lines_of_a_blind_corpus_stay(corpus):
    messages = ordinary(corpus)
    changed = [
        (line, shown)
        for lines in messages
        for line, shown in zip(lines, redacted("".join(lines)).splitlines(keepends=True), strict=False)
        if line != shown
    ]
    assert len(changed) <= SHARE_CHANGED * sum(map(len, messages)), changed[:20]
