"""Figures for monitoring."""

from prometheus_client import Histogram

from PilotLoggingDIRAC.pilotlog.admin import metrics


def test_histogram_counts_up_to_each_bound():
    histogram = Histogram("x", "X", buckets=(1, 2, 5), registry=None)
    for value in (0.5, 1, 1.5, 5, 9):
        histogram.observe(value)
    found = metrics.histogram_metric("y", "Y", histogram)
    assert found.samples == {(): ([("1.0", 2), ("2.0", 3), ("5.0", 4), ("+Inf", 5)], 17)}


def test_figures_of_several_collectors_are_one_family_each():
    one, two = (metrics.Metric("gauge", "x", "X", {(): number}) for number in (1.0, 2.0))
    (merged,) = metrics.merged(iter([metrics.labelled(one, "collector", "a"), metrics.labelled(two, "collector", "b")]))
    assert merged.samples == {(("collector", "a"),): 1.0, (("collector", "b"),): 2.0}


def test_store_that_is_away_is_told_and_nothing_is_made_up():
    (only,) = metrics.store_metrics(None)
    assert (only.name, only.samples) == ("database_up", {(): 0.0})


def test_time_of_the_oldest_log_is_in_seconds_of_utc():
    status = {
        "States": {},
        "ArchiveFailures": {"vo": 3},
        "LostCopies": {"vo": 2},
        "Destinations": {
            "Broker": {"CaughtUpAt": "1970-01-01T00:01:40", "Records": 7, "Rejected": 1, "Error": "", "Reason": "odd"}
        },
        "OldestUnarchived": "2026-11-21T08:00:00",
    }
    found = {figure.name: figure.samples for figure in metrics.store_metrics(status)}
    assert found["oldest_unarchived_timestamp_seconds"] == {(): 1795248000.0}
    assert found["archive_failures"] == {(("vo", "vo"),): 3.0}
    of_broker = (("destination", "Broker"),)
    assert found["destination_caught_up_timestamp_seconds"] == {of_broker: 100.0}
    assert found["destination_records"] == {of_broker: 7.0}
    assert found["destination_rejected"] == {of_broker: 1.0}
    assert found["lost_copies"] == {(("vo", "vo"),): 2.0}
