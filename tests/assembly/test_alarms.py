"""Mail of alarms: by DIRAC's mail library in a real child, to a mail server that hangs or refuses at first."""

import os
import signal
import smtplib
import socketserver
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from PilotLoggingDIRAC.assembly.alarms import Bell
from PilotLoggingDIRAC.assembly.mails import MailSettings
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
        if self.server.refusing > 0:
            self.server.refusing -= 1
            self.wfile.write(b"554 not now\r\n")
            return
        self.wfile.write(b"220 here\r\n")
        for line in self.rfile:
            if line.upper().startswith(b"DATA"):
                self.wfile.write(b"354 go on\r\n")
                text = b"".join(iter(self.rfile.readline, b".\r\n"))
                self.server.mails.append(text)
            self.wfile.write(b"250 good\r\n")


class Server(socketserver.ThreadingTCPServer):
    """A mail server; of its first conversations ``silent`` get no answer, and the next ``refusing`` are refused."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Conversation)
        self.silent, self.refusing, self.mails = 0, 0, []
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
        threading.Thread(target=found.serve_forever, args=(0.02,), daemon=True).start()
        yield found
        found.ended.set()
        found.shutdown()


@pytest.fixture
def full_disk(tmp_path, monkeypatch):
    """A temporary folder where nothing can be made, also by root: no child starts."""
    (tmp_path / "file").touch()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "file" / "below"))


def test_a_mail_server_that_hangs_delays_the_next_mail_by_the_limit_alone(server, configure):
    server.silent = 1
    configure(ADDRESSES)
    bell = Bell("component", mail=MailSettings(send_seconds=3, pause_seconds=0.5))
    bell.alarms.update({"first": "it hangs"})
    assert server.hanging.wait(PATIENCE_SECONDS)
    bell.alarms.update({"first": "it hangs", "second": "it does not"})
    until(lambda: len(server.mails) == 2)
    assert b"Alarm: second" in server.mails[0]


def ring(**settings):
    Bell("component", mail=MailSettings(**settings)).alarms.update({"problem": "text"})


def test_mail_that_was_refused_is_tried_again(server, configure, full_disk):
    server.refusing = 1
    configure(ADDRESSES)
    ring(pause_seconds=0.1)
    until(lambda: server.mails)
    assert server.refusing == 0


def test_a_full_disk_stops_no_mail(server, configure, full_disk):
    configure(ADDRESSES)
    ring()
    until(lambda: server.mails)


def test_children_that_hang_stop_no_mail(server, configure, monkeypatch):
    monkeypatch.setattr("PilotLoggingDIRAC.adapters.workers.worker.MAX_HANGING_OF_ALL", 0)
    configure(ADDRESSES)
    ring()
    until(lambda: server.mails)


def test_a_package_that_is_missing_for_the_child_stops_no_mail(server, configure, tmp_path):
    (tmp_path / "sitecustomize.py").write_text("import sys\nsys.modules['cachetools'] = None\n")
    configure(ADDRESSES)
    ring()
    until(lambda: server.mails)


def test_alarms_of_many_vos_at_once_find_room_for_each_address(server, configure, full_disk):
    configure(
        {"Systems": {"WorkloadManagement": {"PilotLogging": {"AlarmAddress": "a@x.org, b@x.org, c@x.org, d@x.org"}}}}
    )
    Bell("component").alarms.update({f"archive of vo {number}": "it is away" for number in range(50)})
    until(lambda: len(server.mails) == 200)


def test_without_a_child_a_mail_server_that_hangs_is_given_up_after_the_limit(server, configure, full_disk):
    server.silent = 1
    configure(ADDRESSES)
    ring(send_seconds=1, pause_seconds=0.1)
    until(lambda: server.mails)


_PROGRAM = """
import sys
from DIRAC.ConfigurationSystem.private.ConfigurationClient import gConfigurationData
gConfigurationData.setOptionInCFG("/Systems/WorkloadManagement/PilotLogging/AlarmAddress", "a@example.org")
gConfigurationData.sync()
from PilotLoggingDIRAC.assembly.alarms import Bell
from PilotLoggingDIRAC.assembly.mails import MailSettings
Bell("component", mail=MailSettings(end_seconds=SECONDS)).alarms.update(
    {f"problem {number}": "text" for number in range(20)}
)
"""


def run(program, seconds=10):
    program = program.replace("SECONDS", str(seconds))
    subprocess.run([sys.executable, "-c", program], check=True, timeout=PATIENCE_SECONDS, cwd=Path(__file__).parent)


def test_a_process_that_ends_is_not_held_by_a_mail_server_that_hangs(server):
    server.silent = 100
    run(_PROGRAM, seconds=1)


def test_a_process_that_ends_sends_its_mail_before(server):
    run(_PROGRAM.replace("20", "1"))
    assert len(server.mails) == 1


def test_mail_waits_for_the_next_one_when_no_thread_can_be_started(server, configure, full_disk, no_threads):
    configure(ADDRESSES)
    bell = Bell("component")
    with no_threads("pilotlog-mail"):
        bell.alarms.update({"first": "text"})
    bell.alarms.update({"first": "text", "second": "text"})
    until(lambda: len(server.mails) == 2)


def test_mail_for_which_no_thread_could_be_started_is_sent_while_its_alarm_lasts(
    server, configure, full_disk, no_threads
):  # fmt: skip
    configure(ADDRESSES)
    bell = Bell("component", mail=MailSettings(pause_seconds=0))
    with no_threads("pilotlog-mail"):
        bell.alarms.update({"first": "text"})
    bell.alarms.update({"first": "text"})
    until(lambda: server.mails)
    bell.close(PATIENCE_SECONDS)
    [mail] = server.mails
    assert b"Alarm: first" in mail


def test_a_thread_that_can_not_be_started_for_mail_that_waits_is_tried_once_in_a_pause(configure, monkeypatch):
    configure(ADDRESSES)
    tries, bell = [], Bell("component", mail=MailSettings(pause_seconds=1000))

    def start(thread):
        tries.append(thread.name)
        raise RuntimeError("can't start new thread")

    with monkeypatch.context() as limited:
        limited.setattr(threading.Thread, "start", start)
        for _ in range(5):
            bell.alarms.update({"first": "text"})
    assert tries == ["pilotlog-mail"]


def test_mail_for_which_no_thread_could_be_started_is_sent_at_the_end(server, configure, full_disk, no_threads):
    configure(ADDRESSES)
    bell = Bell("component")
    with no_threads("pilotlog-mail"):
        bell.alarms.update({"first": "text"})
        bell.close()
    assert server.mails == []
    bell.close(PATIENCE_SECONDS)
    assert len(server.mails) == 1


_COLLECTOR = """
import os, signal, sys, threading, time
from DIRAC.ConfigurationSystem.private.ConfigurationClient import gConfigurationData
gConfigurationData.setOptionInCFG("/Systems/WorkloadManagement/PilotLogging/AlarmAddress", "a@example.org")
gConfigurationData.setOptionInCFG("/Systems/WorkloadManagement/Services/PilotLogging/SpoolPath", sys.argv[1])
gConfigurationData.setOptionInCFG("/Systems/WorkloadManagement/Services/PilotLogging/StopSeconds", "60")
gConfigurationData.sync()
from PilotLoggingDIRAC.assembly.collector import collector
from PilotLoggingDIRAC.transport.graceful_stop import stop_diset_on_signal
stop_diset_on_signal(collector("WorkloadManagement/PilotLogging").stop)
while not any(thread.name == "pilotlog-mail" for thread in threading.enumerate()):
    time.sleep(0.01)
os.kill(os.getpid(), signal.SIGTERM)
time.sleep(600)
"""


def test_a_collector_that_a_signal_ends_sends_its_mail_before(server, tmp_path):
    """Its alarm is that it has no spool."""
    (tmp_path / "file").touch()
    command = [sys.executable, "-c", _COLLECTOR, str(tmp_path / "file" / "spool")]
    ended = subprocess.run(command, check=False, timeout=2 * PATIENCE_SECONDS, cwd=Path(__file__).parent)
    assert ended.returncode == -signal.SIGTERM
    assert server.mails
