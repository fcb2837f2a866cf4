"""The words of a subscription: which can be used, and what is said of others."""

import pytest

from PilotLoggingDIRAC.pilotlog.notify.subscription import BadNotice, When, unknown_options, wanted

CAUSES = ("disk-full", "proxy-expired")
GOOD = {"When": "FailureRate", "Mail": "a@example.org"}


def parse(name="Alpha", **options):
    given = {**GOOD, **options}
    return wanted(name, lambda option: given.get(option, ""), CAUSES)


def test_words_of_a_subscription_are_read_as_the_configuration_writes_them():
    found = parse(
        When="Cause",
        Site="LCG.Here.org, LCG.There.org,",
        Cause="disk-full",
        Mail="a@example.org, b@example.org, a@example.org",
        Group="alpha_ops",
        Webhook="https://hooks.example.org/x?y=1",
    )
    assert found.when is When.CAUSE
    assert found.sites == ("LCG.Here.org", "LCG.There.org")
    assert (found.causes, found.addresses) == (("disk-full",), ("a@example.org", "b@example.org"))
    assert (found.group, found.webhook) == ("alpha_ops", "https://hooks.example.org/x?y=1")


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"When": ""}, "When is not set"),
        ({"When": "failurerate"}, "When is failurerate: it is one of FailureRate, Cause"),
        ({"Mail": ""}, "nobody is told"),
        ({"Mail": "root"}, "root is no address"),
        ({"Mail": "a@example.org\nBcc: b@example.org"}, "is no address"),
        ({"Cause": "disk-ful"}, "nobody knows disk-ful; there is disk-full"),
        ({"Webhook": "http://hooks.example.org/"}, "neither an https URL"),
        ({"Webhook": "file:///etc/passwd"}, "neither an https URL"),
        ({"Webhook": "https://"}, "neither an https URL"),
        ({"Webhook": "https://hooks.example.org:no/"}, "neither an https URL"),
        ({"Webhook": "https://hooks.example.org/\r\nX: y"}, "neither an https URL"),
        ({"Webhook": "http://localhost.example.org/"}, "neither an https URL"),
    ],
)
def test_words_that_can_not_be_used_are_told(options, told):
    with pytest.raises(BadNotice, match=told.replace("?", r"\?")):
        parse(**options)


@pytest.mark.parametrize("name", ["", "a/b", "a b", "x" * 65, "é"])
def test_a_name_is_one_of_the_configuration(name):
    with pytest.raises(BadNotice, match="name"):
        parse(name)


@pytest.mark.parametrize("url", ["http://localhost:8080/x", "http://127.0.0.1/", "https://hooks.example.org"])
def test_a_webhook_is_on_https_or_on_this_host(url):
    assert parse(Webhook=url).webhook == url


def test_a_mistyped_option_is_told_with_the_one_that_may_be_meant():
    found = unknown_options({"When": "x", "Percent": "1", "Mial": "x"}, ("Percent",))
    assert found == {"Mial": "there is no such option; there is Mail"}
