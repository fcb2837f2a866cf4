"""The destination plugin OpenSearchDestination: see ``adapters.destinations.opensearch``."""

from PilotLoggingDIRAC.adapters.destinations.opensearch import OpenSearchDestination

__all__ = ["OpenSearchDestination"]
