"""Doors of the collector's client, by our name and by DIRAC's, and of plugins (``PilotLoggingPlugins``)."""
