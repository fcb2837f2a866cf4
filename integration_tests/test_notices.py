"""Notices of a real DIRAC: agents tell a mail server and a webhook, which hang and refuse, once what changed."""

import pytest

from tests.conftest import clock  # noqa: F401  (a fixture)
from tests.notices_contract import NoticesContract

from . import grid, receivers
from .stack import world
from .stack.components import NOTIFICATION
from .waiting import until

ALPHA = world.ALPHA
AGENTS = ("PilotLoggingAgent", "PilotLoggingAgent-2")
AGENT = "/Systems/WorkloadManagement/Agents/PilotLoggingAgent"
NOTICE = f"/Operations/{ALPHA.name}/PilotLogging/Notices/Failing"
SMTP = "/Systems/Framework/Services/Notification/SMTP"
SECRET = "the secret of the webhook"


@pytest.fixture
def mail():
    with receivers.mail_server() as server:
        yield server


@pytest.fixture
def hook():
    with receivers.hook_server(SECRET.encode()) as server:
        yield server


@pytest.fixture
def subscribed(stack, mail, hook, tmp_path):
    """A subscription of a mail address and a webhook, agents that look every second, DIRAC's mail service."""
    secret = tmp_path / "secret"
    secret.write_text(f"{SECRET}\n")
    secret.chmod(0o600)
    options = {
        f"{SMTP}/Host": "127.0.0.1",
        f"{SMTP}/Port": mail.server_address[1],
        f"{AGENT}/NoticeSeconds": 1,
        f"{AGENT}/NoticeLoadPercent": 90,
        f"{AGENT}/NoticeLeaseSeconds": 5,  # so long the duty stays that of the agent that a test before this one killed
        f"{AGENT}/NoticeSendSeconds": 10,
        f"{AGENT}/NoticeRetrySeconds": 1,
        f"{AGENT}/NoticeMaxRetrySeconds": 1,
        f"{NOTICE}/When": "FailureRate",
        f"{NOTICE}/Site": ALPHA.site,
        f"{NOTICE}/Mail": "ops@example.org",
        f"{NOTICE}/Webhook": f"http://127.0.0.1:{hook.server_port}/",
        f"{NOTICE}/WebhookSecretFile": secret,
        f"{NOTICE}/WindowSeconds": 2,
    }
    grid.forget_logs(stack)
    stack.sql("PilotLoggingDB", "DELETE FROM PilotLogNotices", ())
    with stack.options(options):
        stack.start(NOTIFICATION.name)
        yield
        stack.stop(*AGENTS, NOTIFICATION.name)


@pytest.fixture
def end(stack, connect):
    """Have pilots end at the site with a return code, and wait until their logs say at which site."""
    told = "SELECT COUNT(*) FROM PilotLogs WHERE Site = %s"
    total = 0

    def described():
        return stack.sql("PilotLoggingDB", told, (ALPHA.site,))[0][0]

    def ended(number, code):
        nonlocal total
        total += number
        for _ in range(number):
            pilot, connection = grid.add_pilot(stack, ALPHA), connect(ALPHA.pilot)
            connection.send("text\n", pilot.stamp)
            connection.finalise(pilot.stamp, code)
        until(lambda: described() == total, seen=described)

    return ended


def began(calls):
    return [[entry["site"] for entry in call["began"]] for call in calls]


def log(stack):
    return stack.log(AGENTS[0]).read_text()[-2000:]


def test_two_agents_tell_mail_and_webhook_once_of_a_beginning_and_once_of_an_end(stack, subscribed, end, mail, hook):
    end(6, "1")
    stack.start(*AGENTS)
    until(lambda: mail.mails and hook.calls, seen=lambda: (len(mail.mails), hook.statuses, log(stack)))
    end(7, "0")
    until(lambda: len(mail.mails) > 1 and len(hook.calls) > 1, seen=lambda: (len(mail.mails), hook.statuses))
    assert [message["Subject"] for message in mail.mails] == [
        f"[PilotLogging] {ALPHA.name}: Failing: 1 began",
        f"[PilotLogging] {ALPHA.name}: Failing: 1 over",
    ]
    assert mail.mails[0]["To"] == "ops@example.org"
    assert f"{ALPHA.site}: pilots fail: 6 of 6 pilots" in mail.mails[0].as_string()
    assert began(hook.calls) == [[ALPHA.site], []]
    assert [call["id"] for call in hook.calls] == [f"{ALPHA.name}/Failing/{number}" for number in (1, 2)]


def test_a_webhook_that_hangs_delays_neither_mail_nor_archive_and_is_told_when_it_answers(
    stack, subscribed, end, mail, hook
):
    hook.hangs.set()
    end(6, "1")
    stack.start(AGENTS[0])
    until(hook.hanging.is_set, seen=lambda: log(stack))
    until(lambda: mail.mails, seen=lambda: log(stack))
    until(lambda: "Done:" in stack.log(AGENTS[0]).read_text(), seen=lambda: log(stack))
    assert hook.calls == []
    hook.hangs.clear()
    until(lambda: hook.calls, seen=lambda: log(stack))
    assert (began(hook.calls), len(mail.mails)) == ([[ALPHA.site]], 1)


def test_a_webhook_that_refuses_is_tried_again_and_told_once(stack, subscribed, end, hook):
    hook.refusals[:] = [503, 500, 429]
    end(6, "1")
    stack.start(AGENTS[0])
    until(lambda: hook.calls, seen=lambda: (hook.statuses, log(stack)))
    assert hook.statuses == [429, 500, 503, 200]
    assert began(hook.calls) == [[ALPHA.site]]


def test_a_mail_server_that_hangs_delays_no_webhook_and_mail_goes_when_it_answers(stack, subscribed, end, mail, hook):
    mail.hangs.set()
    end(6, "1")
    stack.start(AGENTS[0])
    until(mail.hanging.is_set, seen=lambda: log(stack))
    until(lambda: hook.calls, seen=lambda: log(stack))
    assert mail.mails == []
    mail.hangs.clear()
    until(lambda: mail.mails, seen=lambda: log(stack))
    assert [message["Subject"] for message in mail.mails] == [f"[PilotLogging] {ALPHA.name}: Failing: 1 began"]


class TestNoticesOnMariaDB(NoticesContract):
    """See ``notices_contract``."""
