"""Reading a log on the page: where it opens, levels, folded commands, copies, times and colours; the sorted list."""

import re

from . import browser
from .pilot import pilot_line
from .stack import world
from .test_page import ALPHA, cards, chromium, has_cards, opal, story  # noqa: F401
from .waiting import until


def test_log_of_a_failed_pilot_opens_at_its_first_error(opal, connect, stamp):
    pilot = connect(world.ALPHA.pilot)
    lines = [pilot_line(f"step {number}") for number in range(500)]
    lines[300] = pilot_line("it failed", "ERROR", "InstallDIRAC")
    lines[450] = pilot_line("and so did this", "ERROR", "InstallDIRAC")
    assert pilot.send("".join(lines), stamp)["OK"]
    pilot.finalise(stamp, "1")
    page = opal.open_log((ALPHA, stamp))
    page.wait_for_selector("[data-line='301'].is-chosen")
    until(lambda: page.url.endswith("#L301"), seen=lambda: page.url)
    again = opal.open_log((ALPHA, stamp), "#L7")
    again.wait_for_selector("text=2 errors")
    assert 301 not in browser.lines(again, lambda found: 7 in found)


def test_log_of_a_pilot_that_did_not_fail_opens_at_its_beginning(opal, connect, stamp):
    pilot = connect(world.ALPHA.pilot)
    text = "".join(pilot_line(f"step {number}") for number in range(500)) + pilot_line("small matter", "ERROR")
    assert pilot.send(text, stamp)["OK"]
    pilot.finalise(stamp, "0")
    page = opal.open_log((ALPHA, stamp))
    page.wait_for_selector("text=1 error")
    assert min(browser.still(page)) == 1


def test_levels_leave_lines_out_and_a_search_brings_them_back(opal, connect, stamp):
    pilot = connect(world.ALPHA.pilot)
    lines = [pilot_line(f"step {number}") for number in range(3000)]
    lines[1000], lines[2000] = pilot_line("beware", "WARN"), pilot_line("it failed", "ERROR")
    assert pilot.send("".join(lines), stamp)["OK"]
    page = opal.open_log((ALPHA, stamp))
    page.wait_for_selector("text=1 error")
    page.select_option(".levels", "warnings")
    assert list(browser.lines(page, lambda found: len(found) == 2)) == [1001, 2001]
    browser.says(page, ".foot", "not shown")
    page.keyboard.press("Escape")
    page.keyboard.press("v")
    assert list(browser.lines(page, lambda found: len(found) == 1)) == [2001]
    page.fill(".find input", "step 1500")
    page.press(".find input", "Enter")
    page.wait_for_selector("[data-line='1501'].is-chosen")
    assert page.input_value(".levels") == "all"


def test_commands_are_folded_and_an_error_within_is_shown(opal, connect):
    stamp, text = story(connect, lines=100, end="0")
    connect("pila").send(pilot_line("it failed", "ERROR", "InstallDIRAC"), stamp)
    connect("pila").finalise(stamp, "0")
    last = text.count("\n") + 1
    page = opal.open_log((ALPHA, stamp))
    page.wait_for_selector("text=1 error")
    page.click("text=Fold all")
    assert list(browser.lines(page, lambda found: len(found) == 2)) == [1, 102]
    page.click("[data-line='1'] .fold")
    assert list(browser.lines(page, lambda found: 5 in found))[:3] == [1, 2, 3]
    page.keyboard.press("Escape")
    page.keyboard.press("e")
    page.wait_for_selector(f"[data-line='{last}'].is-chosen:has-text('it failed')")


def test_command_of_a_running_pilot_that_is_unfolded_is_looked_at_and_not_the_end(opal, connect):
    stamp, text = story(connect, lines=100, end=None)
    page = opal.open_log((ALPHA, stamp))
    page.wait_for_selector(".link.is-live")
    page.wait_for_selector(f"[data-line='{text.count(chr(10))}']")
    page.click("text=Fold all")
    assert list(browser.lines(page, lambda found: len(found) == 2)) == [1, 102]
    page.click("[data-line='1'] .fold")
    assert list(browser.lines(page, lambda found: 2 in found or 150 in found))[:3] == [1, 2, 3]
    assert page.get_attribute("button:text-is('Follow')", "aria-pressed") == "false"


def test_jump_of_the_scroll_bar_is_not_lost_when_lines_are_drawn_before_its_event(opal, connect, stamp):
    pilot = connect(world.ALPHA.pilot)
    assert pilot.send("".join(pilot_line(f"step {number}") for number in range(3000)), stamp)["OK"]
    pilot.finalise(stamp, "0")
    page = opal.open_log((ALPHA, stamp))
    for place in (0.9, 0.1):
        page.evaluate(
            "place => { const v = document.querySelector('.viewport');"
            " v.scrollTop = place * (v.scrollHeight - v.clientHeight);"
            " document.querySelector(\"button[title^='Time since']\").click(); }",
            place,
        )
        browser.lines(page, lambda found, place=place: found and abs(min(found) / 3000 - place) < 0.03)


def test_stamp_lines_and_link_are_copied(chromium, stack, connect):
    stamp, text = story(connect)
    with browser.visitor(chromium, stack, "opal") as visitor:
        visitor.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=visitor.origin)
        page = visitor.open_log((ALPHA, stamp), "#L3-L5")
        page.wait_for_selector("[data-line='5'].is-chosen")

        def copies(entry):
            page.click("summary:has-text('Copy')")
            page.click(f".below >> text={entry}")
            page.wait_for_selector(".done:has-text('Copied')")
            return page.evaluate("navigator.clipboard.readText()")

        assert copies("Lines 3") == "".join(f"{line}\n" for line in text.split("\n")[2:5])
        assert copies("Stamp") == stamp
        assert copies("Link") == page.url and page.url.endswith("#L3-L5")


def test_times_are_those_of_the_reader_s_zone_if_wanted_and_say_so(chromium, stack, connect):
    stamp, text = story(connect)
    with browser.visitor(chromium, stack, "opal", timezone_id="Asia/Kolkata") as visitor:
        page = visitor.open_log((ALPHA, stamp))
        browser.says(page, ".facts", " UTC")
        assert browser.lines(page)[1] == text.split("\n")[0]
        page.click("summary:has-text('View')")
        page.click("text=here (+05:30)")
        browser.says(page, ".facts", " +05:30")
        assert re.match(r"[-\d]+T[:.\d]+\+05:30 ", browser.lines(page)[1])
        again = visitor.open_log((ALPHA, stamp))
        browser.says(again, ".facts", " +05:30")


def test_colours_are_those_that_the_reader_chooses(chromium, stack, connect):
    stamp, _ = story(connect)
    with browser.visitor(chromium, stack, "opal", color_scheme="light") as visitor:
        page = visitor.open()
        page.click("summary:has-text('View')")
        page.click("text='dark'")
        for seen in (page, visitor.open_log((ALPHA, stamp))):
            assert seen.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(18, 23, 27)"


def test_list_is_sorted_by_its_headings(opal, connect):
    small, large = story(connect, lines=1, end="61")[0], story(connect, lines=300, end="61")[0]
    page = opal.open("?ReturnCode=61")
    has_cards(page, small, large)
    for expected in ([large, small], [small, large]):
        page.click(".heads >> text=Size")
        until(lambda expected=expected: cards(page) == expected, seen=lambda: cards(page))
    assert "Order=NumberOfBytes" in page.url
