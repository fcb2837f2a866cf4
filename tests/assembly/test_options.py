"""Options of the CS as settings."""

import pytest

from PilotLoggingDIRAC.assembly import options
from PilotLoggingDIRAC.pilotlog.settings import ReadSettings, SealSettings


def filled(settings, **given):
    return options.fill(settings, lambda name, default: given.get(name, default))


@pytest.mark.parametrize("value", ["20.5", 20.5])
def test_seconds_may_be_a_fraction_also_where_the_default_is_whole(value):
    assert filled(SealSettings, SilentRunningSeconds=value).silent_running_seconds == 20.5


@pytest.mark.parametrize("value", ["many", "-1", "1.5", [], {}])
def test_what_is_no_number_of_things_leaves_the_default(value):
    assert filled(ReadSettings, MaxRows=value) == ReadSettings()


def test_what_is_not_given_leaves_the_default():
    assert filled(ReadSettings, MaxRows="7", Threads="") == ReadSettings(max_rows=7)


@pytest.fixture
def told(monkeypatch):
    """The errors that were logged."""
    found = []
    monkeypatch.setattr(options._log, "error", lambda *words: found.append(": ".join(words)))
    return found


def test_a_wrong_option_is_told_once_for_each_section_that_has_it(configure, told):
    service, page = "/Systems/WorkloadManagement/Services/TornadoPilotLogging", "/Systems/WorkloadManagement/APIs/Page"
    common = "/Operations/vo.alpha.org/PilotLogging"
    configure({}, *((f"{path}/MaxRows", "a few") for path in (service, page)), (f"{common}/MaxRows", "a few"))
    getters = options.service("WorkloadManagement/TornadoPilotLogging"), options.section(page)
    for getter in (*getters, options.operations("vo.alpha.org")) * 2:
        assert options.fill(ReadSettings, getter) == ReadSettings()
    assert [line.split(": ")[1] for line in told] == [f"{path}/MaxRows" for path in (service, page, common)]


@pytest.mark.parametrize("global_vo", ["", "vo.beta.org"])
def test_a_wrong_option_of_a_vo_is_told_with_the_section_that_has_it(configure, told, global_vo):
    """DIRAC gives each VO the options in Defaults, and all VOs those of the installation's only VO, if there is one."""
    vo, defaults = (f"/Operations/{name}/PilotLogging" for name in (global_vo or "vo.alpha.org", "Defaults"))
    values = {f"{vo}/MaxRows": f"few{global_vo}", f"{defaults}/MaxRows": "1", f"{defaults}/Threads": f"some{global_vo}"}
    configure({"DIRAC": {"VirtualOrganization": global_vo}}, *values.items())
    options.fill(ReadSettings, options.operations("vo.alpha.org"))
    assert [line.split(": ")[1] for line in told] == [f"{vo}/MaxRows", f"{defaults}/Threads"]
