"""PilotLoggingDB under the name that DIRAC looks up."""

from __future__ import annotations

from PilotLoggingDIRAC.adapters import database


class PilotLoggingDB(database.PilotLoggingDB):
    """See ``adapters.database``; a class of its own, as DIRAC asks in which module a class was made."""
