"""DIRAC's word on pilots, made from the options of a component."""

from __future__ import annotations

import dataclasses

from PilotLoggingDIRAC.adapters.database import utc_now
from PilotLoggingDIRAC.adapters.pilot_agents import PilotAgents
from PilotLoggingDIRAC.assembly import options
from PilotLoggingDIRAC.pilotlog.errors import PilotLogError
from PilotLoggingDIRAC.pilotlog.outcome import Fates
from PilotLoggingDIRAC.pilotlog.settings import StatusSettings, StoreSettings


def fates(option: options.Getter) -> Fates:
    """Return the fates of logs by the options of a component's section."""
    return Fates(options.fill(StatusSettings, option), utc_now)


def problem(store: StoreSettings) -> str:
    """Return why PilotAgentsDB can't be asked at this moment; empty if it can."""
    pilots = PilotAgents(dataclasses.replace(store, max_connections=1))
    try:
        pilots.ask()
    except PilotLogError as error:
        return str(error)
    finally:
        pilots.close()
    return ""
