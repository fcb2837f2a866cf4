"""The arithmetic of the simulated day, and its pictures: what is sent is what the documentation says."""

import json
import random
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qs
from xml.etree import ElementTree

import pytest

from benchmarks import drawing
from benchmarks.day import life
from benchmarks.day.archiving import Setting
from benchmarks.day.report import picture
from benchmarks.day.sampling import Sample, collector_status, percentile
from benchmarks.day.sender import Schedule, Tally
from benchmarks.day.texts import texts
from benchmarks.wire import Mark
from integration_tests.pilot import Connection

NO_DEATHS = life.Load.of(1, killed_share=0.0)


def test_a_million_pilots_a_day_are_11_6_a_second():
    assert NO_DEATHS.pilots_per_second == pytest.approx(11.574, abs=0.001)
    assert NO_DEATHS.arrivals(600) == 6944
    assert life.Load.of(4).pilots_per_second == pytest.approx(46.3, abs=0.01)


def test_a_whole_life_is_14_messages_and_the_mark_in_order():
    texts = [part.lines for part in life.LIFE if part.lines]
    assert (len(texts), len(life.LIFE)) == (14, 15)
    assert life.LIFE[-1].lines == 0
    assert [part.at for part in life.LIFE] == sorted(part.at for part in life.LIFE)
    assert (life.LIFE[0].at, life.LIFE[-1].at) == (0.0, 1.0)
    assert life.log_bytes() == sum(texts) * 119 == 1100 * 119


def test_texts_are_whole_lines_as_large_as_life_says():
    for part, text in zip(life.LIFE, texts(), strict=True):
        assert part.bytes <= len(text) < part.bytes + 1000
        assert text.endswith("\n") or not text


def test_messages_a_second_are_those_of_the_pilots_that_arrive():
    load = life.Load.of(1, killed_share=0.05)
    pilots = list(life.pilots(load, 3600))
    sent = sum(pilot.messages for pilot in pilots)
    assert sent / 3600 == pytest.approx(load.messages_per_second, rel=0.01)
    assert NO_DEATHS.messages_per_second == pytest.approx(15 * 11.574, abs=0.01)


def test_pilots_arrive_in_order_at_their_rate_and_all_within_the_time():
    starts = [pilot.starts for pilot in life.pilots(NO_DEATHS, 60)]
    assert starts == sorted(starts)
    assert len(starts) == NO_DEATHS.arrivals(60)
    assert starts[-1] <= 60


def test_shares_of_killed_and_kept_are_as_asked_for():
    pilots = list(life.pilots(life.Load(100, killed_share=0.05, kept_share=0.1), 200))
    assert sum(pilot.is_killed for pilot in pilots) / len(pilots) == pytest.approx(0.05, abs=0.01)
    assert sum(pilot.keeps for pilot in pilots) / len(pilots) == pytest.approx(0.1, abs=0.01)
    assert all(1 <= pilot.messages <= len(life.LIFE) for pilot in pilots)


def test_each_process_sees_the_same_pilots():
    assert list(life.pilots(NO_DEATHS, 10)) == list(life.pilots(NO_DEATHS, 10))


def test_a_message_is_due_at_its_share_of_the_scaled_life():
    pilot = life.Pilot(0, starts=10.0, keeps=False, messages=15)
    assert pilot.due(0, 60) == 10.0
    assert pilot.due(14, 60) == 70.0


def test_stamps_are_of_32_digits_and_each_another():
    stamps = {life.stamp("0123456789abcdef", number) for number in range(1000)}
    assert {len(one) for one in stamps} == {32}
    assert len(stamps) == 1000


def test_a_mark_is_the_stock_pilot_s_form():
    mark = Mark("localhost:1", "/x", "vo.alpha.org", keep=False)
    mark.fill(1, "0123456789abcdef" * 2)
    form = parse_qs(mark.body.decode())
    payload, stamp, vo = json.loads(form["args"][0])
    assert (form["method"], stamp, vo) == (["finaliseLogs"], "0123456789abcdef" * 2, "vo.alpha.org")
    assert json.loads(payload) == {"retCode": "0"}


def test_the_schedule_gives_what_is_due_in_order_and_ends_with_the_last_pilot():
    schedule, pilots = Schedule(), list(life.pilots(NO_DEATHS, 1))
    schedule.left = len(pilots)
    for pilot in random.Random(1).sample(pilots, len(pilots)):
        schedule.add(pilot.starts, pilot, 0)
    taken = [schedule.take()[1].number for _ in pilots]
    assert taken == [pilot.number for pilot in pilots]
    for _ in pilots:
        schedule.end()
    assert schedule.take() is None


def test_a_message_that_failed_adds_no_lines():
    tally = Tally()
    tally.note(0.1, 0.5, 100, "")
    tally.note(0.2, 0.1, 100, "refused")
    taken = tally.take()
    assert (taken["lines"], taken["failed"], taken["late"], taken["errors"]) == (100, 1, 0.5, ["refused"])
    assert tally.take()["seconds"] == []


@pytest.mark.parametrize(("share", "value"), [(0.0, 1), (0.5, 51), (0.99, 100), (1.0, 100)])
def test_percentiles(share, value):
    assert percentile(list(range(1, 101)), share) == value
    assert percentile([], share) == 0.0


def test_settings_of_agents_are_told_by_their_names():
    assert Setting.parse("2x4") == Setting(agents=2, workers=4)


@pytest.mark.parametrize(
    ("value", "rounded"), [(0, 1), (0.03, 0.05), (1, 1), (1.1, 2), (4.9, 5), (51, 100), (200, 200)]
)
def test_scales_end_at_round_figures_above_all_values(value, rounded):
    assert drawing.round_up(value) == pytest.approx(rounded)


def test_a_picture_is_whole_and_its_curves_stay_within():
    samples = [
        Sample(float(at), requests_per_second=at, cores={"collectors": 0.5, "<pilots>": at / 50})
        for at in range(0, 60, 5)
    ]
    tree = ElementTree.fromstring(picture(samples))
    lines = tree.findall("{http://www.w3.org/2000/svg}polyline")
    assert len(lines) == 1 + 2 + 4 + 1 + 2
    _, _, width, height = map(float, tree.attrib["viewBox"].split())
    for line in lines:
        for point in line.attrib["points"].split():
            x, y = map(float, point.split(","))
            assert 0 <= x <= width
            assert 0 <= y <= height


@contextmanager
def answering(status, body):
    """The URL of a server that answers each call so."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(status)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *arguments):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/x"
        server.shutdown()


STATUS = {"WaitingBatches": 3, "Spool": {"Batches": 4}}


@pytest.mark.parametrize(
    ("status", "answer", "seen"),
    [
        (200, {"OK": True, "Value": {"Collector": STATUS}}, STATUS),
        (200, {"OK": False, "Errno": 3409, "Message": "Too busy"}, None),
        (503, {"OK": False}, None),
    ],
)
def test_a_collector_that_is_too_busy_for_its_status_does_not_end_the_day(tmp_path, status, answer, seen):
    with answering(status, json.dumps(answer).encode()) as url:
        assert collector_status(Connection(url, tmp_path, None, timeout=10)) == seen


def test_a_collector_that_is_away_does_not_end_the_day(tmp_path):
    with answering(200, b"") as url:
        pass
    assert collector_status(Connection(url, tmp_path, None, timeout=10)) is None
