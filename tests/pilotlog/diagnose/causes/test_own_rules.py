"""Rules of a VO over the standard ones: what sections mean, and that a wrong one costs no other."""

import pytest

from PilotLoggingDIRAC.pilotlog.admin.option_rules import truth_problem
from PilotLoggingDIRAC.pilotlog.diagnose import Rules, diagnose, standard, with_own
from PilotLoggingDIRAC.pilotlog.diagnose.causes.causes import FIGURES, figures
from PilotLoggingDIRAC.pilotlog.diagnose.causes.own_rules import MOST_RULES

from ..made_logs import MadeLog

OWN = {"Name": "Our module is missing", "Party": "VO", "Hint": "Ask us.", "Text": "frobnicator, glop"}
LOG = MadeLog().fail("InstallDIRAC", "no frobnicator here").text
FULL = MadeLog().fail("InstallDIRAC", "tar: Cannot write: No space left on device").text


def first(text, sections):
    return diagnose([text], rules=with_own(sections).rules).causes[0].rule


def test_rule_of_a_vo_is_found_beside_the_standard_ones():
    sections = {"our-module": OWN}
    assert (first(LOG, sections).code, first(LOG, sections).name) == ("our-module", "Our module is missing")
    assert first(FULL, sections).code == "disk-full"
    assert with_own(sections).problems == {}


def test_standard_rule_is_changed_in_the_named_fields_alone():
    changed = first(FULL, {"disk-full": {"Hint": "Mail the site.", "Party": "vo"}})
    assert (changed.code, changed.hint, changed.party) == ("disk-full", "Mail the site.", "VO")
    assert changed.name == standard().by_code["disk-full"].name


def test_standard_rule_gets_other_lines_though_its_example_is_of_the_first_ones():
    changed = {"disk-full": {"Text": "die platte ist voll"}}
    assert first(MadeLog().fail("InstallDIRAC", "oh: Die Platte ist voll").text, changed).code == "disk-full"
    assert with_own(changed).problems == {}


def test_standard_rule_is_switched_off():
    found = diagnose([FULL], rules=with_own({"disk-full": {"Enabled": "no"}}).rules).causes
    assert "disk-full" not in [cause.rule.code for cause in found]


def test_all_fields_mean_what_those_of_the_standard_rules_mean():
    options = {
        "Severity": "fatal",
        "Depth": "mechanism",
        "First": "7",
        "Scope": "job",
        "Pattern": "frob.*here",
        "Unless": "never",
        "Lines": "program",
        "Phases": "InstallDIRAC, LaunchAgent",
        "NearEnd": "40",
        "WithoutJob": "yes",
        "Last": "True",
        "Lasts": "yes",
        "Debug": "no",
        "When": "return_code >= 1, lines > 3",
        "Explains": "unknown",
        "Example": "no frobnicator here",
    }
    made = first(LOG, {"our-module": OWN | options})
    assert (str(made.severity), made.depth.name, made.first, str(made.scope)) == ("fatal", "MECHANISM", 7, "job")
    assert (made.texts, made.phases) == ((b"frobnicator", b"glop"), {"InstallDIRAC", "LaunchAgent"})
    assert (made.near_end, made.without_job, made.last, made.lasts, made.debug) == (40, True, True, True, False)
    assert [(one.figure, one.comparison, one.value) for one in made.when] == [
        ("return_code", ">=", 1.0),
        ("lines", ">", 3.0),
    ]
    assert made.explains == {"unknown"}


@pytest.mark.parametrize(("word", "truth"), [("y", True), ("N", False), ("1", True), ("false", False)])
def test_yes_and_no_are_the_words_that_other_options_take(word, truth):
    found = with_own({"our-module": OWN | {"Debug": word}, "disk-full": {"Enabled": word}})
    assert found.problems == {}
    assert (found.rules.by_code["our-module"].debug, "disk-full" in found.rules.by_code) == (truth, truth)
    assert truth_problem(word) == ""


def test_two_conditions_on_one_figure_both_count():
    sections = {"our-module": OWN | {"When": "lines > 3, lines < 10000, return_code >= 1"}}
    made = with_own(sections).rules.by_code["our-module"]
    assert [(one.figure, one.comparison, one.value) for one in made.when] == [
        ("lines", ">", 3.0),
        ("lines", "<", 10000.0),
        ("return_code", ">=", 1.0),
    ]
    assert first(LOG, sections).code == "our-module"
    for other in ("lines > 10000, lines < 20000", "lines > 1, lines < 3"):
        sections = {"our-module": OWN | {"When": other}}
        found = diagnose([LOG], rules=with_own(sections).rules).causes
        assert "our-module" not in [cause.rule.code for cause in found]


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"Party": "nobody"}, "Party: nobody is none of site, VO, DIRAC, network, pilot, user"),
        ({"Depth": "deep"}, "Depth: deep is none of root, mechanism, step, end"),
        ({"Lines": "all"}, "Lines: all is none of any, pilot, program"),
        ({"Pattern": "frob("}, "missing )"),
        ({"Text": "ab"}, "Text: each text has at least 3 characters"),
        ({"Text": ""}, "neither a text nor a condition"),
        ({"First": "early"}, "First: early is no whole number"),
        ({"Debug": "perhaps"}, "Debug: perhaps is neither yes nor no"),
        ({"Enabled": "perhaps"}, "Enabled: perhaps is neither yes nor no"),
        ({"When": "disk < 3"}, "When: disk is no figure: these are cpu_time_left, "),
        ({"When": "disk_mb ~ 3"}, "When: disk_mb ~ 3 is no figure"),
        ({"When": "disk_mb < much"}, "the condition of disk_mb is none: < much"),
        ({"Example": "another line"}, "Example: the rule does not fit this line"),
        ({"Colour": "red"}, "Colour is no option of a rule: these are Debug, "),
    ],
)
def test_section_that_can_not_be_used_is_told_and_costs_no_other(changes, told):
    found = with_own({"our-module": OWN, "wrong-one": OWN | changes})
    assert list(found.problems) == ["wrong-one"]
    assert told in found.problems["wrong-one"]
    assert "our-module" in found.rules.by_code
    assert "wrong-one" not in found.rules.by_code


def test_what_is_missing_and_a_bad_code_are_told():
    found = with_own({"half": {"Text": "frobnicator"}, "Bad Code": OWN})
    assert found.problems["half"] == "Name, Party, Hint is missing"
    assert "small letters" in found.problems["Bad Code"]
    assert len(found.rules) == len(standard())


def test_wrong_section_of_a_standard_rule_leaves_that_as_it_is():
    found = with_own({"disk-full": {"Party": "nobody"}})
    assert found.rules.by_code["disk-full"] is standard().by_code["disk-full"]


def test_number_of_rules_is_bounded():
    found = with_own({f"rule-{number:03}": OWN for number in range(MOST_RULES + 1)})
    assert list(found.problems) == [f"rule-{MOST_RULES:03}"]


def test_version_is_that_of_the_standard_rules_until_something_is_changed():
    assert with_own({}).rules is standard()
    one, other = with_own({"our-module": OWN}), with_own({"our-module": OWN | {"Hint": "Ask others."}})
    assert len({standard().version, one.rules.version, other.rules.version}) == 3
    assert with_own({"our-module": dict(reversed(OWN.items()))}).rules is one.rules
    assert isinstance(one.rules, Rules)


def test_all_figures_of_a_log_can_be_named():
    made = diagnose([MadeLog().fail("InstallDIRAC", "oh").text])
    assert set(figures(made.reading, made.ending)) <= FIGURES
