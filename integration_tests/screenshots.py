"""`./dev screenshots`: pictures of every screen of the page in every state, from the stack in .stack/, to be looked at.

Each row of ``PICTURES`` is a screen and the way to it; each is taken in the ``LOOKS``, as
``.screenshots/NAME-LOOK.png``, which git ignores. Those of README and guide are copied into docs/images (``SHOWN``).
"""

import io
import sys
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass, field
from shutil import copyfile

from PIL import Image
from playwright.sync_api import Error

from . import browser, portal_visitor
from .scene import Scene
from .stack import Stack, ending
from .stack.environment import TOP

IMAGES = TOP / "docs" / "images"
FOLDER = TOP / ".screenshots"
COLOURS = 256
#: Between the last thing that a picture waits for and the picture, for what moves or fades.
CALM_MILLISECONDS = 600
LIST = "?since=1d"
#: How a picture is taken: options of the browser; the portal shows the page in a frame.
LOOKS = {
    "light": {"color_scheme": "light"},
    "dark": {"color_scheme": "dark"},
    "phone": browser.PHONE,
    "portal": {"color_scheme": "light"},
}
#: Pictures of docs/images by their names here.
SHOWN = {
    "list-light": "page-list-light",
    "start-light": "page-start-light",
    "log-failed-dark": "page-log-dark",
    "log-live-light": "page-live",
    "list-portal": "portal-page",
}


@dataclass(frozen=True)
class Picture:
    """A screen in a state: who looks at which address, what is done there, and what is seen then.

    ``pilot`` is the name of one of the scene's, whose log is looked at instead of an address. ``act(frame)`` is done
    once ``first`` is there.
    """

    name: str
    sees: str
    path: str = LIST
    user: str | None = "opal"
    pilot: str = ""
    first: str = ".card"
    act: Callable = lambda frame: None
    looks: tuple[str, ...] = field(default=tuple(LOOKS))

    def address(self, pilots):
        """Return the address below the page's location."""
        if not self.pilot:
            return self.path
        return f"log/{pilots[self.pilot].vo}/{pilots[self.pilot].stamp}"


def press(*keys):
    """``act`` of pressing keys."""

    def act(frame):
        frame.evaluate("window.focus()")  # in the portal the keys are the portal's otherwise
        for key in keys:
            frame.page.keyboard.press(key)

    return act


def find(text):
    """``act`` of finding a text in a log, and going back to its end."""

    def act(frame):
        frame.fill(".find input", text)
        frame.press(".find input", "Enter")
        frame.wait_for_selector(".hits:has-text(' of ')")
        press("Escape", "G")(frame)

    return act


def collector_down(frame):
    """Refuse every further connection, and refresh."""
    frame.page.route("**/pilotlogs/api/**", lambda route: route.abort("connectionrefused"))
    press("r")(frame)


def session_expired(frame):
    """Open the log again; after its first lines the server knows the caller no more."""
    browser.expire_session(frame.page)
    frame.goto(frame.url)


LOG = ".row:not(.is-away)"
SEARCHED = "button.main:text-is('Search')"
NOT_IN_PORTAL = ("light", "dark", "phone")
PICTURES = (
    Picture("start", ".tile, .card", path="", first=".tile, .card"),
    Picture("site", ".card", path="site/TEST.Alpha.zz", first=".tile"),
    Picture("list", ".card .cause"),
    Picture("list-keys", "dialog[open]", act=press("?")),
    Picture("list-failed-at-site", ".card .cause", path="?Outcome=failed&Site=TEST.Alpha.zz"),
    Picture("list-empty", "text=No logs match", path="?User=nobody", first=".note"),
    Picture("list-unknown-site", "text=There is no site", path="?Site=NO.Such.zz", first=".note"),
    Picture("list-collector-down", ".note.is-bad", act=collector_down),
    Picture("list-refused-no-right", "text=may not", user="alice", first=".note"),
    Picture("list-refused-no-site", ".note", user="simon", first=".note"),
    Picture("list-site-administrator", ".card", user="sid"),
    Picture("log-failed", ".cause .hint", pilot="failed", first=LOG, act=press("t")),
    Picture("log-failed-folded", ".fold[aria-expanded=false]", pilot="failed", first=LOG, act=press("Z", "Z")),
    Picture("log-keys", "dialog[open]", pilot="failed", first=LOG, act=press("?")),
    Picture("log-live", ".link.is-live", pilot="running", first=LOG, act=find("heartbeat")),
    Picture("log-silent", ".standing", pilot="silent", first=LOG),
    Picture("log-killed", ".standing", pilot="killed", first=LOG),
    Picture("log-archived", ".source:has-text('archive')", pilot="archived", first=LOG),
    Picture("log-expired", ".link.is-refused", pilot="running", first=".link.is-live", act=session_expired),
    Picture("log-not-for-you", ".message-box", user="opbert", pilot="failed", first=".message-box"),
    Picture("search-new", "input[name=Pattern]", path="search", first="input[name=Pattern]"),
    Picture("search-hits", SEARCHED, path="search?Pattern=cvmfs", first=".pilot .hit"),
    Picture("search-empty", SEARCHED, path="search?Pattern=no-such-word", first=".progress:has-text('searched')"),
    Picture("search-refused", ".note", user="alice", path="search?Pattern=cvmfs", first="text=may not"),
    Picture("search-wrong", ".note.is-bad", path="search?Pattern=(&Regex=true", first=".note.is-bad"),
    Picture("stranger-no-certificate", "h1", user=None, first="h1", looks=NOT_IN_PORTAL),
    Picture("stranger-wrong-certificate", "h1", user="evil", first="h1", looks=NOT_IN_PORTAL),
)


def save(page, name, folder=FOLDER):
    """A picture of what is seen, as a small PNG."""
    page.wait_for_timeout(CALM_MILLISECONDS)
    picture = (
        Image.open(io.BytesIO(page.screenshot()))
        .convert("RGB")
        .quantize(COLOURS, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
    )
    path = folder / f"{name}.png"
    picture.save(path, optimize=True)
    print(f"{path.relative_to(TOP)}  {path.stat().st_size // 1024} kB", flush=True)
    if name in SHOWN:
        copyfile(path, IMAGES / f"{SHOWN[name]}.png")


@contextmanager
def page_of(chromium, stack, user, look):
    """Yield ``show(address)``, which returns the frame that shows an address of the page."""
    if look == "portal":
        with portal_visitor.visitor(chromium, stack, user) as opens:
            monitor = opens("PilotMonitor")
            frame = monitor.from_menu("Tools", "Pilot logs")
            origin = f"https://localhost:{stack.ports['tornado']}"
            frame.wait_for_url(f"{origin}/**")
            yield lambda address: (frame.goto(f"{origin}/pilotlogs/{address}"), frame)[1]
    else:
        with browser.visitor(chromium, stack, user, **LOOKS[look]) as visitor:
            yield lambda address: visitor.open(address, wait=False).main_frame


def take(show, pilots, picture, look):
    """Go to a screen and take its picture."""
    frame = show(picture.address(pilots))
    frame.wait_for_selector(picture.first)
    picture.act(frame)
    frame.wait_for_selector(picture.sees)
    save(frame.page, f"{picture.name}-{look}")
    frame.page.unroute_all()
    if frame.parent_frame is None:
        frame.page.close()


def take_monitor(chromium, stack, pilots):
    """Pilot Monitor of the portal with a pilot's output and its logging info."""
    reference = pilots["failed"].reference
    with portal_visitor.visitor(chromium, stack, "opal") as opens:
        monitor = opens("PilotMonitor")
        monitor.submit(reference)
        for entry, name in (("Pilot Output", "portal-output"), ("Logging info", "portal-logging-info")):
            monitor.choose(reference, entry)
            save(monitor.page, name, IMAGES)
            monitor.close()


def take_all(scene, pilots, wanted):
    """All pictures whose names begin with one of the wanted ones; return what could not be taken."""
    missing, stack = [], scene.stack
    with browser.chromium() as chromium:
        for (look, user), pictures in by_visitor(wanted).items():
            scene.beat()
            with page_of(chromium, stack, user, look) as show:
                for picture in pictures:
                    try:
                        take(show, pilots, picture, look)
                    except Error as error:
                        missing.append(f"{picture.name}-{look}: {str(error).splitlines()[0]}")
        if "monitor".startswith(wanted):
            take_monitor(chromium, stack, pilots)
    return missing


def by_visitor(wanted):
    """The wanted pictures by look and user, as each of these opens a browser's context once."""
    groups = {}
    for look in LOOKS:
        for picture in PICTURES:
            if look in picture.looks and f"{picture.name}-{look}".startswith(wanted):
                groups.setdefault((look, picture.user), []).append(picture)
    return groups


def main():
    """Bring the stack up, fill it, take the pictures, all or those that arguments name; let it run on."""
    for folder in (IMAGES, FOLDER):
        folder.mkdir(parents=True, exist_ok=True)
    ending.clean_up_when_terminated()
    stack = Stack(TOP / ".stack")
    stack.up(print)
    stack.portal.start()
    stack.stay()
    scene = Scene(stack)
    missing = take_all(scene, scene.fill(), tuple(sys.argv[1:]) or ("",))
    sys.exit("\n".join(["Not taken:", *missing]) if missing else 0)


if __name__ == "__main__":
    main()
