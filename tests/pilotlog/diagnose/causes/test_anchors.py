"""Places of known texts: the same ones are found with Hyperscan, without it, and in text that has too many of them."""

import pytest

from PilotLoggingDIRAC.pilotlog.diagnose import Rules, diagnose, parse, standard
from PilotLoggingDIRAC.pilotlog.diagnose.causes import anchors
from PilotLoggingDIRAC.pilotlog.diagnose.causes.anchors import Limits, TextAnchors

from ..made_logs import HARMLESS, MadeLog

RULES = Rules(
    parse("""
[[rule]]
code = "too-loud"
name = "Too loud"
party = "site"
text = ["Too Loud"]
hint = "h"
""")
)
LIMITS = Limits(most=100, of_text=2, of_more=50)


def places(block, limits=LIMITS, more=frozenset()):
    found = TextAnchors(RULES, [b"exact"], more).places(block, limits)
    return [(block.count(b"\n", 0, place), key if isinstance(key, bytes) else key.code) for place, key in found]


def codes(log):
    """Causes by the standard rules; as rules that nobody had before, they get anchors of this engine."""
    rules = Rules(standard(), standard().harmless)
    return [cause.rule.code for cause in diagnose([log.text], rules=rules).causes]


@pytest.fixture(params=["hyperscan", "re2"])
def engine(request, monkeypatch):
    if request.param == "re2":
        monkeypatch.setattr(anchors, "hyperscan", None)
    elif anchors.hyperscan is None:
        pytest.skip("no Hyperscan here")
    anchors._scanner.cache_clear()
    yield request.param
    anchors._scanner.cache_clear()


def test_texts_of_rules_are_found_in_any_case_and_others_as_they_are(engine):
    assert places(b"too LOUD\nexact Exact\nEXACT\n") == [(0, "too-loud"), (1, b"exact")]


def test_a_place_is_the_first_byte_of_a_text(engine):
    found = TextAnchors(RULES, [b"exact"], frozenset()).places(b"so too loud\nnot exact\n", LIMITS)
    assert [place for place, _ in found] == [3, 16]


def test_first_places_and_the_last_one_are_told_one_a_line(engine):
    assert [line for line, _ in places(b"exact exact\n" * 10)] == [0, 1, 9]


def test_of_texts_of_which_more_are_wanted_more_are_told(engine):
    assert len(places(b"exact\n" * 10, more=frozenset((b"exact",)))) == 10


def test_block_full_of_known_texts_is_searched_in_bounds(engine):
    assert [line for line, _ in places(b"exact" * 10_000 + b"\nexact\n")] == [0, 1]


def test_number_of_places_is_bounded(engine):
    assert len(places(b"exact too loud\n" * 10, Limits(4, 5, 50))) == 4


def test_diagnosis_is_the_same_with_either_engine(engine):
    log = MadeLog().fail("InstallDIRAC", *HARMLESS[:2], "tar: write: NO SPACE LEFT on device")
    assert codes(log)[:1] == ["disk-full"]


def test_the_agent_s_line_right_behind_the_beginning_of_a_job_s_output_ends_it(engine):
    log = MadeLog().job(
        "@U WorkloadManagement/JobAgent/Watchdog INFO: ================START================",
        "@U WorkloadManagement/JobAgent ERROR: Could not retrieve payload proxy x",
        end="",
    )
    assert codes(log) == ["payload-proxy"]
