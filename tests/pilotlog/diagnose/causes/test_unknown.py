"""Failures that no rule knows: the line that tells most, its template and fingerprint, a rule to begin with."""

import tomllib

import pytest

from PilotLoggingDIRAC.pilotlog.diagnose import diagnose, parse, standard
from PilotLoggingDIRAC.pilotlog.diagnose.causes.templates import nearest, parsed, template
from PilotLoggingDIRAC.pilotlog.diagnose.causes.unknown import skeleton, telling_line

from ..made_logs import MadeLog

ODD = "frobnicator: plate 17 of /scratch/x1 is not aligned"


def telling(log):
    found = telling_line(diagnose([log.text]), standard())
    return found.text if found else None


@pytest.mark.parametrize(
    ("lines", "wanted"),
    [
        ((ODD, "@E [InstallDIRAC] Could not install DIRACOS [ERROR 1]"), ODD),
        (
            ("panic: no plates", "some chatter", "@E [InstallDIRAC] Could not install DIRACOS [ERROR 1]"),
            "panic: no plates",
        ),
        ((ODD,), ODD),
        (("No space left on device",), None),
    ],
)
def test_line_that_tells_most_is_the_last_error_that_no_rule_fits(lines, wanted):
    assert telling(MadeLog().fail("InstallDIRAC", *lines)) == wanted


def test_line_is_told_with_its_number_however_the_text_comes():
    log = MadeLog().fail("InstallDIRAC", ODD)
    pieces = [log.text[at : at + 700] for at in range(0, len(log.text), 700)]
    found = telling_line(diagnose(pieces), standard())
    assert log.text.decode().split("\n")[found.line - 1] == ODD


def test_pilot_that_did_its_work_or_stopped_for_a_known_cause_has_none():
    assert telling(MadeLog()) is None
    assert telling(MadeLog().cut("LaunchAgent", "DUE TO TIME LIMIT")) is None


def test_pilot_that_stopped_without_a_word_is_told_by_its_last_line():
    assert telling(MadeLog().cut("LaunchAgent", "the plates are aligned")) == "the plates are aligned"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (ODD, "frobnicator: plate 4 of /data/y is not aligned"),
        (
            "2026-11-26T08:10:11.123456Z ERROR [X] Cannot ask host wn1.example.org: code 0x7f",
            "2025-01-02 03:04:05 UTC ERROR [X] Cannot ask host wn22.site.example.org: code 0x12ab",
        ),
        ("job 'abc' of user \"x\" lost", "job 'defg' of user \"yy z\" lost"),
        (
            "worker 9d3f6a0c5b1e4f6f8a7b2c1d0e9f8a7b died after 12.5 s",
            "worker 0a3f6a0c5b1e4f6f8a7b2c1d0e9f8a7c died after 3 s",
        ),
    ],
)
def test_lines_that_differ_in_what_varies_have_one_fingerprint(one, other):
    assert template(one).fingerprint == template(other).fingerprint


def test_fingerprint_has_the_version_and_does_not_change():
    """A change of masks, keys or hashes has another version, so that stored groups are not mixed."""
    assert template(ODD).fingerprint == "1-335023ef0ce3"


def test_similar_lines_of_one_leaf_are_joined_and_others_are_not():
    known = template("the plate alpha of the frobnicator is not aligned")
    near = template("the plate beta of the frobnicator is not aligned")
    assert nearest(near, [known]) == known
    assert known.joined(near).text == "the plate <*> of the frobnicator is not aligned"
    assert known.leaf == near.leaf == known.joined(near).leaf
    assert nearest(template("the quick brown fox jumped over the lazy"), [known]) is None
    assert nearest(template("the plate"), [known]) is None


def test_templates_are_bounded_and_survive_their_text():
    long = template("word " * 5000)
    assert len(long.text) <= 400
    assert parsed(known := template(ODD).text).text == known
    assert template("").words == ()
    assert nearest(template(""), []) is None


def test_skeleton_is_a_rule_that_fits_its_example():
    text = skeleton(template(ODD), "1-0123456789ab", 17, ["LCG.Here.org", "LCG.There.org"])
    (rule,) = parse(text.replace('name = "?"', 'name = "Plates"'))
    assert rule.fits(ODD.encode()) and rule.fits(b"FROBNICATOR: plate 3 of /z is not aligned")
    assert not rule.fits(b"frobnicator: plate 3 of /z is aligned")
    assert '17 logs at "LCG.Here.org, LCG.There.org", fingerprint 1-0123456789ab' in text


@pytest.mark.parametrize(
    "line", ['quote " and \\ backslash (x) [y] failed', "tab\tand \x7f and \x01 failed", "ünïcode – failed"]
)
def test_skeleton_of_any_line_is_toml(line):
    entry = tomllib.loads(skeleton(template(line), "1-0123456789ab", 1, ["a\nb"]))["rule"][0]
    assert entry["text"][0] in entry["example"].lower()
