"""Eleven questions of a bad day, asked on the page: clicks and seconds of each, and whether the answer is there.

By hand: ``python -m integration_tests.eleven_questions``. It brings up the stack in .stack/, fills it with the scene,
and lets it run on. An *action* is a click, or a text typed into a field with Enter. Time begins when the list's address
is opened, and ends when the answer is on the screen. What the page leaves to commands by design has the command in the
place of figures.
"""

import sys
import time
from collections import Counter
from dataclasses import dataclass

from playwright.sync_api import Error

from . import browser
from .pilot import pilot_line
from .scene import ALPHA, FAULTS, RUNNING, Scene
from .stack import Stack, ending
from .stack.environment import TOP
from .waiting import until

SITE = ALPHA.site
USERS = {"operator": "opal", "site administrator": "sid"}
MOST_ACTIONS, MOST_SECONDS = 3, 10
#: What a VO operator finds; a site administrator finds those of the own site.
PROBLEM = "No such file or directory"
PROBLEM_SITES = {site for site, codes in FAULTS.items() if "cvmfs-not-mounted" in codes}


class Hand:
    """One who clicks and types on a page, and counts it."""

    def __init__(self, page):
        self.page = page
        self.actions = 0

    def click(self, selector):
        """Click on the first of what is meant."""
        self.page.locator(selector).first.click()
        self.actions += 1

    def type(self, selector, text):
        """Type a text into a field, and Enter."""
        self.page.fill(selector, text)
        self.page.press(selector, "Enter")
        self.actions += 1

    def sees(self, selector, *texts):
        """Return once an element that is meant has all the texts."""
        for text in texts:
            self.page.locator(selector, has_text=text).first.wait_for()

    def texts(self, selector):
        """The texts of all elements that are meant."""
        return self.page.locator(selector).all_inner_texts()

    def shows(self, selector, wanted):
        """Return once the texts of the elements are those wanted, in whatever order."""
        until(lambda: Counter(self.texts(selector)) == Counter(wanted), seen=lambda: self.texts(selector))


@dataclass(frozen=True)
class Day:
    """The scene on its stack."""

    scene: Scene
    pilots: dict
    user: str

    def pilot(self, name):
        """A pilot that the user may read: one of the user's site."""
        return self.pilots[name]

    def sites(self, found):
        """Those sites of which the user may read."""
        return found if self.user == "opal" else found & {SITE}


def why_do_pilots_fail(hand, day):
    """Why do pilots fail at a site: the causes beside its failed pilots."""
    hand.type("input[name=Site]", SITE)
    hand.click(".state.is-failed")
    until(lambda: len(hand.texts(".card")) == len(FAULTS[SITE]), seen=lambda: hand.texts(".card"))
    causes = [text.split(",")[0] for text in hand.texts(".card .cause")]
    assert Counter(causes) == Counter({"Names can't be resolved (DNS)": 3, "CVMFS is not mounted": 1}), causes


def which_sites_have_the_problem(hand, day):
    """Which sites have a problem: the search's figures by site."""
    hand.click("text=Search in these logs")
    hand.type("input[name=Pattern]", PROBLEM)
    hand.sees(".progress", "searched")
    hand.shows(".group[aria-label=Site] .value .name", day.sites(PROBLEM_SITES))


def what_does_it_say_now(hand, day):
    """Watch a pilot live: a line that it sends now is seen."""
    running = day.pilot("running")
    hand.type("input[name=pilot]", running.stamp)
    hand.click(f".card:has-text('{running.stamp}')")
    hand.page.wait_for_selector(".link.is-live")
    text = f"Job {running.job}: heartbeat of {time.monotonic_ns()}"
    day.scene.connection().send(pilot_line(text, command="LaunchAgent"), running.stamp)
    hand.sees(".row", text)


def what_runs_there(hand, day):
    """What runs at a site now."""
    hand.type("input[name=Site]", SITE)
    hand.click(".state.is-running")
    hand.shows(".card .state-name", ["Running"] * RUNNING)
    hand.sees(".card", day.pilot("running").stamp)


def log_of_a_job(hand, day):
    """From a job to the log of its pilot."""
    found_by("job", lambda pilot: f"{pilot.job}")(hand, day)
    hand.sees(".facts", f"{day.pilot('failed').job}")


def found_by(name, text):
    """Return the question that finds a log by what names its pilot, and opens it."""

    def ask(hand, day):
        pilot = day.pilot("failed")
        hand.type("input[name=pilot]", text(pilot))
        hand.click(f".card:has-text('{pilot.stamp}')")
        hand.page.wait_for_selector(".row:not(.is-away)")
        hand.sees("h1", pilot.stamp)

    ask.__doc__ = f"Find a log by {name}."
    return ask


#: The question, and the way to the answer: on the page, or the command that answers it.
QUESTIONS = (
    ("1 why do pilots fail at X", why_do_pilots_fail),
    ("2 which sites have problem P", which_sites_have_the_problem),
    ("3 watch it live", what_does_it_say_now),
    ("4 what runs at X now", what_runs_there),
    ("5 from a job to its log", log_of_a_job),
    ("6 is it healthy, what does it cost", "dirac-admin-pilot-logs-status; Grafana's dashboard"),
    ("7 one CE on and off", "dirac-admin-pilot-logs-enable and -disable --CE"),
    ("8 give X's administrator access", "Registry/Groups/<group>/Sites, in the CS"),
    ("9 delete a user's log", "dirac-admin-pilot-logs-delete"),
    ("11a find by job", found_by("job", lambda pilot: f"{pilot.job}")),
    ("11b find by reference", found_by("reference", lambda pilot: pilot.reference)),
    ("11c find by part of a stamp", found_by("part of a stamp", lambda pilot: pilot.stamp[5:17])),
    ("11d find by host", found_by("host", lambda pilot: pilot.host)),
    ("11e find by user", found_by("owner of a job", lambda pilot: pilot.owner)),
)


def asked(chromium, day, question):
    """Ask one question with a fresh browser; return (actions, seconds, what went wrong)."""
    day.scene.beat()
    with browser.visitor(chromium, day.scene.stack, day.user) as visitor:
        began, hand = time.monotonic(), None
        try:
            hand = Hand(visitor.open("?since=1d"))
            hand.sees(".card", "")
            question(hand, day)
            wrong = "; ".join(visitor.problems)
        except (AssertionError, Error) as error:
            wrong = str(error).splitlines()[0]
        return hand.actions if hand else 0, time.monotonic() - began, wrong


def rows(chromium, days):
    """Yield (question, role, actions, seconds, what went wrong) of what the page answers, or (question, command)."""
    for name, question in QUESTIONS:
        if isinstance(question, str):
            yield name, question
            continue
        for role, day in days.items():
            yield name, role, *asked(chromium, day, question)


def told(row):
    """Print one row; return whether it is as it has to be."""
    name, *rest = row
    if len(rest) == 1:
        print(f"{name:36} not on the page: {rest[0]}", flush=True)
        return True
    role, actions, seconds, wrong = rest
    good = not wrong and actions <= MOST_ACTIONS and seconds <= MOST_SECONDS
    print(f"{name:36} {role:20} {actions} actions {seconds:5.1f} s  {'' if good else 'NO'} {wrong}", flush=True)
    return good


def main():
    """Bring the stack up, fill it, ask; end with 1 if an answer was not there, took too many actions or too long."""
    ending.clean_up_when_terminated()
    stack = Stack(TOP / ".stack")
    stack.up(print)
    stack.stay()
    scene = Scene(stack)
    pilots = scene.fill()
    days = {role: Day(scene, pilots, user) for role, user in USERS.items()}
    with browser.chromium() as chromium:
        asked(chromium, days["operator"], what_runs_there)  # the server's first answers take longer
        answers = [told(row) for row in rows(chromium, days)]
    sys.exit(not all(answers))


if __name__ == "__main__":
    main()
