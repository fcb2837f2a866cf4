"""The metrics of this process for Prometheus, at ``/metrics``.

.. literalinclude:: ../ConfigTemplate.cfg
  :start-after: ##BEGIN PilotLogMetrics
  :end-before: ##END
  :dedent: 2
  :caption: PilotLogMetrics options
"""

from __future__ import annotations

from PilotLoggingDIRAC.transport import stand_in

try:
    from PilotLoggingDIRAC.web.metrics_handler import MetricsHandler as Handler
except Exception as error:  # one Tornado serves many services
    Handler = stand_in.for_code("PilotLogMetrics", error, "/metrics")  # type: ignore[misc]


class PilotLogMetricsHandler(Handler):
    """The class that DIRAC looks up."""
