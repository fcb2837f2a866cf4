"""Mail of alarms: by DIRAC's mail library in a real child, to a mail server that hangs at first."""

import os
import smtplib
import socketserver
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from PilotLoggingDIRAC.assembly.alarms import Bell
from tests.waiting import PATIENCE_SECONDS, until

ADDRESSES = {"Systems": {"WorkloadManagement": {"PilotLogging": {"AlarmAddress": "a@example.org"}}}}


class Conversation(socketserver.StreamRequestHandler):
    """One conversation of SMTP, as far as sending a mail needs it; the first ones of a server get no answer."""

    def handle(self):
        if self.server.silent > 0:
            self.server.silent -= 1
            self.server.hanging.set()
            self.server.ended.wait()
            return
        self.wfile.write(b"220 here\r\n")
        for line in self.rfile:
            if line.upper().startswith(b"DATA"):
                self.wfile.write(b"354 go on\r\n")
                text = b"".join(iter(self.rfile.readline, b".\r\n"))
                self.server.mails.append(text)
            self.wfile.write(b"250 good\r\n")


class Server(socketserver.ThreadingTCPServer):
    """A mail server; of its first conversations so many get no answer as ``silent`` says."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Conversation)
        self.silent, self.mails = 1, []
        self.hanging, self.ended = threading.Event(), threading.Event()


@pytest.fixture
def server(tmp_path, monkeypatch):
    """A mail server on the port where Python's mail library looks for one, in this process and its children."""
    with Server() as found:
        port = found.server_address[1]
        (tmp_path / "sitecustomize.py").write_text(f"import smtplib\nsmtplib.SMTP.default_port = {port}\n")
        monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(tmp_path), *sys.path]))
        monkeypatch.setenv("DIRAC_NO_CFG", "1")
        monkeypatch.setattr(smtplib.SMTP, "default_port", port)
        threading.Thread(target=found.serve_forever, daemon=True).start()
        yield found
        found.ended.set()
        found.shutdown()


def test_a_mail_server_that_hangs_delays_the_next_mail_by_the_limit_alone(server, configure):
    configure(ADDRESSES)
    bell = Bell("component", send_seconds=5)
    bell.alarms.update({"first": "it hangs"})
    assert server.hanging.wait(PATIENCE_SECONDS)
    bell.alarms.update({"first": "it hangs", "second": "it does not"})
    until(lambda: server.mails)
    assert b"Alarm: second" in server.mails[0]


_PROGRAM = """
import sys
from DIRAC.ConfigurationSystem.private.ConfigurationClient import gConfigurationData
gConfigurationData.setOptionInCFG("/Systems/WorkloadManagement/PilotLogging/AlarmAddress", "a@example.org")
gConfigurationData.sync()
from PilotLoggingDIRAC.assembly.alarms import Bell
Bell("component").alarms.update({f"problem {number}": "text" for number in range(20)})
"""


def run(program):
    subprocess.run([sys.executable, "-c", program], check=True, timeout=PATIENCE_SECONDS, cwd=Path(__file__).parent)


def test_a_process_that_ends_is_not_held_by_a_mail_server_that_hangs(server):
    server.silent = 100
    run(_PROGRAM)


def test_a_process_that_ends_sends_its_mail_before(server):
    server.silent = 0
    run(_PROGRAM.replace("20", "1"))
    assert len(server.mails) == 1


def test_mail_waits_for_the_next_one_when_no_thread_can_be_started(server, configure, no_threads):
    server.silent = 0
    configure(ADDRESSES)
    bell = Bell("component")
    with no_threads("pilotlog-mail"):
        bell.alarms.update({"first": "text"})
    bell.alarms.update({"first": "text", "second": "text"})
    until(lambda: len(server.mails) == 2)
