"""The metrics of this process for Prometheus, at ``/metrics``."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from tornado.ioloop import IOLoop

from PilotLoggingDIRAC.assembly.access.callers import caller_of
from PilotLoggingDIRAC.assembly.metrics import metrics
from PilotLoggingDIRAC.pilotlog import access
from PilotLoggingDIRAC.pilotlog.admin.metrics import Metric
from PilotLoggingDIRAC.web.answers import Response, error_answer
from PilotLoggingDIRAC.web.endpoint import Endpoint

_PREFIX = "pilotlog_"
_FAMILIES = {"counter": CounterMetricFamily, "gauge": GaugeMetricFamily}


class MetricsHandler(Endpoint):
    """One GET, for operators and trusted hosts."""

    DEFAULT_AUTHORIZATION = ["Operator", "TrustedHost", "ServiceAdministrator"]
    LOCATION = "/metrics"

    def _getMethod(self) -> str:
        return "web_metrics"

    def web_metrics(self) -> Response:
        """Send all metrics in Prometheus' text format."""
        access.require_operator(caller_of(self))
        return Response(exposition(metrics().gather()), CONTENT_TYPE_LATEST)

    async def get(self) -> None:
        """Answer a scrape."""
        try:
            answer = await IOLoop.current().run_in_executor(None, self.web_metrics)
        except Exception as error:  # the edge: any error becomes an answer
            answer = error_answer(error)
        self.set_status(answer.status)
        self.set_header("Content-Type", answer.content_type)
        self.set_header("X-Content-Type-Options", "nosniff")
        self.set_header("Cache-Control", "no-store")
        self.finish(answer.body)


@dataclass(frozen=True, eq=False, slots=True)
class _Gathered:
    """The collector object that prometheus_client calls; it is a key of the registry, so it compares by identity."""

    metrics: list[Metric]

    def collect(self) -> Iterator:
        """Return each metric as a family."""
        return map(_family, self.metrics)


def exposition(found: list[Metric]) -> bytes:
    """Return metrics in Prometheus' text format."""
    registry = CollectorRegistry()
    registry.register(_Gathered(found))
    return generate_latest(registry)


def _family(metric: Metric):
    name = _PREFIX + metric.name
    labels = next(iter(metric.samples), ())
    names = [label for label, _ in labels]
    if metric.kind == "histogram":
        family = HistogramMetricFamily(name, metric.help, labels=names)
        for values, (buckets, total) in metric.samples.items():
            family.add_metric([value for _, value in values], buckets, total)
        return family
    family = _FAMILIES[metric.kind](name, metric.help, labels=names)
    for values, number in metric.samples.items():
        family.add_metric([value for _, value in values], number)
    return family
