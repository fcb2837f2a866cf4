"""Doors of the commands ``dirac-admin-pilot-logs-*``: they parse switches, and call ``commands``."""
