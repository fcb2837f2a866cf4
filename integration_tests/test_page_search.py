"""The search over many logs on the page: as it comes, by site, CE and host, over time, to the line; within rights."""

import json
import uuid

import pytest

from . import browser
from .pilot import pilot_line
from .stack import world
from .test_page import chromium, opal  # noqa: F401
from .waiting import until

SITES = ("TEST.North.zz", "TEST.South.zz")


@pytest.fixture(scope="module")
def word():
    """A word that is only in these logs."""
    return f"word{uuid.uuid4().hex}"


@pytest.fixture(scope="module")
def stamps(stack, connect, word):
    """Three pilots with the word in two lines each, two of them at one site; one without."""
    found = [uuid.uuid4().hex for _ in range(4)]
    for number, stamp in enumerate(found):
        text = "".join(pilot_line(f"step {line}") for line in range(40))
        if number < 3:
            text += "".join(pilot_line(f"{word} {line}", "ERROR") for line in range(2))
        assert connect(world.ALPHA.pilot).send(text, stamp)["OK"]
        place = (SITES[number // 2], f"ce{number}.example", stamp)
        stack.sql("PilotLoggingDB", "UPDATE PilotLogs SET Site=%s, CE=%s WHERE PilotStamp=%s", place)
    return found


def shown(page):
    return page.eval_on_selector_all(".pilot .stamp", "all => all.map(one => one.textContent)")


def figures(page, label):
    """The values of a group with their pilots and lines."""
    return page.eval_on_selector_all(
        f".group[aria-label={label}] .value",
        "all => all.map(one => [one.querySelector('.name').textContent, one.querySelector('.number').textContent])",
    )


def test_lines_of_many_logs_are_found_and_lead_to_their_places(opal, stamps, word):
    page = opal.open(wait=False)
    page.wait_for_selector(".card")
    page.click("text=Search in these logs")
    page.fill("input[name=Pattern]", word)
    page.keyboard.press("Enter")
    browser.says(page, ".progress", "6 lines of 3 pilots", "searched")
    assert set(shown(page)) == set(stamps[:3])
    assert word in page.url
    assert page.locator(".hit mark").all_inner_texts() == [word] * 6
    assert page.locator(".bars button:enabled").count() >= 1
    page.click(f".pilot:has-text('{stamps[1]}') .hit >> nth=1")
    page.wait_for_selector("[data-line='42'].is-chosen:has-text('1')")
    assert page.url.endswith(f"{stamps[1]}#L42")
    page.go_back()
    browser.says(page, ".progress", "6 lines of 3 pilots")


def test_lines_are_counted_by_site_and_ce_and_a_choice_leaves_its_own(opal, stamps, word):
    page = opal.open(f"search?Pattern={word}", wait=False)
    until(lambda: figures(page, "Site") == [[SITES[0], "2 4"], [SITES[1], "1 2"]], seen=lambda: figures(page, "Site"))
    assert len(figures(page, "CE")) == 3
    page.click(f".value:has-text('{SITES[1]}')")
    assert shown(page) == [stamps[2]]
    assert figures(page, "CE") == [["ce2.example", "1 2"]]
    assert len(figures(page, "Site")) == 2


def test_filters_and_ticks_select_what_is_searched(opal, stamps, word):
    page = opal.open(f"search?Pattern={word.upper()}&IgnoreCase=true&Site={SITES[1]}", wait=False)
    browser.says(page, ".progress", "2 lines of 1 pilot")
    page.uncheck("text=any case")
    page.click("button.main")
    browser.says(page, ".progress", "0 lines of 0 pilots")
    page.fill("input[name=Pattern]", f"{word} [1-9]")
    page.check("text=regular expression")
    page.click("button.main")
    browser.says(page, ".progress", "1 line of 1 pilot")


def test_search_that_can_t_be_done_says_why(opal, stamps):
    page = opal.open("search?Pattern=(&Regex=true", wait=False)
    browser.says(page, ".progress", "Not a regular expression of RE2")
    opal.problems.clear()  # the browser tells of the refusal, too


def test_what_may_not_be_read_is_not_found(chromium, stack, stamps, word):
    with browser.visitor(chromium, stack, "opbert") as visitor:  # an operator of another VO
        page = visitor.open(f"search?Pattern={word}", wait=False)
        browser.says(page, ".progress", "0 lines of 0 pilots")
    with browser.visitor(chromium, stack, "alice") as visitor:  # a member of the VO, and no more
        page = visitor.open(f"search?Pattern={word}", wait=False)
        browser.says(page, ".progress", "Your group may not read pilot logs")
    stack.sql("PilotLoggingDB", "UPDATE PilotLogs SET Site=%s WHERE PilotStamp=%s", (world.ALPHA.site, stamps[0]))
    try:
        with browser.visitor(chromium, stack, "sid") as visitor:  # administrator of the site
            page = visitor.open(f"search?Pattern={word}", wait=False)
            browser.says(page, ".progress", "2 lines of 1 pilot")
            assert shown(page) == [stamps[0]]
    finally:
        stack.sql("PilotLoggingDB", "UPDATE PilotLogs SET Site=%s WHERE PilotStamp=%s", (SITES[0], stamps[0]))


def test_search_ends_at_its_bounds_and_goes_on_from_there(stack, chromium, stamps, word):
    section = "/Systems/WorkloadManagement/APIs/PilotLogs"
    stack.set_option(f"{section}/SearchStreamHits", 2)
    stack.set_option(f"{section}/SearchHits", 2)
    stack.restart("tornado")
    try:
        with browser.visitor(chromium, stack, "opal") as visitor:
            page = visitor.open(f"search?Pattern={word}", wait=False)
            for lines in (2, 4):
                browser.says(page, ".progress", f"{lines} lines", "as much as one search may find")
                page.click("text=Search on")
            browser.says(page, ".progress", "6 lines of 3 pilots")
            asked = visitor.context.request.get(f"{visitor.origin}/pilotlogs/api/search?Pattern={word}")
            kinds = [json.loads(line)["kind"] for line in asked.text().splitlines()]
            assert kinds == ["found", "end"]
    finally:
        stack.reset_options()
        stack.restart("tornado")


@pytest.mark.parametrize("device", [{}, browser.PHONE], ids=["desktop", "phone"])
def test_nothing_keeps_people_out(chromium, stack, stamps, word, device):
    with browser.visitor(chromium, stack, "opal", **device) as visitor:
        page = visitor.open(f"search?Pattern={word}", wait=False)
        browser.says(page, ".progress", "6 lines of 3 pilots")
        assert browser.barriers(page) == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_pattern_that_is_markup_is_text(opal, stamps):
    page = opal.open("search?Pattern=%3Cimg%20src=x%20onerror=%22document.title='owned'%22%3E", wait=False)
    browser.says(page, ".progress", "0 lines")
    assert page.locator("img").count() == 0 and page.title() == "Search · pilot logs"
