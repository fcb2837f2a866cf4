"""Places for those who hold one for long: bounded in all and for each user, and given back whatever happens."""

import pytest

from PilotLoggingDIRAC.pilotlog.errors import Overloaded
from PilotLoggingDIRAC.pilotlog.page.user_places import UserPlaces


def test_places_are_bounded_for_each_user_and_in_all():
    places = UserPlaces("searches", 3, 2)
    with places.taken("ann"), places.taken("ann"):
        with pytest.raises(Overloaded, match="You have too many searches"), places.taken("ann"):
            pass
        with places.taken("bob"), pytest.raises(Overloaded, match="Too many searches"), places.taken("eve"):
            pass


def test_a_place_is_free_again_after_its_time_and_after_a_failure():
    places = UserPlaces("searches", 1, 1)
    for _ in range(3):
        with pytest.raises(KeyError), places.taken("ann"):
            raise KeyError
