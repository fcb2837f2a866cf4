"""The destination plugin KafkaDestination: see ``adapters.destinations.kafka``."""

from PilotLoggingDIRAC.adapters.destinations.kafka import KafkaDestination

__all__ = ["KafkaDestination"]
