"""The rights of callers over logs: one policy for every way in.

Roles follow DIRAC's properties. A caller who may not read a log may not learn whether it exists: a log that is refused
and a log that is not there get the same answer.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

from .errors import NotAllowed, NothingToRead
from .model import Log

#: The answer to a caller who may not read a log, whether or not there is one.
REFUSAL = "No such log, or not for you to read"

_PILOTS = frozenset({"GenericPilot", "Pilot"})
#: The properties of a group that may send.
WRITERS = _PILOTS | {"Operator"}
_VO_READERS = frozenset({"Operator", "JobAdministrator"})
_ADMINISTRATORS = frozenset({"ServiceAdministrator"})
_SITE_READERS = frozenset({"SiteManager"})
_TRUSTED = "TrustedHost"


@dataclass(frozen=True, slots=True)
class Caller:
    """The sender of a request.

    ``vo`` is the group's VO as the Registry says, empty without one; ``sites`` are those that the caller manages;
    ``address`` is where the request came from.
    """

    user: str
    group: str
    vo: str = ""
    properties: frozenset[str] = frozenset()
    is_host: bool = False
    sites: frozenset[str] = frozenset()
    address: str = ""

    def __str__(self) -> str:
        return f"{self.user}@{self.group}"


#: A caller of whom nothing is known.
NOBODY = Caller("anonymous", "")


@dataclass(frozen=True, slots=True)
class Policy:
    """The decisions of administrators: groups that read across VOs, VOs whose members read, hosts that read."""

    cross_vo_groups: frozenset[str] = frozenset()
    member_vos: frozenset[str] = frozenset()
    reading_hosts: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Scope:
    """The logs that a caller may read: all, or those of some VOs, or those at some sites."""

    everything: bool = False
    vos: frozenset[str] = field(default=frozenset())
    sites: frozenset[str] = field(default=frozenset())

    def covers(self, log: Log) -> bool:
        """Tell if one log is in the scope; a log whose site is unknown belongs to no site."""
        return self.covers_vo(log.pilot.vo) or (bool(log.site) and log.site in self.sites)

    def covers_vo(self, vo: str) -> bool:
        """Tell if every log of a VO is in the scope."""
        return self.everything or vo in self.vos

    def reaches(self, vo: str) -> bool:
        """Tell if a log of a VO can be in the scope at all; for others nothing need be looked up."""
        return self.covers_vo(vo) or bool(self.sites)

    @property
    def empty(self) -> bool:
        """Tell if nothing at all may be read."""
        return not (self.everything or self.vos or self.sites)


def scope(caller: Caller, policy: Policy) -> Scope:
    """Return the logs that the caller may read.

    A pilot's credential lies on worker nodes, so that it does not read as a member of its VO. A host does not ask for a
    user (then the user would be the caller), so that it reads only if the policy names it.
    """
    if caller.is_host:
        return Scope(everything=_TRUSTED in caller.properties and caller.user in policy.reading_hosts)
    if caller.properties & _ADMINISTRATORS or caller.group in policy.cross_vo_groups:
        return Scope(everything=True)
    is_member = caller.vo in policy.member_vos and not caller.properties & _PILOTS
    reads_vo = caller.properties & _VO_READERS or is_member
    vos = frozenset({caller.vo}) if caller.vo and reads_vo else frozenset()
    sites = caller.sites if caller.properties & _SITE_READERS else frozenset()
    return Scope(vos=vos, sites=sites)


def require_read(caller: Caller, policy: Policy, log: Log | None) -> None:
    """Raise NotAllowed unless the caller may read this log. None is a log that does not exist: it is refused in
    the same words, except to a caller who may read all logs.
    """
    may = scope(caller, policy)
    if may.everything or (log is not None and may.covers(log)):
        return
    raise NotAllowed(REFUSAL)


def require_scope(caller: Caller, policy: Policy) -> Scope:
    """Return the scope to search in. Raise NothingToRead for callers who may read nothing at all."""
    may = scope(caller, policy)
    if may.empty:
        raise NothingToRead("Your group may not read pilot logs")
    return may


def writer_vo(caller: Caller, stated_vo: object) -> object:
    """Return the VO that the caller writes for: its group's, and for hosts the one that the message states.

    Raise NotAllowed for a caller who may not write, and for a group without a VO.
    """
    if caller.is_host:
        if not caller.properties & (WRITERS | {_TRUSTED}):
            raise NotAllowed("This host is not trusted to send pilot logs")
        return stated_vo
    if not caller.properties & WRITERS:
        raise NotAllowed("Only pilots may send pilot logs")
    if not caller.vo:
        raise NotAllowed("Your group has no VO in the Registry, so no log can be kept for it")
    return caller.vo


def require_known(caller: Caller) -> None:
    """Raise NotAllowed for ``NOBODY`` and for a caller without a group."""
    if caller.user == NOBODY.user or not caller.group:
        raise NotAllowed("Only for registered users and hosts")


def require_operator(caller: Caller) -> None:
    """Raise NotAllowed unless the caller may see the state of the installation: an operator or an administrator."""
    if not (_administers(caller) or (not caller.is_host and "Operator" in caller.properties)):
        raise NotAllowed("Only for operators")


def require_administrator(caller: Caller) -> None:
    """Raise NotAllowed unless the caller may change logs of all VOs: a trusted host or a service administrator."""
    if not _administers(caller):
        raise NotAllowed("Only for administrators of the services")


def require_deletion(caller: Caller, vos: Collection[str]) -> None:
    """Raise NotAllowed unless the caller may delete logs of these VOs.

    An operator may delete those of the group's VO, an administrator of the services those of any VO.
    """
    runs_vo = not caller.is_host and "Operator" in caller.properties and bool(caller.vo) and set(vos) == {caller.vo}
    if not (runs_vo or _administers(caller)):
        raise NotAllowed("Only for operators of the VO and administrators of the services")


def _administers(caller: Caller) -> bool:
    return bool(caller.properties & ({_TRUSTED} if caller.is_host else _ADMINISTRATORS))
