"""Subscriptions in a whole configuration: which are used, whom they tell, and what they reach."""

import pytest
from DIRAC.ConfigurationSystem.private.ConfigurationClient import gConfigurationData

from PilotLoggingDIRAC.assembly import option_check
from PilotLoggingDIRAC.assembly.notices import subscriptions
from PilotLoggingDIRAC.assembly.notices.subscriptions import Channels
from PilotLoggingDIRAC.pilotlog.access import Scope

VO, OTHER, SITE = "vo.alpha.org", "vo.beta.org", "LCG.Here.org"
NOTICES = f"/Operations/{VO}/PilotLogging/Notices"
RIGHT = {
    "Registry": {
        "VO": {VO: {}, OTHER: {}},
        "Groups": {
            "ops": {"Users": "olga", "VO": VO, "Properties": "Operator"},
            "sites": {"Users": "sam, nell", "VO": OTHER, "Properties": "SiteManager", "Sites": SITE},
            "users": {"Users": "ute", "VO": VO, "Properties": "NormalUser"},
        },
        "Users": {
            "olga": {"DN": "/CN=olga", "Email": "olga@example.org"},
            "sam": {"DN": "/CN=sam", "Email": "sam@example.org"},
            "nell": {"DN": "/CN=nell"},
            "ute": {"DN": "/CN=ute", "Email": "ute@example.org"},
        },
    },
    "Operations": {
        VO: {"PilotLogging": {"Notices": {"Rate": {"When": "FailureRate", "Mail": "a@example.org", "Percent": "30"}}}}
    },
}


@pytest.fixture
def set_up(configure):
    """``set_up(**options)``: the subscriptions of the right configuration with other options."""

    def use(**options):
        configure(RIGHT, *((f"{NOTICES}/{name.replace('_', '/')}", value) for name, value in options.items()))
        return subscriptions.read([VO, OTHER], Channels(None, 1.0))

    return use


def recipients(found):
    return [recipient.key for recipient in found.recipients]


def test_a_subscription_is_of_its_vo_with_its_limits(set_up):
    (found,) = set_up().found
    assert (found.vo, found.name, found.limits.percent) == (VO, "Rate", 30.0)
    assert found.scope == Scope(vos=frozenset({VO}))
    assert recipients(found) == ["mail:a@example.org"]
    assert option_check.problems() == {}


def test_one_of_the_defaults_is_every_vo_s_for_its_own_logs(set_up):
    set_up()
    gConfigurationData.setOptionInCFG("/Operations/Defaults/PilotLogging/Notices/All/When", "Silence")
    gConfigurationData.setOptionInCFG("/Operations/Defaults/PilotLogging/Notices/All/Mail", "b@example.org")
    gConfigurationData.generateNewVersion()
    gConfigurationData.sync()
    found = {(item.vo, item.name): item for item in subscriptions.read([VO, OTHER], Channels(None, 1.0)).found}
    assert set(found) == {(VO, "All"), (VO, "Rate"), (OTHER, "All")}
    assert found[OTHER, "All"].scope == Scope(vos=frozenset({OTHER}))


def test_members_of_a_group_get_mail_and_reach_what_the_group_may_read(set_up):
    (found,) = set_up(Rate_Group="sites").found
    assert recipients(found) == ["mail:a@example.org", "mail:sam@example.org"]
    assert found.scope == Scope(sites=frozenset({SITE}))
    (found,) = set_up(Rate_Group="ops").found
    assert found.scope.covers_vo(VO)


@pytest.mark.parametrize(("email", "told"), [
    ("a@example.org, b@example.org", ["mail:a@example.org", "mail:b@example.org"]),
    (f"{'x' * 250}@example.org,b@example.org", ["mail:b@example.org"]),
    ('"Doe, Sam" <sam@example.org>', ["mail:sam@example.org"]),
    ("sam@", []),
])  # fmt: skip
def test_members_get_mail_at_each_address_of_theirs_that_is_one(set_up, email, told):
    set_up()
    gConfigurationData.setOptionInCFG("/Registry/Users/sam/Email", email)
    gConfigurationData.setOptionInCFG(f"{NOTICES}/Rate/Mail", "c@example.org")
    gConfigurationData.setOptionInCFG(f"{NOTICES}/Rate/Group", "sites")
    gConfigurationData.generateNewVersion()
    gConfigurationData.sync()
    (found,) = subscriptions.read([VO], Channels(None, 1.0)).found
    assert recipients(found) == ["mail:c@example.org", *told]


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"Rate_Group": "users"}, "group users may read no logs"),
        ({"Rate_Group": "nobody"}, "there is no group nobody"),
        ({"Rate_Group": "sites", "Rate_Site": f"{SITE}, LCG.There.org"}, "may not read logs of LCG.There.org"),
        ({"Rate_When": "Sometimes"}, "When is Sometimes"),
        ({"Rate_Mail": ""}, "nobody is told"),
    ],
)
def test_a_subscription_beyond_its_reach_is_not_used_and_told(set_up, options, told):
    answer = set_up(**options)
    assert answer.found == []
    assert told in answer.problems[f"{NOTICES}/Rate"]
    assert told in option_check.problems()[f"{NOTICES}/Rate"]


def test_a_cause_of_the_vo_s_own_rules_is_known(set_up):
    answer = set_up(Rate_When="Cause", Rate_Cause="own-cause")
    assert "nobody knows own-cause" in answer.problems[f"{NOTICES}/Rate"]
    own = {"Name": "Own", "Party": "site", "Hint": "Look there.", "Example": "it is own", "Text": "it is own"}
    for name, value in own.items():
        path = f"/Operations/{VO}/PilotLogging/DiagnosisRules/own-cause/{name}"
        gConfigurationData.setOptionInCFG(path, value)
    gConfigurationData.generateNewVersion()
    gConfigurationData.sync()
    (found,) = subscriptions.read([VO], Channels(None, 1.0)).found
    assert found.wanted.causes == ("own-cause",)


def test_a_bad_number_is_told_and_the_default_counts(set_up):
    (found,) = set_up(Rate_LeastPilots="many").found
    assert found.limits.least_pilots == 5
    assert list(option_check.problems()) == [f"{NOTICES}/Rate/LeastPilots"]


def test_a_mistyped_option_is_told(set_up):
    set_up(Rate_Recipients="c@example.org")
    assert list(option_check.problems()) == [f"{NOTICES}/Rate/Recipients"]


def test_a_webhook_without_a_secret_is_told(set_up):
    (found,) = set_up(Rate_Webhook="https://hooks.example.org/").found
    assert recipients(found) == ["mail:a@example.org", "webhook"]
    assert list(option_check.problems()) == [f"{NOTICES}/Rate/WebhookSecretFile"]
    set_up(Rate_Webhook="https://hooks.example.org/", Rate_WebhookSecretFile="/etc/secret")
    assert option_check.problems() == {}


def test_a_subscription_that_can_not_be_used_costs_no_other(set_up):
    answer = set_up(Bad_When="Never", Bad_Mail="a@example.org")
    assert [item.name for item in answer.found] == ["Rate"]
