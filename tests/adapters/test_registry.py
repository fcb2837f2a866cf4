"""Memories of the Registry are forgotten when the configuration changes."""

import pytest
from DIRAC.ConfigurationSystem.Client.ConfigurationData import gConfigurationData

from PilotLoggingDIRAC.adapters import registry


@pytest.fixture
def group():
    """A group of the Registry with one user."""
    option = "/Registry/Groups/remembered/Users"
    gConfigurationData.setOptionInCFG(option, "ada")
    yield option
    gConfigurationData.deleteOptionInCFG("/Registry/Groups/remembered")


def test_a_user_who_leaves_a_group_is_no_member_at_the_next_look(group):
    assert list(registry.members("remembered")) == ["ada"]
    gConfigurationData.setOptionInCFG(group, "bob, cyd")
    assert list(registry.members("remembered")) == ["bob", "cyd"]


def test_a_result_is_worked_out_once_for_each_configuration(group):
    asked = []
    find = registry.per_configuration(asked.append)
    for _ in range(3):
        find("x")
    gConfigurationData.setOptionInCFG(group, "bob")
    find("x")
    assert asked == ["x", "x"]


def test_a_result_that_was_begun_before_a_change_is_not_taken_for_one_of_after_it(group):
    def find(name):
        found = list(registry.members(name))
        if found == ["ada"]:
            gConfigurationData.setOptionInCFG(group, "bob")
        return found

    remembered = registry.per_configuration(find)
    assert remembered("remembered") == ["ada"]
    assert remembered("remembered") == ["bob"]


def test_results_are_bounded(group):
    asked = []
    find = registry.per_configuration(asked.append)
    for number in [*range(registry._MAX_RESULTS + 1), 0]:
        find(number)
    assert len(asked) == registry._MAX_RESULTS + 2
