"""Finding pilots on the page: by outcome, by whatever names them, without logs of checks; names that nobody knows."""

import uuid

from . import browser, grid
from .pilot import pilot_line
from .stack import world
from .test_page import ALPHA, cards, chromium, has_cards, opal, story  # noqa: F401
from .waiting import until


def test_outcomes_are_counted_and_chosen(opal, connect):
    (failed, _), (good, _) = story(connect, end="3"), story(connect)
    page = opal.open()
    has_cards(page, failed, good)
    assert page.locator(".card.is-failed", has_text=failed).locator(".state-name").inner_text() == "Failed"
    assert page.locator(".card.is-succeeded", has_text=good).locator(".stored").inner_text() == "Complete"
    page.click(".state.is-failed")
    until(lambda: failed in cards(page) and good not in cards(page), seen=lambda: cards(page))
    assert "Outcome=failed" in page.url
    log = opal.open_log((ALPHA, failed))
    browser.says(log, ".standing.is-failed", "Failed", "code 3")


def test_part_of_a_stamp_and_a_host_are_taken_for_what_they_are(opal, connect, stack):
    stamp, _ = story(connect)
    host = f"wn{uuid.uuid4().hex}.farm.example"
    stack.sql("PilotLoggingDB", "UPDATE PilotLogs SET Host=%s WHERE PilotStamp=%s", (host, stamp))
    page = opal.open()
    for text, key in ((stamp[3:15], "Name"), (host, "Host"), (host.split(".")[0], "Host"), (stamp, "PilotStamp")):
        page.fill("input[name=pilot]", text)
        page.press("input[name=pilot]", "Enter")
        until(lambda: cards(page) == [stamp], seen=lambda: (page.url, cards(page)))
        assert f"{key}={text}" in page.url


def test_a_job_leads_to_its_pilot(opal, connect, stack):
    pilot, job = grid.add_pilot(stack), 700_000_000 + uuid.uuid4().int % 100_000_000
    connect(world.ALPHA.pilot).send(pilot_line("one"), pilot.stamp)
    (log,) = stack.sql("PilotLoggingDB", "SELECT LogID FROM PilotLogs WHERE PilotStamp=%s", (pilot.stamp,))
    stack.sql("PilotLoggingDB", "INSERT INTO PilotLogJobs (LogID, JobID, Owner) VALUES (%s, %s, 'ann')", (log[0], job))
    page = opal.open(f"?Job={job}")
    until(lambda: cards(page) == [pilot.stamp], seen=lambda: cards(page))
    browser.says(opal.open_log((ALPHA, pilot.stamp)), ".facts", str(job), "ann")


def test_logs_of_checks_are_no_pilots_and_shown_if_wanted(opal, connect):
    pilot, check = uuid.uuid4().hex, f"canary-{uuid.uuid4().hex}"
    for stamp in (pilot, check):
        connect("pila").send(pilot_line("one"), stamp)
    page = opal.open()
    has_cards(page, pilot)
    assert check not in cards(page)
    page.check("input[name=Checks]")
    has_cards(page, pilot, check)


def test_site_that_nobody_knows_is_told_with_those_that_there_are(opal):
    page = opal.open("?Site=NO.Such.zz")
    browser.says(page, ".note", "There is no site NO.Such.zz; there are:", world.ALPHA.site)
    assert page.locator("#known-Site option").count() >= 1
