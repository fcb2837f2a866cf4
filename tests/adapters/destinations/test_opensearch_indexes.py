"""The indexes that a question names: those of a VO, and of the months that it is about."""

from datetime import datetime

import pytest

from PilotLoggingDIRAC.adapters.destinations.opensearch_indexes import Indexes
from PilotLoggingDIRAC.pilotlog.forward.plugin_options import PluginOptions

NOW = datetime(2026, 2, 10)


@pytest.mark.parametrize(("began", "names"), [
    (None, ["dirac-pilotlogs-vo.alpha.org@*"]),
    (datetime(2026, 2, 1), ["dirac-pilotlogs-vo.alpha.org@2026.02*"]),
    (datetime(2025, 12, 31), [f"dirac-pilotlogs-vo.alpha.org@{month}*" for month in ("2025.12", "2026.01", "2026.02")]),
    (datetime(2020, 1, 1), ["dirac-pilotlogs-vo.alpha.org@*"]),
    (datetime(2026, 3, 1), ["dirac-pilotlogs-vo.alpha.org@2026.03*"]),
])  # fmt: skip
def test_indexes_since_a_time_are_named_by_months(began, names):
    indexes = Indexes.of(PluginOptions("Search", {}), "dirac-")
    assert indexes.since("vo.alpha.org", began, NOW) == names
