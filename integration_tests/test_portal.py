"""DIRAC's web portal, unmodified, in a real browser: pilots' output, error and logging info; our page in its menu."""

import time
from dataclasses import dataclass

import pytest
from cryptography.hazmat.primitives.serialization import pkcs12

from . import browser, grid, portal_visitor
from .pilot import pilot_line
from .stack import pki, world

REFUSAL = "No such log, or not for you to read"
#: Runs where it is taken for markup, also at the end of a text area, and fits into DIRAC's column for stamps.
SCRIPT = "</textarea><img src=x onerror=window.owned=1>"
STAMP = "<img src=x onerror=owned=1>"
JOB = 424_242


@dataclass(frozen=True)
class Cast:
    """Pilots in the states that are asked for, and their logs."""

    running: grid.GridPilot
    finished: grid.GridPilot
    archived: grid.GridPilot
    ce_only: grid.GridPilot
    nothing: grid.GridPilot
    texts: dict

    def text(self, pilot):
        """Return what the pilot sent."""
        return self.texts[pilot]


@pytest.fixture(scope="module")
def ce(stack, tmp_path_factory):
    """The CEs' output, with the portal running."""
    folder = grid.OutputFolder(tmp_path_factory.mktemp("ce") / "output")
    grid.store_pilot_proxies(stack)
    began = time.monotonic()
    with grid.changed(stack, grid.ce_options(folder.path), (*grid.READING_SERVICES, "ProxyManager")):
        stack.portal.start()
        print(f"services and portal: {time.monotonic() - began:.1f} s")
        yield folder
        stack.portal.stop()


@pytest.fixture(scope="module")
def cast(stack, ce, connect):
    """The pilots, and a job that ran in one of them."""
    pilots = [grid.add_pilot(stack, status=status) for status in ("Running", "Done", "Done", "Done")]
    nothing = grid.add_pilot(stack, status="Failed", stamp=STAMP)
    texts = {}
    for pilot, code in zip(pilots[:3], (None, "0", SCRIPT), strict=True):
        texts[pilot] = tell(connect("pila"), pilot, code)
    archive(stack, pilots[2])
    ce.give(pilots[3], "from the CE\n", "an error\n")
    ce.inform(pilots[3], "submitted, executed, terminated\n")
    run_job(stack, pilots[1])
    return Cast(*pilots, nothing, texts)


def tell(connection, pilot, code):
    """Send a pilot's log, which ends with a code or goes on; returns it."""
    text = pilot_line("Command CheckWorkerNode instantiated from pilotCommands")
    text += pilot_line(f"no space left {SCRIPT}", "ERROR") + f"{SCRIPT}\n"
    assert connection.send(text, pilot.stamp)["OK"]
    if code is not None:
        assert connection.finalise(pilot.stamp, code)["OK"]
    return text


def archive(stack, pilot):
    """Let the agent archive a log, and take it out of the database."""
    stack.sql(
        "PilotLoggingDB",
        "UPDATE PilotLogs SET LastSeen = LastSeen - INTERVAL 1 DAY WHERE PilotStamp = %s",
        (pilot.stamp,),
    )
    done = stack.run_agent_once()
    assert done.returncode == 0, done.stdout + done.stderr
    ((log_id, state),) = stack.sql(
        "PilotLoggingDB", "SELECT LogID, State FROM PilotLogs WHERE PilotStamp = %s", (pilot.stamp,)
    )
    assert state == "Archived"
    stack.sql("PilotLoggingDB", "DELETE FROM PilotLogBatches WHERE LogID = %s", (log_id,))
    stack.sql("PilotLoggingDB", "UPDATE PilotLogs SET State = 'Purged' WHERE LogID = %s", (log_id,))


def run_job(stack, pilot):
    """A job in JobDB, which ran in a pilot."""
    stack.sql("JobDB", "INSERT INTO JobJDLs (JobID, JDL, JobRequirements, OriginalJDL) VALUES (%s, '', '', '')", (JOB,))
    values = (JOB, pilot.vo.site, "opal", "alpha_operator", pilot.vo.name, "Done")
    stack.sql(
        "JobDB",
        "INSERT INTO Jobs (JobID, Site, Owner, OwnerGroup, VO, Status, SubmissionTime, LastUpdateTime)"
        " VALUES (%s, %s, %s, %s, %s, %s, UTC_TIMESTAMP(), UTC_TIMESTAMP())",
        values,
    )
    grid.match_job(stack, JOB, pilot)


@pytest.fixture(scope="module")
def chromium():
    with browser.chromium() as found:
        yield found


@pytest.fixture(scope="module")
def opens(chromium, stack, cast):
    """The portal as an operator sees it."""
    with portal_visitor.visitor(chromium, stack, "opal") as opens:
        yield opens


@pytest.fixture(scope="module")
def monitor(opens, cast):
    """Pilot Monitor with the cast."""
    monitor = opens("PilotMonitor")
    monitor.submit(cast.running.reference)
    return monitor


@pytest.fixture(autouse=True)
def unharmed(request):
    """Whatever a test showed ran no script."""
    yield
    if "monitor" in request.fixturenames:
        page = request.getfixturevalue("monitor").page
        page.wait_for_timeout(100)  # a picture that is not there takes a moment to fail
        assert page.evaluate("window.owned") is None


@pytest.mark.parametrize("name", ["running", "finished", "archived"])
def test_output_of_a_pilot_that_sent_its_log_is_shown(monitor, cast, name):
    pilot = getattr(cast, name)
    assert monitor.ask(pilot.reference, "Pilot Output") == ("text", cast.text(pilot))
    assert monitor.ask(pilot.reference, "Pilot Error") == ("message", "Pilot Error is empty")


def test_output_and_error_that_only_the_ce_has_are_shown(monitor, cast):
    assert monitor.ask(cast.ce_only.reference, "Pilot Output") == ("text", "from the CE\n")
    assert monitor.ask(cast.ce_only.reference, "Pilot Error") == ("text", "an error\n")


def test_logging_info_is_the_ce_s_where_it_has_any(monitor, cast):
    assert monitor.ask(cast.ce_only.reference, "Logging info") == ("text", "submitted, executed, terminated\n")


@pytest.mark.parametrize(
    ("name", "words"), [("running", "running."), ("archived", "complete."), ("archived", "archive (ALPHA-disk)")]
)
def test_logging_info_is_ours_where_the_ce_has_none(monitor, cast, name, words):
    kind, text = monitor.ask(getattr(cast, name).reference, "Logging info")
    assert kind == "text" and words in text
    assert getattr(cast, name).stamp in text and "  CheckWorkerNode\n" in text and f"no space left {SCRIPT}" in text


def test_stamps_and_what_a_ce_says_do_nothing_in_messages(monitor, cast):
    for entry in ("Pilot Output", "Pilot Error", "Logging info"):
        kind, text = monitor.ask(cast.nothing.reference, entry)
        assert kind == "message" and "no such job" in text and "img src=x" in text
        assert "ComputingElement:" in text and "/b" in text


def test_who_may_not_read_is_told_so(chromium, stack, cast):
    with portal_visitor.visitor(chromium, stack, "alice") as opens:
        monitor = opens("PilotMonitor")
        monitor.submit(cast.finished.reference)
        for entry in ("Pilot Output", "Pilot Error", "Logging info"):
            assert monitor.ask(cast.finished.reference, entry) == ("message", REFUSAL)


def test_job_monitor_shows_the_same_of_a_job_s_pilots(opens, cast):
    jobs, text = opens("JobMonitor"), cast.text(cast.finished)
    jobs.submit(f"{JOB}")
    heading = f"# PilotJobReference: {cast.finished.reference}\n\n"
    assert jobs.ask(f"{JOB}", "Pilot", "Get StdOut") == ("text", f"{heading}{text}\n")
    assert jobs.ask(f"{JOB}", "Pilot", "Get StdErr") == ("text", f"{heading}\n")
    assert jobs.page.evaluate("window.owned") is None


def test_page_opens_from_the_menu_of_the_portal(monitor, cast):
    frame = monitor.from_menu("Tools", "Pilot logs")
    frame.fill("input[name=pilot]", cast.running.stamp)
    frame.press("input[name=pilot]", "Enter")
    frame.wait_for_selector(f".card:has-text('{cast.running.stamp}')")
    frame.click(f".card:has-text('{cast.running.stamp}')")
    frame.wait_for_selector(f".row:has-text('no space left {SCRIPT}')")


def test_bundle_for_a_browser_is_a_user_s_key_and_certificate(stack):
    path = stack.pki.bundle("opal")
    key, certificate, _ = pkcs12.load_key_and_certificates(path.read_bytes(), pki.BUNDLE_PASSWORD.encode())
    assert certificate.public_key() == key.public_key() and certificate.subject == pki.x509_name(world.subject("opal"))
    assert path.stat().st_mode & 0o777 == 0o600
