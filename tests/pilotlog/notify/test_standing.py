"""Problems that begin, go on, end, come and go, as a recipient is told of them."""

from dataclasses import replace

import pytest

from PilotLoggingDIRAC.pilotlog.notify.standing import Standing
from PilotLoggingDIRAC.pilotlog.notify.watch import Problem

BAD = Problem("site A", "A: pilots fail", "5 of 5")
WORSE = Problem("site B", "B: pilots fail", "9 of 9")


@pytest.fixture
def look(clock):
    """Look at a standing, a minute later."""

    def after(standing, *found, most=100):
        clock.forward(minutes=1)
        return standing.after(found, clock(), most)

    return after


def subjects(standing):
    return sorted(standing.problems)


def test_a_problem_is_news_when_it_begins_and_is_none_once_it_was_told(look):
    standing = look(Standing(), BAD)
    assert standing.has_news
    assert not look(standing.told(), BAD).has_news


def test_its_end_is_news_once(look):
    standing = look(look(Standing(), BAD).told())
    assert standing.has_news
    assert standing.problems["site A"].until is not None
    assert standing.told() == Standing()


def test_a_problem_that_comes_back_before_its_end_was_told_goes_on(look):
    first = look(Standing(), BAD).told()
    back = look(look(first), BAD)
    assert not back.has_news
    assert back.problems["site A"].since == first.problems["site A"].since


def test_a_problem_that_came_and_went_is_told_once(look):
    standing = look(look(Standing(), BAD))
    known = standing.problems["site A"]
    assert standing.has_news and known.until > known.since and not known.told
    assert standing.told() == Standing()


def test_a_look_that_finds_the_same_changes_nothing(look):
    standing = look(Standing(), BAD, WORSE).told()
    assert look(standing, WORSE, BAD) == standing


def test_an_old_problem_does_not_begin_and_goes_on_if_it_is_known(look):
    old = replace(BAD, new=False)
    assert look(Standing(), old) == Standing()
    assert subjects(look(look(Standing(), BAD).told(), old)) == ["site A"]
    assert look(look(Standing(), BAD).told(), old).problems["site A"].until is None


def test_of_too_many_problems_the_first_are_noted_and_the_others_counted(look):
    many = [Problem(f"site {number}", "x", "y") for number in range(7)]
    standing = look(Standing(), *many, most=5)
    assert (len(standing.problems), standing.more) == (5, 2)


def test_known_problems_are_never_crowded_out_by_new_ones(look):
    standing = look(Standing(), BAD, most=2).told()
    many = [Problem(f"site {number}", "x", "y") for number in range(7)]
    later = look(standing, *many, BAD, most=2)
    assert later.problems["site A"].until is None
    assert (len(later.problems), later.more) == (2, 6)


def test_problems_that_are_over_are_bounded_too_and_told_ones_stay_longest(look):
    standing = look(Standing(), BAD).told()
    for number in range(50):
        standing = look(standing, Problem(f"site {number}", "x", "y"), most=5)
    assert len(standing.problems) <= 6
    assert "site A" in standing.problems


def test_what_was_told_of_something_else_is_forgotten(look):
    standing = look(Standing().of("one"), BAD).told()
    assert standing.of("one") == standing
    assert standing.of("other") == Standing(about="other")


def test_a_standing_that_does_not_say_what_it_is_of_goes_on(look):
    standing = look(Standing(), BAD).told()
    assert standing.of("one") == replace(standing, about="one")
    assert look(standing.of("one"), BAD).told().about == "one"


def test_a_standing_of_before_says_not_what_it_is_of():
    assert Standing.from_json('{"problems":{},"more":0}') == Standing()


def test_a_standing_survives_the_database(look):
    standing = look(look(Standing().of("one"), BAD, WORSE).told(), WORSE, Problem("é", "ü\n", "z"))
    assert Standing.from_json(standing.as_json()) == standing
