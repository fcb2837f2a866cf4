"""A real browser for tests of the page: headless Chromium, with a user's certificate, told of what goes wrong in it."""

from contextlib import contextmanager
from dataclasses import dataclass, field

from playwright.sync_api import sync_playwright

from .stack.environment import TOP
from .waiting import until

CHROMIUM = "/usr/bin/chromium-headless-shell"
#: The sandbox needs more rights than a container gives; the pages are our own. Downloads don't ask the context about
#: the stack's own authority.
ARGUMENTS = ("--no-sandbox", "--disable-dev-shm-usage", "--ignore-certificate-errors")
DESKTOP = {"width": 1280, "height": 800}
PHONE = {"viewport": {"width": 390, "height": 844}, "device_scale_factor": 2, "is_mobile": True, "has_touch": True}


@contextmanager
def chromium():
    """A browser, headless."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(ARGUMENTS))
        try:
            yield browser
        finally:
            browser.close()


@dataclass
class Visitor:
    """One who looks at the page of a stack."""

    context: object
    origin: str
    problems: list = field(default_factory=list)

    def open(self, path="logs", wait=True):
        """A new page at a path below the page's location, else the list; ``wait`` until it shows something."""
        page = self.context.new_page()
        page.on("pageerror", lambda error: self.problems.append(f"error: {error}"))
        page.on("console", lambda message: message.type == "error" and self.problems.append(message.text))
        page.goto(f"{self.origin}/pilotlogs/{path}")
        if wait:
            page.wait_for_selector(".card, .row, .note, .message-box, .tile")
        return page

    def open_log(self, pilot, fragment=""):
        """A log's page, once its first lines are there; ``pilot`` is (VO, stamp)."""
        page = self.open(f"log/{pilot[0]}/{pilot[1]}{fragment}", wait=False)
        page.wait_for_selector(".row:not(.is-away)")
        return page


@contextmanager
def visitor(browser, stack, user, port=None, **options):
    """A user with their certificate, None for one without; ``port`` is another way to the server."""
    origin = f"https://localhost:{port or stack.ports['tornado']}"
    certificates = (
        [{"origin": origin, "certPath": stack.pki.certificate(user), "keyPath": stack.pki.key(user)}] if user else []
    )
    options = {"viewport": DESKTOP} | options
    context = browser.new_context(ignore_https_errors=True, client_certificates=certificates, **options)
    context.set_default_timeout(60_000)
    try:
        yield Visitor(context, origin)
    finally:
        context.close()


def expire_session(routed):
    """Refuse the live tail of logs and, after the first lines, all lines: the server knows its caller no more.

    ``routed`` is a page or a context of the browser.
    """
    asked = []

    def refuse(route):
        if "/lines?" in route.request.url and not asked:
            asked.append(route.request.url)
            route.continue_()
        else:
            route.fulfill(status=401, json={"error": "Refused (401)"})

    for question in ("lines", "tail"):
        routed.route(f"**/api/log/**/{question}?*", refuse)


_ROWS = """rows => rows.map(row => [Number(row.dataset.line),
    row.classList.contains('is-away') ? null : row.querySelector('.text').textContent])"""
#: Comes to pass when the viewport has stood still for some frames.
_STILL = """() => new Promise(done => {
    const viewport = document.querySelector('.viewport');
    let top = viewport.scrollTop, calm = 0;
    const look = () => {
        calm = viewport.scrollTop === top ? calm + 1 : 0;
        top = viewport.scrollTop;
        calm > 20 ? done() : requestAnimationFrame(look);
    };
    look();
})"""


def rows(page):
    """The lines that are seen: number to text, None while it is on its way."""
    return dict(map(tuple, page.eval_on_selector_all(".row", _ROWS)))


def lines(page, wanted=lambda found: True):
    """The lines that are seen, once all have their text and they are the ``wanted`` ones."""
    last = {}

    def are_there():
        last.clear()
        last.update(rows(page))
        return last and None not in last.values() and wanted(last)

    until(are_there, seen=lambda: (page.url, len(last), list(last.items())[:3]))
    return last


def still(page):
    """The lines that are seen, once nothing moves any more."""
    page.evaluate(_STILL)
    return lines(page)


def says(page, selector, *words):
    """Return once an element's text has all the words."""
    text = page.locator(selector).inner_text
    until(lambda: all(word in text() for word in words), seen=text)


_AXE = (TOP / "node_modules" / "axe-core" / "axe.min.js").read_text
_AXE_RUN = """() => axe.run(document, {resultTypes: ['violations']}).then(found => found.violations.flatMap(rule =>
    rule.nodes.map(node => `${rule.id}: ${node.target.join(' ')}: ${node.failureSummary}`)))"""


def barriers(page):
    """Return what of a page keeps people out, as axe-core finds it: the rule, the element, the reason."""
    page.evaluate(_AXE())
    return page.evaluate(_AXE_RUN)
