"""Look-ups of pilots and their jobs in tables as DIRAC has them."""

import pytest
from DIRAC.WorkloadManagementSystem.Client.PilotStatus import PILOT_FINAL_STATES

from PilotLoggingDIRAC.pilotlog.model import PilotId
from PilotLoggingDIRAC.pilotlog.outcome import FINAL_STATUSES
from tests.described import Dirac

PILOTS = [PilotId("vo.alpha.org", f"{number:032x}") for number in range(6)]


@pytest.fixture
def dirac(tmp_path):
    found = Dirac(tmp_path / "dirac.db")
    yield found
    found.close()


def test_running_pilots_are_found_by_their_stamps_and_ended_ones_are_not(dirac):
    for number, pilot in enumerate(PILOTS, 1):
        dirac.submit(pilot, number, "Failed" if number == 3 else "Running")
    found = dirac.pilots.running(PILOTS)
    assert sorted(info.id for info in found.values()) == [1, 2, 4, 5, 6]
    assert sorted(info.id for info in dirac.pilots.by_stamp(PILOTS).values()) == [1, 2, 3, 4, 5, 6]


def test_pilots_and_their_jobs_are_found_by_number(dirac):
    for number, pilot in enumerate(PILOTS, 1):
        dirac.submit(pilot, number, "Running")
    for number, job in ((1, 12), (1, 11), (1, 12), (5, 50)):
        dirac.match(number, job)
    found = dirac.pilots.by_id([1, 5, 6, 99])
    assert {number: info.reference.rsplit("/", 1)[1] for number, info in found.items()} == {1: "1", 5: "5", 6: "6"}
    assert dirac.pilots.jobs([1, 5, 6, 99]) == {1: [11, 12], 5: [50]}


def test_owners_of_jobs_are_their_user_names_and_unknown_ones_are_left_out(dirac):
    dirac.match(1, 11, "ada")
    dirac.match(1, 12, "Unknown")
    assert dirac.owners.owners([11, 12, 13]) == {11: "ada"}


def test_statuses_that_end_a_pilot_are_dirac_s():
    assert set(PILOT_FINAL_STATES) == FINAL_STATUSES
