"""The benchmark measures what it says: the stock pilot's messages, each of them new, and figures that add up."""

import json
from urllib.parse import parse_qs
from xml.etree import ElementTree

import pytest

from benchmarks import report
from benchmarks.growth import curves, filling
from benchmarks.ingest import Compared, Run
from benchmarks.plan import CASES, LINE_BYTES, Case
from benchmarks.wire import Message, pilot_text

SVG = "{http://www.w3.org/2000/svg}"
STAMP = "0123456789abcdef" * 2


@pytest.mark.parametrize("lines", [17, 50, 1000])
def test_lines_are_as_long_as_the_figures_say(lines):
    text = pilot_text(lines)
    assert {len(line) for line in text.splitlines(keepends=True)} == {LINE_BYTES}
    assert text.count("\n") == lines


def message(number, stamp):
    made = Message("localhost:1", "/x", "vo.alpha.org", lines=50, keep=False)
    made.fill(number, stamp)
    return made


def test_a_message_is_the_stock_pilot_s_form():
    form = parse_qs(message(7, STAMP).body.decode())
    payload, stamp, vo = json.loads(form["args"][0])
    assert (form["method"], stamp, vo) == (["sendMessage"], STAMP, "vo.alpha.org")
    assert json.loads(payload).count("\n") == 50
    assert "message 0000000007 " in json.loads(payload).splitlines()[0]


def test_each_message_is_new_text_of_the_same_length():
    """Text that is sent again would be skipped, which would be measuring something else."""
    bodies = {bytes(message(number, STAMP).body) for number in range(50)}
    assert len(bodies) == 50
    assert len({len(body) for body in bodies}) == 1


def test_the_head_says_how_long_the_body_is():
    made = message(1, STAMP)
    assert f"Content-Length: {len(made.body)}\r\n".encode() in made.head
    assert made.head.endswith(b"\r\n\r\n")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_cases_are_told_by_their_names(case):
    assert Case.parse(case.name) == case


def run(requests, cpu, database=0.0):
    return Run(requests, 2.0, [0.01] * requests, cpu, 0.1, 10**8, database)


def test_the_database_s_cpu_is_ours():
    assert run(100, 0.2, database=0.3).cpu == pytest.approx(0.005)


def test_percentiles_are_of_the_answers():
    measured = Run(100, 1.0, [number / 1000 for number in range(1, 101)], 0.1, 0.1, 0)
    assert measured.percentile(50) == pytest.approx(0.05, abs=0.001)
    assert measured.percentile(99) == pytest.approx(0.099, abs=0.001)


def test_the_page_has_the_median_of_the_ratios_and_how_far_they_spread():
    dirac, ours = [run(100, 0.4)] * 3, [run(100, 0.1, 0.1), run(100, 0.1, 0.3), run(100, 0.1, 0.2)]
    effort = type("Effort", (), {"alternations": 3, "seconds": 2.0})
    compared = {("m2", Case.parse("new-50-8")): Compared(dirac, ours, [run(100, 0.1)] * 3)}
    page = report.whole([("Processor", "one")], 0.0005, effort, compared, {})
    assert "**0.75** (0.50–1.00)" in page
    assert "**3.00** (2.00–4.00)" in page, "over the bare server"
    assert "0.50 ms for an append of 4 kB" in page
    assert "   * - 50\n     - new each\n     - 8\n     - 50 / 50\n     - 2500 / 2500\n" in page


def test_a_batch_of_the_catalogue_is_a_kilobyte_and_each_is_another():
    texts = {filling.text(number) for number in range(64)}
    assert len(texts) == 64
    assert {len(text) for text in texts} == {filling.BATCH_BYTES}


def test_the_picture_has_equal_steps_for_decades_and_names_its_lines():
    picture = ElementTree.fromstring(
        curves.draw("t", {"a & b": [(10, 1), (100, 10), (1000, 100)], "flat": [(10, 5), (1000, 5)]}, "x", "y")
    )
    line, flat = (
        [tuple(map(float, point.split(","))) for point in found.get("points").split()]
        for found in picture.iter(SVG + "polyline")
    )
    (x0, y0), (x1, y1), (x2, y2) = line
    assert (x1 - x0, y1 - y0) == pytest.approx((x2 - x1, y2 - y1))
    assert x0 < x2 and y0 > y2 and flat[0][1] == flat[1][1]
    assert {"a & b", "flat", "x", "y"} <= {text.text for text in picture.iter(SVG + "text")}
