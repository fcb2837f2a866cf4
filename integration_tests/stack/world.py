"""The little grid of the stack: VOs, sites, people, groups, storage elements.

Names are awkward on purpose: one VO has dots, the other an underscore.
"""

from dataclasses import dataclass

CA_SUBJECT = (("C", "zz"), ("O", "stack"), ("CN", "Stack CA"))


def subject(common_name):
    """Return the subject of a certificate as pairs."""
    return (("C", "zz"), ("O", "stack"), ("CN", common_name))


def dn(common_name):
    """Return the same as DIRAC's Registry writes it."""
    return "".join(f"/{key}={value}" for key, value in subject(common_name))


@dataclass(frozen=True)
class VO:
    """A virtual organisation: `prefix` names its groups, its site and its storage element."""

    name: str
    prefix: str
    shifter: str
    pilot: str

    @property
    def site(self):
        """Its one site, by DIRAC's full name."""
        return f"TEST.{self.prefix.capitalize()}.zz"

    @property
    def ce(self):
        """The computing element at that site."""
        return f"ce.{self.prefix}.example"

    @property
    def storage_element(self):
        """The storage element that its logs go to."""
        return f"{self.prefix.upper()}-disk"

    @property
    def log_path(self):
        """Return where its logs are, as LFN."""
        return f"/{self.name}/pilotlogs"


ALPHA = VO("vo.alpha.org", "alpha", "shifta", "pila")
BETA = VO("beta_vo", "beta", "shiftb", "pilb")
VOS = (ALPHA, BETA)


@dataclass(frozen=True)
class Group:
    """A group of DIRAC's Registry; `sites` are what its members with SiteManager look after."""

    name: str
    vo: VO
    users: tuple[str, ...]
    properties: tuple[str, ...]
    sites: tuple[str, ...] = ()
    auto_upload_proxy: bool = False


ADMIN_PROPERTIES = (
    "AlarmsManagement",
    "ServiceAdministrator",
    "CSAdministrator",
    "JobAdministrator",
    "FullDelegation",
    "ProxyManagement",
    "Operator",
    "SiteManager",
)
HOST_PROPERTIES = (
    "TrustedHost",
    "CSAdministrator",
    "JobAdministrator",
    "FullDelegation",
    "ProxyManagement",
    "Operator",
    "ProductionManagement",
    "SiteManager",
)
PILOT_PROPERTIES = ("GenericPilot", "LimitedDelegation")

GROUPS = (
    Group("dirac_admin", ALPHA, ("admin",), ADMIN_PROPERTIES),
    Group("alpha_user", ALPHA, ("alice",), ("NormalUser",)),
    Group("beta_user", BETA, ("bob",), ("NormalUser",)),
    Group("alpha_operator", ALPHA, ("opal",), ("NormalUser", "Operator")),
    Group("beta_operator", BETA, ("opbert",), ("NormalUser", "Operator")),
    Group("alpha_pilot", ALPHA, (ALPHA.pilot,), PILOT_PROPERTIES),
    Group("beta_pilot", BETA, (BETA.pilot,), PILOT_PROPERTIES),
    Group("alpha_data", ALPHA, (ALPHA.shifter,), ("NormalUser",), auto_upload_proxy=True),
    Group("beta_data", BETA, (BETA.shifter,), ("NormalUser",), auto_upload_proxy=True),
    Group("site_admin", ALPHA, ("sid",), ("NormalUser", "SiteManager"), sites=(ALPHA.site,)),
    Group("no_site_admin", ALPHA, ("simon",), ("NormalUser", "SiteManager")),
    Group("alpha_jobs", ALPHA, ("joan",), ("NormalUser", "JobAdministrator")),
    Group("services", ALPHA, ("serge",), ("NormalUser", "ServiceAdministrator")),
    Group("monitors", ALPHA, ("mona",), ("NormalUser",)),
)
CROSS_VO_GROUPS = ("monitors",)
USERS = tuple(user for group in GROUPS for user in group.users)
UNREGISTERED = ("evil",)  # a good certificate of a stranger
HOST = "localhost"


@dataclass(frozen=True)
class OtherHost:
    """A host of the Registry besides the one that the stack runs on; `folder` is where its certificate is."""

    folder: str
    name: str
    properties: tuple[str, ...]


OTHER_HOSTS = (
    OtherHost("untrusted", "untrusted.example.org", ("NormalUser",)),
    OtherHost("vm", "vm.example.org", ("GenericPilot",)),  # a cloud VM whose pilots have its certificate
)


@dataclass(frozen=True)
class ProxySpec:
    """A proxy that is made with the stack: `group` None leaves the group out."""

    name: str
    user: str
    group: str | None
    limited: bool = False


PROXIES = (
    *(ProxySpec(user, user, group.name) for group in GROUPS for user in group.users),
    ProxySpec("pila_limited", ALPHA.pilot, "alpha_pilot", limited=True),
    ProxySpec("pila_nogroup", ALPHA.pilot, None),
    ProxySpec("evil", "evil", "alpha_pilot"),
    ProxySpec("alice_foreign", "alice", "dirac_admin"),  # a group that is not hers
)
