"""Slices of an import into a store on sqlite."""

import pytest

from PilotLoggingDIRAC.pilotlog.admin.import_slice import MAX_TEXT_BYTES, ImportConflict
from PilotLoggingDIRAC.pilotlog.errors import InvalidInput, OffsetMismatch
from PilotLoggingDIRAC.pilotlog.model import PilotId, State
from tests.conftest import PILOT
from tests.pilotlog.admin.imports import ISO, OLD, ending
from tests.stored import importer, reader  # noqa: F401


def test_import_that_ends_with_other_text_than_it_began_is_a_conflict(importer, reader):
    importer.append(PILOT, 0, "abc\n", {}, ISO)
    with pytest.raises(ImportConflict):
        importer.append(PILOT, 4, "", ending(b"xyz\n"), ISO)
    assert reader.find(PILOT)[0].state is State.RECEIVING


def test_slice_at_another_offset_names_the_right_one(importer):
    importer.append(PILOT, 0, "abc", {}, ISO)
    with pytest.raises(OffsetMismatch) as error:
        importer.append(PILOT, 2, "d", {}, ISO)
    assert error.value.offset == 3


def test_asking_for_the_length_creates_nothing(importer, reader):
    assert importer.append(PILOT, 0, "", {}, ISO) == 0
    assert reader.find(PILOT) == []


@pytest.mark.parametrize(
    "arguments",
    [
        (-1, "a", {}, ISO),
        (True, "a", {}, ISO),
        (0, b"a", {}, ISO),
        (0, "\ud800", {}, ISO),
        (0, "a" * (MAX_TEXT_BYTES + 1), {}, ISO),
        (0, "a", None, ISO),
        (0, "a", {"State": "Archived", "SHA256": "00" * 32}, ISO),
        (0, "a", {"State": "Complete", "SHA256": "00"}, ISO),
        (0, "a", {"State": [], "SHA256": "00" * 32}, ISO),
        (0, "a", {}, "yesterday"),
        (0, "a", {}, 7),
    ],
)
def test_bad_arguments_are_refused_and_store_nothing(importer, reader, arguments):
    with pytest.raises(InvalidInput):
        importer.append(PILOT, *arguments)
    assert reader.find(PILOT) == []


def test_time_with_a_zone_becomes_utc_and_is_never_in_the_future(importer, reader, clock):
    importer.append(PILOT, 0, "a", ending(b"a"), "2026-11-01T13:00:00+01:00")
    assert reader.find(PILOT)[0].last_seen == OLD
    later = PilotId(PILOT.vo, "f" * 32)
    importer.append(later, 0, "a", ending(b"a"), "2036-11-01T13:00:00")
    assert reader.find(later)[0].last_seen == clock()
