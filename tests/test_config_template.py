"""The sections that ``dirac-install-component`` writes for us, on a new installation and beside DIRAC's collector."""

import re
from importlib import resources

import pytest
from DIRAC.FrameworkSystem.Client.ComponentInstaller import ComponentInstaller

from PilotLoggingDIRAC.assembly.agent_settings import AgentProcessSettings
from PilotLoggingDIRAC.assembly.options import option_name
from PilotLoggingDIRAC.pilotlog import settings
from PilotLoggingDIRAC.pilotlog.admin.site_metrics import SiteMetricSettings
from PilotLoggingDIRAC.pilotlog.archive.bundles.settings import BundleSettings
from PilotLoggingDIRAC.pilotlog.archive.running.settings import DiagnoseRunningSettings
from PilotLoggingDIRAC.pilotlog.describe.settings import DescribeSettings
from PilotLoggingDIRAC.pilotlog.forward.settings import ForwardSettings
from PilotLoggingDIRAC.pilotlog.notify.settings import NoticeSettings

from .local_cs import EXTENSIONS, LocalCS, LocalInstaller

WMS = "WorkloadManagement"
SERVICES = f"Systems/{WMS}/Services"
TEMPLATE = (resources.files("PilotLoggingDIRAC.WorkloadManagementSystem") / "ConfigTemplate.cfg").read_text()

PILOTS = {"Operator", "GenericPilot", "Pilot", "TrustedHost"}
RULES = {
    "Default": {"authenticated"},
    "sendMessage": PILOTS,
    "finaliseLogs": PILOTS,
    "getMetadata": {"Operator", "TrustedHost"},
    "importLog": {"TrustedHost", "ServiceAdministrator"},
    "retryArchiving": {"TrustedHost", "ServiceAdministrator"},
    "diagnoseAgain": {"TrustedHost", "ServiceAdministrator"},
    "replayLogs": {"TrustedHost", "ServiceAdministrator"},
    "getReplays": {"TrustedHost", "ServiceAdministrator"},
    "stopReplay": {"TrustedHost", "ServiceAdministrator"},
    "releaseQuarantine": {"TrustedHost", "ServiceAdministrator"},
    "deleteLogs": {"TrustedHost", "ServiceAdministrator", "Operator"},
}

#: What an installation that keeps its section of DIRAC's own collector lacks; docs/decisions/0003 tells administrators.
TO_ADD_BY_HAND = {
    "sendMessage": {"Pilot", "TrustedHost"},
    "finaliseLogs": {"TrustedHost"},
    "importLog": {"TrustedHost", "ServiceAdministrator"},
    "retryArchiving": {"TrustedHost", "ServiceAdministrator"},
    "diagnoseAgain": {"TrustedHost", "ServiceAdministrator"},
    "replayLogs": {"TrustedHost", "ServiceAdministrator"},
    "getReplays": {"TrustedHost", "ServiceAdministrator"},
    "stopReplay": {"TrustedHost", "ServiceAdministrator"},
    "releaseQuarantine": {"TrustedHost", "ServiceAdministrator"},
    "deleteLogs": {"TrustedHost", "ServiceAdministrator", "Operator"},
}


def rules(cs, service):
    section = cs.cfg[f"{SERVICES}/{service}/Authorization"]
    return {name: set(section.getOption(name, [])) for name in section.listOptions()}


@pytest.fixture
def stock_cs():
    """A CS that had DIRAC's own collector and agent."""
    cs, dirac = LocalCS(), ComponentInstaller()
    for kind, component in (("service", "TornadoPilotLogging"), ("agent", "PilotLoggingAgent")):
        cs.mergeFromCFG(dirac.getComponentCfg(kind, WMS, component, ["DIRAC"])["Value"])
    return cs


@pytest.mark.parametrize("service", ["TornadoPilotLogging", "PilotLogging"])
def test_new_collector_gets_our_rules(service):
    cs = LocalCS()
    assert LocalInstaller(cs).install("service", service)["OK"]
    assert rules(cs, service) == RULES


def test_new_https_collector_is_served_by_tornado():
    cs = LocalCS()
    LocalInstaller(cs).install("service", "TornadoPilotLogging")
    assert cs.value(f"{SERVICES}/TornadoPilotLogging/Protocol") == "https"


def test_new_agent_gets_its_options():
    cs = LocalCS()
    assert LocalInstaller(cs).install("agent", "PilotLoggingAgent")["OK"]
    assert cs.value(f"Systems/{WMS}/Agents/PilotLoggingAgent/PollingTime") == "600"


def test_section_of_dirac_s_collector_is_left_unchanged(stock_cs):
    before = str(stock_cs.cfg)
    for kind, component in (("service", "TornadoPilotLogging"), ("agent", "PilotLoggingAgent")):
        result = LocalInstaller(stock_cs).install(kind, component)
        assert result == {"OK": True, "Value": "Component options already exist"}
    assert str(stock_cs.cfg) == before


def test_difference_that_an_old_section_leaves_is_the_one_that_is_documented(stock_cs):
    old = rules(stock_cs, "TornadoPilotLogging")
    lacking = {name: allowed - old.get(name, set()) for name, allowed in RULES.items()}
    assert {name: properties for name, properties in lacking.items() if properties} == TO_ADD_BY_HAND
    too_much = {name: properties - RULES.get(name, set()) for name, properties in old.items()}
    assert not any(too_much.values())


@pytest.mark.parametrize("service", ["PilotManager", "WMSAdministrator", "TornadoWMSAdministrator"])
def test_services_that_we_extend_keep_dirac_s_template(service):
    ours = ComponentInstaller().getComponentCfg("service", WMS, service, EXTENSIONS)["Value"]
    dirac_s = ComponentInstaller().getComponentCfg("service", WMS, service, ["DIRAC"])["Value"]
    assert str(ours) == str(dirac_s)


def test_defaults_that_the_template_names_are_those_of_the_settings():
    classes = (
        "IngestSettings", "BodySettings", "TextSettings", "OwnershipSettings", "StatusSettings", "StoreSettings",
        "ReadSettings", "SealSettings", "ArchiveSettings", "DiagnoseSettings", "PageSettings",
    )  # fmt: skip
    fields = {}
    for name in (
        *classes,
        AgentProcessSettings,
        BundleSettings,
        DescribeSettings,
        DiagnoseRunningSettings,
        NoticeSettings,
        ForwardSettings,
        SiteMetricSettings,
    ):
        for field, value in defaults(name):
            fields.setdefault(option_name(field), set()).add(float(value))
    named = re.findall(r"^\s*(?:# )?([A-Z]\w+) = ([\d.]+)", TEMPLATE, re.MULTILINE)
    own = {"PollingTime", "MaxThreads"}
    assert named
    for option, value in named:
        assert option in own or float(value) in fields[option], option


def defaults(name):
    cls = getattr(settings, name) if isinstance(name, str) else name
    return [(field, getattr(cls(), field)) for field in cls.__dataclass_fields__]
