"""An alarm is mailed once when it begins and once when it is over."""

import os
from email import message_from_bytes
from threading import Thread

import pytest

from . import grid
from .waiting import until

AGENT = "/Systems/WorkloadManagement/Agents/PilotLoggingAgent"
ADDRESS = "/Systems/WorkloadManagement/PilotLogging/AlarmAddress"


@pytest.fixture
def mails():
    """Return the mail that arrives at this machine's mail server, whose place a real one takes that stores it."""
    if os.geteuid():
        pytest.skip("only root may listen on port 25, where DIRAC leaves its mail")
    smtpd = pytest.importorskip("smtpd")
    import asyncore

    arrived = []

    class Server(smtpd.SMTPServer):
        def process_message(self, peer, mailfrom, rcpttos, data, **_):
            arrived.append((rcpttos, message_from_bytes(data)["Subject"]))

    try:
        server = Server(("127.0.0.1", 25), None)
    except OSError as error:
        pytest.skip(f"this machine has a mail server of its own: {error}")
    thread = Thread(target=asyncore.loop, kwargs={"timeout": 0.1})
    thread.start()
    yield arrived
    server.close()
    thread.join(10)


def cycles(stack):
    """Return how many cycles the agent has ended."""
    return stack.log("PilotLoggingAgent").read_text().count("Done:")


def subjects(mails):
    return [subject for _, subject in mails]


@pytest.fixture
def agent(stack):
    """The agent, running, with short times and an address for its alarms."""
    options = {f"{AGENT}/SettleSeconds": 0, f"{AGENT}/RetrySeconds": 1, ADDRESS: "admin@example.org"}
    with stack.options(options):
        yield lambda: stack.start("PilotLoggingAgent")
        stack.stop("PilotLoggingAgent")


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_an_archive_that_is_down_is_mailed_once_and_once_when_it_is_back(stack, connect, agent, mails, stamp):
    pilot = connect("pila")
    pilot.send("text\n", stamp)
    pilot.finalise(stamp)
    with grid.storage_down(stack):
        agent()
        until(lambda: mails)
        before = cycles(stack)
        until(lambda: cycles(stack) >= before + 2, seen=lambda: stack.log("PilotLoggingAgent").read_text()[-1000:])
    until(lambda: len(mails) > 1)
    assert subjects(mails) == [
        "[PilotLogging] Alarm: archive of vo.alpha.org",
        "[PilotLogging] Alarm is over: archive of vo.alpha.org",
    ]
    assert mails[0][0] == ["admin@example.org"]
