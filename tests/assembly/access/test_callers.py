"""Callers: from verified credentials and the Registry, and from the request that a thread is serving."""

import dataclasses
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from DIRAC.Core.DISET.RequestHandler import RequestHandler

from PilotLoggingDIRAC.assembly.access.callers import caller, policy, served
from PilotLoggingDIRAC.pilotlog.access import NOBODY, Caller, Policy
from PilotLoggingDIRAC.pilotlog.errors import NotAllowed
from tests.waiting import PATIENCE_SECONDS

CONFIGURATION = {
    "Registry": {
        "Users": {
            "alice": {"DN": "/CN=alice", "Sites": "LCG.There.org"},
            "sue": {"DN": "/CN=sue", "Suspended": "vo.alpha.org"},
        },
        "Groups": {
            "ops": {
                "Users": "alice, sue, gone",
                "Properties": "Operator, SiteManager",
                "VO": "vo.alpha.org",
                "Sites": "LCG.Here.org, LCG.Near.org",
            },
            "plain": {"Users": "alice, sue", "Properties": "NormalUser"},
            "admins": {"Users": "bob", "Properties": "ServiceAdministrator"},
            "visitor": {"Properties": "ServiceAdministrator", "VO": "vo.alpha.org"},
            "hosts": {"Properties": "ServiceAdministrator", "VO": "vo.alpha.org"},
        },
        "Hosts": {"vm.example.org": {"DN": "/CN=vm", "Properties": "GenericPilot"}},
    },
    "Systems": {
        "WorkloadManagement": {"PilotLogging": {"CrossVOGroups": "monitors, auditors", "HostsMayRead": "a.example.org"}}
    },
    "Operations": {"vo.alpha.org": {"PilotLogging": {"VOMembersMayRead": "True"}}},
}


@pytest.fixture(autouse=True)
def configuration(configure):
    configure(CONFIGURATION)


def test_group_says_vo_properties_and_sites():
    who = caller({"username": "alice", "group": "ops", "properties": ["Operator"]}, "192.0.2.7")
    sites = frozenset({"LCG.Here.org", "LCG.Near.org"})
    assert who == Caller(
        "alice", "ops", "vo.alpha.org", frozenset({"Operator", "SiteManager"}), False, sites, "192.0.2.7"
    )


def test_user_s_sites_count_where_the_group_has_none_and_a_vo_is_never_guessed():
    who = caller({"username": "alice", "group": "plain"})
    assert (who.vo, who.sites) == ("", frozenset({"LCG.There.org"}))


def test_host_has_its_own_properties_and_neither_vo_nor_sites():
    who = caller({"username": "vm.example.org", "group": "hosts"})
    assert who == Caller("vm.example.org", "hosts", "", frozenset({"GenericPilot"}), is_host=True)


@pytest.mark.parametrize(
    "credentials",
    [
        {},
        {"username": "anonymous", "group": "visitor"},
        {"username": "anonymous", "group": "ops"},
        {"group": "ops"},
        {"username": "alice"},
        {"username": "alice", "group": ""},
        {"username": "alice", "group": "admins", "properties": ["ServiceAdministrator"]},
        {"username": "alice", "group": "no_such"},
        {"username": "alice", "group": "hosts"},
        {"username": "alice", "group": "ops", "DN": "/CN=somebody else"},
        {"username": "gone", "group": "ops"},
        {"username": "sue", "group": "ops", "DN": "/CN=sue"},
        {"username": "no.such.host", "group": "hosts"},
        {"username": "vm.example.org", "group": "hosts", "DN": "/CN=alice"},
        {"username": "vm.example.org", "group": "ops"},
    ],
    ids=str,
)
def test_whom_nobody_knows_is_nobody_whatever_the_registry_has_by_that_name(credentials):
    assert caller(credentials) == NOBODY


@pytest.mark.parametrize("dn", ["/CN=alice ", " /CN=alice", "/CN=alice\t"])
def test_a_name_with_blanks_at_its_ends_is_another_name(dn):
    assert caller({"username": "alice", "group": "ops", "DN": dn}) == NOBODY
    assert caller({"username": "vm.example.org", "group": "hosts", "DN": dn.replace("alice", "vm")}) == NOBODY


def test_suspension_counts_for_its_vo_alone():
    assert caller({"username": "sue", "group": "plain", "DN": "/CN=sue"}).user == "sue"


def test_nobody_keeps_the_address():
    assert caller({"username": "alice", "group": "admins"}, "192.0.2.7") == dataclasses.replace(
        NOBODY, address="192.0.2.7"
    )


def test_policy_has_the_named_groups_and_the_caller_s_vo_if_its_members_may_read():
    assert policy("vo.alpha.org").member_vos == {"vo.alpha.org"}
    assert policy("beta_vo").member_vos == policy("").member_vos == frozenset()
    assert policy("").cross_vo_groups == {"monitors", "auditors"}
    assert policy("").reading_hosts == {"a.example.org"}


def test_without_options_nobody_is_named(configure):
    configure({})
    assert policy("vo.gamma.org") == Policy()


class Handler(RequestHandler):
    """A handler of DIRAC's kind, in the midst of a request."""

    def __init__(self, username, group):
        self._credentials = {"username": username, "group": group}

    def getRemoteCredentials(self):  # noqa: N802 - DIRAC's name
        return self._credentials

    def getRemoteAddress(self):  # noqa: N802 - DIRAC's name
        return ("192.0.2.7", 1234)

    def serve(self, work):
        """As DISET calls an exported method."""
        return work()

    @classmethod
    def export_something(cls):
        """DIRAC's own are class methods, which know nothing of the request."""
        return Plugin().get()


class Plugin:
    """Code that a handler calls without naming the caller."""

    def get(self):
        return served()


def test_served_is_the_caller_of_the_handler_further_up():
    who = Handler("alice", "ops").serve(Handler.export_something)
    assert (who.user, who.group, who.address) == ("alice", "ops", "192.0.2.7")


def test_of_nested_handlers_the_nearest_counts():
    inner = Handler("vm.example.org", "hosts")
    assert Handler("alice", "ops").serve(lambda: inner.serve(Plugin().get)).user == "vm.example.org"


def test_outside_of_a_request_nobody_is_served():
    with pytest.raises(NotAllowed):
        served()


def test_a_thread_that_a_handler_makes_serves_nobody():
    def elsewhere():
        with ThreadPoolExecutor(1) as pool:
            return pool.submit(Handler.export_something).result(PATIENCE_SECONDS)

    with pytest.raises(NotAllowed):
        Handler("alice", "ops").serve(elsewhere)


def test_a_thread_that_outlives_requests_serves_nobody_of_them():
    """A pool's threads are started in the midst of a request, and go on for others."""
    with ThreadPoolExecutor(1) as pool:
        for user, group in (("alice", "ops"), ("vm.example.org", "hosts")):
            with pytest.raises(NotAllowed):
                Handler(user, group).serve(lambda: pool.submit(Plugin().get).result(PATIENCE_SECONDS))


def test_a_handler_without_credentials_serves_nobody_known():
    assert Handler("anonymous", "visitor").serve(Plugin().get) == dataclasses.replace(NOBODY, address="192.0.2.7")


def test_threads_at_the_same_time_have_each_its_own_caller():
    both, found = threading.Barrier(2), {}

    def work():
        both.wait(PATIENCE_SECONDS)
        return served()

    def serve(user, group):
        found[user] = Handler(user, group).serve(work).user

    threads = [threading.Thread(target=serve, args=who) for who in (("alice", "ops"), ("vm.example.org", "hosts"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE_SECONDS)
    assert found == {"alice": "alice", "vm.example.org": "vm.example.org"}
