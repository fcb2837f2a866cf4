"""The web page of pilots' logs, at ``/pilotlogs/``: the list of logs, one log, and its live tail.

.. literalinclude:: ../ConfigTemplate.cfg
  :start-after: ##BEGIN PilotLogs
  :end-before: ##END
  :dedent: 2
  :caption: PilotLogs options
"""

from __future__ import annotations

from PilotLoggingDIRAC.transport import stand_in

try:
    from PilotLoggingDIRAC.web.page_handler import PageHandler as Handler
except Exception as error:  # one Tornado serves many services
    Handler = stand_in.for_code("PilotLogs", error, r"/pilotlogs(?:/.*)?")  # type: ignore[misc]


class PilotLogsHandler(Handler):
    """The class that DIRAC looks up."""
