"""One policy for every way in: who writes, who reads, who operates."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from PilotLoggingDIRAC.pilotlog import access
from PilotLoggingDIRAC.pilotlog.access import Caller, Policy, Scope
from PilotLoggingDIRAC.pilotlog.errors import NotAllowed
from PilotLoggingDIRAC.pilotlog.model import Log, PilotId, State
from tests.conftest import PILOT, Clock

NOBODY = Policy()
MEMBERS = Policy(member_vos=frozenset({"vo.alpha.org"}))
CROSSING = Policy(cross_vo_groups=frozenset({"monitors"}))
HOSTS = Policy(reading_hosts=frozenset({"host.example.org"}))
ALPHA = frozenset({"vo.alpha.org"})
HERE, THERE = "LCG.Here.org", "LCG.There.org"


def caller(*properties, group="alpha_group", vo="vo.alpha.org", sites=()):
    return Caller("someone", group, vo, frozenset(properties), sites=frozenset(sites))


def host(*properties):
    return Caller("host.example.org", "hosts", "", frozenset(properties), is_host=True)


def log(vo="vo.alpha.org", site=HERE):
    return Log(1, PilotId(vo, PILOT.stamp), 1, State.RECEIVING, Clock().now, Clock().now, site=site)


PILOTS = [caller("GenericPilot", "LimitedDelegation"), caller("Pilot"), caller("Operator")]
READS_NOTHING = [
    caller("NormalUser"),
    caller("GenericPilot"),
    caller("Pilot"),
    caller("TrustedHost"),
    caller(),
    caller("NormalUser", sites=[HERE]),
    caller("SiteManager"),
    caller("Operator", vo=""),
    caller("JobAdministrator", vo=""),
    Caller("anonymous", ""),
    host(),
    host("GenericPilot"),
    host("Operator", "JobAdministrator", "SiteManager", "ServiceAdministrator"),
    host("TrustedHost"),
]


class TestWriting:
    @pytest.mark.parametrize("who", PILOTS, ids=str)
    @pytest.mark.parametrize("stated", ["vo.alpha.org", "vo.beta.org", "", None, "unknown", {"a": 1}])
    def test_a_pilot_writes_for_its_own_vo_whatever_it_states(self, who, stated):
        assert access.writer_vo(who, stated) == "vo.alpha.org"

    @pytest.mark.parametrize(
        "properties", [(), ("NormalUser",), ("JobAdministrator",), ("ServiceAdministrator",), ("TrustedHost",)]
    )
    def test_who_is_no_pilot_writes_nothing(self, properties):
        with pytest.raises(NotAllowed):
            access.writer_vo(caller(*properties), "vo.alpha.org")

    @pytest.mark.parametrize("stated", ["vo.alpha.org", "", None])
    def test_a_group_without_a_vo_writes_nothing(self, stated):
        with pytest.raises(NotAllowed, match="VO"):
            access.writer_vo(caller("GenericPilot", vo=""), stated)

    def test_a_trusted_host_writes_for_the_vo_that_it_states(self):
        assert access.writer_vo(host("TrustedHost"), "vo.beta.org") == "vo.beta.org"

    @pytest.mark.parametrize("properties", [(), ("NormalUser",), ("JobAdministrator",)])
    def test_another_host_writes_nothing(self, properties):
        with pytest.raises(NotAllowed):
            access.writer_vo(host(*properties), "vo.alpha.org")


class TestReading:
    @pytest.mark.parametrize("who", READS_NOTHING, ids=lambda who: f"{who} {sorted(who.properties)}")
    def test_without_a_reading_role_nothing_is_read(self, who):
        assert access.scope(who, NOBODY) == Scope()
        with pytest.raises(NotAllowed):
            access.require_read(who, NOBODY, log())
        with pytest.raises(NotAllowed):
            access.require_scope(who, NOBODY)

    @pytest.mark.parametrize("role", ["Operator", "JobAdministrator"])
    def test_a_vos_operators_read_their_vo_and_no_other(self, role):
        who = caller(role)
        access.require_read(who, NOBODY, log())
        with pytest.raises(NotAllowed):
            access.require_read(who, NOBODY, log("vo.beta.org"))
        assert access.require_scope(who, NOBODY) == Scope(vos=ALPHA)

    def test_plain_members_read_their_vo_where_it_says_so(self):
        assert access.scope(caller("NormalUser"), MEMBERS) == Scope(vos=ALPHA)
        assert access.scope(caller("NormalUser", vo="vo.beta.org"), MEMBERS).empty
        assert access.scope(caller("NormalUser", vo=""), Policy(member_vos=frozenset({""}))).empty

    @pytest.mark.parametrize("role", ["GenericPilot", "Pilot"])
    def test_pilots_are_no_members_as_their_credential_lies_on_worker_nodes(self, role):
        assert access.scope(caller(role, "NormalUser"), MEMBERS).empty
        assert access.scope(caller(role, "Operator"), MEMBERS) == Scope(vos=ALPHA)

    @pytest.mark.parametrize(
        ("scope", "reached"),
        [
            (Scope(), False),
            (Scope(vos=ALPHA), False),
            (Scope(vos=frozenset({"vo.beta.org"})), True),
            (Scope(sites=frozenset({HERE})), True),
            (Scope(everything=True), True),
        ],
    )
    def test_logs_out_of_reach_need_not_be_looked_up(self, scope, reached):
        assert scope.reaches("vo.beta.org") is reached

    @pytest.mark.parametrize(
        ("who", "policy"),
        [
            (caller("ServiceAdministrator", vo=""), NOBODY),
            (caller("NormalUser", group="monitors"), CROSSING),
            (host("TrustedHost"), HOSTS),
        ],
    )
    def test_administrators_named_groups_and_named_trusted_hosts_read_all(self, who, policy):
        assert access.scope(who, policy) == Scope(everything=True)
        access.require_read(who, policy, log("vo.beta.org", ""))
        access.require_read(who, policy, None)

    @pytest.mark.parametrize(
        "who",
        [
            host(),
            host("GenericPilot", "Operator", "ServiceAdministrator"),
            Caller("other.example.org", "hosts", "", frozenset({"TrustedHost"}), is_host=True),
            Caller("host.example.org", "alpha_group", "vo.alpha.org", frozenset({"TrustedHost"})),
        ],
        ids=lambda who: f"{who} {sorted(who.properties)}",
    )
    def test_the_name_of_a_reading_host_lets_nobody_else_read(self, who):
        assert access.scope(who, HOSTS).empty

    def test_a_group_called_as_a_reading_host_or_a_host_as_a_group_reads_nothing(self):
        assert access.scope(caller("NormalUser", group="host.example.org"), HOSTS).empty
        assert access.scope(host("TrustedHost"), Policy(cross_vo_groups=frozenset({"hosts"}))).empty

    def test_a_site_manager_reads_the_own_sites_logs_of_any_vo(self):
        who = caller("SiteManager", vo="", sites=[HERE])
        access.require_read(who, NOBODY, log("vo.beta.org", HERE))
        for other in (log("vo.beta.org", THERE), log("vo.beta.org", ""), None):
            with pytest.raises(NotAllowed):
                access.require_read(who, NOBODY, other)

    def test_a_log_without_a_site_belongs_to_no_site_manager(self):
        assert not Scope(sites=frozenset({"", HERE})).covers(log(site=""))

    def test_a_site_manager_who_operates_a_vo_reads_both(self):
        who = caller("SiteManager", "Operator", sites=[HERE])
        assert access.scope(who, NOBODY) == Scope(vos=ALPHA, sites=frozenset({HERE}))

    @pytest.mark.parametrize(
        "who", [caller("NormalUser"), caller("Operator"), caller("SiteManager", sites=[HERE])], ids=str
    )
    def test_a_refusal_does_not_tell_whether_the_log_is_there(self, who):
        refusals = []
        for item in (log("vo.beta.org", THERE), None):
            with pytest.raises(NotAllowed) as refusal:
                access.require_read(who, NOBODY, item)
            refusals.append((type(refusal.value), str(refusal.value)))
        assert refusals[0] == refusals[1]

    @given(
        st.sets(
            st.sampled_from(["NormalUser", "GenericPilot", "Pilot", "Operator", "JobAdministrator", "SiteManager"])
        ),
        st.sets(st.sampled_from(["vo.alpha.org", "vo.beta.org"])),
        st.sampled_from(["", "vo.alpha.org", "vo.beta.org"]),
        st.sampled_from(["", HERE, THERE]),
    )
    def test_no_mix_of_roles_below_administrator_reads_beyond_own_vo_and_sites(self, roles, member_vos, vo, site):
        who = caller(*roles, vo="vo.alpha.org", sites=[HERE])
        scope = access.scope(who, Policy(member_vos=frozenset(member_vos)))
        if scope.covers(log(vo or "vo.gamma.org", site)):
            assert vo == "vo.alpha.org" or (site == HERE and "SiteManager" in roles)


class TestOperating:
    @pytest.mark.parametrize("who", [host("TrustedHost"), caller("ServiceAdministrator"), caller("Operator")], ids=str)
    def test_trusted_hosts_administrators_and_operators_operate(self, who):
        access.require_operator(who)

    @pytest.mark.parametrize(
        "who",
        [
            host(),
            host("Operator"),
            host("ServiceAdministrator"),
            caller("TrustedHost"),
            caller("GenericPilot"),
            caller("JobAdministrator"),
            caller("SiteManager", sites=[HERE]),
            Caller("anonymous", ""),
        ],
        ids=lambda who: f"{who} {sorted(who.properties)}",
    )
    def test_nobody_else_does(self, who):
        with pytest.raises(NotAllowed):
            access.require_operator(who)


class TestDeleting:
    @pytest.mark.parametrize(
        ("who", "vos"),
        [
            (caller("Operator", vo="vo.alpha.org"), ("vo.alpha.org",)),
            (caller("ServiceAdministrator", vo="vo.alpha.org"), ("vo.beta.org",)),
            (host("TrustedHost"), ("vo.beta.org",)),
        ],
        ids=["operator", "administrator", "host"],
    )
    def test_operators_delete_in_their_vo_and_administrators_in_any(self, who, vos):
        access.require_deletion(who, vos)

    @pytest.mark.parametrize("vos", [(), ("vo.beta.org",), ("vo.alpha.org", "vo.beta.org"), ("",)])
    @pytest.mark.parametrize("vo", ["vo.alpha.org", ""])
    def test_operators_delete_nowhere_else(self, vo, vos):
        with pytest.raises(NotAllowed):
            access.require_deletion(caller("Operator", vo=vo), vos)

    @pytest.mark.parametrize(
        "role", ["NormalUser", "GenericPilot", "Pilot", "JobAdministrator", "SiteManager", "TrustedHost"]
    )
    def test_nobody_else_deletes(self, role):
        with pytest.raises(NotAllowed):
            access.require_deletion(caller(role, vo="vo.alpha.org", sites=[HERE]), ("vo.alpha.org",))

    def test_host_with_the_property_of_operators_does_not_delete(self):
        with pytest.raises(NotAllowed):
            access.require_deletion(host("Operator"), ("",))
