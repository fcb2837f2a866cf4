"""Membership in a group, as DIRAC's own AuthManager finds it once it is guarded."""

import functools

import pytest
from DIRAC.ConfigurationSystem.Client.Helpers import Registry
from DIRAC.ConfigurationSystem.private.ConfigurationClient import gConfigurationData
from DIRAC.Core.DISET.AuthManager import AuthManager
from diraccfg import CFG

from PilotLoggingDIRAC.transport.guards.membership import guard_membership
from PilotLoggingDIRAC.transport.guards.replacing import LibraryChanged
from tests.forked import run_each

CONFIGURATION = {
    "Registry": {
        "Users": {
            "alice": {"DN": "/CN=alice"},
            "pila": {"DN": "/CN=pila", "DefaultGroup": "pilots"},
            "twin1": {"DN": "/CN=twin"},
            "twin2": {"DN": "/CN=other, /CN=twin"},
        },
        "Groups": {
            "admins": {"Users": "twin2", "Properties": "ServiceAdministrator"},
            "plain": {"Users": "alice, twin1", "Properties": "NormalUser"},
            "pilots": {"Users": "pila", "Properties": "GenericPilot"},
            "empty": {"Properties": "ServiceAdministrator"},
        },
        "Hosts": {"vm.example.org": {"DN": "/CN=vm", "Properties": "TrustedHost"}},
    }
}


@pytest.fixture(autouse=True)
def configuration(monkeypatch):
    monkeypatch.setattr(AuthManager, "getUsername", AuthManager.getUsername)
    guard_membership()
    before = gConfigurationData.localCFG
    configure(CONFIGURATION)
    yield
    gConfigurationData.localCFG = before
    gConfigurationData.sync()
    Registry.reset_all_caches()


def configure(tree):
    gConfigurationData.localCFG = CFG().loadFromDict(tree)
    gConfigurationData.sync()


@pytest.fixture
def unguarded(monkeypatch, configuration):
    """DIRAC's own method, in its place again."""
    monkeypatch.setattr(AuthManager, "getUsername", AuthManager.getUsername.__wrapped__)
    return AuthManager.getUsername


@pytest.fixture
def let_in():
    """``let_in(dn, group, **more)``: the user that DIRAC finds, None when it refuses; always the same AuthManager."""
    manager = AuthManager("/Systems/x/Services/y/Authorization")

    def ask(dn, group=None, **more):
        credentials = {"DN": dn} | ({"group": group} if group else {}) | more
        return credentials["username"] if manager.authQuery("m", credentials, ["authenticated"]) else None

    return ask


def test_a_member_is_let_in_and_nobody_else(let_in):
    assert let_in("/CN=alice", "plain") == "alice"
    for group in ("admins", "pilots", "empty", "no_such", "hosts", "visitor"):
        assert let_in("/CN=alice", group) is None, group
    assert let_in("/CN=stranger", "plain") is None


def test_neither_answer_is_that_to_a_call_in_another_group(let_in):
    for _ in range(2):
        assert let_in("/CN=pila", "admins") is None
        assert let_in("/CN=pila", "pilots") == "pila"
        assert let_in("/CN=pila", "plain") is None


def test_of_two_users_with_one_dn_it_is_the_member(let_in):
    for _ in range(2):
        assert let_in("/CN=twin", "plain") == "twin1"
        assert let_in("/CN=twin", "admins") == "twin2"


def test_without_a_group_it_is_the_default_one(let_in):
    assert let_in("/CN=pila") == "pila"
    assert let_in("/CN=stranger") is None


def test_who_leaves_the_group_or_loses_the_dn_is_out_at_once(let_in):
    assert let_in("/CN=alice", "plain") == "alice"
    gConfigurationData.setOptionInCFG("/Registry/Groups/plain/Users", "twin1")
    gConfigurationData.sync()
    assert let_in("/CN=alice", "plain") is None
    assert let_in("/CN=pila", "pilots") == "pila"
    gConfigurationData.setOptionInCFG("/Registry/Users/pila/DN", "/CN=new")
    gConfigurationData.sync()
    assert let_in("/CN=pila", "pilots") is None


def test_a_trusted_host_speaks_for_a_user_in_the_user_s_groups_only(let_in):
    for _ in range(2):
        assert let_in("/CN=vm", extraCredentials=["/CN=alice", "plain"]) == "alice"
        assert let_in("/CN=vm", extraCredentials=["/CN=alice", "admins"]) is None
        assert let_in("/CN=vm", extraCredentials="hosts") == "vm.example.org"
        assert let_in("/CN=alice", extraCredentials=["/CN=twin", "admins"]) is None


def another(self, credentials, more):
    return True


@pytest.mark.parametrize(
    ("name", "other"), [("getUsername", another), ("getUsername", None), ("KW_DN", "dn"), ("KW_GROUP", "Group")]
)
def test_without_the_auth_manager_that_is_known_no_service_starts(monkeypatch, unguarded, name, other):
    monkeypatch.setattr(AuthManager, name, other)
    with pytest.raises(LibraryChanged, match=r"DIRAC has changed: AuthManager\.getUsername"):
        guard_membership()
    monkeypatch.delattr(AuthManager, name)
    with pytest.raises(LibraryChanged):
        guard_membership()


def test_an_auth_manager_with_one_more_option_is_guarded(monkeypatch, unguarded, let_in):
    monkeypatch.setattr(AuthManager, "getUsername", lambda self, credentials, strict=False: True)
    guard_membership()
    assert let_in("/CN=alice", "admins") is None


def test_an_auth_manager_that_a_library_has_wrapped_is_guarded(monkeypatch, unguarded, let_in):
    anybody = functools.wraps(unguarded)(lambda self, credentials: not credentials.update(username="anybody"))
    monkeypatch.setattr(AuthManager, "getUsername", anybody)
    guard_membership()
    assert let_in("/CN=alice", "admins") is None


BEGIN = """
import importlib, logging
from DIRAC.Core.DISET.AuthManager import AuthManager
handlers = {name: getattr(importlib.import_module("PilotLoggingDIRAC." + name), name.rpartition(".")[2])
            for name in cases}
"""
EACH = """
handler = handlers[case]
try:
    handler.initializeHandler({"serviceName": "WorkloadManagement/x", "csPaths": []})
except Exception:
    pass  # there is no configuration here
answer = f"{hasattr(AuthManager.getUsername, '__wrapped__')} {hasattr(logging.Logger.callHandlers, '__wrapped__')}"
sys.stdout.write("\\n" + answer + "\\n")  # in one piece, as threads log lines
"""


HANDLERS = [
    "WorkloadManagementSystem.Service.PilotLoggingHandler", "WorkloadManagementSystem.Service.WMSAdministratorHandler",
    "WorkloadManagementSystem.Service.PilotManagerHandler", "MonitoringSystem.Service.WebAppHandler",
]  # fmt: skip


def test_each_diset_service_is_guarded(tmp_path):
    for name, (_, out, error) in run_each(BEGIN, EACH, HANDLERS, tmp_path).items():
        answers = [line for line in out.splitlines() if not line[:4].isdigit()]  # threads log a line after it
        assert answers[-1:] == ["True True"], name + out + error
