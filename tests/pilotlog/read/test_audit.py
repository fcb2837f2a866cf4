"""The audit's lines: what is in them, that nobody can forge one, and that they don't come in floods."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from PilotLoggingDIRAC.pilotlog.access import NOBODY, Caller
from PilotLoggingDIRAC.pilotlog.errors import InvalidInput, NotAllowed
from PilotLoggingDIRAC.pilotlog.model import Selection
from PilotLoggingDIRAC.pilotlog.read.audit import Audit
from PilotLoggingDIRAC.pilotlog.settings import AuditSettings
from tests.conftest import PILOT

OPAL = Caller("opal", "alpha_operator", PILOT.vo, address="192.0.2.7")
BOB = Caller("bob", "beta_user", "beta_vo", address="192.0.2.8")
SETTINGS = AuditSettings(audit_quiet_seconds=300, audit_max_remembered=3)


class Book:
    """The lines that were written, and a clock that is moved by hand."""

    def __init__(self):
        self.lines, self.now = [], 1000.0
        self.audit = Audit(lambda event, facts: self.lines.append(f"{event} {facts}"), SETTINGS, lambda: self.now)


@pytest.fixture
def book():
    return Book()


def test_reading_says_who_from_where_how_and_which_log(book):
    book.audit.read(OPAL, "getLogs", log=PILOT, source="Collector")
    assert book.lines == [
        f"Read by=opal@alpha_operator from=192.0.2.7 method=getLogs log={PILOT.vo}/{PILOT.stamp} source=Collector"
    ]


def test_list_says_what_was_selected_by_and_not_the_values(book):
    book.audit.listed(OPAL, "getPilotLogs", Selection(vos=("secret",), stamps=("s",)), 7)
    assert book.lines == ["Listed by=opal@alpha_operator from=192.0.2.7 method=getPilotLogs keys=vos,stamps records=7"]


def test_refusal_has_the_error_s_name_and_not_its_text(book):
    book.audit.refused(BOB, "getLog", NotAllowed("some text"), log=PILOT)
    assert book.lines == [
        f"Refused by=bob@beta_user from=192.0.2.8 method=getLog error=NotAllowed log={PILOT.vo}/{PILOT.stamp}"
    ]


def test_what_is_not_known_is_left_out(book):
    book.audit.refused(NOBODY, "getPilotOutput", InvalidInput("x"), reference="")
    assert book.lines == ["Refused by=anonymous@ from= method=getPilotOutput error=InvalidInput"]


def test_each_reading_of_a_whole_log_has_its_line(book):
    for _ in range(3):
        book.audit.read(OPAL, "getLogs", log=PILOT)
    assert len(book.lines) == 3


def test_pages_of_one_log_to_one_caller_have_a_line_in_a_while_with_their_number(book):
    for _ in range(100):
        book.audit.page(OPAL, "getLog", log=PILOT)
        book.now += 2.9
    book.now += 20
    book.audit.page(OPAL, "getLog", log=PILOT)
    assert len(book.lines) == 2 and book.lines[1].endswith("times=100")


def test_another_caller_log_or_error_has_a_line_of_its_own(book):
    for who in (OPAL, BOB):
        book.audit.page(who, "getLog", log=PILOT)
    book.audit.page(OPAL, "getLog", log="other")
    assert len(book.lines) == 3
    for error in (NotAllowed("x"), InvalidInput("x")):
        book.audit.refused(OPAL, "sendMessage", error, log=PILOT)
    assert len(book.lines) == 5


def test_memory_is_bounded_and_what_was_forgotten_is_told_anew(book):
    for number in [0, 1, 2, 3, 3, 0]:
        book.audit.page(OPAL, "getLog", log=number)
    assert [line.split("log=")[1] for line in book.lines] == ["0", "1", "2", "3", "0"]


@given(st.text(), st.text())
def test_nothing_breaks_out_of_its_line_or_its_place(name, value):
    book = Book()
    book.audit.read(Caller(name, "group", address="a"), "getLog", log=value)
    (line,) = book.lines
    assert line.isascii() and line.isprintable()
    assert line.count(" ") == 4 - (value == "") and line.count("=") == 4 - (value == "")
