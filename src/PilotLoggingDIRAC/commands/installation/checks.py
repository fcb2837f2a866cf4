"""Examinations by the doctor: each asks for facts, and returns a line about them and ``admin.installation``'s findings.

An examination is a function of the seconds that it may take, and may raise. ``doctor.CHECKS`` has them all, by name.
The other check, ``dirac-admin-pilot-logs-check``, is in ``commands.canary``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial
from urllib.parse import urlsplit

from DIRAC import gConfig
from DIRAC.ConfigurationSystem.Client.Helpers import Registry
from DIRAC.ConfigurationSystem.Client.Helpers.Operations import Operations
from DIRAC.ConfigurationSystem.Client.PathFinder import getServiceURLs
from DIRAC.Core.Base.Client import Client
from DIRAC.FrameworkSystem.Client.SystemAdministratorClient import SystemAdministratorClient
from DIRAC.ResourceStatusSystem.Client.ResourceStatus import ResourceStatus

from PilotLoggingDIRAC.adapters.output_service import OUTPUT_SERVICE
from PilotLoggingDIRAC.commands.installation import configuration
from PilotLoggingDIRAC.commands.installation.collector_urls import COLLECTORS, SYSTEM, unreachable
from PilotLoggingDIRAC.commands.terminal.answers import value
from PilotLoggingDIRAC.commands.terminal.side_by_side import ask_all
from PilotLoggingDIRAC.pilotlog.admin import installation
from PilotLoggingDIRAC.pilotlog.admin.health import Finding, Level
from PilotLoggingDIRAC.pilotlog.admin.installation import Host, Hosts
from PilotLoggingDIRAC.pilotlog.errors import OUR_ERRORS, PilotLogError

Seen = tuple[str, list[Finding]]
"""A line about what was seen, and the findings."""

_ELEMENTS = "/Resources/StorageElements"
#: A reference that no pilot has.
_NOBODY = "https://nowhere.invalid/pilot-logs-doctor"
_READERS = (("Monitoring", "WebApp"), (SYSTEM, "PilotManager"))
_OURS = ((SYSTEM, "TornadoPilotLogging"), (SYSTEM, "PilotLogging"), *_READERS)


def sections(seconds: float) -> Seen:
    """Check that the configuration has the sections and URLs that it needs."""
    systems = f"/Systems/{SYSTEM}"
    present = [name for name in installation.SECTIONS if gConfig.getSections(f"{systems}/{name}")["OK"]]
    installed = [name for name in COLLECTORS if gConfig.getSections(f"{systems}/Services/{name}")["OK"]]
    urls = {name: getServiceURLs(SYSTEM, service=name) for name in COLLECTORS}
    found = list(installation.of_sections(present, unreachable(installed, urls)))
    return ", ".join(url for known in urls.values() for url in known), found


def hosts(seconds: float) -> Seen:
    """Check the package and the agent on hosts; their SystemAdministrators are all asked at the same time."""
    needed = {host for system, name in _OURS for host in _hosts_of(system, name)}
    asked = needed | set(gConfig.getSections("/Registry/Hosts").get("Value") or [])
    answers = ask_all({name: partial(_ask, name, seconds) for name in asked}, seconds)
    answered = {name: answers.get(name, f"no answer within {seconds:.0f} s") for name in asked}
    known = {name: answer for name, answer in answered.items() if isinstance(answer, Host)}
    silent = {name: answer for name, answer in answered.items() if isinstance(answer, str)}
    found = Hosts(known, silent, needed)
    findings = [*installation.of_hosts(found, configuration.shared_apis()), *installation.of_agent(found)]
    having = sorted(name for name, host in found.known.items() if installation.PACKAGE in host.extensions)
    return f"with the package: {', '.join(having) or 'none that could be asked'}", findings


def _hosts_of(system: str, service: str) -> Iterator[str]:
    return (urlsplit(url).hostname or "" for url in getServiceURLs(system, service=service))


def _ask(name: str, seconds: float) -> Host | str:
    """Return a host as its SystemAdministrator describes it, or why it could not be asked."""
    client = SystemAdministratorClient(gConfig.getValue(f"/Registry/Hosts/{name}/Host", name), timeout=int(seconds))
    try:
        extensions = value(client.getInfo())["Extensions"]
        components = dict(_states(value(client.getOverallStatus())))
    except PilotLogError as error:
        return str(error)
    return Host(extensions, components)


def _states(overall: dict) -> Iterator[tuple[str, str]]:
    for kind, systems in overall.items():
        for system, components in systems.items():
            for name, status in components.items():
                if status["Setup"] or status["Installed"]:
                    yield f"{kind}/{system}/{name}", status["RunitStatus"]


def vos(seconds: float) -> Seen:
    """Check the groups and the archives of VOs with remote logging or an archive.

    ResourceStatus is asked for all of them at the same time: DIRAC's client tries for half a minute if it is away.
    """
    found: list[Finding] = []
    looked: list[str] = []
    elements = gConfig.getSections(_ELEMENTS).get("Value") or []
    known = {vo: Operations(vo=vo) for vo in sorted(value(Registry.getVOs()))}
    targets = {vo: option.getValue("Pilot/UploadSE", "") for vo, option in known.items()}
    statuses = _statuses({vo: se for vo, se in targets.items() if se in elements}, seconds)
    for vo, option in known.items():
        sends = configuration.is_on(option.getValue("Pilot/RemoteLogging", ""))
        se, path = targets[vo], str(option.getValue("Pilot/UploadPath", ""))
        looked += [vo] if sends or se else []
        if sends:
            found += installation.of_pilot_groups(vo, _groups(vo))
        found += installation.of_archive_target(vo, se, path, elements, statuses.get(vo, {}))
    return ", ".join(looked) or "none is switched on or has an archive", found


def _groups(vo: str) -> dict[str, list[str]]:
    groups: Iterable[str] = Registry.getGroupsForVO(vo).get("Value") or []
    return {group: Registry.getPropertiesForGroup(group, []) for group in groups}


def _statuses(targets: dict[str, str], seconds: float) -> dict[str, dict[str, str] | str]:
    """Return the status of each VO's storage element by kind of access, or why it is not known."""
    helper = ResourceStatus()
    answers = ask_all({vo: partial(_status_of, helper, se, vo) for vo, se in targets.items()}, seconds)
    return {vo: answers.get(vo, f"no answer within {seconds:.0f} s") for vo in targets}


def _status_of(helper: ResourceStatus, se: str, vo: str) -> dict[str, str] | str:
    kinds = ["ReadAccess", "WriteAccess", "RemoveAccess"]
    try:
        return value(helper.getElementStatus(se, "StorageElement", kinds, vO=vo))[se]
    except PilotLogError as error:
        return str(error)


def readers(seconds: float) -> Seen:
    """Check that the services answer that give pilots' output to people, and that they do it by our handlers."""
    found, good = [], []
    for system, name in _READERS:
        urls = getServiceURLs(system, service=name)
        if not urls and f"{system}/{name}" == OUTPUT_SERVICE:
            text = "is not installed: dirac-admin-get-pilot-output and the portal ask it"
            found.append(Finding(Level.WARNING, f"{system}/{name}", text, f"dirac-install-component {system} {name}"))
        for url in urls:
            problem = _reader_problem(url, seconds)
            if problem:
                mend = f"dirac-restart-component {system} {name}, on its host"
                found.append(Finding(Level.CRITICAL, url, problem, mend))
            else:
                good.append(url)
    return ", ".join(good), found


def _reader_problem(url: str, seconds: float) -> str:
    """Return what is wrong with a service that gives pilots' output, empty if nothing is.

    It is asked for a pilot that nobody has: the answer has a number of our errors, or is that of DIRAC's own handler.
    """
    client = Client(url=url, timeout=int(seconds))
    alive = client.ping()
    if not alive["OK"]:
        return f"does not answer: {alive['Message']}"
    answer = client.getPilotOutput(_NOBODY)
    if answer.get("Errno") in OUR_ERRORS:
        return ""
    return f"runs without the package, as since before its installation: {answer.get('Message', 'a pilot is there')}"
