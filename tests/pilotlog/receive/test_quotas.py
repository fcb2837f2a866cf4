"""Quotas of a VO for an hour, by a clock of the test."""

import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from PilotLoggingDIRAC.pilotlog.errors import QuotaSpent
from PilotLoggingDIRAC.pilotlog.model import PilotId
from PilotLoggingDIRAC.pilotlog.receive.quotas import SLOT_SECONDS, Quotas, Window
from PilotLoggingDIRAC.pilotlog.settings import HOUR, QuotaSettings

LIMIT = 1000


@pytest.fixture
def quotas(seconds):
    settings = {"alpha": QuotaSettings(LIMIT, 3), "free": QuotaSettings(0, 0)}
    return Quotas(lambda vo: settings.get(vo, QuotaSettings()), seconds)


@given(st.lists(st.tuples(st.floats(0, 1500), st.integers(1, LIMIT))), st.floats(0, 10**6))
def test_no_hour_ever_has_more_than_the_limit(steps, start):
    window, now, taken = Window(), start, []
    for wait, amount in steps:
        now += wait
        if window.take(amount, LIMIT, now):
            taken.append((now, amount))
    for end, _ in taken:
        assert sum(amount for moment, amount in taken if end - HOUR <= moment <= end) <= LIMIT


@given(st.lists(st.tuples(st.floats(0, 1500), st.integers(1, LIMIT))), st.floats(0, 10**6))
def test_nothing_is_refused_that_an_hour_and_two_slots_have_room_for(steps, start):
    window, now, taken = Window(), start, []
    for wait, amount in steps:
        now += wait
        span = HOUR + SLOT_SECONDS
        recent = sum(number for moment, number in taken if now - span <= moment)
        accepted = window.take(amount, LIMIT, now)
        assert accepted or recent + amount > LIMIT
        if accepted:
            taken.append((now, amount))


def test_without_a_limit_all_is_taken_and_counted():
    window = Window()
    for hour in range(100):
        assert window.take(10**12, 0, hour * HOUR)
    assert window.used(100 * HOUR) <= 2 * 10**12


def test_what_was_given_back_is_free_again():
    window = Window()
    assert window.take(LIMIT, LIMIT, 5.0)
    window.give_back(400, 5.0)
    assert window.used(6.0) == 600
    window.give_back(600, 5.0)
    window.give_back(5, 5.0 - 2 * HOUR)
    assert window.used(6.0) == 0


class TestQuotas:
    def test_bytes_over_the_quota_are_refused_and_free_again_after_the_hour(self, quotas, seconds):
        quotas.take_bytes("alpha", LIMIT)
        with pytest.raises(QuotaSpent, match="MaxBytesPerHour"):
            quotas.take_bytes("alpha", 1)
        seconds.now += HOUR + SLOT_SECONDS
        quotas.take_bytes("alpha", LIMIT)

    def test_one_vo_s_quota_is_nobody_else_s(self, quotas):
        quotas.take_bytes("alpha", LIMIT)
        quotas.take_bytes("beta", LIMIT)
        quotas.take_bytes("free", 10**15)

    def test_new_logs_over_the_quota_are_refused_and_known_ones_are_not(self, quotas):
        known = [PilotId("alpha", f"{number}") for number in range(3)]
        for pilot in known * 3:
            quotas.admit_log(pilot)
        with pytest.raises(QuotaSpent, match="MaxNewLogsPerHour"):
            quotas.admit_log(PilotId("alpha", "new"))
        for pilot in known:
            quotas.admit_log(pilot)
        quotas.admit_log(PilotId("beta", "new"))

    def test_a_refused_log_is_not_known_afterwards(self, quotas):
        for number in range(3):
            quotas.admit_log(PilotId("alpha", f"{number}"))
        for _ in range(2):
            with pytest.raises(QuotaSpent):
                quotas.admit_log(PilotId("alpha", "new"))

    def test_status_shows_each_vo(self, quotas, seconds):
        quotas.admit_log(PilotId("alpha", "a"))
        charge = quotas.take_bytes("alpha", LIMIT)
        with pytest.raises(QuotaSpent):
            quotas.take_bytes("alpha", 1)
        quotas.give_back(charge, 300)
        assert quotas.status() == {
            "alpha": {
                "Bytes": 700,
                "MaxBytesPerHour": LIMIT,
                "NewLogs": 1,
                "MaxNewLogsPerHour": 3,
                "Refused": {"MaxBytesPerHour": 1},
            }
        }

    def test_a_spent_quota_is_a_problem_until_nothing_was_refused_for_a_while(self, quotas, seconds):
        assert quotas.problems() == {}
        quotas.take_bytes("alpha", LIMIT)
        assert quotas.problems() == {}
        with pytest.raises(QuotaSpent):
            quotas.take_bytes("alpha", 1)
        first = quotas.problems()
        seconds.now += 300
        assert quotas.problems() == first and "alpha" in first["quota of alpha"]
        seconds.now += 301
        assert quotas.problems() == {}

    def test_many_vos_and_logs_are_bounded(self, quotas):
        for number in range(1200):
            quotas.take_bytes(f"vo{number}", 1)
        assert len(quotas.status()) <= 1001

    def test_threads_take_no_more_together(self, quotas):
        taken = []

        def take():
            for _ in range(LIMIT):
                try:
                    quotas.take_bytes("alpha", 1)
                except QuotaSpent:
                    return
                taken.append(1)

        threads = [threading.Thread(target=take) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(taken) == LIMIT
