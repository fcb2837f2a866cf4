"""The campaign's stand-in for the stock pilot's logger buffers, fails and dies as that does."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

import pytest

from .faults.plan import SenderPlan
from .faults.programs import LOG, OUTPUT, Act, Pilot
from .faults.senders import ACKNOWLEDGED, REFUSED, UNANSWERED, Ledger
from .faults.stock import Buffer, Failed, StockPilot


class Network:
    """Takes text, or fails as often as it is told to."""

    def __init__(self, failures=0):
        self.failures = failures
        self.tried = []
        self.is_tried = threading.Event()

    def send(self, text, start):
        self.tried.append((start, text))
        self.is_tried.set()
        if self.failures:
            self.failures -= 1
            raise Failed


def test_a_full_buffer_is_sent():
    network = Network()
    buffer = Buffer(network.send, 3, 0)
    for text in ("one\ntwo\n", "three", "four\n"):
        buffer.write(text)
    assert network.tried == [(0, "one\ntwo\nthree")]
    buffer.flush()
    assert network.tried[1:] == [(13, "four\n")]


def test_a_failed_flush_keeps_its_text_and_the_next_write_sends_it_again_with_more():
    network = Network(failures=2)
    buffer = Buffer(network.send, 1, 0)
    for text in ("one\n", "two\n"):
        with pytest.raises(Failed):
            buffer.write(text)
    buffer.write("three\n")
    buffer.write("four\n")
    assert network.tried == [(0, "one\n"), (0, "one\ntwo\n"), (0, "one\ntwo\nthree\n"), (14, "four\n")]


def test_the_timer_sends_and_ends_with_its_first_failure():
    network = Network(failures=1)
    buffer = Buffer(network.send, 1000, 0.01)
    buffer.write("one\n")
    assert network.is_tried.wait(10)
    timer = [thread for thread in threading.enumerate() if thread.name.startswith("stock-timer")]
    for thread in timer:
        thread.join(10)
    assert not any(thread.is_alive() for thread in timer)
    assert network.tried == [(0, "one\n")]


class Collector(ThreadingHTTPServer):
    """Answers messages as its script says, then OK, and keeps what it took."""

    def __init__(self, script):
        super().__init__(("127.0.0.1", 0), Handler)
        self.script, self.taken = list(script), []


class Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        how = self.server.script.pop(0) if self.server.script else "take"
        if how != "drop":
            self.server.taken.append((form["method"][0], json.loads(json.loads(form["args"][0])[0])))
            answer = json.dumps({"OK": how == "take", "Value": None, "Message": how}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(answer) + (1 if how == "half" else 0)))
            self.end_headers()
            self.wfile.write(answer)

    def log_message(self, *_):
        pass


@pytest.fixture
def run(tmp_path):
    """Run a pilot with these acts, by command, against a collector with a script; return (pilot, what was taken)."""

    def run(*commands, script=(), bufsize=1000, end="finalise"):
        pilot = Pilot(0, bufsize, tuple(tuple(Act(0.0, *act) for act in acts) for acts in commands))
        plan = SenderPlan("r1s0", 0, 0, False, 10.0, (), (), end, "0", pilot, "wrapper\n")
        with Collector(script) as server:
            threading.Thread(target=server.serve_forever, daemon=True).start()
            url = f"http://127.0.0.1:{server.server_port}/"
            sender = StockPilot(plan, Ledger("r1s0", "vo", "stamp", 0, False), url, tmp_path, None)
            sender.run()
            server.shutdown()
        return sender.ledger, server.taken

    return run


def test_a_pilot_sends_at_its_start_at_each_command_s_end_and_finalises(run):
    ledger, taken = run([(LOG, "one\n"), (OUTPUT, "out")], [(LOG, "two\n")])
    assert [method for method, _ in taken] == [*4 * ["sendMessage"], "finaliseLogs"]
    assert [text for _, text in taken][2:4:2] == ["one\nout"]
    assert not ledger.died
    assert {attempt.outcome for attempt in ledger.attempts} == {ACKNOWLEDGED}


def test_a_refusal_is_taken_for_good_and_an_answer_that_breaks_off_too(run):
    ledger, taken = run([(LOG, "one\n")], script=["take", "refuse", "half"])
    assert [attempt.outcome for attempt in ledger.attempts] == [ACKNOWLEDGED, REFUSED, UNANSWERED]
    assert (len(taken), ledger.died) == (4, False)


@pytest.mark.parametrize("script", [["drop"], ["take", "take", "drop"]], ids=["at the start", "at a command's end"])
def test_a_pilot_dies_of_a_refused_connection(run, script):
    ledger, taken = run([(LOG, "one\n")], [(LOG, "two\n")], script=script)
    assert ledger.died
    assert len(taken) == len(script) - 1


def test_a_pilot_survives_a_full_buffer_for_a_line_of_its_logger_and_dies_of_it_for_a_program_s_output(run):
    script = ["take", "take", "take", "drop"]
    ledger, taken = run([(LOG, "one\n"), (LOG, "two\n")], script=script, bufsize=1)
    assert (ledger.died, taken[3][1]) == (False, "one\ntwo\n")
    ledger, taken = run([(OUTPUT, "one\n"), (LOG, "two\n")], script=script, bufsize=1, end="killed")
    assert ledger.died
    assert taken[3][1].startswith("one\n")
    assert "two" not in str(taken)
