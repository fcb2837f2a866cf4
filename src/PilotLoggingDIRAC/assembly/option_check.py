"""All options of this extension that the configuration has now, checked: for ``getStatus``."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Sequence

from DIRAC import gConfig
from DIRAC.ConfigurationSystem.Client.Helpers.Operations import Operations
from DIRAC.ConfigurationSystem.Client.PathFinder import getAgentSection, getServiceSection

from PilotLoggingDIRAC.assembly import diagnosis_rules, options, redaction
from PilotLoggingDIRAC.assembly.access import tokens
from PilotLoggingDIRAC.assembly.agent_settings import AgentProcessSettings, AgentStoreSettings
from PilotLoggingDIRAC.assembly.forwarding import destinations
from PilotLoggingDIRAC.assembly.notices import subscriptions
from PilotLoggingDIRAC.assembly.reading import archives
from PilotLoggingDIRAC.pilotlog import settings
from PilotLoggingDIRAC.pilotlog.admin import option_rules
from PilotLoggingDIRAC.pilotlog.admin.site_metrics import MetricStoreSettings, SiteMetricSettings
from PilotLoggingDIRAC.pilotlog.archive.bundles.settings import BundleReadSettings, BundleSettings
from PilotLoggingDIRAC.pilotlog.archive.cycle import CycleSettings
from PilotLoggingDIRAC.pilotlog.archive.running.settings import DiagnoseRunningSettings
from PilotLoggingDIRAC.pilotlog.describe.settings import DescribeSettings
from PilotLoggingDIRAC.pilotlog.diagnose.settings import DiagnosisSettings
from PilotLoggingDIRAC.pilotlog.errors import ArchiveError, InvalidInput
from PilotLoggingDIRAC.pilotlog.forward.settings import ForwardSettings
from PilotLoggingDIRAC.pilotlog.notify.settings import NoticeSettings, SubscriptionSettings
from PilotLoggingDIRAC.pilotlog.page.figures import FigureSettings
from PilotLoggingDIRAC.pilotlog.page.log_search import SearcherSettings
from PilotLoggingDIRAC.pilotlog.read.source_chain import order_problem
from PilotLoggingDIRAC.pilotlog.text.redaction.rules.own import compiled
from PilotLoggingDIRAC.pilotlog.tokens.issuer import TokenSettings

_COLLECTOR = (
    *(settings.IngestSettings, settings.TextSettings, settings.BodySettings, settings.SpoolSettings),
    *(settings.StoreSettings, settings.ClockSettings, settings.ReadSettings, settings.SearchSettings),
    *(settings.OwnershipSettings, settings.UsageSettings, settings.StatusSettings, DescribeSettings),
    BundleReadSettings,
)
_AGENT = (
    *(AgentProcessSettings, AgentStoreSettings, settings.SealSettings, settings.ArchiveSettings, settings.CopySettings),
    *(settings.DiagnoseSettings, DiagnoseRunningSettings, DiagnosisSettings),
    *(settings.ClockSettings, CycleSettings, NoticeSettings, BundleSettings),
)
_FORWARDER = (AgentStoreSettings, settings.ClockSettings, ForwardSettings, BundleReadSettings)
_SHARED = (
    *(settings.StoreSettings, settings.ReadSettings, settings.SourceSettings, settings.AuditSettings),
    *(settings.JobOutputSettings, settings.StatusSettings, BundleReadSettings),
)
_PAGE = (
    *(settings.PageSettings, settings.StoreSettings, settings.ReadSettings, settings.SourceSettings),
    *(settings.SearchSettings, settings.StatusSettings, SearcherSettings, BundleReadSettings, FigureSettings),
)
_METRICS = (SiteMetricSettings, MetricStoreSettings, settings.StatusSettings)
_OF_VO = (settings.RetentionSettings, settings.QuotaSettings)
CHECKED = frozenset(
    {*_COLLECTOR, *_AGENT, *_FORWARDER, *_SHARED, *_PAGE, *_METRICS, *_OF_VO, TokenSettings, SubscriptionSettings}
)
"""All settings that are checked, those of subscriptions by ``subscriptions``: a test holds that none is left out."""
_VO_WORDS = {"VOMembersMayRead", "Destinations"}
_PAGE_SECTION = "/Systems/WorkloadManagement/APIs/PilotLogs"
_METRICS_SECTION = "/Systems/WorkloadManagement/APIs/PilotLogMetrics"


def problems() -> dict[str, str]:
    """Return what is wrong with options, by their paths; empty when all can be used."""
    found: dict[str, str] = {}
    for service in ("TornadoPilotLogging", "PilotLogging"):
        found |= _numbers(getServiceSection(f"WorkloadManagement/{service}"), _COLLECTOR)
        found |= _spool(getServiceSection(f"WorkloadManagement/{service}"))
    found |= _numbers(getAgentSection("WorkloadManagement/PilotLoggingAgent"), _AGENT)
    found |= _numbers(getAgentSection("WorkloadManagement/PilotLogForwardingAgent"), _FORWARDER)
    found |= _numbers(options.SHARED, _SHARED) | _numbers(_PAGE_SECTION, _PAGE)
    found |= _numbers(_METRICS_SECTION, _METRICS)
    found |= _numbers(tokens.SECTION, (TokenSettings,))
    found |= _words() | _rules()
    for vo in archives.vos():
        found |= dict(_of_vo(vo))
    return found


def _numbers(section: str, kinds: Sequence[type]) -> dict[str, str]:
    option = options.section(section)
    return {f"{section}/{name}": text for kind in kinds for name, text in options.problems(kind, option).items()}


def _spool(section: str) -> dict[str, str]:
    path = gConfig.getValue(f"{section}/SpoolPath", "")
    if not path or (path.startswith("/") and "," not in path):
        return {}
    return {f"{section}/SpoolPath": f"{path} is not one absolute folder; the default counts"}


def _words() -> dict[str, str]:
    """Return what is wrong with options of the shared section that are no numbers."""
    found = {}
    networks = f"{options.SHARED}/BalancerAddresses"
    if text := option_rules.networks_problem(gConfig.getValue(networks, [])):
        found[networks] = text
    mail = f"{options.SHARED}/AlarmAddress"
    if wrong := [address for address in gConfig.getValue(mail, []) if "@" not in address]:
        found[mail] = f"{', '.join(wrong)} is no address"
    groups = gConfig.getSections("/Registry/Groups").get("Value") or []
    across = f"{options.SHARED}/CrossVOGroups"
    if unknown := [group for group in gConfig.getValue(across, []) if group not in groups]:
        found[across] = "; ".join(f"there is no group {group}" for group in unknown)
    return found


def _rules() -> dict[str, str]:
    """Return what is wrong with rules of redaction."""
    found: dict[str, str] = {}
    there = gConfig.getOptionsDict(redaction.SECTION)
    rules = {name: rule for name, rule in (there.get("Value") or {}).items() if name not in redaction.LISTS}
    compiled(rules, lambda name, reason: found.update({f"{redaction.SECTION}/{name}": reason}))
    return found


def _of_vo(vo: str) -> Iterator[tuple[str, str]]:
    option, known = options.operations(vo), _names(_OF_VO) | _VO_WORDS
    for kind in _OF_VO:
        for name, text in options.problems(kind, option).items():
            yield f"/Operations/{vo}/PilotLogging/{name}", text
    there = Operations(vo=vo).getOptionsDict("PilotLogging")
    for name in there.get("Value") or {}:
        if name not in known:
            yield f"/Operations/{vo}/PilotLogging/{name}", option_rules.unknown_problem(name, known)
    for path in ("PilotLogging/VOMembersMayRead", "Pilot/RemoteLogsPriority"):
        value = Operations(vo=vo).getValue(path, "")
        if value and (text := option_rules.truth_problem(value)):
            yield f"/Operations/{vo}/{path}", f"{text}: {value}"
    if text := order_problem(Operations(vo=vo).getValue("Pilot/LogSources", [])):
        yield f"/Operations/{vo}/Pilot/LogSources", text
    yield from diagnosis_rules.problems(vo).items()
    yield from subscriptions.problems(vo)
    yield from _archive(vo)
    yield from _destinations(vo)


def _destinations(vo: str) -> Iterator[tuple[str, str]]:
    wrong = []
    for name in destinations.forwarded_to(vo):
        try:
            destinations.configured(name)
        except InvalidInput as error:
            wrong.append(str(error))
    if wrong:
        yield f"/Operations/{vo}/PilotLogging/Destinations", "; ".join(wrong)


def _archive(vo: str) -> Iterator[tuple[str, str]]:
    try:
        if archives.target(vo) is not None:
            archives.data_manager(vo)
    except ArchiveError as error:
        yield f"/Operations/{vo}/Pilot", str(error)


def _names(kinds: Sequence[type]) -> set[str]:
    return {options.option_name(field.name) for kind in kinds for field in dataclasses.fields(kind)}
