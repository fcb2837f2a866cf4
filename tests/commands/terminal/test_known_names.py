"""Names that nobody knows are told with those that there are."""

from PilotLoggingDIRAC.commands.terminal import known_names


def test_names_that_are_not_known_are_told_with_those_that_are_much_like_them():
    known = [f"LCG.Site{number}.org" for number in range(40)] + ["LCG.CERN.ch"]
    assert known_names.told("cern", known).startswith("LCG.CERN.ch, ")
    assert known_names.told("LCG.Site07.org", known).startswith("LCG.Site7.org, LCG.Site0.org, ")
    assert known_names.told("x", known).endswith(", and 31 more")
    assert known_names.told("x", ["a", "b"]) == "a, b"


def test_a_cause_that_no_rule_has_is_told():
    (hint,) = known_names.unknown_names({"Cause": "disk-ful,disk-full"})
    assert hint.startswith("There is no cause disk-ful; there are: disk-full")
    assert list(known_names.unknown_names({})) == []


def test_causes_of_own_rules_and_the_word_for_none_are_known(configure):
    rules = {"PilotLogging": {"DiagnosisRules": {"our-proxy": {"text": "our proxy is gone"}}}}
    configure({"Registry": {"VO": {"vo.alpha.org": {}}}, "Operations": {"vo.alpha.org": rules}})
    assert list(known_names.unknown_names({"Cause": "our-proxy,none"})) == []
