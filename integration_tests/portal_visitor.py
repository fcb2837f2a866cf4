"""DIRAC's web portal in a real browser, as a user sees it: rows, their menus, and what opens then."""

import re
from contextlib import contextmanager
from urllib.parse import urlsplit

from . import browser

#: What opens when an entry of a row's menu has been chosen: a window with text, or a message.
_ANSWER = ".x-window textarea.x-form-field:visible, .x-message-box:visible"
_CLOSE = ".x-message-box .x-btn:visible:has-text('OK'), .x-window:not(.x-message-box) .x-tool-close:visible"
_HERE = ("localhost", "127.0.0.1")


class PortalPage:
    """One application of the portal in a tab."""

    def __init__(self, page):
        self.page = page

    def submit(self, text):
        """Ask for the rows, and return when a cell with this text is there."""
        self.page.click(".x-btn:visible:has-text('Submit')")
        self.page.wait_for_selector(self._cell(text))

    def choose(self, text, *entries):
        """Right-click on the cell, choose an entry of its menus, return the window: ``text`` or ``message``."""
        self.page.click(self._cell(text), button="right")
        *ways, last = entries
        for way in ways:
            self.page.hover(_entry(way))
        self.page.click(_entry(last))
        found = self.page.wait_for_selector(_ANSWER)
        if found.evaluate("element => element.tagName") == "TEXTAREA":
            return "text", found.input_value()
        return "message", self.page.inner_text(".x-message-box:visible .x-window-body")

    def close(self):
        """Close what has opened."""
        self.page.click(_CLOSE)
        self.page.wait_for_selector(_ANSWER, state="hidden")

    def ask(self, text, *entries):
        """The same as ``choose``, and closed."""
        found = self.choose(text, *entries)
        self.close()
        return found

    def from_menu(self, folder, label):
        """Open an entry of the portal's menu; returns the frame that shows it."""
        self.page.click(f".x-tree-node-text:text-is('{folder}')", click_count=2)
        self.page.click(f".x-tree-node-text:text-is('{label}')")
        return self.page.wait_for_selector("iframe:visible").content_frame()

    @staticmethod
    def _cell(text):
        return f".x-grid-cell-inner:visible:text-is('{text}')"


def _entry(label):
    return f".x-menu:visible .x-menu-item-text:text-is('{label}')"


@contextmanager
def visitor(chromium, stack, user, **options):
    """``open(application)`` for a user with their certificate, which our page inside of the portal gets too."""
    origins = (stack.portal.origin, f"https://localhost:{stack.ports['tornado']}")
    pki = stack.pki
    certificates = [
        {"origin": origin, "certPath": pki.certificate(user), "keyPath": pki.key(user)} for origin in origins
    ]
    options = {"viewport": browser.DESKTOP} | options
    context = chromium.new_context(ignore_https_errors=True, client_certificates=certificates, **options)
    context.set_default_timeout(60_000)
    context.route(re.compile(".*"), _stay_here)
    try:
        yield lambda application: _open(context, stack.portal.url(user, application))
    finally:
        context.close()


def _open(context, url):
    page = context.new_page()
    page.goto(url)
    page.wait_for_selector(".x-btn:visible:has-text('Submit')")
    return PortalPage(page)


def _stay_here(route):
    """The portal asks for files of other sites."""
    if urlsplit(route.request.url).hostname in _HERE:
        route.continue_()
    else:
        route.abort()
