"""Cursors hold for the database that gave them, and for no other."""

import pytest

from PilotLoggingDIRAC.pilotlog.cursors import Cursors
from PilotLoggingDIRAC.pilotlog.errors import CursorOutdated

ONE, OTHER = "0123456789abcdef", "123456789abcdef0"


@pytest.mark.parametrize("cursor", ["1.0.0", "0.0", "12.d.3.4.5.6"])
def test_a_cursor_comes_back_as_it_was(cursor):
    cursors = Cursors(lambda: ONE)
    assert cursors.take(cursors.give(cursor)) == cursor


def test_the_start_and_the_end_need_no_database():
    cursors = Cursors(lambda: pytest.fail("asked"))
    assert (cursors.give(""), cursors.take("")) == ("", "")


@pytest.mark.parametrize("given", [Cursors(lambda: OTHER).give("1.0.0"), "1.0.0"])
def test_one_of_another_database_or_of_a_version_before_is_refused(given):
    with pytest.raises(CursorOutdated):
        Cursors(lambda: ONE).take(given)


@pytest.mark.parametrize("given", [None, 7, "no cursor", "1.0.0\n", ["1.0.0"]])
def test_what_is_no_cursor_is_left_to_who_reads_it(given):
    assert Cursors(lambda: ONE).take(given) == given


def test_a_renewed_name_is_noticed_in_time_and_asked_for_no_more_often(seconds):
    names = [ONE, OTHER]
    cursors = Cursors(lambda: names.pop(0), 2.0, seconds)
    given = cursors.give("1.0.0")
    seconds.now += 1.9
    assert cursors.take(given) == "1.0.0"
    seconds.now += 0.1
    with pytest.raises(CursorOutdated):
        cursors.take(given)
