"""The page for people who see, hold or know less: barriers that axe-core finds, narrow windows, an expired session."""

import pytest

from . import browser
from .stack import world
from .test_page import ALPHA, chromium, has_cards, opal, story  # noqa: F401

#: Of the portal's frame at 1280, and of windows down to where the page takes the form for phones.
WIDTHS = (905, 950, 1030, 1070, 1110)
_BEYOND = """all => all.filter(one => one.offsetParent).map(one => one.getBoundingClientRect())
    .filter(box => box.left < 0 || box.right > innerWidth).length"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("device", [{}, browser.PHONE], ids=["desktop", "phone"])
def test_nothing_keeps_people_out(chromium, stack, connect, scheme, device):
    stamp, _ = story(connect, end="1")
    with browser.visitor(chromium, stack, "opal", color_scheme=scheme, **device) as visitor:
        listed = visitor.open()
        has_cards(listed, stamp)
        assert browser.barriers(listed) == []
        log = visitor.open_log((ALPHA, stamp))
        log.wait_for_selector("text=1 error")
        log.keyboard.press("e")
        log.wait_for_selector(".is-error.is-chosen")
        assert browser.barriers(log) == []
        log.keyboard.press("?")
        log.wait_for_selector("dialog[open]")
        assert browser.barriers(log) == []


@pytest.mark.parametrize("width", WIDTHS)
def test_when_a_pilot_was_heard_of_is_seen_in_windows_of_any_width(chromium, stack, connect, width):
    stamp, _ = story(connect)
    with browser.visitor(chromium, stack, "opal", viewport={"width": width, "height": 700}) as visitor:
        page = visitor.open(f"?PilotStamp={stamp}")
        has_cards(page, stamp)
        box = page.locator(".card .seen").bounding_box()
        assert box["width"] > 40 and box["x"] + box["width"] <= width
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_all_tools_are_within_a_phone_s_screen(chromium, stack, connect):
    stamp, _ = story(connect, end="1")
    with browser.visitor(chromium, stack, "opal", **browser.PHONE) as visitor:
        page = visitor.open_log((ALPHA, stamp))
        page.wait_for_selector("text=1 error")
        assert page.locator(".tools button:visible, .tools a:visible").count() >= 6
        assert page.eval_on_selector_all(".tools button, .tools a, .tools select, .tools input", _BEYOND) == 0


def test_command_of_the_error_that_was_jumped_to_is_marked(opal, connect):
    stamp, _ = story(connect, lines=5, end="1")
    page = opal.open_log((ALPHA, stamp))
    page.wait_for_selector("text=1 error")
    page.keyboard.press("e")
    page.wait_for_selector(".phases .is-current:has-text('InstallDIRAC')")


def test_who_is_no_longer_known_is_told_so_while_watching(chromium, stack, connect, stamp):
    connect(world.ALPHA.pilot).send("one\n", stamp)
    with browser.visitor(chromium, stack, "opal") as visitor:
        browser.expire_session(visitor.context)
        page = visitor.open_log((ALPHA, stamp))
        page.wait_for_selector(".link.is-refused")
        browser.says(page, ".trouble", "has expired", "Renew it")
        assert browser.rows(page) == {1: "one"}
