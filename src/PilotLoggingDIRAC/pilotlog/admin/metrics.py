"""Metrics of a collector, of the store and of the page, as plain values under the names that Prometheus scrapes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from prometheus_client import Histogram

Labels = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric: ``kind`` is counter, gauge or histogram.

    A sample is a number, or for a histogram ([(upper bound, number of values up to it)], sum).
    """

    kind: str
    name: str
    help: str
    samples: dict[Labels, Any] = field(default_factory=dict)


def collector_metrics(status: Mapping[str, Any], histograms: Mapping[str, Histogram]) -> Iterator[Metric]:
    """Yield the metrics of one collector, from ``Receiver.status`` and ``Receiver.histograms``."""
    yield _counter(
        "messages_received", "Messages and finalise marks that were taken in to be stored", status["Received"]
    )
    yield _counter("messages_stored", "Messages and finalise marks that were acknowledged", status["StoredBatches"])
    yield _counter("bytes_stored", "Bytes of text that were acknowledged", status["StoredBytes"])
    yield _counter("bytes_repeated", "Bytes of text that were recognised as sent before", status["RepeatedBytes"])
    yield _labelled("counter", "messages_refused", "Calls that were refused, by reason", "reason", status["Refused"])
    yield _gauge("waiting_messages", "Messages that wait for the database in memory", status["WaitingBatches"])
    yield _gauge("waiting_bytes", "Bytes of them", status["WaitingBytes"])
    yield _gauge(
        "untold_gaps",
        "Logs in which text is missing and no line says so yet; beyond 10,000 logs, messages that none will tell of",
        status["LogsWithUntoldGaps"],
    )
    yield from _spool_metrics(status["Spool"])
    yield histogram_metric("answer_seconds", "Seconds from a message's acceptance to its answer", histograms["Answers"])
    yield histogram_metric("group_messages", "Messages of a transaction", histograms["Groups"])
    yield histogram_metric("commit_seconds", "Seconds that a transaction took", histograms["Commits"])


def _spool_metrics(spool: Mapping[str, Any]) -> Iterator[Metric]:
    yield _gauge("spool_messages", "Messages that wait in the spool", spool["Batches"])
    yield _gauge("spool_bytes", "Bytes of the spool", spool["Bytes"])
    yield _gauge("quarantined_messages", "Messages that the database refused, put aside", spool["Quarantined"])
    yield _gauge(
        "collector_database_up", "Whether this collector's writer reaches the database", not spool["DatabaseAway"]
    )
    yield _gauge("spool_problem", "Whether the spool can't be opened, read or written", bool(spool["Problem"]))


def store_metrics(status: Mapping[str, Any] | None) -> Iterator[Metric]:
    """Yield the metrics of the store, from ``LogReader.status``; ``status`` is None while the store is unavailable."""
    yield _gauge("database_up", "Whether this process reaches the database", status is not None)
    if status is None:
        return
    yield _labelled("gauge", "logs", "Logs in the database, by state", "state", status["States"])
    yield _labelled(
        "gauge",
        "archive_failures",
        "Logs that failed to be archived and wait for another try, by VO",
        "vo",
        status["ArchiveFailures"],
    )
    yield _labelled(
        "gauge",
        "lost_copies",
        "Archived copies that are not what was archived, of logs whose text has left the database, by VO",
        "vo",
        status["LostCopies"],
    )
    yield from _destination_metrics(status["Destinations"])
    oldest = status["OldestUnarchived"]
    seconds = _seconds(oldest) if oldest else 0.0
    yield _gauge(
        "oldest_unarchived_timestamp_seconds",
        "When the log was last heard of that waits longest for its archive, 0 if none waits",
        seconds,
    )


def _destination_metrics(found: Mapping[str, Mapping[str, Any]]) -> Iterator[Metric]:
    """Yield the metrics of destinations, by the name of each."""
    caught_up = {name: _seconds(each["CaughtUpAt"]) for name, each in found.items()}
    text = "When all that was stored had been sent to a destination"
    yield _labelled("gauge", "destination_caught_up_timestamp_seconds", text, "destination", caught_up)
    records = {name: each["Records"] for name, each in found.items()}
    yield _labelled("counter", "destination_records", "Records that were sent", "destination", records)
    rejected = {name: each["Rejected"] for name, each in found.items()}
    yield _labelled("counter", "destination_rejected", "Records that a destination refused", "destination", rejected)


def _seconds(moment: str) -> float:
    return datetime.fromisoformat(moment).replace(tzinfo=UTC).timestamp()


def clock_metrics(difference: float | None) -> Iterator[Metric]:
    """Yield the metric of a host's clock; none before the database was asked."""
    if difference is not None:
        yield _gauge(
            "clock_difference_seconds", "Seconds by which the host's clock is ahead of the database's", difference
        )


def page_metrics(watchers: int, copies_bytes: int) -> Iterator[Metric]:
    """Yield the metrics of the web page."""
    yield _gauge("watchers", "Live logs that are open on the page", watchers)
    yield _gauge("copies_bytes", "Bytes of archived logs that the page keeps on local disk", copies_bytes)


def _counter(name: str, text: str, value: float) -> Metric:
    return Metric("counter", name, text, {(): float(value)})


def _gauge(name: str, text: str, value: float) -> Metric:
    return Metric("gauge", name, text, {(): float(value)})


def histogram_metric(name: str, text: str, histogram: Histogram) -> Metric:
    """Return a histogram's counts by upper bound, with their sum."""
    (family,) = histogram.collect()
    buckets = [(sample.labels["le"], sample.value) for sample in family.samples if sample.name.endswith("_bucket")]
    total = next(sample.value for sample in family.samples if sample.name.endswith("_sum"))
    return Metric("histogram", name, text, {(): (buckets, total)})


def _labelled(kind: str, name: str, text: str, label: str, values: Mapping[str, float]) -> Metric:
    return Metric(kind, name, text, {((label, key),): float(value) for key, value in values.items()})


def labelled(metric: Metric, name: str, value: str) -> Metric:
    """Return the metric with one more label on each sample."""
    samples = {(*labels, (name, value)): sample for labels, sample in metric.samples.items()}
    return Metric(metric.kind, metric.name, metric.help, samples)


def merged(metrics: Iterator[Metric]) -> list[Metric]:
    """Return the metrics, those of the same name as one with the samples of all."""
    found: dict[str, Metric] = {}
    for metric in metrics:
        if metric.name in found:
            found[metric.name].samples.update(metric.samples)
        else:
            found[metric.name] = metric
    return list(found.values())
