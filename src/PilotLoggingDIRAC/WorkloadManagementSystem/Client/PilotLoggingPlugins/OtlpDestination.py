"""The destination plugin OtlpDestination: see ``adapters.destinations.otlp``."""

from PilotLoggingDIRAC.adapters.destinations.otlp import OtlpDestination

__all__ = ["OtlpDestination"]
