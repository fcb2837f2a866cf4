"""PilotLoggingDB under the name that DIRAC looks up."""

from __future__ import annotations

from PilotLoggingDIRAC.adapters import database


class PilotLoggingDB(database.LogDatabase):
    """The class of ``adapters.database``; a subclass, as DIRAC checks the module that a class was made in."""
