"""Handlers of services: ``PilotLogging`` (the collector), ``WMSAdministrator`` and ``PilotManager``.

``PilotLoggingHandler`` has the collector's RPC methods, for both protocols. ``Tornado*Handler`` are the doors over
HTTPS; their code is in ``https_*``, so that a stand-in can answer where that can't be imported.
"""
