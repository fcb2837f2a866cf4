"""Findings of the doctor: the things that an installation lacks, from facts about its configuration and its hosts."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from ..access import WRITERS
from .health import Finding, Level
from .option_rules import element_problem, folder_problem

PACKAGE, AGENT = "PilotLoggingDIRAC", "PilotLoggingAgent"
#: The command that installs each section's component.
_INSTALL = {
    "Databases/PilotLoggingDB": "dirac-install-db PilotLoggingDB",
    "Services/TornadoPilotLogging": "dirac-install-component WorkloadManagement TornadoPilotLogging",
    f"Agents/{AGENT}": f"dirac-install-component WorkloadManagement {AGENT}",
}
SECTIONS = tuple(_INSTALL)
_GOOD_STATUS = frozenset({"Active", "Degraded"})


@dataclass(frozen=True, slots=True)
class Host:
    """A host as its SystemAdministrator describes it: versions of extensions, and the state of each component by
    ``<kind>/<System>/<name>``.
    """

    extensions: Mapping[str, str] = field(default_factory=dict)
    components: Mapping[str, str] = field(default_factory=dict)

    @property
    def has_tornado(self) -> bool:
        """Return whether a Tornado is installed there."""
        return any(name.split("/")[-1].startswith("Tornado") for name in self.components)

    @property
    def agent(self) -> str:
        """Return the state of the agent there; empty if it is not installed."""
        return next((state for name, state in self.components.items() if name.endswith(f"/{AGENT}")), "")


@dataclass(frozen=True, slots=True)
class Hosts:
    """The hosts that were asked, and why others could not be; ``needed`` are those that must have the package."""

    known: Mapping[str, Host]
    silent: Mapping[str, str]
    needed: Collection[str]


def of_sections(present: Collection[str], without_url: Iterable[str]) -> Iterator[Finding]:
    """Yield a finding for each section of the configuration that is missing; ``without_url`` are collectors that have
    a section and no URL.
    """
    for section, command in _INSTALL.items():
        if section not in present:
            yield Finding(Level.CRITICAL, f"/Systems/WorkloadManagement/{section}", "is missing", command)
    for name in without_url:
        text = f"{name} has no URL: readers and stock tools do not find it"
        yield Finding(Level.CRITICAL, f"/Systems/WorkloadManagement/URLs/{name}", text, "dirac-admin-pilot-logs-urls")


def of_hosts(hosts: Hosts, shared_apis: Collection[str]) -> Iterator[Finding]:
    """Yield the findings about the package on hosts; ``shared_apis`` are sections of ours that every host reads."""
    for name, host in sorted(hosts.known.items()):
        has = PACKAGE in host.extensions
        if host.has_tornado and shared_apis and not has:
            text = f"has a Tornado, not the package, and reads the sections {', '.join(sorted(shared_apis))} of APIs"
            mend = "move those sections to dirac.cfg of hosts with the package before that Tornado is restarted"
            yield Finding(Level.CRITICAL, name, text, mend)
        elif name in hosts.needed and not has:
            mend = (
                "dirac-restart-component Framework SystemAdministrator there; install the package before, if it is not"
            )
            text = "has services of pilot logging, and its SystemAdministrator knows of no package"
            yield Finding(Level.CRITICAL, name, text, mend)
    for name, why in sorted(hosts.silent.items()):
        if name in hosts.needed:
            mend = "is Framework/SystemAdministrator running there, and does your group have ServiceAdministrator?"
            yield Finding(Level.UNKNOWN, name, f"its SystemAdministrator can't be asked: {why}", mend)


def of_agent(hosts: Hosts) -> Iterator[Finding]:
    """Yield a finding unless an agent runs on one of the hosts; none where no host could be asked."""
    states = {name: host.agent for name, host in hosts.known.items() if host.agent}
    if not hosts.known or "Run" in states.values():
        return
    if states:
        told = ", ".join(f"{state} on {name}" for name, state in sorted(states.items()))
        mend = f"dirac-start-component WorkloadManagement {AGENT}"
        yield Finding(Level.CRITICAL, AGENT, f"does not run: {told}", mend)
    else:
        text = "is on none of the hosts that could be asked"
        level = Level.UNKNOWN if hosts.silent else Level.CRITICAL
        yield Finding(level, AGENT, text, _INSTALL[f"Agents/{AGENT}"])


def of_pilot_groups(vo: str, groups: Mapping[str, Collection[str]]) -> Iterator[Finding]:
    """Yield a finding when no group of a VO may send; ``groups`` are its groups with their properties."""
    if not any(WRITERS & set(properties) for properties in groups.values()):
        mend = "GenericPilot in Properties of the pilots' group, and the VO in /Registry/Groups/<group>/VO"
        yield Finding(Level.CRITICAL, f"pilots of {vo}", "none of the VO's groups may send", mend)


def of_archive_target(
    vo: str, se: str, path: str, known: Collection[str], status: Mapping[str, str] | str
) -> Iterator[Finding]:
    """Yield the findings about where a VO's logs are archived; ``status`` is the storage element's by kind, or says
    why it is not known.
    """
    subject = f"archive of {vo}"
    if not se:
        return
    for problem, option in ((element_problem(se, known), "UploadSE"), (folder_problem(vo, path), "UploadPath")):
        if problem:
            yield Finding(Level.CRITICAL, subject, problem, f"Operations/{vo}/Pilot/{option}")
    if isinstance(status, str):
        text = f"the status of {se} is not known: {status}"
        yield Finding(Level.UNKNOWN, subject, text, "does ResourceStatus/ResourceStatus run?")
        return
    bad = {kind: value for kind, value in status.items() if value not in _GOOD_STATUS}
    if bad:
        told = ", ".join(f"{kind} is {value}" for kind, value in sorted(bad.items()))
        yield Finding(Level.CRITICAL, subject, f"{se}: {told}", f"dirac-admin-allow-se {se}")
