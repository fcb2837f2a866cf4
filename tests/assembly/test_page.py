"""The parts of the web page in one process."""

import tempfile
import threading
from contextlib import suppress

import pytest

from PilotLoggingDIRAC.assembly.page import WebPage
from PilotLoggingDIRAC.pilotlog.errors import ArchiveError, NotYetThere
from PilotLoggingDIRAC.pilotlog.model import Log, State, StoredFile
from tests.conftest import PILOT, Clock
from tests.waiting import until

#: What is made only once does not wait for a second time longer than this; it slows a test that passes, no more.
_SECOND_SECONDS = 1.0


@pytest.fixture
def page(configure):
    """The page of a host that has a database in its configuration, and of a VO without an archive."""
    database = {"User": "u", "Password": "p", "Host": "localhost", "DBName": "PilotLoggingDB"}
    configure({"Systems": {"WorkloadManagement": {"Databases": {"PilotLoggingDB": database}}}})
    return WebPage(lambda name, default: default)


def log(number):
    now = Clock().now
    file = StoredFile("SE", f"/vo/{number}", "GUID", 1, "00000000")
    return Log(number, PILOT, 1, State.PURGED, now, now, bytes=10, generation=1, file=file)


def is_over(page, wanted):
    try:
        page.copies.get(wanted)
    except NotYetThere:
        return False
    except ArchiveError:
        return True


def test_two_threads_that_fetch_the_first_copies_make_one_folder(page, tmp_path, monkeypatch):
    both, make = threading.Barrier(2), tempfile.mkdtemp

    def slow(*arguments, **named):
        with suppress(threading.BrokenBarrierError):
            both.wait(_SECOND_SECONDS)
        return make(*arguments, **named)

    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setattr("tempfile.mkdtemp", slow)
    for number in (1, 2):
        assert not is_over(page, log(number)), "it is fetched by another thread"
    until(lambda: is_over(page, log(1)) and is_over(page, log(2)))
    assert len(list(tmp_path.glob("pilotlog-page-*"))) == 1
