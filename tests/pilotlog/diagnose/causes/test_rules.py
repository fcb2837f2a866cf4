"""The rules: each is found by its example, in a log made for it, and is whole."""

import re

import pytest

from PilotLoggingDIRAC.pilotlog.diagnose import diagnose, jobs, parse, standard
from PilotLoggingDIRAC.pilotlog.diagnose.causes.rule import Depth, Party, RuleScope
from PilotLoggingDIRAC.pilotlog.diagnose.causes.rules import InvalidRule

from ..made_logs import HARMLESS, JOB_FAILED, JOB_NOT_RUN, START, WRAPPER, MadeLog

RULES = list(standard())
BY_TEXT = [rule for rule in RULES if rule.texts]
BY_CONDITION = {
    "disk-nearly-full": MadeLog().add("CheckWorkerNode", "@I [LaunchAgent] DiskSpace (MB) = 12").fail("InstallDIRAC"),
    "little-memory": MadeLog().fail("InstallDIRAC"),
    "exit-137": MadeLog().fail("InstallDIRAC", code=137),
    "exit-143": MadeLog().fail("InstallDIRAC", code=143),
    "clock-jumped": MadeLog().fail("InstallDIRAC", "2026-11-26T07:00:00.123456Z INFO [InstallDIRAC] The clock was set"),
    "queue-too-short": MadeLog().no_job(),
    "pilot-exception": MadeLog().fail("CheckWorkerNode", '  File "dirac-pilot.py", line 1', "RuntimeError: unexpected"),
    "stopped-in-wrapper": MadeLog().cut(START),
    "stopped-in-installation": MadeLog().cut("InstallDIRAC"),
    "stopped-silently": MadeLog().cut("ConfigureSite", "2026-11-26T12:00:00.000000Z INFO [ConfigureSite] Late"),
    "stopped-in-agent": MadeLog().cut("LaunchAgent"),
    "stopped": MadeLog().cut("ConfigureSite"),
    "unknown": MadeLog().fail("ConfigureSite", "@E [ConfigureSite] Something that nobody knows"),
}
BY_CONDITION["little-memory"].sections["CheckWorkerNode"] = (
    "@I [CheckWorkerNode] Command CheckWorkerNode instantiated "
    "from pilotCommands\n@I [CheckWorkerNode] Memory (kB)    = 800000\n@I [CheckWorkerNode] DiskSpace (MB) = 88123\n"
)
BY_CONDITION["disk-nearly-full"].sections["CheckWorkerNode"] = (
    "@I [CheckWorkerNode] Command CheckWorkerNode "
    "instantiated from pilotCommands\n@I [CheckWorkerNode] DiskSpace (MB) = 12\n"
)
BY_CONDITION["queue-too-short"].sections["ConfigureCPURequirements"] = (
    "@I [ConfigureCPURequirements] Command "
    "ConfigureCPURequirements instantiated from pilotCommands\n"
    "@I [ConfigureCPURequirements] CPUTime left (in seconds) is 12\n"
)


def place_of(rule):
    """The section in which an example is at home: that of its command, or where the rule counts."""
    if command := re.search(r"Z \w+ +\[(\w+)\]", rule.example):
        return {"pilotLogger": WRAPPER, "PilotParams": START, "Pilot": START}.get(command[1], command[1])
    known = sorted(rule.phases - {""})
    return known[0] if known else "LaunchAgent" if "JobAgent" in rule.example else "InstallDIRAC"


def log_of(rule):
    """A log that fails for the rule's cause, in the way that its scope says."""
    if rule.code in BY_CONDITION:
        return BY_CONDITION[rule.code]
    if rule.scope in (RuleScope.JOB, RuleScope.WRAPPER):
        return MadeLog().job(rule.example, end=JOB_FAILED if rule.scope is RuleScope.JOB else JOB_NOT_RUN)
    if rule.without_job:
        return MadeLog().no_job(rule.example)
    return MadeLog().fail(place_of(rule), rule.example)


def says_that_job_failed(rule):
    return any(text in rule.example.encode() for text in jobs.TEXTS)


def codes(log):
    return [cause.rule.code for cause in diagnose([log.text]).causes]


def test_there_are_rules_for_everybody():
    assert len(RULES) >= 100
    assert {rule.party for rule in RULES} == set(Party)
    assert all(rule.hint[-1] in ".?" and len(rule.name) < 70 for rule in RULES)


def test_consequences_are_codes_of_rules():
    assert [(rule.code, code) for rule in RULES for code in rule.explains if code not in standard().by_code] == []


@pytest.mark.parametrize("rule", BY_TEXT, ids=lambda rule: rule.code)
def test_rule_fits_its_example(rule):
    line = rule.example.encode()
    assert rule.fits(line)


@pytest.mark.parametrize("rule", BY_TEXT, ids=lambda rule: rule.code)
def test_rule_is_the_likeliest_cause_of_its_log(rule):
    assert codes(log_of(rule))[0] == rule.code


@pytest.mark.parametrize("code", [rule.code for rule in RULES if not rule.texts])
def test_rule_of_conditions_is_the_cause_of_its_log(code):
    assert codes(BY_CONDITION[code])[0] == code


@pytest.mark.parametrize(
    "rule", [rule for rule in BY_TEXT if not says_that_job_failed(rule)], ids=lambda rule: rule.code
)
def test_example_is_no_cause_in_a_pilot_that_ended_well(rule):
    log = MadeLog().add("InstallDIRAC", rule.example).add("LaunchAgent", rule.example)
    assert codes(log) == []


def test_harmless_lines_are_no_causes():
    log = MadeLog()
    for place in ("InstallDIRAC", "ConfigureBasics", "LaunchAgent"):
        log.add(place, *HARMLESS)
    assert codes(log) == []


@pytest.mark.parametrize(
    "rule", [rule for rule in BY_TEXT if rule.depth is Depth.ROOT][::7], ids=lambda rule: rule.code
)
def test_roots_come_before_steps_that_failed(rule):
    if rule.scope is RuleScope.PILOT:
        log = MadeLog().fail("InstallDIRAC", rule.example, "@E [InstallDIRAC] Could not install DIRACOS [ERROR 1]")
        assert "diracos-install" in codes(log)[1:]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[[rule]]\ncode = 'x'", "'name'"),
        ("[[rule]]\ncode = 'X y'\nname = ''\nparty = 'site'\nhint = ''\ntext = 'x'", "small letters"),
        ("[[rule]]\ncode = 'x'\nname = ''\nparty = 'nobody'\nhint = ''\ntext = 'x'", "nobody"),
        ("[[rule]]\ncode = 'x'\nname = ''\nparty = 'site'\nhint = ''", "neither a text nor a condition"),
        ("[[rule]]\ncode = 'x'\nname = ''\nparty = 'site'\nhint = ''\ntext = 'x'\npattern = '('", "x: "),
        ("[[rule]]\ncode = 'x'\nname = ''\nparty = 'site'\nhint = ''\ntext = 'x'\ncolour = 'red'", "colour"),
        ("[[rule]]\ncode = 'x'\nname = ''\nparty = 'site'\nhint = ''\nwhen = { disk_mb = 'small' }", "disk_mb"),
        ("[[rule", "no TOML"),
    ],
)
def test_rule_that_is_of_no_use_is_told(text, told):
    with pytest.raises(InvalidRule, match=re.escape(told)):
        parse(text)


def test_a_rule_of_ones_own_takes_the_place_of_one_with_its_code():
    own = parse(
        "[[rule]]\ncode = 'disk-full'\nname = 'Ours'\nparty = 'VO'\nhint = 'Ask us.'\ntext = 'platte voll'\n"
        "[[rule]]\ncode = 'our-own'\nname = 'Own'\nparty = 'VO'\nhint = 'Ask us.'\ntext = 'ganz eigen'\n"
    )
    rules = standard().with_others(own)
    log = MadeLog().fail("InstallDIRAC", "die platte voll", "ganz eigen").text
    found = diagnose([log], rules=rules).causes
    assert [(cause.rule.code, cause.rule.name) for cause in found[:2]] == [("disk-full", "Ours"), ("our-own", "Own")]
    assert len(rules) == len(standard()) + 1
