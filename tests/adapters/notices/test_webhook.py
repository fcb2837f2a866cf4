"""Webhooks against a real HTTP server that checks signatures, refuses, redirects, hangs, and sends drop by drop."""

import hashlib
import hmac
import json
import threading
import time
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from PilotLoggingDIRAC.adapters.notices.webhook import Webhook
from PilotLoggingDIRAC.pilotlog.errors import NoticeNotSent
from PilotLoggingDIRAC.pilotlog.notify.digest import Change, Digest
from PilotLoggingDIRAC.pilotlog.notify.standing import KnownProblem
from PilotLoggingDIRAC.pilotlog.notify.subscription import When
from PilotLoggingDIRAC.pilotlog.notify.watch import Problem

SECRET = "a secret of the webhook"
NOW = datetime(2026, 11, 21, 8, 0, 0)
BEGAN = Change(
    "site A", KnownProblem("A: pilots fail", NOW), Problem("site A", "A: pilots fail", "5 of 5", {"site": "A"})
)
DIGEST = Digest("vo.alpha.org", "Alpha", When.FAILURE_RATE, 7, NOW, 14400.0, 3600.0, (BEGAN,), (), (), ())


class Receiver(BaseHTTPRequestHandler):
    """A receiver as the guide shows it, which answers as its server says."""

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        signed = f"{self.headers['X-PilotLogs-Timestamp']}.".encode() + body
        expected = "sha256=" + hmac.new(SECRET.encode(), signed, hashlib.sha256).hexdigest()
        is_genuine = hmac.compare_digest(expected, self.headers["X-PilotLogs-Signature"])
        self.server.calls.append((self.path, is_genuine, self.headers, json.loads(body)))
        self.server.answer(self, is_genuine)

    def log_message(self, *_):
        pass


def accept(handler, is_genuine):
    handler.send_response(204 if is_genuine else 401)
    handler.end_headers()


@pytest.fixture
def server():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    server.calls, server.answer, server.ended = [], accept, threading.Event()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    server.url = f"http://127.0.0.1:{server.server_port}/hook?to=me"
    yield server
    server.ended.set()
    server.shutdown()
    thread.join()
    server.server_close()


def send(server, seconds=20.0, **more):
    Webhook(server.url, seconds, **({"secret": SECRET} | more)).send(DIGEST)


def test_a_receiver_can_tell_who_sent_the_json_and_when(server):
    send(server)
    ((path, is_genuine, headers, told),) = server.calls
    assert (path, is_genuine) == ("/hook?to=me", True)
    assert abs(int(headers["X-PilotLogs-Timestamp"]) - time.time()) < 60
    assert headers["X-PilotLogs-Notice"] == told["id"] == "vo.alpha.org/Alpha/7"
    assert told["began"][0]["site"] == "A"
    assert told["began"][0]["since"] == "2026-11-21T08:00:00Z"


def test_another_secret_is_refused_by_the_receiver(server):
    with pytest.raises(NoticeNotSent, match="answers 401"):
        send(server, secret="another secret that is long")


def test_a_secret_of_a_file_beats_that_of_the_configuration(server, tmp_path):
    file = tmp_path / "secret"
    file.write_text(f"{SECRET}\n")
    file.chmod(0o600)
    send(server, secret="another secret that is long", secret_file=str(file))
    assert server.calls[0][1]


@pytest.mark.parametrize(
    ("mode", "text", "told"), [(0o604, SECRET, "chmod 600"), (0o600, "short", "no secret"), (0o600, "", "no secret")]
)
def test_nothing_is_sent_with_a_secret_that_is_none(server, tmp_path, mode, text, told):
    file = tmp_path / "secret"
    file.write_text(text)
    file.chmod(mode)
    with pytest.raises(NoticeNotSent, match=told):
        send(server, secret_file=str(file))
    assert server.calls == []


def test_nothing_is_sent_without_a_signature(server):
    with pytest.raises(NoticeNotSent, match="no secret"):
        send(server, secret="")
    assert server.calls == []


def test_a_secret_file_that_is_not_there_is_told(server, tmp_path):
    with pytest.raises(NoticeNotSent, match="can't be read"):
        send(server, secret_file=str(tmp_path / "none"))


@pytest.mark.parametrize("status", [400, 404, 429, 500, 503])
def test_a_refusal_is_a_failure(server, status):
    server.answer = lambda handler, _: (handler.send_response(status), handler.end_headers())
    with pytest.raises(NoticeNotSent, match=f"answers {status}"):
        send(server)


def test_a_redirection_is_not_followed(server):
    def redirect(handler, _):
        handler.send_response(307)
        handler.send_header("Location", "/elsewhere")
        handler.end_headers()

    server.answer = redirect
    with pytest.raises(NoticeNotSent, match="answers 307"):
        send(server)
    assert [path for path, *_ in server.calls] == ["/hook?to=me"]


def test_a_receiver_that_hangs_is_left_at_the_time_limit(server):
    server.answer = lambda handler, _: server.ended.wait(60)
    began = time.monotonic()
    with pytest.raises(NoticeNotSent, match="did not answer within 1 s"):
        send(server, seconds=1.0)
    assert time.monotonic() - began < 30


def test_a_receiver_that_answers_drop_by_drop_is_left_at_the_time_limit(server):
    def drip(handler, _):
        while not server.ended.wait(0.1):
            try:
                handler.wfile.write(b"HTTP/1.1 100 Continue\r\n\r\n")
            except OSError:
                return

    server.answer = drip
    with pytest.raises(NoticeNotSent, match="did not answer within 1 s"):
        send(server, seconds=1.0)


def test_a_receiver_that_is_not_there_is_a_failure(server):
    server.shutdown()
    server.server_close()
    with pytest.raises(NoticeNotSent, match="can't be called: ConnectionRefusedError"):
        send(server)


def test_what_a_receiver_says_is_no_part_of_the_error(server):
    server.answer = lambda handler, _: handler.wfile.write(b"no http \x1b[31m at all\r\n\r\n")
    with pytest.raises(NoticeNotSent) as failure:
        send(server)
    assert str(failure.value) == "the webhook can't be called: BadStatusLine"
