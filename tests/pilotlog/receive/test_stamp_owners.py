"""Owners of stamps: what DIRAC knows of a stamp refuses later messages; what it does not know refuses nothing."""

import pytest

from PilotLoggingDIRAC.pilotlog.errors import ForeignStamp, NotAllowed, StoreUnavailable
from PilotLoggingDIRAC.pilotlog.model import PilotId
from PilotLoggingDIRAC.pilotlog.receive.stamp_owners import StampOwners
from PilotLoggingDIRAC.pilotlog.settings import OwnershipSettings

ALPHA, BETA = "vo.alpha.org", "beta_vo"
SETTINGS = OwnershipSettings(
    owner_lookup_stamps=2, owner_known_seconds=100, owner_unknown_seconds=10, owner_max_stamps=3
)


class Dirac:
    """The VOs of stamps as DIRAC has them, and what was asked."""

    def __init__(self):
        self.vos, self.asked, self.away, self.now = {}, [], False, 0.0
        self.ownership = StampOwners(self, SETTINGS, lambda: self.now)

    def __call__(self, stamps):
        self.asked.append(list(stamps))
        if self.away:
            raise StoreUnavailable("away")
        return {stamp: frozenset(self.vos[stamp]) for stamp in stamps if stamp in self.vos}

    def refuses(self, vo, stamp):
        try:
            self.ownership.check(PilotId(vo, stamp))
        except ForeignStamp:
            return True
        return False


@pytest.fixture
def dirac():
    return Dirac()


def test_stamp_of_another_vo_is_taken_until_dirac_was_asked_and_refused_then(dirac):
    dirac.vos["s"] = {ALPHA}
    assert not dirac.refuses(BETA, "s")
    assert dirac.asked == []
    dirac.ownership.look_up()
    assert dirac.refuses(BETA, "s")
    assert not dirac.refuses(ALPHA, "s")


def test_refusal_is_one_of_not_allowed_and_names_nobody(dirac):
    dirac.vos["s"] = {ALPHA}
    dirac.refuses(BETA, "s")
    dirac.ownership.look_up()
    with pytest.raises(NotAllowed) as refusal:
        dirac.ownership.check(PilotId(BETA, "s"))
    assert refusal.value.errno == NotAllowed.errno and ALPHA not in str(refusal.value)


def test_stamp_known_in_both_vos_is_taken_from_both(dirac):
    dirac.vos["s"] = {ALPHA, BETA}
    dirac.refuses(ALPHA, "s")
    dirac.ownership.look_up()
    assert not dirac.refuses(ALPHA, "s") and not dirac.refuses(BETA, "s")


def test_unknown_stamp_is_taken_and_asked_for_again_after_a_while(dirac):
    dirac.refuses(BETA, "s")
    dirac.ownership.look_up()
    assert not dirac.refuses(BETA, "s")
    assert dirac.ownership.look_up() == 0
    dirac.vos["s"] = {ALPHA}
    dirac.now += 11
    assert not dirac.refuses(BETA, "s")
    dirac.ownership.look_up()
    assert dirac.refuses(BETA, "s")


def test_stamps_are_taken_while_dirac_is_away_and_asked_for_when_it_is_back(dirac):
    dirac.vos["s"], dirac.away = {ALPHA}, True
    assert not dirac.refuses(BETA, "s")
    with pytest.raises(StoreUnavailable):
        dirac.ownership.look_up()
    assert not dirac.refuses(BETA, "s")
    dirac.away = False
    dirac.ownership.look_up()
    assert dirac.refuses(BETA, "s")


def test_what_is_known_counts_on_until_it_was_asked_for_again(dirac):
    dirac.vos["s"] = {ALPHA}
    dirac.refuses(BETA, "s")
    dirac.ownership.look_up()
    dirac.now += 101
    assert dirac.refuses(BETA, "s")
    dirac.vos["s"] = {BETA}
    dirac.ownership.look_up()
    assert not dirac.refuses(BETA, "s")


def test_one_question_holds_so_many_stamps_in_the_order_they_were_seen(dirac):
    for stamp in "abc":
        dirac.refuses(BETA, stamp)
        dirac.refuses(BETA, stamp)
    assert (dirac.ownership.look_up(), dirac.ownership.look_up(), dirac.ownership.look_up()) == (2, 1, 0)
    assert dirac.asked == [["a", "b"], ["c"]]


def test_memory_is_bounded_and_the_stamp_heard_of_longest_ago_goes_first(dirac):
    dirac.vos = {stamp: {ALPHA} for stamp in "abcde"}
    for stamp in "abcd":
        dirac.refuses(BETA, stamp)
    assert dirac.ownership.look_up() + dirac.ownership.look_up() == 3
    assert dirac.refuses(BETA, "a")
    dirac.refuses(BETA, "e")
    dirac.ownership.look_up()
    assert dirac.refuses(BETA, "a")
    assert not dirac.refuses(BETA, "b")


def test_refused_vos_are_told_once(dirac):
    dirac.vos["s"] = {ALPHA}
    dirac.refuses(BETA, "s")
    dirac.ownership.look_up()
    assert dirac.ownership.refused() == {}
    dirac.refuses(BETA, "s")
    assert dirac.ownership.refused() == {BETA: PilotId(BETA, "s")}
    assert dirac.ownership.refused() == {}
