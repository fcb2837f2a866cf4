"""The destination plugin StompDestination: see ``adapters.destinations.stomp``."""

from PilotLoggingDIRAC.adapters.destinations.stomp import StompDestination

__all__ = ["StompDestination"]
