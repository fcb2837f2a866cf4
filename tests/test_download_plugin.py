"""The plugin that other extensions' WebAppHandler finds, by DIRAC's own look-up."""

import pytest
from DIRAC.Core.Utilities.ObjectLoader import ObjectLoader
from DIRAC.WorkloadManagementSystem.Client.PilotLoggingPlugins.DownloadPlugin import DownloadPlugin

from PilotLoggingDIRAC.pilotlog.errors import NotAllowed

PLUGINS = "WorkloadManagementSystem.Client.PilotLoggingPlugins"

each_name = pytest.mark.parametrize("name", ["FileCacheDownloadPlugin", "PilotLoggingDownloadPlugin"])


def load(name):
    return ObjectLoader().loadObject(f"{PLUGINS}.{name}", name)["Value"]


@each_name
def test_plugin_of_that_name_is_ours(name):
    assert load(name).__module__ == f"PilotLoggingDIRAC.{PLUGINS}.{name}"
    assert issubclass(load(name), DownloadPlugin)


@each_name
def test_plugin_that_nobody_can_be_named_to_refuses(name):
    answer = load(name)().getRemotePilotLogs("0123456789abcdef0123456789abcdef", "vo.alpha.org")
    assert (answer["OK"], answer["Errno"]) == (False, NotAllowed.errno)
