"""The commands that ``./dev install-test`` takes from the guide are there, as commands."""

import pytest

from integration_tests.install_test import guide

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
