"""Findings about an installation, from facts about its configuration and its hosts."""

import pytest

from PilotLoggingDIRAC.pilotlog.admin import installation
from PilotLoggingDIRAC.pilotlog.admin.health import HealthLimits, Level, of_pilot_agents, of_server, of_versions
from PilotLoggingDIRAC.pilotlog.admin.installation import Host, Hosts

VO, SE = "vo.alpha.org", "ALPHA-disk"
OURS, AGENT = {"DIRAC": "9.1.22", "PilotLoggingDIRAC": "1.0"}, "Agents/WorkloadManagement/PilotLoggingAgent"
TORNADO = {"Services/WorkloadManagement/TornadoPilotLogging": "Run"}
MIB = 1024 * 1024


def told(findings):
    return [(finding.level, finding.subject) for finding in findings]


def test_each_missing_section_is_told_with_the_command_that_makes_it():
    assert list(installation.of_sections(installation.SECTIONS, [])) == []
    found = list(installation.of_sections([], ["TornadoPilotLogging"]))
    assert all(finding.level is Level.CRITICAL for finding in found)
    assert [finding.mend.split()[0] for finding in found] == [
        "dirac-install-db", "dirac-install-component", "dirac-install-component", "dirac-admin-pilot-logs-urls"
    ]  # fmt: skip


def test_a_tornado_without_the_package_is_told_when_every_host_reads_our_apis():
    hosts = Hosts({"two": Host({"DIRAC": "9.1.22"}, TORNADO)}, {}, ())
    assert told(installation.of_hosts(hosts, ["PilotLogs"])) == [(Level.CRITICAL, "two")]
    assert told(installation.of_hosts(hosts, [])) == []
    with_package = Hosts({"two": Host(OURS, TORNADO)}, {}, ())
    assert told(installation.of_hosts(with_package, ["PilotLogs"])) == []


def test_a_host_of_ours_without_the_package_is_told_and_another_host_is_not():
    hosts = {"one": Host({"DIRAC": "9.1.22"}), "other": Host({"DIRAC": "9.1.22"})}
    assert told(installation.of_hosts(Hosts(hosts, {}, {"one"}), [])) == [(Level.CRITICAL, "one")]


def test_only_hosts_that_have_services_of_ours_must_answer():
    hosts = Hosts({}, {"one": "refused", "retired": "refused"}, {"one"})
    assert told(installation.of_hosts(hosts, [])) == [(Level.UNKNOWN, "one")]


@pytest.mark.parametrize(("hosts", "level"), [
    (Hosts({"one": Host(OURS, {AGENT: "Run"}), "two": Host(OURS, {AGENT: "Down"})}, {}, ()), None),
    (Hosts({"one": Host(OURS, {AGENT: "Down"})}, {}, ()), Level.CRITICAL),
    (Hosts({"one": Host(OURS, TORNADO)}, {}, ()), Level.CRITICAL),
    (Hosts({"one": Host(OURS, TORNADO)}, {"two": "refused"}, ()), Level.UNKNOWN),
    (Hosts({}, {"one": "refused"}, ()), None),
])  # fmt: skip
def test_an_agent_runs_somewhere(hosts, level):
    assert [finding.level for finding in installation.of_agent(hosts)] == ([level] if level is not None else [])


@pytest.mark.parametrize("properties", ["GenericPilot", "Pilot", "Operator"])
def test_a_vo_has_a_group_that_may_send(properties):
    assert list(installation.of_pilot_groups(VO, {"users": ["NormalUser"], "pilots": [properties]})) == []
    assert told(installation.of_pilot_groups(VO, {"users": ["NormalUser"]})) == [(Level.CRITICAL, f"pilots of {VO}")]


@pytest.mark.parametrize(("se", "path", "status", "words"), [
    (SE, f"/{VO}/logs", {"WriteAccess": "Active", "ReadAccess": "Degraded"}, []),
    ("", "", {}, []),
    ("ALPHA-dsik", f"/{VO}/logs", {}, ["there is ALPHA-disk"]),
    (SE, "/logs", {}, [f"does not begin with /{VO}/"]),
    (SE, f"/{VO}/logs", {"WriteAccess": "Banned", "ReadAccess": "Active"}, ["WriteAccess is Banned"]),
])  # fmt: skip
def test_an_archive_is_told_that_can_t_be_written(se, path, status, words):
    found = list(installation.of_archive_target(VO, se, path, [SE], status))
    assert len(found) == len(words)
    assert all(word in finding.text for word, finding in zip(words, found, strict=True))
    assert all(finding.mend for finding in found)


def test_a_server_that_takes_too_little_in_one_statement_is_told():
    assert list(of_server({}, HealthLimits())) == []
    assert list(of_server({"MaxAllowedPacket": 16 * MIB}, HealthLimits())) == []
    assert told(of_server({"MaxAllowedPacket": 4 * MIB}, HealthLimits())) == [(Level.WARNING, "database")]


def test_versions_that_differ_are_told_and_so_is_pilot_agents_db_when_it_is_away():
    assert list(of_versions({"one": "1.0", "two": "1.0"})) == []
    assert told(of_versions({"one": "1.0", "two": "1.1"})) == [(Level.WARNING, "versions")]
    assert list(of_pilot_agents("")) == []
    assert told(of_pilot_agents("no route")) == [(Level.WARNING, "PilotAgentsDB")]
