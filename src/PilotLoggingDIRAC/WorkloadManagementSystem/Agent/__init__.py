"""Doors of the agents: archiving (``PilotLoggingAgent``) and forwarding; their code is in ``assembly``."""
