"""The commands that ``./dev install-test`` takes from the guide are there, as commands."""

import re

import pytest

from integration_tests.install_test import guide, network
from integration_tests.install_test.steps import collector_url

SECTIONS = ("1. The package", "2. The database", "3. The collector", "4. The agent", "6. Check")


@pytest.mark.parametrize("section", SECTIONS)
def test_each_step_of_the_installation_has_commands(section):
    found = guide.commands("install", section)
    assert all(block.commands for block in found)
    assert found[0].lead


def test_the_steps_end_with_the_doctor():
    first, *_ = guide.commands("install", "6. Check")
    assert first.commands == ("dirac-admin-pilot-logs-doctor",)


def test_a_section_without_commands_is_an_error():
    with pytest.raises(LookupError, match="Decisions"):
        guide.commands("install", "Decisions")


def test_the_balancer_of_the_guide_names_the_hosts_of_the_walk():
    servers = re.findall(r"^ +server \w+ (\S+):8443", (guide.GUIDE / "haproxy.cfg").read_text(), re.MULTILINE)
    assert servers == [network.FIRST, network.SECOND]


def test_the_further_collector_of_the_guide_is_on_the_second_host():
    _, further, *_ = guide.commands("install", "3. The collector")
    assert further.commands[-1].endswith(f" {collector_url(network.SECOND)}")


def test_pilots_are_given_the_common_address():
    (block,) = guide.commands("several-collectors", "Set-up")
    (enable,) = block.commands
    assert enable.endswith(f"--URL {collector_url(network.BALANCER)}")
