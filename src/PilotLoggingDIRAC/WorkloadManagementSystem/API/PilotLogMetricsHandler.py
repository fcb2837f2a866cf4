"""The figures of this process for Prometheus, at ``/metrics``.

.. literalinclude:: ../ConfigTemplate.cfg
  :start-after: ##BEGIN PilotLogMetrics
  :end-before: ##END
  :dedent: 2
  :caption: PilotLogMetrics options
"""

from __future__ import annotations

from collections.abc import Iterator

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from tornado.ioloop import IOLoop

from PilotLoggingDIRAC.assembly.callers import caller_of
from PilotLoggingDIRAC.assembly.metrics import metrics
from PilotLoggingDIRAC.pilotlog import access
from PilotLoggingDIRAC.pilotlog.admin.metrics import Figure
from PilotLoggingDIRAC.web.answers import Response, error_answer
from PilotLoggingDIRAC.web.endpoint import Endpoint

_PREFIX = "pilotlog_"
_FAMILIES = {"counter": CounterMetricFamily, "gauge": GaugeMetricFamily}


class PilotLogMetricsHandler(Endpoint):
    """One GET, for operators and trusted hosts."""

    DEFAULT_AUTHORIZATION = ["Operator", "TrustedHost", "ServiceAdministrator"]
    LOCATION = "/metrics"

    def _getMethod(self) -> str:
        return "web_metrics"

    def web_metrics(self) -> Response:
        """Send all figures in Prometheus' text format."""
        access.require_operator(caller_of(self))
        return Response(exposition(metrics().figures()), CONTENT_TYPE_LATEST)

    async def get(self) -> None:
        """Answer a scrape."""
        try:
            answer = await IOLoop.current().run_in_executor(None, self.web_metrics)
        except Exception as error:  # the edge: whatever it is becomes an answer
            answer = error_answer(error)
        self.set_status(answer.status)
        self.set_header("Content-Type", answer.content_type)
        self.set_header("X-Content-Type-Options", "nosniff")
        self.set_header("Cache-Control", "no-store")
        self.finish(answer.body)


class _Figures:
    """The collector object that prometheus_client calls."""

    def __init__(self, figures: list[Figure]):
        self._figures = figures

    def collect(self) -> Iterator:
        """Yield each figure as a metric family."""
        return map(_family, self._figures)


def exposition(figures: list[Figure]) -> bytes:
    """Return figures in Prometheus' text format."""
    registry = CollectorRegistry()
    registry.register(_Figures(figures))
    return generate_latest(registry)


def _family(figure: Figure):
    name = _PREFIX + figure.name
    labels = next(iter(figure.samples), ())
    names = [label for label, _ in labels]
    if figure.kind == "histogram":
        family = HistogramMetricFamily(name, figure.help, labels=names)
        for values, (buckets, total) in figure.samples.items():
            family.add_metric([value for _, value in values], buckets, total)
        return family
    family = _FAMILIES[figure.kind](name, figure.help, labels=names)
    for values, number in figure.samples.items():
        family.add_metric([value for _, value in values], number)
    return family
