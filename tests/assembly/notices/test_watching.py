"""The agent's thread of notices: a whole look at a real store and configuration, beside whoever uses them."""

import pytest

from PilotLoggingDIRAC.adapters.database import LogDatabase
from PilotLoggingDIRAC.assembly.notices.watching import NoticeWatch, pause_after
from PilotLoggingDIRAC.pilotlog.notify.settings import NoticeSettings
from tests.empty_store import empty_store
from tests.waiting import until

VO = "vo.alpha.org"


@pytest.fixture
def subscribe(configure):
    """``subscribe(others, **options)``: the VO's subscriptions, one of them with these options."""

    def use(others=(), **options):
        notices = {"Quiet": {"When": "Silence", **options}, **dict(others)}
        configure({"Registry": {"VO": {VO: {}}}, "Operations": {VO: {"PilotLogging": {"Notices": notices}}}})

    return use


@pytest.fixture
def watch(tmp_path):
    """Start the thread on an empty store; it looks every hundredth of a second."""
    made = []
    options = {"NoticeSeconds": 0.01, "NoticeLoadPercent": 100, "NoticeSendSeconds": 1}
    empty_store(tmp_path).dispose()

    def start(owner="agent"):
        db = LogDatabase(url=f"sqlite:///{tmp_path}/logs.db")
        made.append(NoticeWatch(db, lambda name, default: options.get(name, default), owner))
        made[-1].start()
        return db, made[-1]

    start.options = options
    yield start
    for one in made:
        one.stop()


def test_what_can_not_be_sent_is_a_problem_of_the_vo(subscribe, watch):
    subscribe(Webhook="http://127.0.0.1:1/", WebhookSecret="a secret of the webhook")
    _, thread = watch()
    until(lambda: thread.tally().problems)
    assert thread.tally().problems == {f"notices of {VO}": "Quiet: the webhook can't be called: ConnectionRefusedError"}


def test_counts_are_those_since_the_last_question(subscribe, watch):
    subscribe(Webhook="http://127.0.0.1:1/", WebhookSecret="a secret of the webhook")
    _, thread = watch()
    until(lambda: thread.tally().counts)
    assert thread.tally().counts == {}


def test_a_subscription_that_can_not_be_used_is_a_problem_of_the_vo(subscribe, watch):
    subscribe(Mail="nobody")
    _, thread = watch()
    until(lambda: thread.tally().problems)
    (text,) = thread.tally().problems.values()
    assert "Mail: nobody is no address" in text


def test_what_can_not_be_sent_is_told_beside_subscriptions_that_can_not_be_used(subscribe, watch):
    others = {"Mistyped": {"When": "Silence", "Mail": "nobody"}, "Wrong": {"When": "Silence", "Mail": "no one"}}
    subscribe(others, Webhook="http://127.0.0.1:1/", WebhookSecret="a secret of the webhook")
    _, thread = watch()
    told = lambda: "".join(thread.tally().problems.values())  # noqa: E731
    until(lambda: "Quiet: the webhook can't be called" in told())
    assert "Mistyped: Mail: nobody is no address" in told() and "Wrong: Mail: no one is no address" in told()


def test_problems_end_when_notices_are_switched_off(subscribe, watch):
    subscribe(Mail="nobody")
    _, thread = watch()
    until(lambda: thread.tally().problems)
    watch.options["NoticeSeconds"] = 0
    until(lambda: not thread.tally().problems)


class Unreadable:
    """An option that the configuration can't give for a while."""

    def __eq__(self, other):
        raise RuntimeError("the configuration is being changed")

    __hash__ = None


def test_settings_that_can_not_be_read_are_a_problem_for_as_long_as_they_can_not(subscribe, watch):
    subscribe()
    _, thread = watch()
    watch.options["NoticeSendSeconds"] = Unreadable()
    until(lambda: thread.tally().problems.get("notices") == "RuntimeError: the configuration is being changed")
    watch.options["NoticeSendSeconds"] = 1
    until(lambda: "notices" not in thread.tally().problems)


def test_an_agent_that_ends_leaves_the_work_to_another_at_once(subscribe, watch):
    subscribe(Mail="nobody")
    _, first = watch("first")
    until(lambda: first.tally().problems)
    _, second = watch("second")
    first.stop()
    until(lambda: second.tally().problems)


def test_looks_take_a_share_of_the_time_at_most():
    settings = NoticeSettings(notice_seconds=60, notice_load_percent=10)
    assert pause_after(1, settings) == 60
    assert pause_after(20, settings) == 180
