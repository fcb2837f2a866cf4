"""The collector over HTTPS, with the URL and the wire format of DIRAC's own.

.. literalinclude:: ../ConfigTemplate.cfg
  :start-after: ##BEGIN TornadoPilotLogging
  :end-before: ##END
  :dedent: 2
  :caption: TornadoPilotLogging options
"""

from __future__ import annotations

from PilotLoggingDIRAC.transport import stand_in

try:
    from PilotLoggingDIRAC.WorkloadManagementSystem.Service.https_collector import HttpsCollector as Handler
except Exception as error:  # one Tornado serves many services
    Handler = stand_in.for_code("TornadoPilotLogging", error)  # type: ignore[misc]


class TornadoPilotLoggingHandler(Handler):
    """The class that DIRAC looks up."""
