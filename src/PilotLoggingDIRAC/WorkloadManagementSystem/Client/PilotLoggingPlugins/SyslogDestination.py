"""The destination plugin SyslogDestination: see ``adapters.destinations.syslog``."""

from PilotLoggingDIRAC.adapters.destinations.syslog import SyslogDestination

__all__ = ["SyslogDestination"]
