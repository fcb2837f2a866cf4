"""Registration of archived files in DIRAC's own file catalogue: how many calls it costs, and what it mends."""

from .catalogue_calls import count
from .stack import world

_FILES = 10


def test_a_new_file_costs_the_catalogue_two_calls(stack):
    calls, seconds = count(stack, world.ALPHA, _FILES)
    print(f"{sum(calls.values()) / _FILES:.1f} catalogue calls and {seconds / _FILES:.3f} s for each put: {calls}")
    assert calls == {"addFile": _FILES, "getFileMetadata": _FILES}
