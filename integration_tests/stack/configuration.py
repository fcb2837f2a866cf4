"""Builds the stack's dirac.cfg: what `world` and `components` say, in DIRAC's words, with changes made on top."""

import json
import os
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from diraccfg import CFG

from . import components, destinations, world


@dataclass(frozen=True)
class Facts:
    """All that differs from one stack to the next."""

    host_certificate: Path
    host_key: Path
    ports: dict[str, int]
    database_password: str
    database_root_password: str
    disks: dict[str, Path]
    """The folder of each storage element on disk, by name."""
    additions: tuple[dict, ...] = ()
    """Parts of the configuration, as nested dictionaries, that beat the rest: other storage elements."""


def build(facts: Facts):
    """Return the whole configuration as a CFG."""
    whole = as_cfg(
        {
            "DIRAC": security(facts),
            "DiracX": {"DisabledVOs": [vo.name for vo in world.VOS]},
            "LocalSite": {"Site": world.ALPHA.site},
            "LocalInstallation": local_installation(facts),
            "Registry": registry(),
            "Operations": operations(facts),
            "Resources": resources(facts.disks),
            "Systems": systems(facts),
            "WebApp": web_app(facts),
        }
    )
    for addition in facts.additions:
        whole = whole.mergeWith(as_cfg(addition))
    return whole


def security(facts):
    """Return /DIRAC: no Servers, so that nobody looks for a configuration server."""
    # UseServerCertificate stays away: services and agents then say yes, commands no
    certificates = {"CertFile": facts.host_certificate, "KeyFile": facts.host_key}
    return {"Security": certificates, "Configuration": {"Name": "stack"}}


def local_installation(facts):
    """Return what DIRAC's installer reads to create databases."""
    account = {"Host": "127.0.0.1", "Port": facts.ports[components.MARIADB], "User": "Dirac", "RootUser": "root"}
    return {"Database": {**account, "RootPwd": facts.database_root_password}}


def registry():
    """Return /Registry."""
    return {
        "DefaultGroup": [group.name for group in world.GROUPS if group.properties == ("NormalUser",)][:2],
        "DefaultProxyTime": 43200,
        "Users": {user: {"DN": world.dn(user), "Email": f"{user}@localhost"} for user in world.USERS},
        "Groups": {group.name: group_section(group) for group in world.GROUPS},
        "Hosts": {name: {"DN": world.dn(name), "Properties": properties} for name, properties in hosts()},
        "VO": {vo.name: {"VOMSName": vo.name} for vo in world.VOS},
    }


def hosts():
    """Return (name, properties) of all hosts."""
    return [(world.HOST, world.HOST_PROPERTIES), *((host.name, host.properties) for host in world.OTHER_HOSTS)]


def group_section(group):
    """Return one group of the Registry."""
    section = {"Users": group.users, "Properties": group.properties, "VO": group.vo.name}
    if group.sites:
        section["Sites"] = group.sites
    if group.auto_upload_proxy:
        section["AutoUploadProxy"] = True
    return section


def operations(facts):
    """Return /Operations: the defaults, then each VO's pilot logging and shifter."""
    collector = https_url(facts.ports, "WorkloadManagement", "TornadoPilotLogging")
    catalogue = {"AccessType": "Read-Write", "Status": "Active", "Master": True}
    defaults = {
        # present and empty: the built-in default needs the accounting service
        "MonitoringBackends": {"Default": ""},
        # without these only srm and dips plugins are eligible
        "DataManagement": {f"{use}Protocols": "file" for use in PROTOCOL_USES},
        "Pilot": {"RemoteLogging": True, "RemoteLoggerURL": collector, "RemoteLogsPriority": True},
        "Services": {"Catalogs": {"CatalogList": "FileCatalog", "FileCatalog": catalogue}},
    }
    return {"Defaults": defaults, **{vo.name: vo_operations(vo) for vo in world.VOS}}


PROTOCOL_USES = ("Access", "Write", "Stage", "Registration", "ThirdParty")


def vo_operations(vo):
    """Return /Operations/<vo>."""
    pilots = next(group for group in world.GROUPS if vo.pilot in group.users)
    data_managers = next(group for group in world.GROUPS if vo.shifter in group.users)
    pilot = {
        "UploadSE": vo.storage_element,
        "UploadPath": vo.log_path,
        "GenericPilotUser": vo.pilot,
        "GenericPilotGroup": pilots.name,
    }
    return {"Pilot": pilot, "Shifter": {"DataManager": {"User": vo.shifter, "Group": data_managers.name}}}


def resources(disks):
    """Return /Resources: catalogue, storage elements, one site with one computing element for each VO."""
    return {
        "FileCatalogs": {"FileCatalog": {"AccessType": "Read-Write", "Status": "Active", "Master": True}},
        "StorageElements": {name: disk_section(folder) for name, folder in disks.items()},
        "StorageElementGroups": {},
        "Sites": {"TEST": {vo.site: site_section(vo) for vo in world.VOS}},
    }


def disk_section(folder):
    """Return a storage element that is a folder, through DIRAC's File plugin."""
    access = {"PluginName": "File", "Protocol": "file", "Host": "localhost", "Path": folder, "Access": "remote"}
    return {"BackendType": "local", "File.1": {**access, "SpaceToken": "", "WSUrl": ""}}


def site_section(vo):
    """Return a VO's site."""
    ce = {"CEType": "Local", "VO": vo.name, "Queues": {"q": {"CPUTime": 100000, "VO": vo.name}}}
    return {"SE": vo.storage_element, "CEs": {vo.ce: ce}}


def web_app(facts):
    """Return /WebApp, the portal's, with our page in its menu; with a Schema its own default menu is gone."""
    applications = {"Job Monitor": "DIRAC.JobMonitor", "Pilot Monitor": "DIRAC.PilotMonitor"}
    page = f"link|https://localhost:{facts.ports[components.TORNADO]}/pilotlogs/"
    return {
        "HTTPS": {"Port": facts.ports[components.PORTAL], "Cert": facts.host_certificate, "Key": facts.host_key},
        "HTTP": {"Port": facts.ports[components.PORTAL_HTTP]},
        "Schema": {"Applications": applications, "Tools": {"Pilot logs": page}},
    }


def opensearch(facts):
    """Return /Systems/NoSQLDatabases: where `stack.destinations` starts OpenSearch."""
    place = {
        "Host": world.HOST,
        "Port": facts.ports["opensearch"],
        "ca_certs": facts.host_certificate.with_name("ca.pem"),
    }
    return place | {"User": destinations.USER, "Password": destinations.PASSWORD, "SSL": True, "CRT": False}


def systems(facts):
    """Return /Systems: for each component what its template in DIRAC and in our extension says, then where it is."""
    account = {"User": "Dirac", "Password": facts.database_password, "Host": "127.0.0.1"}
    sections = {
        "Databases": {**account, "Port": facts.ports[components.MARIADB]},
        # mostly nobody answers there, but without it DIRAC's own WMSAdministrator does not come up
        "NoSQLDatabases": opensearch(facts),
        "Tornado": {"Port": facts.ports[components.TORNADO]},
    }
    system_part(sections, components.WMS, "PilotLogging")["CrossVOGroups"] = world.CROSS_VO_GROUPS
    for system, name in (*components.databases(), components.PORTAL_DATABASE):
        system_part(sections, system, "Databases")[name] = {"DBName": name}
    for service in (*components.services(), *components.ON_DEMAND):
        options = {"Protocol": "https"} if service.https else {"Port": facts.ports[service.name]}
        section = with_template(service.system, "Services", service.name, options)
        system_part(sections, service.system, "Services")[service.name] = section
        system_part(sections, service.system, "URLs")[service.name] = url(facts.ports, service)
    for agent in components.agents():  # tests wait for them, on machines that have much else to do
        options = {"PollingTime": agent.polling_seconds, "Niceness": 0}
        section = with_template(agent.system, "Agents", agent.name, options)
        system_part(sections, agent.system, "Agents")[agent.name] = section
    for system, name in components.apis():
        system_part(sections, system, "APIs")[name] = with_template(system, "APIs", name, {})
    # figures of sites move while a test waits
    system_part(sections, components.WMS, "APIs")["PilotLogMetrics"].setOption("SiteRefreshSeconds", "1")
    portal = f"https://localhost:{facts.ports[components.PORTAL]}"
    page = system_part(sections, components.WMS, "APIs")["PilotLogs"]
    page.setOption("FrameAncestors", as_text(("'self'", portal)))
    page.setOption("JobMonitorURL", f"{portal}/DIRAC/?url_state=1|*DIRAC.JobMonitor.classes.JobMonitor:#{{job}}")
    page.setOption("PilotMonitorURL", f"{portal}/DIRAC/?url_state=1|*DIRAC.PilotMonitor.classes.PilotMonitor:")
    return sections


def system_part(sections, system, part):
    """Return the part (`Services`, `URLs`, ...) of a system, which is made when there is none."""
    return sections.setdefault(system, {}).setdefault(part, {})


def url(ports, service):
    """Return where a service is."""
    if service.https:
        return https_url(ports, service.system, service.name)
    return f"dips://localhost:{ports[service.name]}/{service.full_name}"


def https_url(ports, system, name):
    """Return where a service in Tornado is."""
    return f"https://localhost:{ports[components.TORNADO]}/{system}/{name}"


def with_template(system, kind, name, options):
    """Return a component's section as the installer makes it from the merged ConfigTemplate.cfg, with our options."""
    section = CFG()
    for folder in components.extension_folders():
        found = template(folder / f"{system}System" / "ConfigTemplate.cfg").getRecursive(f"{kind}/{name}")
        if found:
            section = section.mergeWith(found["value"])
    return section.mergeWith(as_cfg(options))


@cache
def template(path):
    """Return a system's template, an empty one where there is none; it is the same for all, who change copies."""
    return CFG().loadFromFile(str(path)) if path.exists() else CFG()


def as_cfg(tree):
    """Return nested dictionaries as a CFG; sequences become lists of the CS."""
    cfg = CFG()
    for name, value in tree.items():
        if isinstance(value, dict):
            cfg.createNewSection(name, contents=as_cfg(value))
        elif isinstance(value, CFG):
            cfg.createNewSection(name, contents=value)
        else:
            cfg.setOption(name, as_text(value))
    return cfg


def as_text(value):
    """Return a value as the CS writes it."""
    return ", ".join(value) if isinstance(value, (list, tuple)) else str(value)


def apply(cfg, changes):
    """Set every option of `changes` (full path to text), and remove those whose text is None.

    Removing makes no section: an empty one of a subscription or a destination is a wrong one.
    """
    for path, value in changes.items():
        *sections, option = path.strip("/").split("/")
        if value is None:
            with suppress(KeyError):
                cfg.deleteKey(path.strip("/"))
            continue
        section = cfg
        for name in sections:
            if not section.isSection(name):
                section.createNewSection(name)
            section = section[name]
        section.setOption(option, value)
    return cfg


def write(cfg, path: Path):
    """Write the configuration, which holds passwords, for its owner's eyes; readers see the old or the new one."""
    write_private(path, str(cfg))


def write_private(path: Path, text):
    """Replace a file as a whole, mode 0600."""
    part = path.with_suffix(f".{os.getpid()}")
    part.unlink(missing_ok=True)
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
    part.replace(path)


def read_changes(path: Path):
    """Return the changes kept in a file; none when there is no file."""
    return json.loads(path.read_text()) if path.exists() else {}
