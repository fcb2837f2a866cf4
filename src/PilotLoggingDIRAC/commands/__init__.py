"""The work of the ``dirac-admin-pilot-logs-*`` commands; the scripts are doors over these modules."""
