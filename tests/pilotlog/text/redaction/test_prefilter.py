"""Hyperscan saves RE2 work and changes nothing: places and stored text are those of RE2 alone."""

import random
from concurrent.futures import ThreadPoolExecutor

import pytest

from PilotLoggingDIRAC.pilotlog.text.redaction import prefilter
from PilotLoggingDIRAC.pilotlog.text.redaction.redactor import Redactor, default
from PilotLoggingDIRAC.pilotlog.text.redaction.scanning import Scanner
from PilotLoggingDIRAC.pilotlog.text.redaction.values.names import Names

from . import redaction_forms as forms
from .blind.first import cases as first
from .blind.second import cases as second
from .redaction_hostile import HOSTILE
from .test_redaction_blind import ordinary

pytest.importorskip("hyperscan")

#: Long enough for Hyperscan, and without any place.
FILLER = b"2026-11-21T08:10:11.123456Z INFO [CheckWorkerNode] free disk 37 MB of wn7.example.org\n" * 60
FORMS = [case.text.encode() for case in forms.cases(1)]
#: What only one of both would find, if they were told the same.
ODD = {
    "vertical tab": b"::add-mask::\x0bx\n",
    "many blanks": b"token" + b" " * 300 + b"\n",
    "four lines": b"chpasswd:\n  expire: False\n  list:\n    root:x1y2z3w4\n",
    "lines of tags": b"password" + b"</b>\n" * 9 + b"<td>x1y2z3w4</td>\n",
    "blank lines": b"password</b>" + b"\n" * 9 + b"<td>x1y2z3w4</td>\n",
    "lines of Windows": b"password</b>" + b"\r\n" * 9 + b"<td>x1y2z3w4</td>\r\n",
}


def of_re2_alone(make):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(prefilter, "hyperscan", None)
        return make()


@pytest.fixture(scope="module")
def alone():
    return of_re2_alone(Redactor)


def redacted_otherwise(texts, alone):
    return [text for text in texts if default().redact(b"", text) != alone.redact(b"", text)]


def test_every_form_among_other_lines_is_redacted_as_by_re2_alone(alone):
    assert redacted_otherwise([FILLER + form + FILLER for form in FORMS], alone) == []


@pytest.mark.parametrize("corpus", [first, second], ids=["first", "second"])
def test_messages_of_a_blind_corpus_are_redacted_as_by_re2_alone(corpus, alone):
    assert redacted_otherwise(["".join(lines).encode() for lines in ordinary(corpus)], alone) == []


def test_hostile_texts_are_redacted_as_by_re2_alone(alone):
    assert redacted_otherwise([(text * (20_000 // len(text) + 1))[:20_000] for text in HOSTILE.values()], alone) == []


def places_of(places, at, end, steps):
    """The places from one on, when the scan goes on so many bytes after each one's beginning."""
    found = []
    for step in steps:
        place = places.next(at, end)
        if not place:
            break
        found.append(place)
        at = place[0] + step
    return found


@pytest.mark.parametrize("seed", range(20))
def test_places_from_anywhere_are_those_of_re2(seed):
    scanner, of_re2 = Scanner(Names()), of_re2_alone(lambda: Scanner(Names()))
    rand = random.Random(seed)
    for _ in range(20):
        text = FILLER + b"".join(rand.choices([*FORMS, *ODD.values()], k=4)) + FILLER + rand.choice(FORMS)
        at, end = rand.choice([0, len(FILLER)]) + rand.randrange(200), rand.choice([len(text), len(text) - 40])
        steps = [rand.choice([1, 2, 9]) for _ in range(100)]
        assert places_of(scanner.places(text), at, end, steps) == places_of(of_re2.places(text), at, end, steps), text


@pytest.mark.parametrize("text", ODD.values(), ids=ODD.keys())
def test_places_of_odd_text_are_those_of_re2(text):
    names, whole = Names(), FILLER + text + FILLER
    places = [scanner.places(whole) for scanner in (Scanner(names), of_re2_alone(lambda: Scanner(names)))]
    assert places[0].next(0, len(whole)) == places[1].next(0, len(whole))


def test_threads_redact_at_once():
    texts = [FILLER + b"".join(FORMS[number : number + 3]) + FILLER for number in range(0, 300, 3)]
    with ThreadPoolExecutor(8) as threads:
        at_once = list(threads.map(lambda text: default().redact(b"", text), texts))
    assert at_once == [default().redact(b"", text) for text in texts]


def test_ends_are_told_of_long_texts_with_few_of_them():
    made = prefilter.prefilter((rb"abc", rb"[^\s]\nxyz"))
    blank = b" " * 8192
    assert made.ends(blank) == prefilter.Ends([], 0)
    assert made.ends(b"abc" + blank + b"abc") == prefilter.Ends([3, 8198], 0)
    assert made.ends(b"abc" + blank + b"-\nxyz").breaks > 0
    assert made.ends(b"abc") is None
    assert made.ends(b"abc" * 1000 + blank) is None
    assert made.ends(blank * 65) is None
